"""Noise of a blurred picture, read from the details that the blur cannot have let through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

_SHARES = (0.5, 0.75, 0.9, 0.99)
_QUANTILES = (0.6745, 1.1503, 1.6449, 2.5758)  # below which those shares of |d| lie, in deviations
_SECOND_DIFFERENCE = np.array([1.0, -2.0, 1.0])


@dataclass(frozen=True)
class Noise:
    """Variance of the noise as a line over the gray value: variance = read² + gain · value.

    Attributes
    ----------
    gain : float
        Gray values per photon.
    read : float
        Standard deviation of the noise at gray value 0.
    """

    gain: float
    read: float

    def mean_square(self, level: float) -> float:
        """Variance at a gray value; at the mean of a picture it is the mean variance of its pixels."""
        return self.read**2 + self.gain * max(level, 0.0)

    def variance(self, model: np.ndarray) -> np.ndarray:
        """Variance of the noise of every pixel, for the noise-free picture; of its shape and type."""
        kind = model.dtype.type
        return kind(self.read**2) + kind(self.gain) * np.maximum(model, 0)

    def draw(self, model: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Gaussian noise of this variance, a new one at each call; of the shape and type of the picture."""
        return np.sqrt(self.variance(model)) * rng.standard_normal(model.shape, np.float32)


def _residual(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Product of second differences along the last two axes, of unit noise gain, and the local mean.

    Second differences along x and y annul every surface that is linear along either (Immerkær 1996,
    doi:10.1006/cviu.1996.0060): of a blurred picture little is left but its noise.
    """
    out = image.astype(np.float64 if image.dtype == np.float64 else np.float32)
    mean = out
    for axis in (-2, -1):
        if image.shape[axis] >= 3:
            out = scipy.ndimage.convolve1d(out, _SECOND_DIFFERENCE / np.sqrt(6.0), axis=axis, mode="reflect")
            mean = scipy.ndimage.uniform_filter1d(mean, 5, axis=axis, mode="reflect")
    return out, mean


def _inside(valid: np.ndarray | None, shape: tuple[int, ...]) -> np.ndarray:
    """Pixels whose neighbours were all valid."""
    if valid is None:
        return np.ones(shape, bool)
    footprint = np.ones((1,) * (len(shape) - 2) + (5, 5), bool)
    return scipy.ndimage.binary_erosion(valid, footprint, border_value=1)


def high_frequency_sd(image: np.ndarray, valid: np.ndarray | None = None) -> float:
    """Robust standard deviation of white noise in a blurred picture, gray values.

    The median modulus of Gaussian noise is 0.6745 of its deviation (Donoho & Johnstone 1994,
    doi:10.1093/biomet/81.3.425); where rounding makes it zero, a higher quantile serves. Noise that is
    correlated from pixel to pixel comes out too low.

    Parameters
    ----------
    image : ndarray, 2-D or 3-D
    valid : ndarray of bool, optional
        Pixels that count.

    Returns
    -------
    float
        0 where 99 % of the differences are no larger than single precision rounds.
    """
    residual, _ = _residual(image)
    inside = _inside(valid, image.shape)
    chosen = np.abs(residual[inside] if inside.any() else residual)
    least = 4 * np.finfo(residual.dtype).eps * float(np.abs(image).max())
    sizes = np.quantile(chosen, _SHARES) / _QUANTILES
    return float(next((size for size in sizes if size > least), 0.0))


def estimate_noise(image: np.ndarray, valid: np.ndarray | None = None, bins: int = 24) -> Noise:
    """Gain and read noise from the spread of the residual in classes of equal local mean.

    A line is fitted to the variances of the classes, which makes the estimate robust where structure remains.

    Parameters
    ----------
    image : ndarray, 2-D or 3-D
    valid : ndarray of bool, optional
        Pixels that count.
    bins : int
        Most classes; each has 100 pixels or more.
    """
    residual, mean = _residual(image)
    inside = _inside(valid, image.shape)
    residual, mean = residual[inside], mean[inside]
    if residual.size < 50:
        return Noise(0.0, float(residual.std()) if residual.size else 0.0)
    bins = max(1, min(bins, residual.size // 100))
    order = np.argsort(mean, kind="stable")
    classes = np.array_split(order, bins)
    level = np.array([mean[c].mean() for c in classes], dtype=float)
    variance = np.array([_variance(residual[c]) for c in classes])
    return _line(level, variance)


def _variance(residual: np.ndarray) -> float:
    """Mean square without the structure of a few pixels: 1 % of them may be left out, beyond five deviations.

    Few photons make the distribution coarse and skew: a more robust estimate would take photons for outliers.
    """
    square = residual.astype(np.float64) ** 2
    return float(square[square <= max(25 * square.mean(), np.quantile(square, 0.99))].mean())


def _line(level: np.ndarray, variance: np.ndarray) -> Noise:
    """Non-negative line variance = read² + gain · level, by least squares.

    The squares are weighted by 1 / variance. With 1 / variance² the dark classes would decide alone, and beside
    bright neighbours their mean is the least sure.
    """
    gain = read2 = 0.0
    fitted = np.maximum(variance, 1e-3 * variance.max() + 1e-30)
    for _ in range(5):
        root = 1 / np.sqrt(fitted)
        design = np.stack([np.ones_like(level), level], 1) * root[:, None]
        (read2, gain), *_ = np.linalg.lstsq(design, variance * root, rcond=None)
        if gain < 0:
            read2, gain = float(np.average(variance, weights=root**2)), 0.0
        elif read2 < 0:
            read2, gain = 0.0, max(float((level * variance * root**2).sum()), 0.0)
            gain /= max(float((level**2 * root**2).sum()), 1e-300)
        fitted = np.maximum(read2 + gain * level, 1e-3 * variance.max() + 1e-30)
    return Noise(float(gain), float(np.sqrt(max(read2, 0.0))))
