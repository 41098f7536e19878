"""The picture that an edge makes at samples, and its derivatives, which are computed where they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...psf.model import Derivatives, ShapeFamily
from .samples import Samples
from .slots import (
    ACROSS1,
    ACROSS2,
    ALONG1,
    ANGLE,
    CURVATURE,
    OFFSET,
    SCENE,
    SHAPE,
    V1,
    V2,
)

Curve = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Predicted:
    """Values of a model at samples, in steps; see `Scene` for the formula.

    Attributes
    ----------
    values : ndarray, shape (samples,)
    esf : ndarray, shape (samples,)
        E at the samples; without a curve it is the derivative by the level v2.
    d, along, normal : ndarray, shape (samples,)
        Distance to the line, position along it, and distance to the straight line through the centre, px.
    of_shape : callable
        Gives dE/dd and the derivatives of E by the shape numbers.
    contrast : float or ndarray
        v2 − v1, with the gradients where there are any.
    curvature, reach : float
        Of the line, px⁻¹; unit of the gradients, px.
    tilts : (across, along) or None
        Derivatives by d and by the position along the line that the gradients add.
    steepness : ndarray or None
        Slope of the curve.
    """

    values: np.ndarray
    esf: np.ndarray
    d: np.ndarray
    along: np.ndarray
    normal: np.ndarray
    of_shape: Derivatives
    contrast: float | np.ndarray
    curvature: float
    reach: float
    tilts: tuple[np.ndarray, np.ndarray] | None
    steepness: np.ndarray | None

    @classmethod
    def of(
        cls, samples: Samples, reach: float, curve: Curve | None, family: ShapeFamily, parameters: np.ndarray
    ) -> Predicted:
        """The picture of a model.

        Parameters
        ----------
        samples : Samples
        reach : float
            Unit of the gradients, px.
        curve : callable or None
            Maps light to values: light → (value, derivative).
        family : ShapeFamily
        parameters : ndarray, shape (9 + k,)
        """
        low, high, angle, offset, curvature, across1, along1, across2, along2 = parameters[SCENE]
        cosine, sine = np.cos(angle), np.sin(angle)
        normal = samples.x * cosine + samples.y * sine
        along = samples.y * cosine - samples.x * sine
        d = normal - offset
        if curvature:
            d -= 0.5 * curvature * along**2
        esf, of_shape = family.edge(parameters[SHAPE], d)
        contrast, tilts, steepness = high - low, None, None
        values = low + contrast * esf
        if across1 or along1 or across2 or along2:
            # Without gradients, most often, these are passes over zeros.
            contrast = contrast + ((across2 - across1) * d + (along2 - along1) * along) / reach
            tilts = (across1 + (across2 - across1) * esf) / reach, (along1 + (along2 - along1) * esf) / reach
            values = values + tilts[0] * d + tilts[1] * along
        if curve is not None:
            values, steepness = curve(values)
        return cls(values, esf, d, along, normal, of_shape, contrast, curvature, reach, tilts, steepness)

    def jacobian(self, free: np.ndarray) -> np.ndarray:
        """Derivatives of the values by the free parameters, shape (free parameters, samples).

        Parameters
        ----------
        free : ndarray of bool, shape (9 + k,)
        """
        used = np.nonzero(free[SCENE])[0]
        out = np.empty((np.count_nonzero(free), self.d.size))
        slope, shapes = self.of_shape()
        by_d = self.contrast * slope
        if self.tilts is not None:
            by_d = by_d + self.tilts[0]
        for row, index in enumerate(used.tolist()):
            out[row] = self._column(index, by_d)
        if len(used) < len(out):
            out[len(used) :] = self.contrast * shapes[free[SHAPE]]
        if self.steepness is not None:
            out *= self.steepness
        return out

    def _column(self, index: int, by_d: np.ndarray) -> np.ndarray:
        """The derivative by a parameter of the scene, from the one by the distance; without the curve."""
        esf, along = self.esf, self.along
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
        return share * (self.d if index in (ACROSS1, ACROSS2) else along) / self.reach

    def _by_angle(self, turned: np.ndarray) -> np.ndarray:
        """The derivative by the angle, from the one of a straight line between flat plateaus."""
        if self.curvature:
            turned = turned * (1.0 + self.curvature * self.normal)
        return turned if self.tilts is None else turned - self.tilts[1] * self.normal
