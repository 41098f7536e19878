"""The picture that an edge makes: two plateaus, each with a brightness gradient, and a line, straight or curved.

v = S1 (1 − E(d)) + S2 E(d), S_i = level + gradient across · d + gradient along · s, with d the distance to the
line and s the position along it. Every parameter can be free or held; curvature and gradients are freed
only where the data ask for them, since each one widens the error of what is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...psf.model import ShapeFamily
from .lm import Solution, levenberg_marquardt
from .pixels import Samples

V1, V2, ANGLE, OFFSET, CURVATURE, ACROSS1, ALONG1, ACROSS2, ALONG2 = range(9)
EXTRAS = (CURVATURE, ACROSS1, ALONG1, ACROSS2, ALONG2)
FLOOR = 1e-12  # squared residual, in steps, below which models are equally exact
SHAPE = 9  # index of the first shape number


@dataclass(frozen=True)
class Candidate:
    """One family fitted: all parameters, which of them were free, and the solution for those.

    `cost` is the sum of squares over all `count` pixels, the scatter within blocks included.
    """

    family: ShapeFamily
    parameters: np.ndarray
    free: np.ndarray
    solution: Solution
    cost: float
    count: int
    inflation: float = 1.0
    floor: float = FLOOR

    @property
    def shape(self) -> np.ndarray:
        return self.parameters[SHAPE:]

    @property
    def bic(self) -> float:
        """Bayesian information criterion of a Gaussian likelihood with unknown variance.

        `inflation` pixels of correlated noise count for one.
        """
        n = self.count
        return n / self.inflation * np.log(max(self.cost / n, self.floor)) + len(self.solution.x) * np.log(n)


class EdgeScene:
    """Pixels at centred positions with values in units of the step; fits families to them.

    `curve`, where given, maps the scene's light to the values: light → (value, derivative).
    """

    def __init__(
        self, samples: Samples, reach: float, curve=None, inflation: float = 1.0, floor: float = FLOOR
    ):
        self.x, self.y, self.values = samples.x, samples.y, samples.values
        self.samples, self.curve, self.reach = samples, curve, reach
        self.inflation, self.floor = inflation, floor
        self.root = np.sqrt(samples.weight)

    def fit(self, family: ShapeFamily, line, shape, *, levels_free: bool) -> Candidate:
        """Fit one family from a first line (angle, offset) and shape, without extras."""
        start = np.concatenate([[0.0, 1.0, *line], np.zeros(len(EXTRAS)), shape])
        free = np.ones(len(start), dtype=bool)
        free[list(EXTRAS)] = False
        free[[V1, V2]] = levels_free
        return self._minimise(family, start, free)

    def free_extras(self, best: Candidate) -> Candidate:
        """Free curvature and gradients one at a time, as long as the data ask for one."""
        for _ in EXTRAS:
            wanted = self._most_wanted(best)
            if wanted is None:
                break
            free = best.free.copy()
            free[wanted] = True
            tried = self._minimise(best.family, best.parameters, free)
            if tried.bic >= best.bic:
                break
            best = tried
        return best

    def refit(self, candidate: Candidate, like: Candidate) -> Candidate:
        """Fit a family again with the extras and the line of another candidate."""
        start = np.concatenate([like.parameters[:SHAPE], candidate.shape])
        free = np.concatenate([like.free[:SHAPE], np.ones(len(candidate.shape), dtype=bool)])
        return self._minimise(candidate.family, start, free)

    def _minimise(self, family: ShapeFamily, start: np.ndarray, free: np.ndarray) -> Candidate:
        r = self.reach
        bound = np.array([3.0, 3.0, 10.0, r, 1.0 / r, 3.0, 3.0, 3.0, 3.0])
        lower, upper = np.concatenate([-bound, family.lower]), np.concatenate([bound, family.upper])
        full = start.copy()

        def residual(values):
            full[free] = values
            model, jacobian = self.predict(family, full, free)
            jacobian *= self.root
            return (model - self.values) * self.root, jacobian

        solution = levenberg_marquardt(residual, start[free], lower[free], upper[free])
        parameters = start.copy()
        parameters[free] = solution.x
        cost = solution.cost + self.samples.scatter
        return Candidate(
            family, parameters, free, solution, cost, self.samples.count, self.inflation, self.floor
        )

    def predict(self, family: ShapeFamily, parameters, free) -> tuple[np.ndarray, np.ndarray]:
        """Model values and their derivatives by the free parameters (parameters × pixels)."""
        low, high, angle, offset, curvature, across1, along1, across2, along2 = parameters[:SHAPE]
        cosine, sine = np.cos(angle), np.sin(angle)
        normal = self.x * cosine + self.y * sine
        along = self.y * cosine - self.x * sine
        d = normal - offset - 0.5 * curvature * along**2
        esf, slope, shapes = family.esf_and_gradient(parameters[SHAPE:], d)
        contrast = (high - low) + ((across2 - across1) * d + (along2 - along1) * along) / self.reach
        tilt_across = (across1 + (across2 - across1) * esf) / self.reach
        tilt_along = (along1 + (along2 - along1) * esf) / self.reach
        model = low + (high - low) * esf + tilt_across * d + tilt_along * along
        by_d = contrast * slope + tilt_across
        columns = {
            V1: lambda: 1.0 - esf,
            V2: lambda: esf,
            ANGLE: lambda: by_d * along * (1.0 + curvature * normal) - tilt_along * normal,
            OFFSET: lambda: -by_d,
            CURVATURE: lambda: -0.5 * along**2 * by_d,
            ACROSS1: lambda: (1.0 - esf) * d / self.reach,
            ALONG1: lambda: (1.0 - esf) * along / self.reach,
            ACROSS2: lambda: esf * d / self.reach,
            ALONG2: lambda: esf * along / self.reach,
        }
        jacobian = np.empty((int(free.sum()), d.size))
        used = np.nonzero(free[:SHAPE])[0]
        for row, index in enumerate(used):
            jacobian[row] = columns[int(index)]()
        jacobian[len(used) :] = contrast * shapes[free[SHAPE:]]
        if self.curve is not None:
            model, steepness = self.curve(model)
            jacobian *= steepness
        return model, jacobian

    def _most_wanted(self, candidate: Candidate) -> int | None:
        """The held extra that would lower χ² most, if by more than BIC charges for it (one linear step)."""
        held = [i for i in EXTRAS if not candidate.free[i]]
        if not held:
            return None
        trial = candidate.free.copy()
        trial[held] = True
        _, jacobian = self.predict(candidate.family, candidate.parameters, trial)
        jacobian *= self.root
        order = np.nonzero(trial)[0]
        new = np.isin(order, held)
        known, columns = jacobian[~new], jacobian[new]
        residual, n = candidate.solution.residual, candidate.count
        projection = np.linalg.lstsq(known @ known.T, known @ columns.T, rcond=None)[0]
        rest = columns - projection.T @ known
        power = np.maximum((rest**2).sum(axis=1), 1e-9 * (columns**2).sum(axis=1) + 1e-300)
        gain = (rest @ residual) ** 2 / power
        noise = max(candidate.cost / n, 1e-18, candidate.floor if candidate.floor > FLOOR else 0.0)
        best = int(np.argmax(gain))
        return int(order[new][best]) if gain[best] > noise * self.inflation * np.log(n) else None
