"""`damas3`: the method of Iterative Deconvolve 3D 5.2, R. P. Dougherty's plugin for ImageJ.

Landweber's iteration with a Gaussian low-pass in every step and values ≥ 0, on a grid of powers of two.
R. P. Dougherty 2005, "Extensions of DAMAS and benefits and limitations of deconvolution in beamforming", AIAA Paper
2005-2961.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft

from ...deconvolve.operator import threads
from ...errors import InputError
from ...pictures import space
from ...psf.protocol import Psf, kernel_of
from .checks import check_image, check_psf, number, whole
from .landweber import Grid, calm_margin, wiener
from .pid_operator import offsets, pad

_LEAST = 4  # pixels of the grid along an axis
_MARGIN = 1.5  # the grid is at least this many times as large as picture and PSF
_BLOCK = 1 << 20
_ARRAYS = 9  # arrays of the grid's size, in single precision, that are held at a time
_LEAST_DECIBEL = -90.0


@dataclass(frozen=True)
class Damas3Settings:
    """Options of DAMAS3, with the plugin's defaults.

    Attributes
    ----------
    iterations : int
        At most; 0 only filters.
    gamma : float
        Above 1e-4 picture and PSF are Wiener-filtered first.
    filter_xy, filter_z : float
        Width of the Gaussian low-pass (px); 0 is off.
    normalize : bool
        Give the result the scale for the PSF divided by its sum.
    anti_ring : bool
        Fade the margin into the blurred picture.
    detect_divergence : bool
        Stop when the change grows. Only a negative `change_thresh_percent` lets it come to this.
    change_thresh_percent : float
        Stop when the change falls by less than this from one iteration to the next.
    db : bool
        Picture, PSF and result are in decibels; the result is −90 at least.
    """

    iterations: int = 100
    gamma: float = 0.0
    filter_xy: float = 1.0
    filter_z: float = 1.0
    normalize: bool = False
    anti_ring: bool = True
    detect_divergence: bool = True
    change_thresh_percent: float = 0.01
    db: bool = False


@dataclass(frozen=True)
class Damas3Result:
    """What DAMAS3 gives.

    Attributes
    ----------
    image : ndarray of float32
        Shape of the picture.
    iterations : int
        As the plugin counts them in the title of its result: an iteration that ends the run is not counted.
    changes : list of float
        Σ|ΔX| / ΣX of each iteration in per cent.
    ended : {"", "change", "divergence"}
        What ended the run before its last iteration.
    """

    image: np.ndarray
    iterations: int
    changes: list[float] = field(default_factory=list)
    ended: str = ""


def damas3(
    image: npt.ArrayLike,
    psf: Psf | npt.ArrayLike,
    settings: Damas3Settings | None = None,
    *,
    workers: int | None = None,
    callback: Callable[[int, float, np.ndarray], Any] | None = None,
    **options: Any,
) -> Damas3Result:
    """Restore as Iterative Deconvolve 3D 5.2 does, in single precision like the plugin.

    Parameters
    ----------
    image : array_like, 2-D or 3-D (plane, row, column)
    psf : Psf or array_like, 2-D or 3-D
        Centre at index n // 2 of every axis, any size. It counts with its own sum unless `normalize` is given.
        A 2-D PSF works on every plane of a stack; a plane with a 3-D PSF counts as one of many equal planes.
    settings : Damas3Settings, optional
    workers : int, optional
        Threads of the FFT; all cores by default.
    callback : callable, optional
        callback(i, change, X) after each iteration, with the change in per cent and the whole grid.
    **options
        Fields of `Damas3Settings`, in place of those of `settings`.

    Raises
    ------
    InputError
        If the picture, PSF or an option is unusable, the memory does not suffice, or the result is not finite.
    """
    chosen = checked_settings(settings or Damas3Settings(), options)
    y, h = _volumes(check_image(image), psf, chosen.db)
    work = tuple(max(a, b) for a, b in zip(expanded(y.shape), expanded(h.shape), strict=True))
    _check_memory(work)
    with np.errstate(all="ignore"):
        done = _iterate(y, h, chosen, Grid(y.shape, work, threads(workers)), callback)
        out = done.image.reshape(np.shape(image))
        if chosen.db:
            out = 10 * np.log10(np.maximum(out, 10 ** (_LEAST_DECIBEL / 10)))
    if not np.isfinite(out).all():
        raise InputError(
            "the iteration diverged (NaN or infinite values): take fewer iterations, or normalize the PSF"
        )
    return replace(done, image=np.ascontiguousarray(out, np.float32))


def checked_settings(settings: Damas3Settings, options: Mapping[str, Any]) -> Damas3Settings:
    """The settings with some options replaced, all of them checked.

    Raises
    ------
    InputError
        If an option is unknown, or a value unusable.
    """
    known = [each.name for each in fields(Damas3Settings)]
    for key in options:
        if key not in known:
            raise InputError(f'unknown option "{key}" of DAMAS3: it takes {", ".join(known)}')
    chosen = replace(settings, **options)
    for key in ("normalize", "anti_ring", "detect_divergence", "db"):
        if not isinstance(getattr(chosen, key), (bool, np.bool_)):
            raise InputError(f"{key} must be True or False, not {getattr(chosen, key)!r}")
    return replace(
        chosen,
        iterations=whole("iterations", chosen.iterations, 0),
        gamma=number("gamma", chosen.gamma, 0),
        filter_xy=number("filter_xy", chosen.filter_xy, 0),
        filter_z=number("filter_z", chosen.filter_z, 0),
        change_thresh_percent=number("change_thresh_percent", chosen.change_thresh_percent),
    )


def _check_memory(work: tuple[int, ...]) -> None:
    """Refuse a grid that does not fit into the free memory."""
    needed = _ARRAYS * 4 * math.prod(work)
    free = space.short_of(needed)
    if free is not None:
        raise InputError(
            f"DAMAS3 needs about {space.readable(needed)} of memory for its grid of {work}, and "
            f"{space.readable(free)} are free: restore the picture in parts, or close other programs"
        )


def expanded(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Powers of two that hold 1.5 times a shape, at least 4; a single plane of a volume stays single."""
    out = [max(_LEAST, 1 << int(np.ceil(np.log2(_MARGIN * n)))) if n > 1 else _LEAST for n in shape]
    return (1, *out[1:]) if len(shape) == 3 and shape[0] == 1 else tuple(out)


