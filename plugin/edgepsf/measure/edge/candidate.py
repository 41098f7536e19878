"""One model fitted to an edge, and the criterion by which such candidates are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...psf.model import RadialModel, ShapeFamily
from .lm import Solution
from .slots import EXTRAS, SCENE, SHAPE, Slots, slots
from .start import FLOOR


@dataclass(frozen=True)
class Candidate:
    """One family fitted to the pixels of an edge.

    Attributes
    ----------
    family : ShapeFamily
    parameters : ndarray, shape (9 + k,)
        All parameters in the order of `slots`, in units of the step.
    free : ndarray of bool, shape (9 + k,)
        Which parameters were fitted; the others were held.
    solution : Solution
        The minimum in the free parameters.
    cost : float
        Sum of squares over all pixels, in steps; it includes the scatter within blocks.
    count : int
        Number of pixels.
    """

    family: ShapeFamily
    parameters: np.ndarray
    free: np.ndarray
    solution: Solution
    cost: float
    count: int

    @property
    def slots(self) -> Slots:
        """The parameters by name: levels, line, extras and shape."""
        return slots(self.parameters)

    @property
    def scene(self) -> np.ndarray:
        """Levels, line and extras, without the shape."""
        return self.parameters[SCENE]

    @property
    def shape(self) -> np.ndarray:
        """Shape numbers of the family."""
        return self.parameters[SHAPE]

    @property
    def model(self) -> RadialModel:
        """The PSF model with this shape."""
        return self.family.model(self.shape)

    @property
    def has_extras(self) -> bool:
        """Whether curvature or a gradient was fitted."""
        return bool(self.free[EXTRAS].any())

    @property
    def variance(self) -> float:
        """Mean squared residual of the pixels, in steps."""
        return self.cost / self.count


_UNEVEN = (
    8.0  # pixels that count for one; more of them do in photographs, whose noise is texture and JPEG blocks
)


@dataclass(frozen=True)
class Bic:
    """The Bayesian information criterion of a Gaussian likelihood with unknown variance.

    Candidates can be compared only under one criterion: `min(candidates, key=bic)`.

    Attributes
    ----------
    floor : float
        Squared residual, in steps, below which models are equally exact; see `Start`.
    inflation : float
        Number of pixels of correlated noise that count for one; see `Noise`.
    """

    floor: float = FLOOR
    inflation: float = 1.0

    def __call__(self, candidate: Candidate) -> float:
        """The criterion of a candidate; the lowest is the best."""
        return self.value(candidate.cost, candidate.count, len(candidate.solution.x))

    def value(self, cost: float, count: int, freedom: int) -> float:
        """The criterion from a sum of squares (in steps), a number of pixels and a number of free parameters."""
        independent = count / self.inflation
        return float(independent * np.log(max(cost / count, self.floor)) + freedom * self.price(count))

    def price(self, count: int) -> float:
        """What one more number has to gain: ln n for n independent pixels.

        In an uneven edge it is the 2 of Akaike: there no model is true, and the one with the fewest numbers is
        not the likeliest.
        """
        return 2.0 if self.uneven else float(np.log(count))

    @property
    def uneven(self) -> bool:
        """Whether the residuals are those of a photograph, texture and JPEG blocks, rather than noise."""
        return self.inflation > _UNEVEN

    def exact(self, candidate: Candidate) -> bool:
        """Whether a candidate explains the pixels down to the floor."""
        return candidate.cost <= self.floor * candidate.count
