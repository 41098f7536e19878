"""WPL: Landweber iterations preconditioned with a Wiener filter and kept non-negative.

After Dougherty, Extensions of DAMAS and benefits and limitations of deconvolution in beamforming (2005), and
its Wiener filter preconditioned Landweber method in Parallel Iterative Deconvolution.
"""

from __future__ import annotations

import numpy as np

from .choice import Classes
from .direct import filled, flat
from .noise import estimate_noise
from .observation import Observation, check_light
from .operator import Blur
from .record import Log


def wpl(
    seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float | None = None
) -> np.ndarray:
    """x ← max(0, x + P Hᵀ(y − H x)) with the filter P = 1 / (|H|² + λ) on the smoothly continued picture.

    λ (`regularization`), when not given, is such that after these iterations, of which each takes the share
    λ / (|H|² + λ) of the last residual, the residual is as large as the noise (discrepancy principle).
    """
    check_light(seen)
    data, power = blur.close(filled(seen)).copy(), np.abs(blur.otf) ** 2
    if regularization is None:
        classes = Classes(
            blur.plan.forward(data), flat(blur.domain), lambda r: (r / (1 + r)) ** iterations, blur
        )
        noise = estimate_noise(seen.data, seen.valid)
        regularization = classes.discrepancy(noise.mean_square(seen.mean))
        log.note(chosen_by="discrepancy")
    log.note(regularization=float(regularization))
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
