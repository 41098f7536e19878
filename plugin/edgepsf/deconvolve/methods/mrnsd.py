"""Modified residual-norm steepest descent."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..least_squares import Residual
from ..memory import Size
from ..method import ITERATIONS, method
from ..observation import Observation, check_light
from ..operator import Blur
from ..parallel import dot
from ..record import Log


def memory(size: Size, **others: Any) -> float:
    """Scene, weight, step, gradient, a product and the pixels that fall; the residual."""
    return 5.5 * size.scene + size.picture


@method(ITERATIONS, memory=memory, place=80)
def mrnsd(seen: Observation, blur: Blur, log: Log, *, iterations: int) -> np.ndarray:
    """Modified residual-norm steepest descent: non-negative (Nagy & Strakoš 2000, doi:10.1117/12.402439)."""
    check_light(seen)
    residual, weight = Residual(seen, blur), blur.gain(seen.valid)
    scene = np.full(blur.scene_shape, max(seen.level, 1e-6 * residual.norm / seen.count**0.5), blur.precision)
    rest = residual(scene).copy()
    for i in range(iterations):
        gradient = blur.adjoint(rest)
        step = scene * gradient
        if weight is not None:
            step *= weight
        slope = dot(step, gradient, blur.workers)
        if not slope > 0:
            break
        falling = step < 0
        bound = float((scene[falling] / -step[falling]).min()) if falling.any() else np.inf
        image = residual.blurred(step)
        alpha = np.float32(min(slope / max(dot(image, image, blur.workers), 1e-300), bound))
        scene += alpha * step
        np.maximum(scene, 0, out=scene)
        image *= alpha
        rest -= image
        relative = float(np.sqrt(dot(rest, rest, blur.workers))) / residual.norm
        if not log.iteration(i + 1, iterations, residual=relative):
            break
    return scene
