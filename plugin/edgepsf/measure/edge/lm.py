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


Function = Callable[[np.ndarray], tuple[np.ndarray, Callable[[], np.ndarray]]]


def levenberg_marquardt(
    function: Function,
    start: npt.ArrayLike,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    max_iterations: int = 100,
    tolerance: float = 1e-10,
    probe: Callable[[np.ndarray], float] | None = None,
) -> Solution:
    """Minimise the sum of squares of a residual within bounds.

    Parameters
    ----------
    function : callable
        x → (residual of shape (n,), function that gives its Jacobian of shape (p, n)). A step that is refused needs
        no Jacobian.
    start, lower, upper : array_like, shape (p,)
        First guess and bounds.
    max_iterations : int
    tolerance : float
        Settled when a step gains less than this share of the cost, or moves less than 1e-10.
    probe : callable, optional
        x → a part of the sum of squares, cheap. After a step that is refused it is asked first: the next, shorter
        step is refused too where the part alone is more than the cost.

    Returns
    -------
    Solution
    """
    lower, upper = np.asarray(lower, float), np.asarray(upper, float)
    x = np.minimum(np.maximum(np.asarray(start, float), lower), upper)
    residual, derivatives = function(x)
    jacobian = derivatives()
    cost, damping = residual @ residual, 1e-3
    for _ in range(max_iterations):
        normal, gradient = jacobian @ jacobian.T, jacobian @ residual
        free = ~((x <= lower) & (gradient > 0) | (x >= upper) & (gradient < 0))
        refused = False
        while True:
            step = _damped_step(normal, gradient, free, damping)
            trial = np.minimum(np.maximum(x + step, lower), upper)
            if not (refused and probe is not None and probe(trial) > cost):
                new_residual, derivatives = function(trial)
                new_cost = new_residual @ new_residual
                if np.isfinite(new_cost) and new_cost <= cost:
                    break
            refused = True
            damping *= 8.0
            if damping > 1e12:
                return Solution(x, residual, jacobian, bool(np.isfinite(cost)))
        gain = cost - new_cost
        moved = np.abs(trial - x) / np.maximum(np.abs(trial), 1e-3)
        x, residual, jacobian, cost = trial, new_residual, derivatives(), new_cost
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
