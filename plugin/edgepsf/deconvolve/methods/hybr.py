"""HyBR: Golub–Kahan bidiagonalisation with Tikhonov regularisation of the projected problem.

The amount of regularisation is chosen anew at every iteration by weighted GCV, and the iteration stops where
the GCV function of the iterations has its minimum (Chung, Nagy & O'Leary 2008, ETNA 28:149–167).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy

from ..least_squares import Residual, Scaled, start
from ..memory import Size
from ..method import ITERATIONS, REGULARIZATION, method
from ..observation import Observation
from ..operator import Blur
from ..parallel import dot
from ..record import Log

_WINDOW = 4
_FLAT = 1e-6


def choose(
    seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float | None
) -> dict[str, Any]:
    """λ and the number of iterations at the minimum of the GCV function, if λ is not given."""
    if regularization is not None:
        return {"iterations": iterations, "regularization": regularization}
    basis, best = _search(seen, blur, log, iterations, None)
    seen.keep(searched=(basis, best))
    if best.weight is None:  # the flat start is the solution
        return {"iterations": iterations}
    return {"iterations": best.at, "regularization": best.weight}


def memory(size: Size, *, iterations: int, **others: Any) -> float:
    """Two vectors an iteration, of which all are used if the GCV function does not stop before; scene and weight."""
    return iterations * (size.scene + size.picture) + size.picture + 3 * size.scene


@method(ITERATIONS, REGULARIZATION, choose=choose, memory=memory, place=90)
def hybr(
    seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float | None = None
) -> np.ndarray:
    """HyBR: least squares by bidiagonalisation, with Tikhonov regularisation by weighted GCV at every iteration.

    `regularization` is the Tikhonov weight λ of ‖y − A x‖² + λ‖S⁻¹(x − mean)‖² with S of `Scaled`, which is 1
    inside the picture.
    """
    basis, best = seen.take("searched") or _search(seen, blur, log, iterations, regularization)
    log.note(regularization=best.weight, iterations=best.at)
    return basis.combined(best.coefficients)


class _Basis:
    """Golub–Kahan bidiagonalisation A S V = U C of the residual of a flat scene, a column more at each `extend`."""

    def __init__(self, seen: Observation, blur: Blur, most: int):
        self.residual, self.origin, self.scaled = Residual(seen, blur), start(seen, blur), Scaled(seen, blur)
        self.left, self.right = [self.residual(self.origin).copy()], list[np.ndarray]()
        self.workers = blur.workers
        self.beta = _normalise(self.left[0], self.workers)
        self.matrix = np.zeros((most + 1, most))

    def extend(self) -> np.ndarray:
        """One more column; gives C, (k + 1) × k."""
        k = len(self.right)
        v = self.scaled.adjoint(self.left[k])
        _orthogonalise(v, self.right, self.workers)
        self.matrix[k, k] = _normalise(v, self.workers)
        self.right.append(v)
        u = self.residual.blurred(self.scaled.scene(v)).copy()
        _orthogonalise(u, self.left, self.workers)
        self.matrix[k + 1, k] = _normalise(u, self.workers)
        self.left.append(u)
        return self.matrix[: k + 2, : k + 1]

    def combined(self, coefficients: np.ndarray) -> np.ndarray:
        """The flat scene + S V · coefficients; may be called once."""
        for coefficient, v in zip(coefficients, self.right, strict=False):
            self.origin += np.float32(coefficient) * self.scaled.scene(v)
        return self.origin


def _search(
    seen: Observation, blur: Blur, log: Log, iterations: int, regularization: float | None
) -> tuple[_Basis, _Best]:
    """Extend the basis: as often as told with a given λ, else until the GCV function has its minimum."""
    basis, best, omegas = _Basis(seen, blur, iterations), _Best(), list[float]()
    for k in range(iterations if basis.beta > 0 else 0):
        small = basis.extend()
        weight, coefficients, score = _solve_projected(small, basis.beta, seen.count, regularization, omegas)
        best.consider(score if regularization is None else -k, coefficients, weight, k + 1)
        rest = _rest(small, basis.beta, coefficients) / basis.residual.norm
        if not log.iteration(k + 1, iterations, residual=rest):
            break
        if min(small[k, k], small[k + 1, k]) < 1e-10 * basis.beta:
            break
        if regularization is None and best.settled(k + 1):
            break
    return basis, best


class _Best:
    """Solution at the minimum of the GCV function of the iterations."""

    def __init__(self):
        self.score, self.at, self.coefficients = np.inf, 0, np.zeros(0)
        self.weight: float | None = None
        self._last, self._flat = np.inf, False

    def consider(self, score: float, coefficients: np.ndarray, weight: float, k: int) -> None:
        """Take the solution of iteration k if its score is lower than all before."""
        self._flat = bool(np.isfinite(self._last) and abs(self._last - score) < _FLAT * abs(score))
        self._last = score
        if score < self.score:
            self.score, self.at, self.weight, self.coefficients = score, k, weight, coefficients

    def settled(self, k: int) -> bool:
        """Whether the scores are flat, or have risen since some iterations."""
        return k > 2 and (self._flat or k - self.at >= _WINDOW)


def _normalise(vector: np.ndarray, workers: int) -> float:
    length = float(np.sqrt(dot(vector, vector, workers)))
    if length > 0:
        vector /= np.float32(length)
    return length


def _orthogonalise(vector: np.ndarray, basis: list[np.ndarray], workers: int) -> None:
    """Take the components along earlier vectors off: single precision loses orthogonality at once."""
    for other in basis:
        vector -= np.float32(dot(vector, other, workers)) * other


def _rest(small: np.ndarray, beta: float, coefficients: np.ndarray) -> float:
    rest = -small @ coefficients
    rest[0] += beta
    return float(np.linalg.norm(rest))


def _solve_projected(
    small: np.ndarray, beta: float, count: int, regularization: float | None, omegas: list[float]
) -> tuple[float, np.ndarray, float]:
    """Tikhonov solution of the projected problem, its weight λ, and the GCV score of this iteration."""
    u, s, vt = np.linalg.svd(small, full_matrices=True)
    data = beta * u[0]
    k = len(s)
    outside = float(data[k:] @ data[k:])
    if regularization is None:
        omegas.append(_omega(s, data[:k], outside))
        alpha2 = _weighted_gcv(s, data[:k], outside, float(np.mean(omegas)))
    else:
        alpha2 = float(regularization)
    filters = s**2 / (s**2 + alpha2)
    coefficients = vt.T[:, :k] @ (filters / s * data[:k])
    misfit = float((((1 - filters) * data[:k]) ** 2).sum()) + outside
    return alpha2, coefficients, count * misfit / (count - filters.sum()) ** 2


def _omega(s: np.ndarray, data: np.ndarray, outside: float) -> float:
    """Weight for which weighted GCV would choose the smallest singular value as α (Chung et al., §5).

    From d/dα² [N / D²] = 0 with N = Σ (α² t b)² + outside, D = k + 1 − ω Σ s² t, t = 1 / (s² + α²).
    """
    alpha2 = s[-1] ** 2
    t = 1 / (s**2 + alpha2)
    misfit = float(((alpha2 * t * data) ** 2).sum()) + outside
    slope = alpha2 * float((data**2 * s**2 * t**3).sum())
    below = misfit * float((s**2 * t**2).sum()) + slope * float((s**2 * t).sum())
    return min(1.0, (len(s) + 1) * slope / below) if below > 0 else 1.0


def _weighted_gcv(s: np.ndarray, data: np.ndarray, outside: float, omega: float) -> float:
    def score(log_value: float) -> float:
        filters = s**2 / (s**2 + np.exp(log_value))
        misfit = (((1 - filters) * data) ** 2).sum() + outside
        return float(np.log(max(misfit, 1e-300)) - 2 * np.log(len(s) + 1 - omega * filters.sum()))

    grid = np.linspace(np.log(1e-10), np.log(1e1), 60)
    best = int(np.argmin([score(v) for v in grid]))
    around = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(np.exp(scipy.optimize.minimize_scalar(score, bounds=around, method="bounded").x))
