"""`deconvolve`: one function for every method and engine."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import InputError
from . import engines
from .methods import METHODS
from .observation import observe
from .operator import Blur, prepare_kernel
from .pieces import Pieces, cut
from .record import Log

ITERATIONS, MOST_ITERATIONS = 20, 300


def deconvolve(
    image,
    psf,
    method: str = "richardson_lucy",
    iterations: int | None = None,
    engine: str = "native",
    callback=None,
    *,
    boundary: str = "extended",
    axes: str | None = None,
    background: float | None = None,
    mask=None,
    saturation: float | None = None,
    workers: int | None = None,
    full_output: bool = False,
    compat: str | None = None,
    **options,
):
    """Restore a picture blurred by a known PSF.

    Parameters
    ----------
    image : array_like
        Blurred picture in linear light; pixels that are NaN or infinite are left out, and filled from the
        restored scene.
    psf : PointSpread or array_like, 2-D or 3-D
        Kernel with its centre at index n // 2 of every axis; divided by its sum before use.
    method : str
        "richardson_lucy", "wiener", "tikhonov", "inverse", "landweber", "nnls", "cgls", "mrnsd", "hybr",
        "wpl", "fista" or "unsharp_mask". With another engine or `compat` also the plugin's own names, with
        parameters or without: "RL 10", "TRIF 0.01", "WPL gamma=0.01".
    iterations : int, optional
        Iterations of an iterative method, 20 by default; the most that is tried with stop="auto" (then 300).
    engine : {"native", "DeconvolutionLab2", "Parallel Iterative"}
        The last two are ImageJ plugins, which EDGEPSF_PLUGINS or EDGEPSF_FIJI must name; they take the options
        of `edgepsf.imagej.engines.restore`.
    callback : callable, optional
        Called as callback(i, n, info) after each iteration; returning False stops there.
    boundary : {"extended", "reflect", "periodic", "zero"}
        What lies beyond the picture: unknown pixels (default), its mirror image, its repetition, nothing.
    axes : str, optional
        A letter for every axis of the image, such as "zyx" or "tcyx": a 2-D PSF restores every y-x plane, a
        3-D PSF every z-y-x volume. Needed where the image has more axes than the PSF.
    background : float, optional
        Level that is not blurred signal (camera offset, stray light), in gray values; it is subtracted first.
    mask : array_like of bool, optional
        True where a pixel is to be left out; of the image's shape, or of one plane's for all of a stack.
    saturation : float, optional
        Gray value from which on pixels are left out.
    workers : int, optional
        Threads; all cores by default.
    full_output : bool
        Return (image, record) with the method, what it chose, iterations, residual or objective of every
        iteration, seconds and memory in bytes.
    compat : {"DeconvolutionLab2", "Parallel Iterative"}, optional
        The native engine with a plugin's conventions and numbers; see `edgepsf.deconvolve.compat`.
    **options
        accelerate, tv, stop ("richardson_lucy"); regularization ("wiener", "tikhonov", "inverse", "hybr",
        "wpl", "fista"; chosen from the data when not given); penalty ("fista"); step ("landweber"); amount,
        radius ("unsharp_mask").

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
    if str(engine).lower() != engines.NATIVE or compat is not None:
        common = {"boundary": boundary, "axes": axes, "workers": workers, "full_output": full_output}
        common |= {"mask": mask, "background": background, "saturation": saturation}
        return _as_plugins(engine, compat)(
            _numbers(image), psf, method, iterations, callback, **common, **options
        )
    if method not in METHODS:
        raise InputError(f'unknown method "{method}": use one of {", ".join(METHODS)}')
    arguments = _arguments(method, iterations, options)
    if workers is not None and (int(workers) != workers or workers < 1):
        raise InputError(f"workers must be a whole number ≥ 1, not {workers}")
    array = _numbers(image)
    pieces = cut(array, np.ndim(psf.kernel() if hasattr(psf, "kernel") else psf), axes)
    kernel = prepare_kernel(psf, pieces.spatial)
    masks = None if mask is None else _masks(mask, pieces, axes)
    blur = Blur(kernel, pieces.shape, boundary, workers)
    out, records = np.empty(array.shape, np.float32), []
    for index, view in enumerate(pieces.views(out)):
        log = Log(method, callback, full_output)
        part = pieces.take(index)
        seen = observe(part, None if masks is None else masks(index), saturation, background)
        log.note(engine=engine, boundary=boundary, fft=blur.plan.backend, left_out=part.size - seen.count)
        if seen.signal().any():
            restored = METHODS[method](seen, blur, log, **arguments)
        else:  # nothing but darkness
            restored = np.zeros(blur.shape, np.float32)
        view[...] = blur.crop(restored) if restored.shape != blur.shape else restored
        records.append(log.finish())
    return (out, _merged(records)) if full_output else out


