"""WPL: Landweber iterations preconditioned with a Wiener filter and kept non-negative.

After Dougherty, Extensions of DAMAS and benefits and limitations of deconvolution in beamforming (2005), and
its Wiener filter preconditioned Landweber method in Parallel Iterative Deconvolution.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..choice import BY_RISK, choose_weight
from ..direct import filled, flat
from ..memory import Size
from ..method import ITERATIONS, REGULARIZATION, method
from ..observation import Observation, check_light
from ..operator import Blur
from ..record import Log


def choose(
    seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float | None
) -> dict[str, Any]:
    """λ of the smallest expected error of the scene after the iterations, if it is not given.

    Each iteration leaves the share λ / (|H|² + λ) of the last residual; the limit at zero is not counted.
    """
    check_light(seen)
    if regularization is not None:
        return {"iterations": iterations, "regularization": regularization}
    data = _closed(seen, blur)
    spectrum = blur.plan.forward(data).copy()
    found = choose_weight(seen, blur, spectrum, flat(blur.domain), lambda r: (r / (1 + r)) ** iterations)
    seen.keep(closed=data)
    log.note(chosen_by=BY_RISK)
    return {"iterations": iterations, "regularization": found}


def memory(size: Size, **others: Any) -> float:
    """Picture, scene and filter on the domain with their products; before them the choice of λ."""
    return max(5 * size.domain, size.choice, size.holes)


@method(ITERATIONS, REGULARIZATION, choose=choose, memory=memory, place=100)
def wpl(seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float) -> np.ndarray:
    """WPL: x ← max(0, x + P Hᵀ(y − H x)) with the filter P = 1 / (|H|² + λ).

    It works on the smoothly continued picture.
    """
    check_light(seen)
    data = seen.take("closed")
    if data is None:
        data = _closed(seen, blur)
    log.note(regularization=float(regularization))
    power = np.abs(blur.otf) ** 2
    filters = blur.otf.conj() / (power + np.float32(regularization))
    scene, norm = np.maximum(data, 0), float(np.linalg.norm(data)) or 1.0
    for i in range(iterations):
        rest = blur.convolve(scene)
        np.subtract(data, rest, out=rest)
        if seen.valid is not None:
            rest[blur.window] *= seen.valid
        relative = float(np.linalg.norm(rest)) / norm
        scene += blur.filter(rest, filters)
        np.maximum(scene, 0, out=scene)
        if not log.iteration(i + 1, iterations, residual=relative):
            break
    return scene[blur.window]


def _closed(seen: Observation, blur: Blur) -> np.ndarray:
    """The picture without holes, continued over the domain."""
    return blur.close(filled(seen)).copy()
