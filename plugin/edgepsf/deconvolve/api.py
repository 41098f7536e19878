"""`deconvolve`: one function for every method and engine; `choose`: the numbers that a method reads from a picture."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..options.arguments import Check, flag, function, optional, real, scalar, sizes, takes, text, whole
from ..psf.checkin import check_in
from ..psf.prepared import wanted_of
from ..psf.protocol import Psf, kernel_of
from ..psf.values import axes_of
from . import engines
from .job import Setting, checked, needed, numbers, prepare
from .pieces import cut
from .record import Log


def gray_value(name: str, value: Any) -> float:
    """A finite gray value."""
    if not np.isfinite(number := real(name, value)):
        raise InputError(f"{name} must be a gray value, not {number}")
    return number


_SHARED: dict[str, Check] = {
    "method": text,
    "iterations": optional(scalar),
    "callback": optional(function),
}
_SETTING: dict[str, Check] = {
    "boundary": text,
    "axes": optional(text),
    "background": optional(gray_value),
    "saturation": optional(gray_value),
    "workers": optional(whole(1, 4096)),
}


@takes(engine=text, compat=optional(text), full_output=flag, **_SHARED, **_SETTING)
def deconvolve(
    image: npt.ArrayLike,
    psf: Psf | npt.ArrayLike,
    method: str = "richardson_lucy",
    iterations: int | None = None,
    engine: str = "native",
    callback: Callable[..., Any] | None = None,
    *,
    boundary: str = "extended",
    axes: str | None = None,
    background: float | None = None,
    mask: npt.ArrayLike | None = None,
    saturation: float | None = None,
    workers: int | None = None,
    full_output: bool = False,
    compat: str | None = None,
    psf_background: str | float | None = None,
    **options: Any,
) -> Any:
    """Restore a picture blurred by a known PSF.

    Parameters
    ----------
    image : array_like
        Blurred picture in linear light; pixels that are NaN or infinite are left out, and filled from the
        restored scene.
    psf : PointSpread or array_like, 2-D or 3-D
        Kernel with its centre at index n // 2 of every axis; divided by its sum before use. A kernel image is checked
        first, see `edgepsf.prepare_psf`: what was mended in it is a warning, and an entry of the record.
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
        The scene beyond the picture: unknown pixels (default), its mirror image, its repetition, nothing.
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
        Return (image, record). The record holds the method, the numbers that it chose, iterations, residual or
        objective of every iteration, seconds, and memory in bytes.
    compat : {"DeconvolutionLab2", "Parallel Iterative"}, optional
        The native engine with a plugin's conventions and numbers; see `edgepsf.deconvolve.compat`.
    psf_background : None, "auto" or float, optional
        Gray value of the PSF that is no light of it; "auto" takes the level at its rim. When not given, a level at
        the rim is warned of, and refused where it is 10 % of the light or more.
    **options
        Options of the method: accelerate, tv, stop, offset ("richardson_lucy"); regularization ("wiener",
        "tikhonov", "inverse", "hybr", "wpl", "fista"; chosen from the data when not given); penalty, noise
        ("fista"); step ("landweber"); amount, radius ("unsharp_mask").

    Returns
    -------
    ndarray, same shape as `image`
        float32; float64 where the image has such numbers and float32 would lose their digits, as with a picture on a
        high pedestal. The result scales with the image: gray values may have any size.

    Raises
    ------
    InputError
        If the image, the PSF or an option is unusable, an option is unknown, or the memory does not suffice.
    EngineError
        If the engine is not there.
    """
    setting = Setting(boundary, axes, mask, background, saturation, workers, psf_background)
    if str(engine).lower() != engines.NATIVE or compat is not None:
        restore, array = _as_plugins(engine, compat), numbers(image)
        common = vars(setting) | {"full_output": full_output}
        wanted = wanted_of(axes_of(kernel_of(psf), array), common.pop("psf_background"))
        return restore(array, check_in(psf, array, wanted), method, iterations, callback, **common, **options)
    job = prepare(image, psf, method, iterations, options, setting)
    out, records = np.empty(job.pieces.original, job.result), []
    for index, view in enumerate(job.pieces.views(out)):
        log = Log(method, callback, full_output)
        job.restore(job.observe(index, log), log, view)
        records.append(log.finish())
    said = [*job.warnings, *dict.fromkeys(s for record in records for s in record.pop("warnings", ()))]
    if full_output:
        return out, _merged(records) | {"warnings": said}
    for sentence in said:
        warnings.warn(sentence, stacklevel=2)
    return out


@takes(**_SHARED)
def choose(
    image: npt.ArrayLike,
    psf: Psf | npt.ArrayLike,
    method: str = "richardson_lucy",
    iterations: int | None = None,
    callback: Callable[..., Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """The numbers that `deconvolve` would choose from a picture, to restore others with them.

    ``deconvolve(image, psf, method, **choose(image, psf, method))`` is ``deconvolve(image, psf, method)``. The
    tiles of a large picture, the planes of a stack, or several pictures that are compared are best restored with
    one choice.

    Parameters
    ----------
    image, psf, method, iterations, callback, **options
        As for `deconvolve`; one plane or one volume.

    Returns
    -------
    dict
        Options for `deconvolve`: those of the method (regularization, iterations, accelerate …), background, and
        boundary and saturation where they were given. The mask belongs to the picture and is not among them.

    Raises
    ------
    InputError
        As `deconvolve`; also if the image has several planes or volumes.
    """
    given, own = _apart(options)
    job = prepare(image, psf, method, iterations, own, Setting(**given))
    if job.pieces.count != 1:
        raise InputError(
            f"numbers are chosen from one plane or volume, not from {job.pieces.count}: choose from one of them, "
            "and restore all with its numbers"
        )
    log = Log(method, callback)
    seen = job.observe(0, log)
    shared = {name: given[name] for name in ("boundary", "saturation") if name in given}
    return job.choose(seen, log) | {"background": seen.background} | shared


@takes(shape=sizes(), psf_shape=sizes(), method=text)
def memory_usage(
    shape: tuple[int, ...],
    psf_shape: tuple[int, ...],
    method: str = "richardson_lucy",
    iterations: int | None = None,
    **options: Any,
) -> int:
    """About the memory that `deconvolve` needs beside the image itself, in bytes; nothing is computed.

    `deconvolve` refuses a picture that needs more than is free.

    Parameters
    ----------
    shape, psf_shape : tuple of int
        Shapes of the image and of the PSF. Dark margins of a PSF count here, and are cut before the work.
    method, iterations, **options
        As for `deconvolve`; the memory for left-out pixels counts where `mask` or `saturation` is given.

    Returns
    -------
    int
        The peak, up to half too much; for "hybr", which stops by itself, with all iterations.

    Raises
    ------
    InputError
        If the shapes do not fit together, or an option is unknown or unusable.
    """
    given, own = _apart(options)
    chosen, values = checked(method, iterations, own)
    pieces = cut(np.broadcast_to(np.float32(0), shape), len(psf_shape), given.get("axes"))
    return needed(chosen, values, pieces, tuple(psf_shape), Setting(**given))


def _apart(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The given options of a picture with every method, and those of the method."""
    names = {field.name for field in fields(Setting)}
    options = {
        name: _SETTING[name](name, value) if name in _SETTING else value for name, value in options.items()
    }
    given = {name: value for name, value in options.items() if name in names and value is not None}
    return given, {name: value for name, value in options.items() if name not in names}


def _as_plugins(engine: str, compat: str | None) -> Callable[..., Any]:
    """The function that restores with another engine, or with its numbers."""
    if compat is None:
        return engines.find(engine)
    if str(engine).lower() != engines.NATIVE:
        raise InputError(f'compat is for engine="native"; leave it out with engine="{engine}"')
    return engines.find_numbers(compat)


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
