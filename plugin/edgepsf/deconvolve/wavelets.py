"""Orthonormal wavelet transforms of arrays of any dimension: Haar and Battle–Lemarié splines.

Both are periodic; coefficients lie as usual, the coarse part in the low corner. The splines of odd degree n
use H(ω) = √2 cosⁿ⁺¹(ω/2) (A(ω)/A(2ω))^½, A the sampled B-spline of degree 2n+1 (Battle 1987,
doi:10.1007/BF01205550; Mallat, A Wavelet Tour, 7.1), applied as a product in the frequency domain, so that
reconstruction is exact up to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import scipy

WAVELETS: dict[str, int | None] = {"Haar": None, "Spline1": 1, "Spline3": 3, "Spline5": 5}
_ROOT = np.float32(np.sqrt(0.5))


def shrink(
    image: np.ndarray,
    threshold: float,
    wavelet: str = "Haar",
    scales: int = 3,
    *,
    keep_coarse: bool = False,
    rng: np.random.Generator | None = None,
    as_shipped: bool = False,
) -> np.ndarray:
    """Soft threshold of the wavelet coefficients.

    Parameters
    ----------
    image : ndarray
        Of any size: axes that 2^scales does not divide are continued by their mirror image and cropped again.
    threshold : float
        Gray values.
    wavelet : {"Haar", "Spline1", "Spline3", "Spline5"}
    scales : int
    keep_coarse : bool
        Leave the coarse part as it is; DeconvolutionLab2 thresholds it too.
    rng : Generator, optional
        The grid of wavelets is shifted at random, so that repeated calls leave no pattern of blocks.
    as_shipped : bool
        Move negative coefficients away from zero, as DeconvolutionLab2 does.

    Returns
    -------
    ndarray, same shape as `image`
    """
    steps = [min(scales, (n - 1).bit_length()) for n in image.shape]
    shift = [
        0 if rng is None or n < 2**s else int(rng.integers(2**s))
        for n, s in zip(image.shape, steps, strict=True)
    ]
    extra = [(d, -(n + d) % 2**s) for n, d, s in zip(image.shape, shift, steps, strict=True)]
    coefficients = analyse(np.pad(image, extra, mode="symmetric"), wavelet, scales)
    size = np.abs(coefficients)
    if as_shipped:
        out = np.where(size >= threshold, coefficients - np.float32(threshold), 0)
    else:
        out = np.sign(coefficients) * np.maximum(size - np.float32(threshold), 0)
    if keep_coarse:
        coarse = tuple(slice(0, max(1, n >> scales)) for n in coefficients.shape)
        out[coarse] = coefficients[coarse]
    return synthesise(out, wavelet, scales)[
        tuple(slice(d, d + n) for d, n in zip(shift, image.shape, strict=True))
    ]


def analyse(x: np.ndarray, wavelet: str, scales: int) -> np.ndarray:
    """Wavelet coefficients of x; every length must hold 2^scales, or be a smaller power of two."""
    out = np.array(x)
    for corner in _corners(x.shape, scales):
        for axis, n in enumerate(corner):
            if n > 1:
                region = tuple(slice(0, m) for m in corner)
                out[region] = _along(out[region], axis, wavelet, _haar_split, _spline_split)
    return out


def synthesise(coefficients: np.ndarray, wavelet: str, scales: int) -> np.ndarray:
    """Inverse of `analyse`."""
    out = np.array(coefficients)
    for corner in reversed(_corners(out.shape, scales)):
        for axis, n in enumerate(corner):
            if n > 1:
                region = tuple(slice(0, m) for m in corner)
                out[region] = _along(out[region], axis, wavelet, _haar_merge, _spline_merge)
    return out


def _corners(shape: tuple[int, ...], scales: int) -> list[tuple[int, ...]]:
    """Shape of the low corner that each level splits."""
    return [tuple(max(1, n >> level) for n in shape) for level in range(scales)]


def _along(
    block: np.ndarray,
    axis: int,
    wavelet: str,
    haar: Callable[[np.ndarray], np.ndarray],
    spline: Callable[[np.ndarray, int], np.ndarray],
) -> np.ndarray:
    """Split or merge the lines along an axis."""
    line = np.moveaxis(block, axis, -1)
    degree = WAVELETS[wavelet]
    line = haar(line) if degree is None else spline(line, degree)
    return np.moveaxis(line, -1, axis)


def _haar_split(line: np.ndarray) -> np.ndarray:
    even, odd = line[..., ::2], line[..., 1::2]
    return np.concatenate([even + odd, even - odd], axis=-1) * _ROOT


def _haar_merge(line: np.ndarray) -> np.ndarray:
    half = line.shape[-1] // 2
    low, high = line[..., :half], line[..., half:]
    return np.stack([low + high, low - high], axis=-1).reshape(line.shape) * _ROOT


def _spline_split(line: np.ndarray, degree: int) -> np.ndarray:
    """Low and high half: ½ Σ over both aliases of the spectrum times the conjugate filter."""
    low, high = _filters(line.shape[-1], degree)
    spectrum, half = scipy.fft.fft(line), line.shape[-1] // 2
    parts = [spectrum * filter_.conj() for filter_ in (low, high)]
    return np.concatenate(
        [scipy.fft.ifft(0.5 * (p[..., :half] + p[..., half:])).real for p in parts], axis=-1
    )


def _spline_merge(line: np.ndarray, degree: int) -> np.ndarray:
    low, high = _filters(line.shape[-1], degree)
    half = line.shape[-1] // 2
    parts = [np.tile(scipy.fft.fft(p), 2) for p in (line[..., :half], line[..., half:])]
    return scipy.fft.ifft(parts[0] * low + parts[1] * high).real


@lru_cache(maxsize=32)
def _filters(n: int, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Low-pass H and high-pass e^(−iω) H(ω + π) on n frequencies."""
    omega = 2 * np.pi * np.arange(n) / n

    def low(w: np.ndarray) -> np.ndarray:
        return (
            np.sqrt(2)
            * np.cos(w / 2) ** (degree + 1)
            * np.sqrt(_sampled_spline(w, degree) / _sampled_spline(2 * w, degree))
        )

    return low(omega).astype(np.complex64), (np.exp(-1j * omega) * low(omega + np.pi)).astype(np.complex64)


def _sampled_spline(omega: np.ndarray, degree: int) -> np.ndarray:
    """Fourier series of the B-spline of degree 2n+1 at the whole numbers."""
    knots = np.arange(-(degree + 1), degree + 2.0)
    values = scipy.interpolate.BSpline.basis_element(knots)(np.arange(degree + 1.0))
    return values[0] + 2 * sum(v * np.cos(k * omega) for k, v in enumerate(values[1:], 1))
