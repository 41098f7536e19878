"""Noise of a blurred picture, read from the details that the blur cannot have let through.

White noise is read from second differences. With the blur at hand three more things are told: noise that is correlated
from pixel to pixel (demosaiced, denoised, resampled, JPEG), which second differences see too weak; structure that
second differences see beside a small blur; and noise far below the structure that a narrow blur lets through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from .operator import Blur
from .patches import weakest_component
from .periodogram import Reading, fall_of, fit_spectrum, mean_fall

_SHARES = (0.5, 0.75, 0.9, 0.99)
_QUANTILES = (0.6745, 1.1503, 1.6449, 2.5758)  # below which those shares of |d| lie, in deviations
_SECOND_DIFFERENCE = np.array([1.0, -2.0, 1.0])
_TAPS = 33  # of the kernel that makes white noise correlated
_LOWER = 0.95  # part of the variance of second differences from which on another estimate is believed
_BLIND, _BLIND_SHARE = 0.005, 0.2  # |H|², and the share of frequencies below it: they show the noise alone


@dataclass(frozen=True)
class Noise:
    """Variance of the noise as a line over the gray value: variance = read² + gain · value.

    Attributes
    ----------
    gain : float
        Gray values per photon.
    read : float
        Standard deviation of the noise at gray value 0.
    fall : (float, float)
        (b, c) of the spectrum exp(−b (fx² + fy²) − c (fx⁴ + fy⁴)), f in cycles per pixel along the last two axes;
        (0, 0) for white noise. Correlated noise has the same spectrum at every gray value.
    """

    gain: float
    read: float
    fall: tuple[float, float] = (0.0, 0.0)

    @property
    def white(self) -> bool:
        """Whether the noise is independent from pixel to pixel."""
        return self.fall == (0.0, 0.0)

    def mean_square(self, level: float) -> float:
        """Variance at a gray value; at the mean of a picture it is the mean variance of its pixels."""
        return self.read**2 + self.gain * max(level, 0.0)

    def variance(self, model: np.ndarray) -> np.ndarray:
        """Variance of the noise of every pixel, for the noise-free picture; of its shape and type."""
        kind = model.dtype.type
        return kind(self.read**2) + kind(self.gain) * np.maximum(model, 0)

    def power(self, frequency: np.ndarray) -> np.ndarray:
        """Relative power along one of the last two axes, of mean 1; the frequency in cycles per pixel.

        The power of a frequency is the product of both.
        """
        return fall_of(frequency, self.fall) / mean_fall(self.fall)

    def draw(self, model: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Gaussian noise of this variance and spectrum, a new one at each call; of the picture's shape and type."""
        unit = rng.standard_normal(model.shape, np.float32)
        if not self.white:
            kernel = np.fft.fftshift(np.fft.ifft(np.sqrt(self.power(np.fft.fftfreq(_TAPS)))).real)
            kernel = (kernel / np.sqrt((kernel**2).sum())).astype(np.float32)
            for axis in (-2, -1):
                unit = scipy.ndimage.convolve1d(unit, kernel, axis=axis, mode="wrap")
        return np.sqrt(self.variance(model)) * unit

    def times(self, factor: float, fall: tuple[float, float] | None = None) -> Noise:
        """The noise with its variance multiplied, and another spectrum."""
        fall = self.fall if fall is None else fall
        return Noise(self.gain * factor, self.read * float(np.sqrt(factor)), fall)


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


def estimate_noise(
    image: np.ndarray, valid: np.ndarray | None = None, bins: int = 24, blur: Blur | None = None
) -> Noise:
    """Gain and read noise from the spread of the residual in classes of equal local mean.

    A line is fitted to the variances of the classes, which makes the estimate robust where structure remains. The
    blur, where it is given, tells whether the noise is correlated, and what of the residual is structure.

    Parameters
    ----------
    image : ndarray, 2-D or 3-D
    valid : ndarray of bool, optional
        Pixels that count.
    bins : int
        Most classes; each has 100 pixels or more.
    blur : Blur, optional
        The blur of the picture.
    """
    noise = _of_differences(image, valid, bins)
    return noise if blur is None else _with_blur(noise, image, valid, blur)


def _with_blur(noise: Noise, image: np.ndarray, valid: np.ndarray | None, blur: Blur) -> Noise:
    """The noise of second differences, corrected by what the blur lets see."""
    level = float((image if valid is None else image[valid]).mean(dtype=np.float64))
    told = noise.mean_square(level)
    if not told > 0:
        return noise
    if not seen_in(blur):
        weakest = weakest_component(image, valid)
        return noise if weakest is None or weakest > _LOWER * told else noise.times(weakest / told)
    spectrum = fit_spectrum(image, valid, blur)
    if spectrum is None:
        return noise
    if spectrum.correlated and spectrum.falling.variance > told:
        return noise.times(spectrum.falling.variance / told, spectrum.falling.fall)
    white = max(spectrum.white.variance, spectrum.falling.variance)
    return noise if white > _LOWER * told or not white > 0 else noise.times(white / told)


def noise_of(reading: Reading) -> Noise:
    """The noise of a spectrum, the same at every gray value."""
    return Noise(0.0, float(np.sqrt(reading.variance)), reading.fall)


def seen_in(blur: Blur) -> bool:
    """Whether a blur hides so much of the scene that the spectrum shows the noise alone."""
    return float(np.mean(np.abs(blur.otf[..., ::2, ::2]) ** 2 < _BLIND)) > _BLIND_SHARE


def _of_differences(image: np.ndarray, valid: np.ndarray | None, bins: int) -> Noise:
    """White noise from second differences."""
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
