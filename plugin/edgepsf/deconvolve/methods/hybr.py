"""HyBR: Golub–Kahan bidiagonalisation with Tikhonov regularisation of the projected problem.

After Chung, Nagy & O'Leary 2008 (ETNA 28:149–167), who choose the regularisation by weighted GCV; here it is the one
for which the scene is expected to be nearest to the truth, see `edgepsf.deconvolve.choice`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..choice import BY_RISK, choose_weight
from ..direct import DAMPING, filled, flat
from ..least_squares import Residual, Scaled, start
from ..memory import Size
from ..method import ITERATIONS, REGULARIZATION, method
from ..observation import Observation
from ..operator import Blur
from ..parallel import dot
from ..record import Log

_SETTLED = 1e-6


def choose(
    seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float | None
) -> dict[str, Any]:
    """λ of the smallest expected error of the scene, if it is not given; the border is not closed for this method."""
    if regularization is None:
        spectrum = blur.plan.forward(blur.close(filled(seen))).copy()
        rest = DAMPING.rest
        regularization = choose_weight(seen, blur, spectrum, flat(blur.domain), rest, closed=False)
        log.note(chosen_by=BY_RISK)
    return {"iterations": iterations, "regularization": regularization}


def memory(size: Size, *, iterations: int, **others: Any) -> float:
    """Two vectors an iteration; scene and weight. Before them the choice of λ."""
    return max(iterations * (size.scene + size.picture) + size.picture + 3 * size.scene, size.choice)


@method(ITERATIONS, REGULARIZATION, choose=choose, memory=memory, place=90)
def hybr(seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float) -> np.ndarray:
    """HyBR: least squares by bidiagonalisation, with Tikhonov regularisation of every iteration's solution.

    `regularization` is the Tikhonov weight λ of ‖y − A x‖² + λ‖S⁻¹(x − mean)‖² with S of `Scaled`, which is 1
    inside the picture.
    """
    log.note(regularization=float(regularization))
    basis, coefficients = _Basis(seen, blur, iterations), np.zeros(0)
    for k in range(iterations if basis.beta > 0 else 0):
        small = basis.extend()
        before, coefficients = coefficients, _solve_projected(small, basis.beta, regularization)
        rest = _rest(small, basis.beta, coefficients) / basis.residual.norm
        if not log.iteration(k + 1, iterations, residual=rest) or _settled(before, coefficients):
            break
        if min(small[k, k], small[k + 1, k]) < 1e-10 * basis.beta:
            break
    return basis.combined(coefficients)


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


def _solve_projected(small: np.ndarray, beta: float, weight: float) -> np.ndarray:
    """Tikhonov solution of the projected problem."""
    u, s, vt = np.linalg.svd(small, full_matrices=False)
    return vt.T @ (s / (s**2 + weight) * (beta * u[0]))


def _settled(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether an iteration changed nothing that single precision shows; the columns of the basis are orthonormal."""
    change = after.copy()
    change[: len(before)] -= before
    return bool(np.linalg.norm(change) < _SETTLED * np.linalg.norm(after))
