"""Defects of an image besides noise: shading, dead and hot pixels, clipping, whole gray values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def shaded(image: np.ndarray, share: float, angle: float = 30.0) -> np.ndarray:
    """The image under light that changes by `share` of its mean from corner to corner along `angle` (degrees)."""
    ny, nx = image.shape
    t = np.radians(angle)
    y, x = np.ogrid[:ny, :nx]
    ramp = (x - (nx - 1) / 2) * np.cos(t) + (y - (ny - 1) / 2) * np.sin(t)
    return image * (1.0 + share * ramp / np.ptp(ramp))


def with_hot_pixels(
    image: np.ndarray, share: float, low: float, high: float, seed: int | np.random.Generator | None = 0
) -> np.ndarray:
    """The image with a share of its pixels, chosen at random, at `low` (dead) or `high` (hot)."""
    rng = np.random.default_rng(seed)
    out = image.copy()
    bad = rng.random(image.shape) < share
    out[bad] = rng.choice([low, high], int(bad.sum()))
    return out


def clipped_at(image: np.ndarray, share: float, v1: float, v2: float) -> np.ndarray:
    """The image overexposed: cut off at `share` of the step above the darker level."""
    return np.minimum(image, min(v1, v2) + share * abs(v2 - v1))


def quantised(image: np.ndarray, dtype: npt.DTypeLike) -> np.ndarray:
    """The image rounded and cut to an integer type."""
    limits = np.iinfo(dtype)
    return np.clip(np.rint(image), limits.min, limits.max).astype(dtype)
