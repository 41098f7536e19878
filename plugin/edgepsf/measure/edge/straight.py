"""How straight an edge is, and the pixels moved so that the line is straight.

Each row of pixels across the edge (each column, where the edge lies flat) says by its residuals where the edge is in
that row. These positions scatter by the noise, which is known; the rest is the roughness of the edge. A fit of one
straight line takes a rough edge for a wider or heavier-tailed PSF, and a free PSF follows its spikes. So the rows of a
rough edge are moved onto the line first, each by as much of its position as is not noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .irregular import edge_width
from .library import FirstFits
from .noise import measure
from .pixels import Pixels
from .slots import OFFSET
from .views import Views

_LEAST_ROWS = 12
_CLEAR = 5.0  # standard deviations of the scatter
_ROUGHEST = 0.6  # share of the width; more of it is no rough edge but a bent or broken one
_TOLD = 0.06  # share of the width; less is not worth a word


@dataclass(frozen=True)
class Positions:
    """Where the edge lies in each row across it, relative to the fitted line.

    Attributes
    ----------
    row : ndarray of int, shape (n,)
        The row of each pixel, from 0.
    shift : ndarray, shape (rows,)
        Position towards the v1 side, px; 0 where a row does not see the edge.
    variance : ndarray, shape (rows,)
        Variance of the shift by the noise, px²; infinite where a row does not see the edge.
    width : float
        Scale of the transition, px.
    """

    row: np.ndarray
    shift: np.ndarray
    variance: np.ndarray
    width: float

    @classmethod
    def of(cls, views: Views, first: FirstFits) -> Positions:
        """One linear step for each row, from the residuals of the best first fit."""
        candidate, pixels = first.best, views.pixels
        free = np.zeros(len(candidate.free), dtype=bool)
        free[OFFSET] = True
        _, jacobian = views.every.predict(candidate.family, candidate.parameters, free)
        steep = abs(np.cos(candidate.slots.line[0])) >= abs(np.sin(candidate.slots.line[0]))
        row = pixels.rows if steep else pixels.columns
        noise = measure(first.residuals, views.start.floor)
        lags = [value for (dy, dx), value in noise.correlation.items() if (dy if steep else dx) == 0]
        stretch = max(1.0, 1.0 + 2.0 * sum(lags))
        power = np.bincount(row, weights=jacobian[0] ** 2)
        pull = np.bincount(row, weights=jacobian[0] * first.residuals.residual)
        spread = np.bincount(row, weights=(jacobian[0] * noise.deviation(first.residuals.esf)) ** 2) * stretch
        seen = power > 0.3 * np.median(power[power > 0])
        safe = np.where(seen, power, 1.0)
        shift, variance = np.where(seen, pull / safe, 0.0), np.where(seen, spread / safe**2, np.inf)
        return cls(row, shift, variance, edge_width(candidate, jacobian[0]))

    @property
    def seen(self) -> np.ndarray:
        """Which rows see the edge."""
        return np.isfinite(self.variance)

    @property
    def roughness(self) -> float:
        """Standard deviation of the position beyond the noise, px; 0 where it is not clear."""
        shift, variance = self.shift[self.seen], self.variance[self.seen]
        if len(shift) < _LEAST_ROWS:
            return 0.0
        weight = 1.0 / variance
        excess = float((weight * shift**2).sum()) / len(shift) - 1.0
        if excess < _CLEAR * np.sqrt(2.0 / len(shift)):
            return 0.0
        return float(np.sqrt(max(np.mean(shift**2 - variance), 0.0)))

    def trusted(self, roughness: float) -> np.ndarray:
        """The part of each shift that is not noise, px, shape (rows,)."""
        return self.shift * roughness**2 / (roughness**2 + np.where(self.seen, self.variance, 1.0))


def straightened(views: Views, first: FirstFits) -> tuple[Views, FirstFits, list[str]]:
    """The views with the rows of a rough edge moved onto the line, their first fits, and a warning of the roughness.

    Parameters
    ----------
    views : Views
    first : FirstFits
        Of these views.
    """
    positions = Positions.of(views, first)
    roughness = positions.roughness
    if not 0.0 < roughness < _ROUGHEST * positions.width:
        return views, first, []
    shift = positions.trusted(roughness)[positions.row]
    pixels = _moved(views.pixels, shift, float(first.best.slots.line[0]))
    views = Views.of(pixels, views.start, views.pixel)
    first = FirstFits.of(views)
    if roughness < _TOLD * positions.width:
        return views, first, []
    told = (
        f"the edge is not straight: its position varies by {roughness:.2g} px rms along it; the fit follows it, and "
        "the width is less certain than stated; choose a smoother edge if there is one"
    )
    return views, first, [told]


def _moved(pixels: Pixels, shift: np.ndarray, angle: float) -> Pixels:
    """The pixels moved by −shift (px) along the normal of this direction (radians)."""
    return replace(pixels, x=pixels.x - shift * np.cos(angle), y=pixels.y - shift * np.sin(angle))