def _volumes(picture: np.ndarray, psf: Psf | npt.ArrayLike, decibel: bool) -> tuple[np.ndarray, np.ndarray]:
    """Picture and PSF as float32 with the same number of axes, in linear terms."""
    ndim = max(picture.ndim, np.ndim(kernel_of(psf)))
    kernel = check_psf(psf, ndim, decibel)
    picture = 10 ** (picture / 10) if decibel else picture
    return (picture if picture.ndim == ndim else picture[None]).astype(np.float32), kernel.astype(np.float32)


def _iterate(
    y: np.ndarray,
    h: np.ndarray,
    settings: Damas3Settings,
    grid: Grid,
    callback: Callable[[int, float, np.ndarray], Any] | None,
) -> Damas3Result:
    """X ← max(G X + B − (h ⊛ G X) / Σ|h|, 0) from X = B, G a Gaussian low-pass; the result is G X / Σ|h|."""
    B, H = _prepared(y, h, settings, grid)
    scale = running_sum(np.abs(grid.inverse(H)))
    lowpass = grid.lowpass(settings.filter_xy, settings.filter_z).astype(np.float32)
    X, before, changes, ended = B, np.float32(np.finfo(np.float32).max), [], ""
    for i in range(settings.iterations):
        X, moved = _step(X, B, H, lowpass, scale, grid)
        change = np.float32(100) * moved / running_sum(X[grid.window])
        changes.append(float(change))
        if callback is not None and callback(i + 1, float(change), X) is False:
            break
        if before - change < settings.change_thresh_percent:
            ended = "change"
        elif before < change and settings.detect_divergence:
            ended = "divergence"
        if ended:
            break
        before = change
    out = grid.inverse(grid.forward(X) * (lowpass / scale))[grid.window]
    return Damas3Result(out, len(changes) - bool(ended), changes, ended)


def _prepared(
    y: np.ndarray, h: np.ndarray, settings: Damas3Settings, grid: Grid
) -> tuple[np.ndarray, np.ndarray]:
    """Picture on the grid and transfer function, without ringing and Wiener-filtered where asked for."""
    total = running_sum(h)
    kernel = np.zeros(grid.work, np.float32)
    starts = offsets(h.shape, grid.work)
    kernel[tuple(slice(o, o + k) for k, o in zip(h.shape, starts, strict=True))] = h
    H = grid.forward(fft.ifftshift(kernel))
    B = pad(y, grid.work, "REFLEXIVE")
    if settings.anti_ring:
        B = calm_margin(grid, B, H, float(total))
    B, H = wiener(grid, B, H, settings.gamma)
    return (B / (np.float32(1) / total) if settings.normalize else B), H


def _step(
    X: np.ndarray, B: np.ndarray, H: np.ndarray, lowpass: np.ndarray, scale: np.float32, grid: Grid
) -> tuple[np.ndarray, np.float32]:
    """The next X, and the sum of |Δ| over the pixels that stay ≥ 0."""
    spectrum = grid.forward(X) * lowpass
    delta = B - grid.inverse(H * spectrum) / scale
    X = grid.inverse(spectrum)
    X += delta
    kept = ~(X < 0)
    moved = running_sum(np.abs(delta, out=delta)[kept])
    X[~kept] = 0
    return X, moved


def running_sum(values: np.ndarray) -> np.float32:
    """The sum in single precision from the first value to the last, as Java adds; numpy's own sum rounds less."""
    flat, total = values.reshape(-1), np.float32(0)
    for start in range(0, flat.size, _BLOCK):
        part = flat[start : start + _BLOCK].copy()
        part[0] += total
        total = np.add.accumulate(part, out=part)[-1]
    return total
