"""The third stage of an edge fit: the picture that an edge makes, and the fits of it to samples.

v = S1 (1 − E(d)) + S2 E(d), S_i = level + gradient across · d + gradient along · s. Here d is the distance to the
line, straight or curved, and s is the position along it. Every parameter can be free or held. Curvature and
gradients are freed only where the data ask for them, because each one widens the error of the PSF.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...psf.model import ShapeFamily
from .candidate import Bic, Candidate
from .lm import levenberg_marquardt
from .rounded import excess
from .samples import Samples
from .slots import (
    ACROSS1,
    ACROSS2,
    ALONG1,
    ALONG2,
    ANGLE,
    CURVATURE,
    EXTRA_INDICES,
    EXTRAS,
    LEVELS,
    OFFSET,
    SCENE,
    SHAPE,
    V1,
    V2,
    joined,
)
from .start import FLOOR

Curve = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


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
        low, high, angle, offset, curvature, across1, along1, across2, along2 = parameters[SCENE]
        cosine, sine = np.cos(angle), np.sin(angle)
        normal = self.samples.x * cosine + self.samples.y * sine
        along = self.samples.y * cosine - self.samples.x * sine
        d = normal - offset
        if curvature:
            d -= 0.5 * curvature * along**2
        esf, slope, shapes = family.esf_and_gradient(parameters[SHAPE], d)
        contrast, tilt_across, tilt_along = high - low, 0.0, 0.0
        model, by_d = low + contrast * esf, contrast * slope
        if across1 or along1 or across2 or along2:
            # Without gradients, most often, these are passes over zeros.
            contrast = contrast + ((across2 - across1) * d + (along2 - along1) * along) / self.reach
            tilt_across = (across1 + (across2 - across1) * esf) / self.reach
            tilt_along = (along1 + (along2 - along1) * esf) / self.reach
            model = model + tilt_across * d + tilt_along * along
            by_d = contrast * slope + tilt_across
        columns: dict[int, Callable[[], np.ndarray]] = {
            V1: lambda: 1.0 - esf,
            V2: lambda: esf,
            ANGLE: lambda: self._by_angle(by_d * along, normal, curvature, tilt_along),
            OFFSET: lambda: -by_d,
            CURVATURE: lambda: -0.5 * along**2 * by_d,
            ACROSS1: lambda: (1.0 - esf) * d / self.reach,
            ALONG1: lambda: (1.0 - esf) * along / self.reach,
            ACROSS2: lambda: esf * d / self.reach,
            ALONG2: lambda: esf * along / self.reach,
        }
        jacobian = np.empty((int(free.sum()), d.size))
        used = np.nonzero(free[SCENE])[0]
        for row, index in enumerate(used):
            jacobian[row] = columns[int(index)]()
        jacobian[len(used) :] = contrast * shapes[free[SHAPE]]
        if self.curve is not None:
            model, steepness = self.curve(model)
            jacobian *= steepness
        return model, jacobian

    @staticmethod
    def _by_angle(
        turned: np.ndarray, normal: np.ndarray, curvature: float, tilt: np.ndarray | float
    ) -> np.ndarray:
        """The derivative by the angle, from the one of a straight line on flat plateaus."""
        if curvature:
            turned = turned * (1.0 + curvature * normal)
        return turned - tilt * normal if np.ndim(tilt) else turned

    def _minimise(self, family: ShapeFamily, start: np.ndarray, free: np.ndarray) -> Candidate:
        """Least squares in the free parameters; the others stay as they are in `start`."""
        lower, upper = self._bounds(family)
        root, full = self.samples.root, start.copy()

        def residual(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            full[free] = values
            model, jacobian = self.predict(family, full, free)
            misfit = model - self.samples.values
            if self.half:
                misfit, share = excess(misfit, self.half)
                jacobian *= share
            jacobian *= root
            return misfit * root, jacobian

        solution = levenberg_marquardt(residual, start[free], lower[free], upper[free])
        parameters = start.copy()
        parameters[free] = solution.x
        cost = solution.cost + self.samples.scatter
        return Candidate(family, parameters, free, solution, cost, self.samples.count)

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
