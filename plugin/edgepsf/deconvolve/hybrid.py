"""HyBR: Golub–Kahan bidiagonalisation with Tikhonov regularisation of the projected problem.

The amount of regularisation is chosen anew at every iteration by weighted GCV, and the iteration stops where
the GCV function of the iterations has its minimum (Chung, Nagy & O'Leary 2008, ETNA 28:149–167).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from .least_squares import Residual, Scaled, _dot, start
from .observation import Observation
from .operator import Blur
from .record import Log

_WINDOW = 4
_FLAT = 1e-6


def hybr(
    seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float | None = None
) -> np.ndarray:
    """Hybrid bidiagonalisation regularisation.

    `regularization` fixes the Tikhonov weight λ of ‖y − A x‖² + λ‖S⁻¹(x − mean)‖² with S of `Scaled`, which is
    1 inside the picture; it is chosen by weighted GCV when not given.
    """
    residual, origin, scaled = Residual(seen, blur), start(seen, blur), Scaled(seen, blur)
    left = [residual(origin).copy()]
    beta = _normalise(left[0], blur)
    right: list[np.ndarray] = []
    matrix = np.zeros((iterations + 1, iterations))
    best = _Best()
    omegas: list[float] = []
    for k in range(iterations if beta > 0 else 0):
        v = scaled.adjoint(left[k])
        _orthogonalise(v, right, blur)
        matrix[k, k] = _normalise(v, blur)
        right.append(v)
        u = residual.blurred(scaled.scene(v)).copy()
        _orthogonalise(u, left, blur)
        matrix[k + 1, k] = _normalise(u, blur)
        left.append(u)
        small = matrix[: k + 2, : k + 1]
        weight, coefficients, score = _solve_projected(small, beta, seen.count, regularization, omegas)
        best.consider(-k if regularization else score, coefficients, weight, k + 1)
        go_on = log.iteration(k + 1, iterations, residual=_rest(small, beta, coefficients) / residual.norm)
        if not go_on or min(matrix[k, k], matrix[k + 1, k]) < 1e-10 * beta:
            break
        if regularization is None and best.settled(k + 1):
            break
    for coefficient, v in zip(best.coefficients, right, strict=False):
        origin += np.float32(coefficient) * scaled.scene(v)
    log.note(regularization=best.weight, iterations=best.at)
    return origin


class _Best:
    """Solution at the minimum of the GCV function of the iterations."""

    def __init__(self):
        self.score, self.at, self.weight, self.coefficients = np.inf, 0, None, np.zeros(0)
        self._last = np.inf
        self._flat = False

    def consider(self, score: float, coefficients: np.ndarray, weight: float, k: int) -> None:
        self._flat = np.isfinite(self._last) and abs(self._last - score) < _FLAT * abs(score)
        self._last = score
        if score < self.score:
            self.score, self.at, self.weight, self.coefficients = score, k, weight, coefficients

    def settled(self, k: int) -> bool:
        return k > 2 and (self._flat or k - self.at >= _WINDOW)


def _normalise(vector: np.ndarray, blur: Blur) -> float:
    length = float(np.sqrt(_dot(vector, vector, blur)))
    if length > 0:
        vector /= np.float32(length)
    return length


def _orthogonalise(vector: np.ndarray, basis: list[np.ndarray], blur: Blur) -> None:
    """Take the components along earlier vectors off: single precision loses orthogonality at once."""
    for other in basis:
        vector -= np.float32(_dot(vector, other, blur)) * other


def _rest(small: np.ndarray, beta: float, coefficients: np.ndarray) -> float:
    rest = -small @ coefficients
    rest[0] += beta
    return float(np.linalg.norm(rest))


def _solve_projected(small, beta, count, regularization, omegas) -> tuple[float, np.ndarray, float]:
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
    return float(np.exp(minimize_scalar(score, bounds=around, method="bounded").x))
