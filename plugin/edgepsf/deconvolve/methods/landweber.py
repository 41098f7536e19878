"""Landweber's iteration."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...options import Number
from ..least_squares import Residual, start
from ..memory import Size
from ..method import ITERATIONS, method
from ..observation import Observation
from ..operator import Blur
from ..record import Log

STEP = Number(
    "step",
    "length of the steps",
    default=1.0,
    above=0,
    below=2,
    reason="where the iteration converges",
    rare=True,
)


def memory(size: Size, **others: Any) -> float:
    """Scene, its weight, and two gradients."""
    return 3.5 * size.scene


@method(ITERATIONS, STEP, memory=memory, place=50)
def landweber(seen: Observation, blur: Blur, log: Log, *, iterations: int, step: float = 1.0) -> np.ndarray:
    """Landweber: x ← x + step · S² Aᵀ(y − A x); converges for 0 < step < 2 (Landweber 1951)."""
    scene, residual, weight = start(seen, blur), Residual(seen, blur), blur.gain(seen.valid)
    for i in range(iterations):
        gradient = blur.adjoint(residual(scene))
        gradient *= np.float32(step)
        if weight is not None:
            gradient *= weight
        scene += gradient
        if not log.iteration(i + 1, iterations, residual=residual.relative):
            break
    return scene
