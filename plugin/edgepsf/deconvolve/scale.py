"""The scale of gray values: methods see every picture with a largest value between 128 and 256, in the right precision.

A picture in volts, in photons or in 16 bits is restored in the same way: it is divided by a power of two, which
changes no digit, and the result is multiplied by it again. Single precision has seven digits. A picture that needs
more of them, such as one on a high pedestal or with a very bright star, is restored in double precision.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from ..errors import InputError
from .fft import Precision
from .pieces import Pieces

_EXPONENT = 8  # the largest value lies below 2**8
_SAMPLE = 4096
_FINE = (
    2.4e-4  # share of the RMS below which rounding in single precision, 1e-7 of the RMS, shows in a detail
)
_FINEST = 1e-12  # and below which double precision cannot tell it either
_SMALL, _LARGE = 2.0**-100, 2.0**120  # results of such sizes fit into single precision


def exponent_of(data: np.ndarray) -> int:
    """The power of two by which finite data are divided so that the largest modulus lies in [128, 256)."""
    largest = max(float(data.max()), -float(data.min()))
    return math.frexp(largest)[1] - _EXPONENT if largest > 0 else 0


def scaled(data: np.ndarray, exponent: int) -> np.ndarray:
    """data · 2**exponent; the array itself where the exponent is 0."""
    if exponent == 0:
        return data
    if abs(exponent) > 120:  # the factor itself may not be a number of this type
        return np.ldexp(data, exponent)
    return data * data.dtype.type(2.0**exponent)


def write(restored: np.ndarray, exponent: int, out: np.ndarray, method: str) -> None:
    """Write restored · 2**exponent into an array.

    Raises
    ------
    InputError
        If a value is not finite.
    """
    single = out.dtype == restored.dtype and abs(exponent) <= 120
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if exponent == 0:
            out[...] = restored
        elif single:
            np.multiply(restored, out.dtype.type(2.0**exponent), out=out)
        else:
            out[...] = np.ldexp(restored.astype(np.float64), exponent)
        if np.isfinite(out.sum()) or np.isfinite(out).all():
            return
    bad = out.size - int(np.count_nonzero(np.isfinite(out)))
    size = f"{out.dtype.name} holds values up to {np.finfo(out.dtype).max:.2g}"
    raise InputError(
        f"{method} gave {bad} values that are NaN or infinite; nothing was made. {size}: divide the picture by a "
        "constant, or leave hot pixels out with mask= or saturation="
    )


def is_wide(dtype: np.dtype) -> bool:
    """Whether numbers of this type can have more digits than single precision."""
    return dtype.itemsize > (4 if dtype.kind == "f" else 2)


def precision_for(pieces: Pieces, background: float) -> tuple[Precision, np.dtype]:
    """The precision that a picture needs, and the type of its result.

    Parameters
    ----------
    pieces : Pieces
    background : float
        Level that is subtracted first.

    Returns
    -------
    precision : float32 or float64
        float64 where rounding in single precision would show: details are 4000 times weaker than the RMS.
    result : dtype
        float64 where the picture has such numbers and float32 would lose some of their digits, else float32.
    """
    told = [_needs(pieces.take(index), background) for index in range(pieces.count)]
    double, beyond = any(fine for fine, _ in told), any(outside for _, outside in told)
    wide = is_wide(pieces.array.dtype) and (double or beyond)
    return (np.float64 if double else np.float32), np.dtype(np.float64 if wide else np.float32)


def _needs(piece: np.ndarray, background: float) -> tuple[bool, bool]:
    """Whether a piece has details that single precision loses, and whether its values lie beyond its range."""
    largest = _largest(piece, background)
    if not largest > 0:
        return False, False
    sample = piece[_places(piece.shape)] if piece.size > _SAMPLE else piece.ravel()
    with np.errstate(under="ignore", invalid="ignore", over="ignore"):
        sample = (sample.astype(np.float64) - background) / largest
    sample = sample[np.isfinite(sample)]
    if sample.size == 0:
        return False, False
    rms = max(float(np.sqrt(np.mean(sample**2))), 3 / math.sqrt(piece.size))
    low, high = np.quantile(sample, (0.01, 0.99))
    level = float(np.quantile(np.abs(sample), 0.75))
    fine = any(_FINEST * rms < detail < _FINE * rms for detail in (level, float(high - low)))
    return fine, not _SMALL < largest < _LARGE


def _largest(piece: np.ndarray, background: float) -> float:
    """Largest finite distance from the background."""
    low, high = float(piece.min()), float(piece.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        finite = piece[np.isfinite(piece)]
        if finite.size == 0:
            return 0.0
        low, high = float(finite.min()), float(finite.max())
    return max(high - background, background - low)


@functools.lru_cache(maxsize=16)
def _places(shape: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """The same places of every picture of a shape, at random."""
    rng = np.random.default_rng(0)
    return tuple(rng.integers(n, size=_SAMPLE) for n in shape)
