"""The third stage of an edge fit: the picture that an edge makes, and the fits of it to samples.

v = S1 (1 − E(d)) + S2 E(d), S_i = level + gradient across · d + gradient along · s. Here d is the distance to the
line, straight or curved, and s is the position along it. Every parameter can be free or held. Curvature and
gradients are freed only where the data ask for them, because each one widens the error of the PSF.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...psf.model import ShapeFamily
from .candidate import Bic, Candidate
from .lm import levenberg_marquardt
from .predicted import Curve, Predicted
from .rounded import excess
from .samples import Samples
from .slots import EXTRA_INDICES, EXTRAS, LEVELS, SCENE, joined
from .start import FLOOR

_PART = 16  # samples to one of the part that tells hopeless steps
_MANY = 1000  # samples; with fewer a look at a part saves nothing


@dataclass(frozen=True)
class Scene:
    """Samples of an edge with values in units of the step; families are fitted to them.

    Attributes
    ----------
    samples : Samples
    reach : float
        Unit of the gradients: the largest distance from the centre, px.
    curve : callable, optional
        Maps the light of the scene to the values: light → (value, derivative).
    half : float
        Half of a coarse rounding of the values; see `rounded`.
    """

    samples: Samples
    reach: float
    curve: Curve | None = None
    half: float = 0.0

    def fit(
        self, family: ShapeFamily, line: np.ndarray, shape: np.ndarray, *, levels_free: bool
    ) -> Candidate:
        """Fit one family, without extras.

        Parameters
        ----------
        family : ShapeFamily
        line : ndarray, shape (2,)
            First angle (radians) and offset (px).
        shape : ndarray, shape (k,)
            First shape numbers.
        levels_free : bool
            Fit the levels; else they are held at 0 and 1.
        """
        start = joined(np.array([0.0, 1.0]), line, np.zeros(len(EXTRA_INDICES)), shape)
        free = np.ones(len(start), dtype=bool)
        free[EXTRAS] = False
        free[LEVELS] = levels_free
        return self._minimise(family, start, free)

    def refit(self, family: ShapeFamily, shape: np.ndarray, like: Candidate) -> Candidate:
        """Fit a family with the extras of another candidate, from the line and levels of it.

        Parameters
        ----------
        family : ShapeFamily
        shape : ndarray, shape (k,)
            First shape numbers.
        like : Candidate
        """
        start = np.concatenate([like.scene, shape])
        free = np.concatenate([like.free[SCENE], np.ones(len(shape), dtype=bool)])
        return self._minimise(family, start, free)

    def free_extras(self, best: Candidate, bic: Bic) -> Candidate:
        """Free curvature and gradients one at a time, as long as the data ask for one.

        Parameters
        ----------
        best : Candidate
            Fitted to this scene; the same object comes back where the data ask for nothing.
        bic : Bic
        """
        for _ in EXTRA_INDICES:
            wanted = self._most_wanted(best, bic)
            if wanted is None:
                break
            free = best.free.copy()
            free[wanted] = True
            tried = self._minimise(best.family, best.parameters, free)
            if bic(tried) >= bic(best):
                break
            best = tried
        return best

    def predict(
        self, family: ShapeFamily, parameters: np.ndarray, free: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Values of a model, and their derivatives by the free parameters.

        Parameters
        ----------
        family : ShapeFamily
        parameters : ndarray, shape (9 + k,)
        free : ndarray of bool, shape (9 + k,)

        Returns
        -------
        values : ndarray, shape (samples,)
        jacobian : ndarray, shape (free parameters, samples)
        """
        predicted = self._predicted(family, parameters)
        return predicted.values, predicted.jacobian(free)

    def esf(self, family: ShapeFamily, parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values of a model and its ESF at the samples; the curve is left out of the ESF.

        Parameters
        ----------
        family : ShapeFamily
        parameters : ndarray, shape (9 + k,)
        """
        predicted = self._predicted(family, parameters)
        return predicted.values, predicted.esf

    def _predicted(self, family: ShapeFamily, parameters: np.ndarray) -> Predicted:
        """The picture of a model at the samples."""
        return Predicted.of(self.samples, self.reach, self.curve, family, parameters)

    def _minimise(self, family: ShapeFamily, start: np.ndarray, free: np.ndarray) -> Candidate:
        """Least squares in the free parameters; the others stay as they are in `start`."""
        lower, upper = self._bounds(family)
        # The cost of a part of the samples is less than that of all, which tells a hopeless step.
        part = replace(self, samples=self.samples.every(_PART))

        def function(values: np.ndarray) -> tuple[np.ndarray, Callable[[], np.ndarray]]:
            return self._residual(family, _with(start, free, values), free)

        def probe(values: np.ndarray) -> float:
            residual, _ = part._residual(family, _with(start, free, values), free)
            return float(residual @ residual)

        solution = levenberg_marquardt(
            function,
            start[free],
            lower[free],
            upper[free],
            probe=probe if len(self.samples.x) > _MANY else None,
        )
        cost = solution.cost + self.samples.scatter
        return Candidate(family, _with(start, free, solution.x), free, solution, cost, self.samples.count)

    def _residual(
        self, family: ShapeFamily, parameters: np.ndarray, free: np.ndarray
    ) -> tuple[np.ndarray, Callable[[], np.ndarray]]:
        """Weighted misfits, and a function that gives their derivatives by the free parameters."""
        predicted = self._predicted(family, parameters)
        misfit, factors = predicted.values - self.samples.values, []
        if self.half:
            misfit, share = excess(misfit, self.half)
            factors.append(share)
        if self.samples.uneven:
            root = self.samples.root
            misfit = misfit * root
            factors.append(root)

        def jacobian() -> np.ndarray:
            out = predicted.jacobian(free)
            for factor in factors:
                out *= factor
            return out

        return misfit, jacobian

    def _bounds(self, family: ShapeFamily) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper bounds of all parameters."""
        bound = np.array([3.0, 3.0, 10.0, self.reach, 1.0 / self.reach, 3.0, 3.0, 3.0, 3.0])
        return np.concatenate([-bound, family.lower]), np.concatenate([bound, family.upper])

    def _most_wanted(self, candidate: Candidate, bic: Bic) -> int | None:
        """The held extra that would lower χ² most, if by more than BIC charges for it (one linear step)."""
        held = [i for i in EXTRA_INDICES if not candidate.free[i]]
        if not held:
            return None
        trial = candidate.free.copy()
        trial[held] = True
        _, jacobian = self.predict(candidate.family, candidate.parameters, trial)
        jacobian *= self.samples.root
        order = np.nonzero(trial)[0]
        new = np.isin(order, held)
        known, columns = jacobian[~new], jacobian[new]
        residual, n = candidate.solution.residual, candidate.count
        projection = np.linalg.lstsq(known @ known.T, known @ columns.T, rcond=None)[0]
        rest = columns - projection.T @ known
        power = np.maximum((rest**2).sum(axis=1), 1e-9 * (columns**2).sum(axis=1) + 1e-300)
        gain = (rest @ residual) ** 2 / power
        noise = max(candidate.variance, 1e-18, bic.floor if bic.floor > FLOOR else 0.0)
        best = int(np.argmax(gain))
        return int(order[new][best]) if gain[best] > noise * bic.inflation * bic.price(n) else None


def _with(start: np.ndarray, free: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The parameters with these values of the free ones."""
    out = start.copy()
    out[free] = values
    return out