def _as_plugins(engine: str, compat: str | None):
    """What restores with another engine, or as it does."""
    if compat is None:
        return engines.find(engine)
    if str(engine).lower() != engines.NATIVE:
        raise InputError(f'compat is for engine="native"; leave it out with engine="{engine}"')
    return engines.find_numbers(compat)


def _arguments(method: str, iterations: int | None, options: dict[str, Any]) -> dict[str, Any]:
    """Checked options of a method."""
    known = [
        name for name, p in inspect.signature(METHODS[method]).parameters.items() if p.kind is p.KEYWORD_ONLY
    ]
    for name in options:
        if name not in known:
            takes = ", ".join(n for n in known if n != "iterations") or "none"
            raise InputError(f'unknown option "{name}" for method "{method}": it takes {takes}')
    out = {name: _CHECKS[name](name, value) for name, value in options.items() if value is not None}
    if "iterations" in known:
        most = MOST_ITERATIONS if out.get("stop") else ITERATIONS
        out["iterations"] = most if iterations is None else _count(iterations)
    elif iterations is not None:
        _count(iterations)
    return out


def _count(iterations) -> int:
    if (
        isinstance(iterations, bool)
        or not np.isfinite(iterations)
        or int(iterations) != iterations
        or iterations < 1
    ):
        raise InputError(f"iterations must be a whole number ≥ 1, not {iterations}")
    return int(iterations)


def _positive(name: str, value) -> float:
    if not (np.isfinite(value) and value > 0):
        raise InputError(f"{name} must be a positive number, not {value}")
    return float(value)


def _not_negative(name: str, value) -> float:
    if not (np.isfinite(value) and value >= 0):
        raise InputError(f"{name} must be a number ≥ 0, not {value}")
    return float(value)


def _step(name: str, value) -> float:
    if not (np.isfinite(value) and 0 < value < 2):
        raise InputError(f"{name} must lie between 0 and 2, where the iteration converges, not {value}")
    return float(value)


def _flag(name: str, value) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"{name} must be True or False, not {value!r}")
    return bool(value)


def _stop(name: str, value) -> str:
    if value != "auto":
        raise InputError(f'{name} must be "auto", not {value!r}')
    return value


_CHECKS = {
    "regularization": _positive,
    "tv": _not_negative,
    "accelerate": _flag,
    "stop": _stop,
    "step": _step,
    "amount": _not_negative,
    "radius": _positive,
    "penalty": lambda name, value: value,
}


def _numbers(image) -> np.ndarray:
    """The image as an array of real numbers; a masked array's mask is refused rather than dropped."""
    if isinstance(image, np.ma.MaskedArray) and image.mask is not np.ma.nomask:
        raise InputError("give the mask of a masked array as mask=, and its data as the image")
    array = np.asarray(image)
    if array.dtype.kind not in "buif":
        raise InputError(f"the picture must hold real numbers, not {array.dtype}")
    return array


def _masks(mask, pieces: Pieces, axes: str | None) -> Callable[[int], np.ndarray]:
    """The mask of each piece: a part of one as large as the picture, or one piece's for all."""
    mask = np.asarray(mask)
    if mask.shape == pieces.shape:
        return lambda index: mask
    if mask.ndim != pieces.array.ndim or mask.transpose(pieces.order).shape != pieces.array.shape:
        raise InputError(
            f"the mask has shape {mask.shape}, neither that of the picture nor that of one plane, {pieces.shape}"
        )
    return cut(mask, pieces.spatial, axes).take


def _merged(records: list[dict[str, Any]]) -> dict[str, Any]:
    """One record for all pieces: seconds added, the rest as a list where pieces differ."""
    if len(records) == 1:
        return records[0]
    out: dict[str, Any] = {"pieces": len(records)}
    for name in records[0]:
        values = [r.get(name) for r in records]
        same = all(v == values[0] for v in values)
        out[name] = values[0] if same else values
    out["seconds"] = sum(r["seconds"] for r in records)
    out["memory"] = max((r["memory"] for r in records if r["memory"] is not None), default=None)
    return out
