"""A small Levenberg–Marquardt solver for many residuals and few parameters, with box bounds.

The sums JᵀJ and Jᵀr are a few numbers, so one step costs one pass over the pixels; scipy's trust-region
solver factorises the whole Jacobian instead and is about ten times slower here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Solution:
    """Minimum of a sum of squares.

    Attributes
    ----------
    x : ndarray, shape (p,)
        Parameters.
    residual : ndarray, shape (n,)
    jacobian : ndarray, shape (p, n)
        Derivatives of the residual.
    converged : bool
        Whether the solver settled.
    """

    x: np.ndarray
    residual: np.ndarray
    jacobian: np.ndarray
    converged: bool

    @property
    def cost(self) -> float:
        """Sum of squares of the residuals."""
        return float(self.residual @ self.residual)


Function = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def levenberg_marquardt(
    function: Function,
    start: npt.ArrayLike,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    max_iterations: int = 100,
    tolerance: float = 1e-10,
) -> Solution:
    """Minimise the sum of squares of a residual within bounds.

    Parameters
    ----------
    function : callable
        x → (residual of shape (n,), Jacobian of shape (p, n)).
    start, lower, upper : array_like, shape (p,)
        First guess and bounds.
    max_iterations : int
    tolerance : float
        Settled when a step gains less than this share of the cost, or moves less than 1e-10.

    Returns
    -------
    Solution
    """
    lower, upper = np.asarray(lower, float), np.asarray(upper, float)
    x = np.minimum(np.maximum(np.asarray(start, float), lower), upper)
    residual, jacobian = function(x)
    cost, damping = residual @ residual, 1e-3
    for _ in range(max_iterations):
        normal, gradient = jacobian @ jacobian.T, jacobian @ residual
        free = ~((x <= lower) & (gradient > 0) | (x >= upper) & (gradient < 0))
        while True:
            step = _damped_step(normal, gradient, free, damping)
            trial = np.minimum(np.maximum(x + step, lower), upper)
            new_residual, new_jacobian = function(trial)
            new_cost = new_residual @ new_residual
            if np.isfinite(new_cost) and new_cost <= cost:
                break
            damping *= 8.0
            if damping > 1e12:
                return Solution(x, residual, jacobian, bool(np.isfinite(cost)))
        gain = cost - new_cost
        moved = np.abs(trial - x) / np.maximum(np.abs(trial), 1e-3)
        x, residual, jacobian, cost = trial, new_residual, new_jacobian, new_cost
        damping = max(damping / 10.0, 1e-12)
        if moved.max() < 1e-10 or gain <= tolerance * cost:
            return Solution(x, residual, jacobian, True)
    return Solution(x, residual, jacobian, False)


def _damped_step(normal: np.ndarray, gradient: np.ndarray, free: np.ndarray, damping: float) -> np.ndarray:
    """Solve the damped normal equations for the parameters that are not held by a bound."""
    step = np.zeros(len(gradient))
    if not free.any():
        return step
    part = normal if free.all() else normal[free][:, free]
    scale = np.sqrt(np.maximum(part.diagonal(), 1e-300))
    scaled = part / (scale[:, None] * scale)
    scaled.flat[:: len(scale) + 1] += damping
    step[free] = -np.linalg.solve(scaled, gradient[free] / scale) / scale
    return step
