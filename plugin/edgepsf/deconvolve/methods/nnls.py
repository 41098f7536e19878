"""Non-negative least squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..least_squares import Residual, start
from ..memory import Size
from ..method import ITERATIONS, method
from ..observation import Observation, check_light
from ..operator import Blur
from ..record import Log


def memory(size: Size, **others: Any) -> float:
    """Scene, the point ahead of it, its weight, and two gradients."""
    return 5 * size.scene


@method(ITERATIONS, memory=memory, place=60)
def nnls(seen: Observation, blur: Blur, log: Log, *, iterations: int) -> np.ndarray:
    """Non-negative least squares by accelerated projected gradients.

    Every iterate is projected, and Nesterov's momentum restarts where it leads uphill (O'Donoghue & Candès
    2015, doi:10.1007/s10208-013-9150-3).
    """
    check_light(seen)
    scene, residual, weight = np.maximum(start(seen, blur), 0), Residual(seen, blur), blur.gain(seen.valid)
    ahead, t, last = scene.copy(), 1.0, np.inf
    for i in range(iterations):
        new = blur.adjoint(residual(ahead))
        if weight is not None:
            new *= weight
        new += ahead
        np.maximum(new, 0, out=new)
        if residual.relative > last:
            t = 1.0
        last = residual.relative
        t_next = (1 + np.sqrt(1 + 4 * t * t)) / 2
        np.subtract(new, scene, out=ahead)
        ahead *= np.float32((t - 1) / t_next)
        ahead += new
        scene[...] = new
        t = t_next
        if not log.iteration(i + 1, iterations, residual=residual.relative):
            break
    return scene
