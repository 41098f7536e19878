"""The pixel box: an edge of the optical PSF as pixels of unit width see it.

A pixel averages over its area. Along the normal of an edge at angle θ that is the average over two boxes of
widths |cos θ| and aspect · |sin θ|, done here by Gauss–Legendre quadrature.
"""

from __future__ import annotations

import numpy as np

from .model import RadialModel, Shape, ShapeFamily

_NODES = 3


def _shifts(width: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the average over a box of this width."""
    if width < 1e-6:
        return np.zeros(1), np.ones(1)
    x, w = np.polynomial.legendre.leggauss(_NODES)
    return 0.5 * width * x, 0.5 * w


class PixelFamily(ShapeFamily):
    """A family seen through the pixel box; its models are the optical PSFs, without the box.

    Parameters
    ----------
    family : ShapeFamily
    angle : float
        Direction of the edge normal, radians.
    aspect : float
        Height of a pixel divided by its width.
    """

    def __init__(self, family: ShapeFamily, angle: float, aspect: float = 1.0):
        self.family = family
        self.name, self.lower, self.upper = family.name, family.lower, family.upper
        a, wa = _shifts(abs(np.cos(angle)))
        b, wb = _shifts(aspect * abs(np.sin(angle)))
        self._shift = (a[:, None] + b).ravel()
        self._weight = (wa[:, None] * wb).ravel()

    def start(self, p: float) -> np.ndarray:
        """First shape: the one of the family without the box."""
        return self.family.start(p)

    def esf_and_gradient(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E, dE/dd and dE/dshape of the family, averaged over the box."""
        esf, slope, gradient = np.zeros_like(d), np.zeros_like(d), np.zeros((len(self.lower), *d.shape))
        for shift, weight in zip(self._shift, self._weight, strict=True):
            e, s, g = self.family.esf_and_gradient(shape, d - shift)
            esf, slope, gradient = esf + weight * e, slope + weight * s, gradient + weight * g
        return esf, slope, gradient

    def model(self, shape: Shape) -> RadialModel:
        """The optical PSF with this shape."""
        return self.family.model(shape)


def pixel_average(model: RadialModel, x: np.ndarray, y: np.ndarray, aspect: float) -> np.ndarray:
    """P averaged over the pixels centred at (x, y), in pixel widths, px⁻².

    Parameters
    ----------
    model : RadialModel
    x, y : ndarray
        Centres; their shapes are broadcast against one another.
    aspect : float
        Height of a pixel divided by its width.
    """
    nodes, weights = np.polynomial.legendre.leggauss(7)
    out = np.zeros(np.broadcast_shapes(x.shape, y.shape))
    for dy, wy in zip(0.5 * aspect * nodes, 0.5 * weights, strict=True):
        for dx, wx in zip(0.5 * nodes, 0.5 * weights, strict=True):
            out += wx * wy * model.sampled(np.hypot(x + dx, y + dy))
    return out
