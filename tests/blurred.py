"""Blurred pictures and kernels that several tests of deconvolution share."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve


def gaussian(shape, sd=1.5):
    """A Gaussian kernel of height 1, its centre at index n // 2."""
    grids = np.meshgrid(*(np.arange(n) - n // 2 for n in shape), indexing="ij")
    return np.exp(-sum(g**2 for g in grids) / (2 * sd**2))


def blobs(shape=(40, 43), noise=0.0):
    """A few soft blobs on a level of 10, up to about 110."""
    rng = np.random.default_rng(1)
    grids = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    out = np.full(shape, 10.0)
    for _ in range(6):
        centre = [rng.uniform(0.15 * n, 0.85 * n) for n in shape]
        out += 60 * np.exp(-sum((g - c) ** 2 for g, c in zip(grids, centre, strict=True)) / 18)
    return out + noise * rng.standard_normal(shape)


def photograph(kernel, peak, seed=0, size=140, corner=(110, 170)):
    """Blurred photograph with photon noise, the truth in its field, and the truth that is wider than the field."""
    from skimage.data import camera

    half = kernel.shape[0] // 2
    part = camera()[corner[0] : corner[0] + size + 2 * half, corner[1] : corner[1] + size + 2 * half]
    wide = (part / 255.0) ** 2.2 * peak
    blurred = np.clip(fftconvolve(wide, kernel, mode="valid"), 0, None)
    truth = wide[half:-half, half:-half]
    return np.random.default_rng(seed).poisson(blurred).astype(np.float32), truth, wide
