"""Synthetic edges with a known truth, for tests, benchmarks and one's own trials."""

from __future__ import annotations

import numpy as np

from .psf.model import RadialModel


def edge_image(
    model: RadialModel,
    shape: tuple[int, int] = (128, 128),
    *,
    angle: float = 5.0,
    center: tuple[float, float] | None = None,
    v1: float = 30.0,
    v2: float = 100.0,
    noise: float = 0.0,
    seed: int | np.random.Generator | None = 0,
) -> np.ndarray:
    """A straight edge sampled at the pixel centres.

    Parameters
    ----------
    model : RadialModel
        Gives E(d).
    shape : (ny, nx)
    angle : float
        Direction of the normal towards v1, degrees (x right, y down).
    center : (x, y), optional
        Point of the edge, px; by default a little off the middle.
    v1, v2 : float
        Levels, v1 on the side d > 0.
    noise : float
        Standard deviation of white Gaussian noise as a share of the step |v2 − v1|.
    seed : int or Generator

    Returns
    -------
    ndarray of float64
    """
    d = distance(shape, angle, center)
    rng = np.random.default_rng(seed)
    return v1 + (v2 - v1) * model.esf(d) + noise * abs(v2 - v1) * rng.standard_normal(shape)


def distance(shape: tuple[int, int], angle: float, center: tuple[float, float] | None = None) -> np.ndarray:
    """Signed distance (px) of each pixel centre from the line of `edge_image`."""
    ny, nx = shape
    x0, y0 = center if center is not None else (nx / 2 - 0.7, ny / 2 - 3.9)
    y, x = np.ogrid[:ny, :nx]
    t = np.radians(angle)
    return (x - x0) * np.cos(t) + (y - y0) * np.sin(t)
