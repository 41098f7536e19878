"""Noise as cameras have it: white, correlated, or of counted photons."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from ..errors import InputError

NOISE_KINDS = ("white", "correlated", "poisson")


def add_noise(
    image: np.ndarray,
    sd: float,
    seed: int | np.random.Generator | None = 0,
    *,
    kind: str = "white",
    correlation: float = 0.7,
    level: float | None = None,
) -> np.ndarray:
    """The image with noise of standard deviation `sd`, in gray values.

    Parameters
    ----------
    image : ndarray
    sd : float
    seed : int or Generator
    kind : {"white", "correlated", "poisson"}
        "poisson" counts photons: variance proportional to the gray value.
    correlation : float
        Standard deviation (px) of the Gaussian filter of correlated noise.
    level : float, optional
        Gray value at which Poisson noise has the deviation `sd`; by default the image's mean.

    Raises
    ------
    InputError
        If the kind is unknown, or Poisson noise meets gray values below zero.
    """
    if kind not in NOISE_KINDS:
        raise InputError(f'unknown kind of noise "{kind}": use one of {", ".join(NOISE_KINDS)}')
    rng = np.random.default_rng(seed)
    if kind == "white":
        return image + sd * rng.standard_normal(image.shape)
    if kind == "correlated":
        return image + sd * correlated_noise(image.shape, correlation, rng)
    level = float(image.mean()) if level is None else level
    if image.min() < 0 or level <= 0:
        raise InputError(f"Poisson noise needs gray values above zero, not {min(image.min(), level):g}")
    if sd == 0:
        return image.copy()
    photons = level / sd**2
    return rng.poisson(image * photons) / photons


def correlated_noise(
    shape: tuple[int, int], width: float, seed: int | np.random.Generator | None = 0
) -> np.ndarray:
    """White noise filtered with a Gaussian of standard deviation `width` px, scaled to variance 1.

    Its correlation at a distance of d px is exp(−d²/4 width²).
    """
    rng = np.random.default_rng(seed)
    margin = int(np.ceil(5 * width)) + 1
    white = rng.standard_normal((shape[0] + 2 * margin, shape[1] + 2 * margin))
    # The discrete kernel sets the variance of the sum, not the continuous Gaussian.
    impulse = np.zeros(2 * margin + 1)
    impulse[margin] = 1.0
    power = (gaussian_filter(impulse, width, truncate=5.0) ** 2).sum()
    filtered = gaussian_filter(white, width, truncate=5.0)[margin:-margin, margin:-margin]
    return filtered / power  # √ of the power on each of the two axes
