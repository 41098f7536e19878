"""Validation of pictures, PSFs, numbers and choices: one sentence for each fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...psf.protocol import Psf, kernel_of

MOST = 100_000  # iterations


def check_image(image: npt.ArrayLike) -> np.ndarray:
    """The picture as float64, 2-D or 3-D and finite.

    Raises
    ------
    InputError
        If the picture has another number of axes, no pixel, NaN, or values that are not real numbers.
    """
    array = _real_array(image, "picture")
    if array.ndim not in (2, 3) or array.size == 0:
        raise InputError(f"a 2-D or 3-D picture is needed, not an array of shape {array.shape}")
    return array


def check_psf(psf: Psf | npt.ArrayLike, ndim: int, decibel: bool = False) -> np.ndarray:
    """The PSF as float64 with `ndim` dimensions, finite, with a positive sum.

    A 2-D PSF for a 3-D picture becomes a PSF of one plane: it blurs every slice for itself.

    Parameters
    ----------
    psf : Psf or array_like
    ndim : int
        Number of axes of the picture.
    decibel : bool
        The values are in decibels and are converted.

    Raises
    ------
    InputError
        If the shape does not fit, or the values are not real, not finite, or sum to zero or less.
    """
    array = _real_array(kernel_of(psf), "PSF")
    array = 10 ** (array / 10) if decibel else array
    if array.ndim == 2 and ndim == 3:
        array = array[None]
    if array.ndim != ndim or array.size == 0:
        raise InputError(f"the PSF has shape {array.shape}, a {ndim}-D kernel is needed")
    if not array.sum() > 0:
        raise InputError(f"the PSF sums to {array.sum():g}; it must be positive")
    return array


def _real_array(values: npt.ArrayLike, what: str) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "buif":
        raise InputError(f"the {what} must hold real numbers, not {array.dtype}")
    array = array.astype(np.float64)
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise InputError(f"the {what} has {bad} NaN or infinite pixels; replace them first")
    return array


ROUNDING = 1e-6  # of the largest pixel: FFTs of single precision leave such values where a picture is dark


def without_negative(image: np.ndarray, method: str) -> np.ndarray:
    """The image without the tiny negative values of rounding; other ones, with which `method` diverges, are refused.

    Raises
    ------
    InputError
        If a pixel is below zero.
    """
    lowest = float(image.min())
    if lowest >= 0:
        return image
    if lowest < -ROUNDING * float(image.max()):
        raise InputError(f"{method} needs pixels ≥ 0, the smallest is {lowest:g}: subtract it or clip")
    return np.maximum(image, 0)


def number(name: str, value: Any, low: float = -np.inf, high: float = np.inf, above: bool = False) -> float:
    """A finite number in [low, high], or in ]low, high] with `above`.

    Raises
    ------
    InputError
        If the value is no such number.
    """
    try:
        result = float("nan") if np.ndim(value) else float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be a number, not {value!r}") from None
    inside = low < result <= high if above else low <= result <= high
    if not (np.isfinite(result) and inside):
        bound = f" {'>' if above else '≥'} {low:g}" if np.isfinite(low) else ""
        bound += f" and ≤ {high:g}" if np.isfinite(high) else ""
        raise InputError(f"{name} must be a number{bound}, not {value}")
    return result


def whole(name: str, value: Any, low: int = 1) -> int:
    """A whole number ≥ low.

    Raises
    ------
    InputError
        If the value is no such number.
    """
    result = number(name, value, high=MOST) if name == "iterations" else number(name, value)
    if result != round(result) or result < low:
        raise InputError(f"{name} must be a whole number ≥ {low}, not {value}")
    return round(result)


def choice(name: str, value: Any, allowed: Iterable[str]) -> str:
    """One of the allowed words, in any case of letters.

    Raises
    ------
    InputError
        If the value is none of them.
    """
    for word in allowed:
        if str(value).lower() == word.lower():
            return word
    raise InputError(f'unknown {name} "{value}": use one of {", ".join(allowed)}')
