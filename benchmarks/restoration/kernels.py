"""Point spread functions of the scenes, each of sum 1."""

from __future__ import annotations

import numpy as np
from benchmarks.photographs import disk

__all__ = ["SIX", "disk", "gaussian", "motion", "uniform"]


def gaussian(sd: float, ndim: int = 2) -> np.ndarray:
    """Gaussian on the pixel grid, sampled, out to five deviations."""
    half = max(1, int(np.ceil(5 * sd)))
    profile = np.exp(-(np.arange(-half, half + 1) ** 2) / (2 * sd**2))
    kernel = profile
    for _ in range(ndim - 1):
        kernel = np.multiply.outer(kernel, profile)
    return kernel / kernel.sum()


def uniform(side: int) -> np.ndarray:
    """A square of equal values."""
    return np.full((side, side), 1.0 / side**2)


def binomial() -> np.ndarray:
    """[1 4 6 4 1]ᵀ [1 4 6 4 1] / 256."""
    row = np.array([1.0, 4.0, 6.0, 4.0, 1.0])
    return np.outer(row, row) / 256


def reciprocal(half: int = 7) -> np.ndarray:
    """1 / (1 + x² + y²) over ±half px."""
    x = np.arange(-half, half + 1)
    kernel = 1.0 / (1 + x[:, None] ** 2 + x**2)
    return kernel / kernel.sum()


def motion(length: float, degrees: float = 30.0) -> np.ndarray:
    """A line of this length (px) at this angle, with the pixel box: samples shared among the four nearest pixels."""
    half = int(np.ceil(length / 2)) + 1
    t = np.linspace(-length / 2, length / 2, 2001)
    x, y = (half + t * turn(np.deg2rad(degrees)) for turn in (np.cos, np.sin))
    kernel = np.zeros((2 * half + 1,) * 2)
    for i in (0, 1):
        for j in (0, 1):
            row, column = np.floor(y).astype(int) + i, np.floor(x).astype(int) + j
            np.add.at(kernel, (row, column), (1 - abs(y - row)) * (1 - abs(x - column)))
    return kernel / kernel.sum()


# Scenario: its kernel, and the variance of its noise (gray values 0 … 255), or None for a BSNR of 40 dB.
SIX = {
    1: (reciprocal(), 2.0),
    2: (reciprocal(), 8.0),
    3: (uniform(9), None),
    4: (binomial(), 49.0),
    5: (gaussian(1.6), 4.0),
    6: (gaussian(0.4), 64.0),
}
