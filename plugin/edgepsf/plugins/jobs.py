"""Pictures and PSFs in the form that the two plugins want; those are refused that give a wrong picture silently.

Both plugins take any input and print at most a line: NaN spreads over the whole result, negative pixels make
Richardson–Lucy diverge and MRNSD shift the levels, a PSF of zeros gives zeros.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from warnings import warn

import numpy as np
import numpy.typing as npt

from ..deconvolve.operator import BOUNDARIES, prepare_kernel
from ..deconvolve.pieces import cut
from ..deconvolve.scale import exponent_of, scaled
from ..errors import InputError
from ..psf.checkin import check_in
from ..psf.protocol import Psf, kernel_of
from ..psf.values import axes_of
from .compat.dl2_setup import centred
from .compat.pid_operator import BOUNDARIES as PARALLEL_BORDERS
from .compat.pid_operator import work_shape
from .methods import BORDERS, Call

# Methods that diverge, shift the levels or clip where pixels are negative.
NEED_POSITIVE = ("RL", "RLTV", "MRNSD", "WPL")
_ROUNDING = 1e-6  # of the largest pixel
MAKE_LIGHT = ("SIM",)
_IN_GRAY = ("SIM", "ISTA", "FISTA")  # methods with parameters in gray values
_GRAY = ("threshold", "stopping_tol")
_USUAL = (1e-2, 1e8)  # gray values
_PAD_MODES: dict[str, Literal["symmetric", "constant"]] = {"reflect": "symmetric", "zero": "constant"}
_LOST = 0.001  # share of a cropped PSF from which on the user is told


@dataclass(frozen=True)
class Job:
    """Pictures, PSF and method as a plugin gets them.

    Attributes
    ----------
    call : Call
    images : ndarray of float32, shape (n, …)
    psf : ndarray of float32
        For DeconvolutionLab2 as large as an image, its centre at index N // 2; sum 1.
    window : tuple of slice
        The part of each result that is the restored picture.
    warnings : list of str
    every : tuple of int
        For DeconvolutionLab2: snapshots after every so many iterations.
    """

    call: Call
    images: np.ndarray
    psf: np.ndarray
    window: tuple[slice, ...]
    warnings: list[str]
    every: tuple[int, ...] = ()


def restore(
    call: Call,
    image: np.ndarray,
    psf: Psf | npt.ArrayLike,
    run: Callable[[Job], tuple[np.ndarray, dict[str, Any]]],
    *,
    boundary: str,
    axes: str | None,
    full_output: bool,
) -> Any:
    """Restore every plane or volume of an image by `run`.

    Parameters
    ----------
    run : callable
        Gives the restored images of a Job, and entries for the record.

    Returns
    -------
    ndarray of float32, same shape as `image`; with `full_output` also the record
    """
    begin = time.perf_counter()
    pieces = cut(image, axes_of(kernel_of(psf), image), axes)
    ready = check_in(psf, pieces.array)
    kernel = prepare_kernel(ready.array, pieces.spatial)
    views = list(pieces.views(out := np.empty(image.shape, np.float32)))
    parts = [pieces.take(i) for i in range(len(views))]
    lit = [i for i, part in enumerate(parts) if part.any() or call.code in MAKE_LIGHT] or [0]
    images = parts[0][None] if len(parts) == 1 else np.stack([parts[i] for i in lit])
    exponent = _exponent(call, images)
    job = prepare(call, scaled(images, -exponent) if exponent else images, kernel, boundary)
    job.warnings[:0] = ready.warnings
    out[...] = 0  # of darkness nothing is restored; a plugin can be busy with it for ever
    restored, notes = run(job) if job.images.any() or call.code in MAKE_LIGHT else ((), {})
    for i, part in zip(lit, restored, strict=False):
        views[i][...] = scaled(part[job.window], exponent)
    if not full_output:
        for sentence in job.warnings:
            warn(sentence, stacklevel=4)
        return out
    record = {"method": call.code, "iterations": call.iterations, "memory": None, "warnings": job.warnings}
    return out, record | notes | {"seconds": time.perf_counter() - begin}


def _exponent(call: Call, images: np.ndarray) -> int:
    """The power of two that brings values far from the plugins' constants, such as 1e-6, to a usual size.

    Usual pictures stay as they are, and so does a method with a parameter in gray values.
    """
    known = call.parameters | call.controls
    gray = call.code in _IN_GRAY or known.get("db") or any(known.get(key, -1) > 0 for key in _GRAY)
    if gray or images.dtype.kind != "f" or not np.isfinite(images).all():
        return 0
    largest = float(np.abs(images).max())
    return 0 if _USUAL[0] <= largest <= _USUAL[1] else exponent_of(images)


def prepare(call: Call, images: np.ndarray, kernel: np.ndarray, boundary: str) -> Job:
    """Check images and a kernel of sum 1, and bring them into the form that the plugin treats rightly.

    Parameters
    ----------
    call : Call
    images : ndarray, shape (n, …)
    kernel : ndarray
        Centre at index n // 2 of every axis.
    boundary : {"extended", "reflect", "periodic", "zero"}

    Raises
    ------
    InputError
        If the boundary is unknown, or a pixel or the PSF would spoil the result.
    """
    if boundary not in BOUNDARIES:
        raise InputError(f'unknown boundary "{boundary}": use one of {", ".join(BOUNDARIES)}')
    images = checked(images, call.code)
    kernel = _positive(kernel)
    if call.engine == "DeconvolutionLab2":
        return _for_deconvolutionlab2(call, images, kernel, boundary)
    return _for_parallel_iterative(call, images, kernel, boundary)


def checked(images: np.ndarray, code: str) -> np.ndarray:
    """Images as float32.

    Raises
    ------
    InputError
        If a pixel would spoil the plugin's result. Negative values as small as rounding become 0.
    """
    with np.errstate(over="ignore"):
        images = np.asarray(images, dtype=np.float32)
    bad = images.size - int(np.count_nonzero(np.isfinite(images)))
    if bad:
        raise InputError(
            f"the picture has {bad} pixels that are NaN, infinite or too large, which spoil the plugin's whole "
            f'result: replace them first, or use engine="native", which leaves them out'
        )
    lowest = float(images.min())
    if code not in NEED_POSITIVE or lowest >= 0:
        return images
    if lowest < -_ROUNDING * float(images.max()):
        raise InputError(
            f"{code} needs pixels ≥ 0, the smallest is {lowest:g}: set those below 0 to 0 "
            "(in ImageJ changeValues(-1e30, 0, 0)) or add a constant first"
        )
    return np.maximum(images, 0)


def _positive(kernel: np.ndarray) -> np.ndarray:
    """The kernel without the tiny negative values of rounding."""
    if kernel.min() < -1e-4 * kernel.max():
        raise InputError(
            f"the PSF has negative values (down to {kernel.min() / kernel.max():.2g} of its maximum), which the "
            f'plugins do not take: set them to 0, or use engine="native"'
        )
    kernel = np.maximum(kernel, 0)
    return kernel / kernel.sum()


def _for_deconvolutionlab2(call: Call, images: np.ndarray, kernel: np.ndarray, boundary: str) -> Job:
    """Borders in Python (the plugin knows periodic ones only), the PSF as large as the image."""
    shape, warnings = images.shape[1:], []
    if boundary in _PAD_MODES:
        widths = [(k // 2, k // 2) for k in kernel.shape]
        images = np.pad(images, [(0, 0), *widths], mode=_PAD_MODES[boundary])
        window = tuple(slice(a, a + n) for (a, _), n in zip(widths, shape, strict=True))
    else:
        window = tuple(slice(0, n) for n in shape)
    psf, total = centred_in(kernel, images.shape[1:])
    if 1 - total > _LOST:
        warnings.append(f"{1 - total:.1%} of the PSF lie outside the picture's size and are left out")
    return Job(call, images, psf, window, warnings)


def centred_in(kernel: np.ndarray, shape: tuple[int, ...], scaled: bool = True) -> tuple[np.ndarray, float]:
    """A kernel in a float32 array of a shape, centre at index N // 2; a part that does not fit is left out.

    Returns
    -------
    array : ndarray of float32
        Its sum is 1, if `scaled`.
    sum : float
        Sum of the part of the kernel that fits.

    Raises
    ------
    InputError
        If this sum is not positive.
    """
    target, source = centred(kernel.shape, shape)
    part = kernel[source]
    share = float(part.sum())
    if not share > 0:
        raise InputError("the PSF, or the part of it that fits into the picture, sums to zero or less")
    out = np.zeros(shape, np.float32)
    out[target] = part / share if scaled else part
    return out, share


def _for_parallel_iterative(call: Call, images: np.ndarray, kernel: np.ndarray, boundary: str) -> Job:
    """Move the result back where the first maximum of the PSF, the plugin's origin, is not its centre."""
    p = call.parameters
    if boundary in BORDERS:
        p = p | {"boundary": BORDERS[boundary]}
    peak = np.unravel_index(int(np.argmax(kernel.astype(np.float32))), kernel.shape)
    offset = [int(m) - k // 2 for m, k in zip(peak, kernel.shape, strict=True)]
    shape = images.shape[1:]
    if any(offset):
        widths = [(abs(d), abs(d)) for d in offset]
        images = np.pad(images, [(0, 0), *widths], mode=PARALLEL_BORDERS[p["boundary"]])
    window = tuple(slice(abs(d) + d, abs(d) + d + n) for d, n in zip(offset, shape, strict=True))
    work = work_shape(images.shape[1:], kernel.shape, p["resizing"], per_axis=call.code == "WPL")
    if call.code == "WPL" and kernel.ndim == 3 and work[-1] % 2:
        # Its 3-D transform assumes an even width and fails, or is a little wrong, for an odd one.
        kernel = np.pad(kernel, [(0, 0), (0, 0), (0, 1)])
    call = Call(call.engine, call.code, p)
    return Job(call, images, kernel.astype(np.float32), window, [])


def bytes_needed(job: Job) -> int:
    """About the bytes that Parallel Iterative holds: spectra on its work grid, images, the basis of HyBR."""
    p = job.call.parameters
    number = 8 if p["precision"] == "DOUBLE" else 4
    pixels = int(np.prod(job.images.shape[1:]))
    work = work_shape(job.images.shape[1:], job.psf.shape, p["resizing"], per_axis=job.call.code == "WPL")
    basis = p["iterations"] + 1 if job.call.code == "HyBR" else 0
    return number * (4 * int(np.prod(work)) + (4 + basis) * pixels)
