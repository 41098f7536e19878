"""The residuals of a candidate at every pixel: the part of the values that it does not explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from .candidate import Candidate
from .pixels import Pixels
from .rounded import excess
from .slots import V2
from .views import Views


@dataclass(frozen=True)
class Residuals:
    """Residual and ESF of one candidate at every pixel; made once and handed on.

    Attributes
    ----------
    pixels : Pixels
    residual : ndarray, shape (n,)
        Value minus model, in units of the step.
    esf : ndarray, shape (n,)
        ESF part of the model: 0 on the v1 side, 1 on the v2 side.
    rounding : float
        Standard deviation by rounding to whole gray values, in units of the step; 0 where the values are not whole.
    """

    pixels: Pixels
    residual: np.ndarray
    esf: np.ndarray
    rounding: float = 0.0

    @classmethod
    def of(cls, views: Views, candidate: Candidate) -> Residuals:
        """The residuals of a candidate at every pixel, thinned or not."""
        whole = len(candidate.solution.residual) == len(views.pixels.x)
        if whole and candidate.free[V2] and not views.start.half:
            # The fit was made on every pixel: its last step holds both already.
            row = int(candidate.free[:V2].sum())
            return cls(
                views.pixels,
                -candidate.solution.residual,
                candidate.solution.jacobian[row],
                float(np.sqrt(views.start.floor)),
            )
        model, esf = views.every.esf(candidate.family, candidate.parameters)
        residual, half = views.every.samples.values - model, views.start.half
        if half:
            residual, _ = excess(residual, half)
        return cls(views.pixels, residual, esf, float(np.sqrt(views.start.floor)))

    def lonely(self) -> np.ndarray:
        """Difference of each residual from the median of its 3 × 3 neighbourhood, shape (n,), in steps.

        A misfit of the model is smooth over neighbours and drops out; noise, hot and dead pixels stay. The
        median filter is costly: call this once.
        """
        rows, columns = self.pixels.rows, self.pixels.columns
        grid = np.zeros((rows.max() + 1, columns.max() + 1))
        grid[rows, columns] = self.residual
        return self.residual - scipy.ndimage.median_filter(grid, size=3, mode="nearest")[rows, columns]


def robust_deviation(differences: np.ndarray) -> float:
    """Robust standard deviation of the noise of single pixels, from `Residuals.lonely` or a part of it."""
    moved = differences[differences != 0]
    used = moved if moved.size > 20 else differences
    return float(1.4826 * np.median(np.abs(used))) if used.size else 0.0
