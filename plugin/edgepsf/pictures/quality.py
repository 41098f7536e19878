"""Figures of merit of a picture: PSNR, SSIM."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy


def psnr(
    image: npt.ArrayLike, truth: npt.ArrayLike, region: np.ndarray | None = None, peak: float | None = None
) -> float:
    """Peak signal-to-noise ratio, dB; infinite without any error, NaN without any pixel.

    Parameters
    ----------
    image, truth : array_like, same shape
    region : bool array of that shape, optional
        The pixels that count; by default all.
    peak : float, optional
        The peak, a difference of gray values; by default the range of the truth (in the region).
    """
    image, truth = _inside(image, region), _inside(truth, region)
    if truth.size == 0:
        return float("nan")
    error = np.mean((image - truth) ** 2)
    peak = np.ptp(truth) if peak is None else peak
    return float(10 * np.log10(peak**2 / error)) if error > 0 else float("inf")


def ssim(image: npt.ArrayLike, truth: npt.ArrayLike, region: np.ndarray | None = None) -> float:
    """Mean structural similarity under a Gaussian window of 1.5 px (Wang et al. 2004, doi:10.1109/TIP.2003.819861).

    The window reaches 5 px; pixels nearer to the border of the picture are left out where others remain.

    Parameters
    ----------
    image, truth : array_like, same shape, 2-D
    region : bool array of that shape, optional
        The pixels whose mean is taken; by default all.
    """
    x, y = (np.asarray(each, dtype=np.float64) for each in (image, truth))
    low, high = (scale * np.ptp(_inside(truth, region)) for scale in (0.01, 0.03))

    def mean(a: np.ndarray) -> np.ndarray:
        """The mean of each pixel's neighbours under the window."""
        return scipy.ndimage.gaussian_filter(a, 1.5, truncate=3.5)

    mx, my = mean(x), mean(y)
    vx, vy, covariance = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    top = (2 * mx * my + low**2) * (2 * covariance + high**2)
    found = top / ((mx * mx + my * my + low**2) * (vx + vy + high**2))
    inner = np.zeros(x.shape, dtype=bool)
    inner[5:-5, 5:-5] = True
    region = np.ones(x.shape, dtype=bool) if region is None else region
    return float(found[inner & region if (inner & region).any() else region].mean())


def _inside(image: npt.ArrayLike, region: np.ndarray | None) -> np.ndarray:
    """The pixels of a region, or the whole image, float64."""
    image = np.asarray(image, dtype=np.float64)
    return image if region is None else image[region]
