"""Edges of a known PSF, and the distance of every pixel from them."""

from __future__ import annotations

import numpy as np

from ..psf.model import RadialModel
from .defects import shaded
from .noise import add_noise

_BOX_NODES = 8


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
    box: bool = False,
    radius: float | None = None,
    gradient: float = 0.0,
    kind: str = "white",
    correlation: float = 0.7,
) -> np.ndarray:
    """An edge sampled at the pixel centres, or integrated over the pixels.

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
        Standard deviation of the noise as a share of the step |v2 − v1|; for Poisson noise at the mean level.
    seed : int or Generator
    box : bool
        Integrate E over square pixels; else the model is taken to hold the pixel already.
    radius : float, optional
        Radius of curvature of the edge, px, its centre on the v2 side; by default the edge is straight.
    gradient : float
        Change of the illumination across the image, as a share of its mean; see `shaded`.
    kind : {"white", "correlated", "poisson"}
        Kind of the noise; see `add_noise`.
    correlation : float
        For correlated noise: standard deviation (px) of the Gaussian that white noise was filtered with.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    InputError
        If the kind of noise is unknown, or Poisson noise is asked for at levels that are not positive.
    """
    sampled = _box_esf if box else _point_esf
    image = v1 + (v2 - v1) * sampled(model, shape, angle, center, radius)
    if gradient:
        image = shaded(image, gradient)
    sd = noise * abs(v2 - v1)
    return add_noise(image, sd, seed, kind=kind, correlation=correlation, level=0.5 * (v1 + v2))


def distance(
    shape: tuple[int, int],
    angle: float,
    center: tuple[float, float] | None = None,
    radius: float | None = None,
    shift: tuple[float, float] = (0.0, 0.0),
) -> np.ndarray:
    """Signed distance (px) of each pixel centre, moved by `shift` (x, y), from the line of `edge_image`."""
    ny, nx = shape
    x0, y0 = center if center is not None else (nx / 2 - 0.7, ny / 2 - 3.9)
    y, x = np.ogrid[:ny, :nx]
    t = np.radians(angle)
    across, down = x + shift[0] - x0, y + shift[1] - y0
    if radius is None:
        return across * np.cos(t) + down * np.sin(t)
    return np.hypot(across + radius * np.cos(t), down + radius * np.sin(t)) - radius


def _point_esf(
    model: RadialModel,
    shape: tuple[int, int],
    angle: float,
    center: tuple[float, float] | None,
    radius: float | None,
) -> np.ndarray:
    """E at the pixel centres."""
    return model.esf(distance(shape, angle, center, radius))


def _box_esf(
    model: RadialModel,
    shape: tuple[int, int],
    angle: float,
    center: tuple[float, float] | None,
    radius: float | None,
) -> np.ndarray:
    """E averaged over each square pixel by a Gauss–Legendre rule, which is exact to rounding for smooth E."""
    nodes, weights = np.polynomial.legendre.leggauss(_BOX_NODES)
    out = np.zeros(shape)
    for u, wu in zip(nodes / 2, weights / 2, strict=True):
        for v, wv in zip(nodes / 2, weights / 2, strict=True):
            out += wu * wv * model.esf(distance(shape, angle, center, radius, (u, v)))
    return out
