"""Conjugate gradients for least squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..least_squares import Residual, Scaled, start
from ..memory import Size
from ..method import ITERATIONS, method
from ..observation import Observation
from ..operator import Blur
from ..parallel import dot
from ..record import Log


def memory(size: Size, **others: Any) -> float:
    """Scene, weight, direction, step, gradient and a product; the residual."""
    return 6 * size.scene + size.picture


@method(ITERATIONS, memory=memory, place=70)
def cgls(seen: Observation, blur: Blur, log: Log, *, iterations: int) -> np.ndarray:
    """Conjugate gradients for least squares (Björck 1996, §7.4, doi:10.1137/1.9781611971484)."""
    scene, residual, scaled = start(seen, blur), Residual(seen, blur), Scaled(seen, blur)
    rest = residual(scene).copy()
    direction = scaled.adjoint(rest)
    gamma = first = dot(direction, direction, blur.workers)
    for i in range(iterations):
        if gamma <= 1e-14 * first:
            break
        step = scaled.scene(direction)
        image = residual.blurred(step)
        alpha = np.float32(gamma / dot(image, image, blur.workers))
        image *= alpha
        rest -= image
        scene += alpha * step
        gradient = scaled.adjoint(rest)
        before, gamma = gamma, dot(gradient, gradient, blur.workers)
        direction *= np.float32(gamma / before)
        direction += gradient
        relative = float(np.sqrt(dot(rest, rest, blur.workers))) / residual.norm
        if not log.iteration(i + 1, iterations, residual=relative):
            break
    return scene
