"""A PSF without a model: P(r) piecewise linear between knots, every value ≥ 0.

P is a sum of cones (a − r)₊, whose line and edge spread have closed forms, so that the hat functions between
them do too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .model import RadialModel, Shape, ShapeFamily


def _cone_line(a: np.ndarray, d: np.ndarray) -> np.ndarray:
    """LSF of the cone (a − r)₊ at d: a√(a²−d²) − d² arcosh(a/d)."""
    d = np.minimum(np.abs(d), a)
    ratio = np.maximum(a / np.maximum(d, 1e-12 * a), 1.0)
    return a * np.sqrt(a * a - d * d) - d * d * np.arccosh(ratio)


def cone_edge(a: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Volume of the cone (a − r)₊ beyond the line at d."""
    size = np.minimum(np.abs(d), a)
    ratio = np.maximum(a / np.maximum(size, 1e-12 * a), 1.0)
    root = np.sqrt(a * a - size * size)
    beyond = a**3 / 3 * np.arccos(size / a) - 2 / 3 * a * size * root + size**3 / 3 * np.arccosh(ratio)
    return np.where(d >= 0, beyond, np.pi * a**3 / 3 - beyond)


def hat_table(
    function: Callable[[np.ndarray, np.ndarray], np.ndarray], knots: np.ndarray, d: np.ndarray
) -> np.ndarray:
    """A function of cones turned into the function of the hats at each knot, shape (len(d), len(knots)).

    The hat at r_k is (cone_{k+1} − 2 cone_k + cone_{k−1})/h; the first one is half a hat, highest at r = 0.
    """
    step = knots[1] - knots[0]
    ends = np.concatenate([knots[1:], [knots[-1] + step]])
    cones = np.stack([function(a, d) for a in ends], axis=-1)
    hats = cones.copy()
    hats[..., 1:] -= 2 * cones[..., :-1]
    hats[..., 2:] += cones[..., :-2]
    return hats / step


class FreePsf(RadialModel):
    """P(r) by its values at equally spaced knots from r = 0; zero one step beyond the last.

    Parameters
    ----------
    knots : array_like, shape (n,)
        Radii, px.
    values : array_like, shape (n,)
        Values of P at the knots; they are scaled to energy 1.
    """

    name = "free"

    def __init__(self, knots: npt.ArrayLike, values: npt.ArrayLike):
        self.knots = np.asarray(knots, dtype=np.float64)
        values = np.asarray(values, dtype=np.float64)
        # Kept as they came: scaling what is scaled already would change the last digit.
        self._given = values
        volume = hat_table(cone_edge, self.knots, np.array([-self._end]))[0] @ values
        self.values = values / volume

    @property
    def _end(self) -> float:
        return 2 * self.knots[-1] - self.knots[-2]

    @property
    def parameters(self) -> dict[str, float]:
        """Empty: the values at the knots have no names."""
        return {}

    @property
    def arguments(self) -> tuple[Any, ...]:
        """(knots, values) as lists of numbers would give them."""
        return tuple(self.knots.tolist()), tuple(self._given.tolist())

    @property
    def description(self) -> str:
        """Number of values, and the reach."""
        return f"{self.name}({len(self.knots)} values to r={self.reach:.4g})"

    @property
    def reach(self) -> float:
        """Radius (px) at which P ends, one step beyond the last knot."""
        return float(self._end)

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d), closed form; d in px."""
        d = np.asarray(d, dtype=np.float64)
        return (hat_table(cone_edge, self.knots, d.ravel()) @ self.values).reshape(d.shape)

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d), closed form, px⁻¹."""
        d = np.asarray(d, dtype=np.float64)
        return (hat_table(_cone_line, self.knots, d.ravel()) @ self.values).reshape(d.shape)

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r), linear between the knots, px⁻²."""
        r = np.abs(np.asarray(r, dtype=np.float64))
        return np.interp(r, np.append(self.knots, self._end), np.append(self.values, 0.0))


class FreeFamily(ShapeFamily):
    """The family of free PSFs on given knots; the shape numbers are the values of P at the knots."""

    name = "free"

    def __init__(self, knots: np.ndarray):
        self.knots = knots
        self.lower = (0.0,) * len(knots)
        self.upper = (np.inf,) * len(knots)

    def difference(self, shape: Shape) -> float:
        """A thousandth of the highest value."""
        return 1e-3 * float(np.max(shape))

    def model(self, shape: Shape) -> FreePsf:
        """The free PSF with these values, those below zero taken as zero."""
        return FreePsf(self.knots, np.maximum(shape, 0.0))

    def esf_and_gradient(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E and dE/dd; the derivatives by the values are given as 0, since no fit varies them."""
        model = self.model(shape)
        return model.esf(d), -model.lsf(d), np.zeros((len(self.knots), d.size))


class FrozenFamily(ShapeFamily):
    """A shape that is kept while levels, line and extras are fitted; the edge is tabulated for speed."""

    name = "frozen"

    def __init__(self, model: RadialModel):
        self._model = model
        self._grid = np.linspace(-model.reach, model.reach, 4001)
        self._esf, self._slope = model.esf(self._grid), -model.lsf(self._grid)

    def esf_and_gradient(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E and dE/dd from the table; no shape number."""
        esf = np.interp(d, self._grid, self._esf, left=1.0, right=0.0)
        return esf, np.interp(d, self._grid, self._slope, left=0.0, right=0.0), np.empty((0, d.size))

    def model(self, shape: Shape) -> RadialModel:
        """The model that is kept."""
        return self._model
