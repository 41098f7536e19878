"""`deconvolve`: one function for every method and engine."""

from __future__ import annotations

import inspect
import os
import time

import numpy as np

from ..errors import EngineError, InputError
from .methods import richardson_lucy, wiener
from .operator import Blur, prepare_kernel

METHODS = {"richardson_lucy": richardson_lucy, "wiener": wiener}
ENGINES = ("native",)


def deconvolve(
    image,
    psf,
    method: str = "richardson_lucy",
    iterations: int = 20,
    engine: str = "native",
    callback=None,
    *,
    boundary: str = "extended",
    workers: int | None = None,
    full_output: bool = False,
    **options,
):
    """Restore a picture blurred by a known PSF.

    Parameters
    ----------
    image : array_like, 2-D or 3-D
        Blurred picture in linear light, finite.
    psf : PointSpread or array_like
        Kernel with its centre at index n // 2 of every axis; divided by its sum before use.
    method : {"richardson_lucy", "wiener"}
    iterations : int
        Iterations of an iterative method.
    engine : {"native"}
    callback : callable, optional
        Called as callback(i, n, info) after each iteration; returning False stops there.
    boundary : {"extended", "reflect", "periodic", "zero"}
        What lies beyond the picture: unknown pixels (default), its mirror image, its repetition, nothing.
    workers : int, optional
        Threads of the FFT; all cores by default.
    full_output : bool
        Return (image, record) with the method, parameters used and the time in seconds.
    **options
        `regularization` for "wiener" (chosen by GCV when not given).

    Returns
    -------
    ndarray of float32, same shape as `image`

    Raises
    ------
    InputError
        If the image or PSF is unusable or an option is unknown.
    EngineError
        If the engine is not there.
    """
    if engine not in ENGINES:
        raise EngineError(f'engine "{engine}" is not available: use one of {", ".join(ENGINES)}')
    if method not in METHODS:
        raise InputError(f'unknown method "{method}": use one of {", ".join(METHODS)}')
    array = _picture(image)
    solve = METHODS[method]
    known = inspect.signature(solve).parameters
    arguments = dict(options, iterations=iterations) if "iterations" in known else dict(options)
    for name in arguments:
        if name not in known or name in ("image", "blur", "callback", "record"):
            allowed = [
                k for k, v in known.items() if v.kind is v.KEYWORD_ONLY and k not in ("callback", "record")
            ]
            raise InputError(f'unknown option "{name}" for method "{method}": it takes {", ".join(allowed)}')
    if workers is not None and (int(workers) != workers or workers < 1):
        raise InputError(f"workers must be a whole number ≥ 1, not {workers}")
    if method == "wiener" and boundary == "zero":
        raise InputError('wiener continues the picture smoothly: boundary="zero" is for richardson_lucy')
    started = time.perf_counter()
    blur = Blur(prepare_kernel(psf, array.ndim), array.shape, boundary, workers or os.cpu_count() or 1)
    record = {"method": method, "engine": engine, "boundary": boundary}
    out = solve(array, blur, callback=callback, record=record, **arguments)
    out = np.ascontiguousarray(out, dtype=np.float32)
    record["seconds"] = time.perf_counter() - started
    return (out, record) if full_output else out


def _picture(image) -> np.ndarray:
    """The image as float32, refused when it is not a finite 2-D or 3-D array."""
    array = np.asarray(image)
    if array.ndim == 3 and array.shape[-1] in (3, 4):
        raise InputError(
            f"the image has colour channels (shape {array.shape}): deconvolve one channel at a time"
        )
    if array.ndim not in (2, 3) or array.size == 0:
        raise InputError(f"a 2-D or 3-D picture is needed, not an array of shape {array.shape}")
    if array.dtype.kind not in "buif":
        raise InputError(f"the picture must hold real numbers, not {array.dtype}")
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise InputError(f"the picture has {bad} NaN or infinite pixels; replace them first")
    return array.astype(np.float32)
