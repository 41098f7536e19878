"""Figures of a sharpened picture: misfit when blurred again, overshoot, contrast of details."""

from __future__ import annotations

import numpy as np
import scipy

from .compared import ComparedPictures

CONTRASTS = (0.5, 0.2, 0.1)  # of the blurred picture, at whose frequencies the results are compared


def sharpness(picture: np.ndarray, compared: ComparedPictures, kernel: np.ndarray) -> dict[str, float]:
    """The figures of one of the pictures of a comparison: residual, overshoot and contrasts (see `Comparison`)."""
    region, blurred = compared.region, compared.blurred
    inner = interior(region, kernel)
    return {
        "residual": residual(picture, blurred, kernel, inner) / compared.noise,
        "overshoot": overshoot(picture, blurred, kernel, region),
        **contrasts(picture, blurred, kernel, region),
    }


def interior(region: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Pixels of the region that nothing beyond the picture's border reaches; all if there are none."""
    inside = np.zeros_like(region)
    ky, kx = (k // 2 for k in kernel.shape)
    inside[ky : max(inside.shape[0] - ky, ky), kx : max(inside.shape[1] - kx, kx)] = True
    return region & inside if (region & inside).any() else region


def overshoot(picture: np.ndarray, blurred: np.ndarray, kernel: np.ndarray, region: np.ndarray) -> float:
    """99th percentile of the excess beyond the blurred values within the reach of the blur, % of their range."""
    low, high = (
        each(blurred, size=_reach(kernel))
        for each in (scipy.ndimage.minimum_filter, scipy.ndimage.maximum_filter)
    )
    excess = np.maximum(np.maximum(picture - high, low - picture), 0)[region]
    return float(100 * np.percentile(excess, 99) / np.ptp(blurred[region]))


def _reach(kernel: np.ndarray) -> int:
    """Odd width of the square that holds 90 % of the PSF."""
    y, x = np.indices(kernel.shape)
    distance = np.maximum(abs(y - kernel.shape[0] // 2), abs(x - kernel.shape[1] // 2))
    energy = np.cumsum(np.bincount(distance.ravel(), kernel.ravel()))
    return 2 * int(np.searchsorted(energy, 0.9)) + 1


def residual(picture: np.ndarray, blurred: np.ndarray, kernel: np.ndarray, inner: np.ndarray) -> float:
    """RMS over the inner pixels of the picture blurred again minus the data, gray values."""
    from scipy.signal import fftconvolve  # slow to import

    margins = [((k - 1) // 2, k // 2) for k in kernel.shape]  # the kernel's centre is at k // 2
    again = fftconvolve(np.pad(picture.astype(np.float64), margins, mode="symmetric"), kernel, mode="valid")
    return float(np.sqrt(np.mean((again - blurred)[inner] ** 2)))


def contrasts(
    picture: np.ndarray, blurred: np.ndarray, kernel: np.ndarray, region: np.ndarray
) -> dict[str, float]:
    """Contrast (%) of a result at the frequencies where the PSF leaves 50, 20 and 10 %.

    The contrast that the blur leaves, times the gain of the result over the blurred picture: the regression of
    their spectra in a ring of frequencies, under a Hann window over the region's bounding box.
    """
    rows, columns = (np.nonzero(region.any(axis=axis))[0] for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    window = np.outer(*(np.hanning(s.stop - s.start + 2)[1:-1] for s in box)) * region[box]
    before, after = (_spectrum(each[box], window) for each in (blurred, picture))
    nu = np.hypot(*np.meshgrid(*(scipy.fft.fftfreq(n) for n in window.shape), indexing="ij"))
    half = max(0.01, 1.0 / min(window.shape))
    out = {}
    for level in CONTRASTS:
        ring = np.abs(nu - mtf_frequency(kernel, level)) <= half
        power = float((np.abs(before[ring]) ** 2).sum())
        gain = (after[ring] * before[ring].conj()).real.sum() / power if power > 0 else np.nan
        out[f"contrast_{100 * level:.0f}"] = float(100 * level * gain)
    return out


def _spectrum(image: np.ndarray, window: np.ndarray) -> np.ndarray:
    mean = (image * window).sum() / window.sum()
    return scipy.fft.fft2((image.astype(np.float64) - mean) * window)


def mtf_frequency(kernel: np.ndarray, level: float) -> float:
    """Lowest frequency (cycles/px) at which the MTF, averaged over all directions, falls to a level; NaN if none."""
    size = max(512, 2 * max(kernel.shape))
    mtf = np.abs(scipy.fft.fft2(kernel, (size, size)))
    nu = np.hypot(*np.meshgrid(scipy.fft.fftfreq(size), scipy.fft.fftfreq(size), indexing="ij"))
    ring = np.rint(nu * size).astype(int).ravel()
    count = np.bincount(ring)
    mean, at = (np.bincount(ring, each.ravel()) / count for each in (mtf, nu))
    below = np.nonzero(mean[: size // 2 + 1] <= level)[0]
    if not below.size or below[0] == 0:
        return float("nan")
    i = below[0]
    return float(np.interp(level, mean[[i, i - 1]], at[[i, i - 1]]))
