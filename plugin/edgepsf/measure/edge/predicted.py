"""The picture that an edge makes at samples, and its derivatives, which are computed where they are asked for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...psf.model import ShapeFamily
from .samples import Samples
from .slots import (
    ACROSS1,
    ACROSS2,
    ALONG1,
    ALONG2,
    ANGLE,
    CURVATURE,
    OFFSET,
    SCENE,
    SHAPE,
    V1,
    V2,
)

Curve = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


class Predicted:
    """Values of a model at samples, in steps; see `Scene` for the formula.

    Parameters
    ----------
    samples : Samples
    reach : float
        Unit of the gradients, px.
    curve : callable or None
        Maps light to values: light → (value, derivative).
    family : ShapeFamily
    parameters : ndarray, shape (9 + k,)

    Attributes
    ----------
    values : ndarray, shape (samples,)
    """

    def __init__(
        self, samples: Samples, reach: float, curve: Curve | None, family: ShapeFamily, parameters: np.ndarray
    ):
        low, high, angle, offset, self._curvature = parameters[: CURVATURE + 1]
        across1, along1, across2, along2 = parameters[ACROSS1 : ALONG2 + 1]
        cosine, sine = np.cos(angle), np.sin(angle)
        self._reach = reach
        self._normal = samples.x * cosine + samples.y * sine
        self._along = along = samples.y * cosine - samples.x * sine
        self._d = d = self._normal - offset
        if self._curvature:
            d -= 0.5 * self._curvature * along**2
        self._esf, self._of_shape = esf, _ = family.edge(parameters[SHAPE], d)
        self._contrast = high - low
        self._tilts: tuple[np.ndarray, np.ndarray] | None = None
        self.values = low + self._contrast * esf
        if across1 or along1 or across2 or along2:
            # Without gradients, most often, these are passes over zeros.
            self._contrast = self._contrast + ((across2 - across1) * d + (along2 - along1) * along) / reach
            tilt_across = (across1 + (across2 - across1) * esf) / reach
            tilt_along = (along1 + (along2 - along1) * esf) / reach
            self._tilts = tilt_across, tilt_along
            self.values = self.values + tilt_across * d + tilt_along * along
        self._steepness: np.ndarray | None = None
        if curve is not None:
            self.values, self._steepness = curve(self.values)

    def jacobian(self, free: np.ndarray) -> np.ndarray:
        """Derivatives of the values by the free parameters, shape (free parameters, samples).

        Parameters
        ----------
        free : ndarray of bool, shape (9 + k,)
        """
        used = np.nonzero(free[SCENE])[0]
        out = np.empty((np.count_nonzero(free), self._d.size))
        slope, shapes = self._of_shape()
        by_d = self._contrast * slope
        if self._tilts is not None:
            by_d = by_d + self._tilts[0]
        for row, index in enumerate(used.tolist()):
            out[row] = self._column(index, by_d)
        if len(used) < len(out):
            out[len(used) :] = self._contrast * shapes[free[SHAPE]]
        if self._steepness is not None:
            out *= self._steepness
        return out

    @property
    def esf(self) -> np.ndarray:
        """E at the samples, without a curve the derivative by the level v2, shape (samples,)."""
        return self._esf

    def _column(self, index: int, by_d: np.ndarray) -> np.ndarray:
        """The derivative by a parameter of the scene, from the one by the distance; without the curve."""
        esf, along = self._esf, self._along
        if index == V1:
            return 1.0 - esf
        if index == V2:
            return esf
        if index == ANGLE:
            return self._by_angle(by_d * along)
        if index == OFFSET:
            return -by_d
        if index == CURVATURE:
            return -0.5 * along**2 * by_d
        share = 1.0 - esf if index in (ACROSS1, ALONG1) else esf
        return share * (self._d if index in (ACROSS1, ACROSS2) else along) / self._reach

    def _by_angle(self, turned: np.ndarray) -> np.ndarray:
        """The derivative by the angle, from the one of a straight line between flat plateaus."""
        if self._curvature:
            turned = turned * (1.0 + self._curvature * self._normal)
        return turned if self._tilts is None else turned - self._tilts[1] * self._normal
