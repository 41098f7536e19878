"""`Deconvolve...`: the whole picture restored with a kernel image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..deconvolve import deconvolve as restore
from ..deconvolve.methods import METHODS
from ..deconvolve.operator import BOUNDARIES
from ..errors import InputError
from ..options import Choice, Count, Image, Number, Text
from ..pictures.picture import Picture
from ..pictures.result import Result
from ..plugins import PROGRAMS
from .checked_psf import PSF_BACKGROUND, checked_psf
from .command import command
from .method_options import OF_METHODS, has_iterations, native_name, options_of
from .shared import KERNEL, KERNEL_OF, STACK, light_note, new_image

_OPTIONS = (
    KERNEL,
    Choice(
        "method",
        "method; with a plugin engine or compat also the plugin's own, such as [RL 10]",
        tuple(METHODS),
        default="richardson_lucy",
        free=True,
    ),
    Count(
        "iterations",
        "iterations of an iterative method, 20 when not given; with stop=auto the most that is tried, then 300",
    ),
    Choice("engine", "the native engine or an ImageJ plugin", ("native", *PROGRAMS), default="native"),
    Choice("boundary", "what lies beyond the picture", BOUNDARIES, default="extended"),
    *options_of(OF_METHODS, but=("iterations",)),
    PSF_BACKGROUND,
    Number("background", "level that is not blurred signal", unit="gray value", rare=True),
    Number("saturation", "level from which on pixels are left out", unit="gray value", rare=True),
    Image("mask", "image that is not zero where a pixel is to be left out", rare=True),
    Choice("compat", "the native engine with a plugin's numbers", PROGRAMS, rare=True),
    Text("memory", "for a plugin engine: Java's largest heap, such as 2G", rare=True),
    Number("timeout", "for a plugin engine: time it may take, 3600 when not given", unit="s", rare=True),
    STACK,
)
_DEFAULTS = {option.key: option.default for option in _OPTIONS}


@command(
    "Deconvolve...",
    cli="deconvolve",
    place=90,
    help="Restores the picture with a kernel image.",
    options=_OPTIONS,
    region=False,
    plugins=True,
    derived_as="psf",
    derived_note=KERNEL_OF,
    suffixes=("deconvolved",),
    example="psf=PSF method=richardson_lucy iterations=20",
)
def deconvolve(
    picture: Picture,
    psf: Picture,
    method: str = "richardson_lucy",
    iterations: int | None = None,
    *,
    engine: str = "native",
    mask: Picture | None = None,
    stack: bool = False,
    callback: Callable[..., Any] | None = None,
    **options: Any,
) -> Result:
    """The whole picture restored with a kernel image; with `stack` every plane, or volumes with a 3-D PSF.

    Parameters
    ----------
    picture, psf : Picture
    method, iterations, engine, callback, **options
        As in `edgepsf.deconvolve`; an option that is None or has the default of the command is not given.
    mask : Picture, optional
        Not zero where a pixel is to be left out.
    stack : bool
        Restore every plane and not only the one shown.

    Raises
    ------
    InputError
        A picture or an option is unusable.
    EngineError
        The engine is not there.
    """
    options = {k: v for k, v in options.items() if v is not None and v != _DEFAULTS.get(k)}
    if engine == "native" and not options.keys().isdisjoint(("memory", "timeout")):
        raise InputError("memory and timeout are for a plugin engine; leave them out with engine=native")
    native = engine == "native" and options.get("compat") is None
    if native:
        method = native_name(method)
    kernel, data = _numbers(psf, picture, stack)
    ready = checked_psf(psf, kernel, picture, data, options.pop("psf_background", None))
    axes, data = _named(data, ready.ndim, picture.dimensions)
    restored, record = restore(
        data,
        ready,
        method,
        iterations,
        engine,
        callback,
        axes=axes,
        mask=None if mask is None else _left_out(mask, data.shape),
        full_output=True,
        **options,
    )
    planes = restored.reshape(-1, *restored.shape[-2:]) if axes != "yx" else restored
    result = _result(_new(picture, planes), record)
    if native and iterations is not None and not has_iterations(method):
        result.warnings.append(f"{method} has no iterations: iterations={iterations} has no effect")
    return result


def _new(picture: Picture, planes: np.ndarray) -> Picture:
    """The new picture, whose gray values mean the same as before."""
    out = new_image(picture, planes, "-deconvolved")
    count = len(planes) if planes.ndim == 3 else 1
    out.meta = picture.meta.derived(count, picture.plane_count, same_values=True)
    out.properties |= light_note(picture)
    return out


def _numbers(psf: Picture, picture: Picture, stack: bool) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and data: the planes shown, or with `stack` all planes."""
    if psf.plane_count > 1 and not stack:
        raise InputError(
            f'the PSF "{psf.title}" has {psf.plane_count} planes; a volume is restored with stack'
        )
    return (psf.all_planes(), picture.all_planes()) if stack else (psf.data, picture.data)


def _named(data: np.ndarray, kernel_axes: int, dimensions: tuple[int, int, int]) -> tuple[str, np.ndarray]:
    """Axes of a plane or of a stack in ImageJ's order (channels fastest, then slices, then frames)."""
    if data.ndim == 2:
        return "yx", data
    channels, slices, frames = dimensions
    if kernel_axes == 3 and slices < 2:
        raise InputError("a 3-D PSF needs a stack with slices (z); this one has channels or frames only")
    return "tzcyx", data.reshape(frames, slices, channels, *data.shape[1:])


def _left_out(mask: Picture, shape: tuple[int, ...]) -> np.ndarray:
    """Non-zero pixels of a mask image: of one plane for all, or of as many as the picture has."""
    planes = mask.all_planes() if mask.plane_count > 1 else mask.data
    bad = planes != 0
    if bad.shape[-2:] == shape[-2:] and bad.ndim == 2:
        return np.broadcast_to(bad, shape)
    if bad.size != np.prod(shape) or bad.shape[-2:] != shape[-2:]:
        raise InputError(f'the mask "{mask.title}" has shape {bad.shape}, the picture {shape}')
    return bad.reshape(shape)


def _result(restored: Picture, record: dict[str, Any]) -> Result:
    """The restored picture with what the record tells, less the course of the iteration."""
    summary = {name: value for name, value in record.items() if name not in ("objective", "residual")}
    left_out = np.sum(record.get("left_out", 0)) / restored.data.size
    warnings = [f"{100 * left_out:.3g} % of the pixels were left out"] if left_out > 0.5 else []
    return Result([restored], summary=summary, warnings=[*summary.pop("warnings", []), *warnings])
