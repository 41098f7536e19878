"""A kernel image on the pixels of another picture."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import scipy

from ..errors import InputError

_SAME = 0.01  # of a step: less is rounding of a tag
_MOST = 30.0
_NARROW = 2.0  # px, FWHM on the new pixels
_PARTS = 5


def steps_differ(psf_spacing: Sequence[float], spacing: Sequence[float]) -> bool:
    """Whether two pixel sizes differ by more than the rounding of a tag, 1 %."""
    return any(abs(a / b - 1) > _SAME for a, b in zip(psf_spacing, spacing, strict=True))


def resampled(kernel: np.ndarray, psf_spacing: Sequence[float], spacing: Sequence[float]) -> np.ndarray:
    """A PSF sampled at the pixels of a picture, by a cubic spline; centres at n // 2.

    Where the PSF is narrower than two pixels of the picture, it is averaged over each pixel instead: single values
    would miss it.

    Parameters
    ----------
    kernel : ndarray, float64
    psf_spacing, spacing : sequence of float
        Size of a pixel of the PSF and of the picture along every axis, in one unit.

    Raises
    ------
    InputError
        If the sizes differ by more than 30 times.
    """
    factors = [b / a for a, b in zip(psf_spacing, spacing, strict=True)]
    if not all(1 / _MOST <= f <= _MOST for f in factors):
        raise InputError(
            f"the pixels of the PSF ({_sizes(psf_spacing)}) and of the picture ({_sizes(spacing)}) differ by more than "
            f"{_MOST:g} times: correct the pixel size and unit of one of them"
        )
    halves = [int((n - 1 - n // 2) / f) for n, f in zip(kernel.shape, factors, strict=True)]
    at = [(n // 2) + f * np.arange(-h, h + 1) for n, f, h in zip(kernel.shape, factors, halves, strict=True)]
    spline = scipy.ndimage.spline_filter(kernel, 3) if min(kernel.shape) > 1 else kernel
    out = _sampled(spline, at)
    if _narrow(kernel, factors):
        shifts = (np.arange(_PARTS) - _PARTS // 2) / _PARTS
        places = itertools.product(*(f * shifts for f in factors))
        out = np.mean(
            [_sampled(spline, [a + d for a, d in zip(at, move, strict=True)]) for move in places], 0
        )
    return np.maximum(out, 0.0)


def _sampled(spline: np.ndarray, at: list[np.ndarray]) -> np.ndarray:
    return scipy.ndimage.map_coordinates(
        spline, np.meshgrid(*at, indexing="ij"), order=3, mode="constant", prefilter=False
    )


def _narrow(kernel: np.ndarray, factors: Sequence[float]) -> bool:
    """Whether half of the maximum is reached along less than two new pixels."""
    peak = np.unravel_index(int(np.argmax(kernel)), kernel.shape)
    for axis, factor in enumerate(factors):
        line = kernel[tuple(slice(None) if a == axis else p for a, p in enumerate(peak))]
        if factor > 1 and np.count_nonzero(line >= 0.5 * line.max()) < _NARROW * factor:
            return True
    return False


def _sizes(spacing: Sequence[float]) -> str:
    return " × ".join(f"{s:g}" for s in spacing)
