"""Figures of merit of a picture: PSNR, SSIM."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter


def psnr(image, truth, region: np.ndarray | None = None) -> float:
    """Peak signal-to-noise ratio, dB; the peak is the range of the truth (in the region).

    Parameters
    ----------
    image, truth : ndarray, same shape
    region : bool array of that shape, optional
    """
    image, truth = (_inside(each, region) for each in (image, truth))
    error = np.mean((image - truth) ** 2)
    return float(10 * np.log10(np.ptp(truth) ** 2 / error)) if error > 0 else float("inf")


def ssim(image, truth, region: np.ndarray | None = None) -> float:
    """Mean structural similarity under a Gaussian window of 1.5 px (Wang et al. 2004, doi:10.1109/TIP.2003.819861).

    The window reaches 5 px; pixels nearer to the border of the picture are left out where others remain.

    Parameters
    ----------
    image, truth : ndarray, same shape
    region : bool array of that shape, optional
    """
    x, y = (np.asarray(each, dtype=np.float64) for each in (image, truth))
    low, high = (scale * np.ptp(_inside(truth, region)) for scale in (0.01, 0.03))

    def mean(a):
        return gaussian_filter(a, 1.5, truncate=3.5)

    mx, my = mean(x), mean(y)
    vx, vy, covariance = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    top = (2 * mx * my + low**2) * (2 * covariance + high**2)
    found = top / ((mx * mx + my * my + low**2) * (vx + vy + high**2))
    inner = np.zeros(x.shape, dtype=bool)
    inner[5:-5, 5:-5] = True
    region = np.ones(x.shape, dtype=bool) if region is None else region
    return float(found[inner & region if (inner & region).any() else region].mean())


def _inside(image, region: np.ndarray | None) -> np.ndarray:
    image = np.asarray(image, dtype=np.float64)
    return image if region is None else image[region]
