"""WPL: Landweber iterations preconditioned with a Wiener filter and kept non-negative.

After Dougherty, Extensions of DAMAS and benefits and limitations of deconvolution in beamforming (2005), and
its Wiener filter preconditioned Landweber method in Parallel Iterative Deconvolution.
"""

from __future__ import annotations

import numpy as np

from .direct import filled, generalised_cross_validation
from .least_squares import Residual, start
from .observation import Observation
from .operator import Blur
from .parallel import blockwise
from .record import Log


def wpl(
    seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float | None = None
) -> np.ndarray:
    """x ← max(0, x + P Aᵀ(y − A x)) with the filter P = 1 / (|H|² + λ).

    λ (`regularization`), when not given, is that of the Tikhonov filter chosen by GCV.
    """
    power = np.abs(blur.otf) ** 2
    if regularization is None:
        spectrum = blur.plan.forward(blur.close(filled(seen)))
        weight = 1 / np.maximum(power, np.float32(1e-20))
        regularization = generalised_cross_validation(spectrum, weight, lambda r: r / (1 + r), blur)
    log.note(regularization=float(regularization))
    filters = 1 / (power + np.float32(regularization))
    scene, residual = np.maximum(start(seen, blur), 0), Residual(seen, blur)
    for i in range(iterations):
        gradient = _spread(blur.adjoint(residual(scene)), blur)
        spectrum = blur.plan.forward(gradient)
        blockwise(_times, spectrum, filters, workers=blur.workers)
        change = blur.plan.inverse(spectrum)
        scene += change if scene.shape == blur.domain else change[blur.window]
        np.maximum(scene, 0, out=scene)
        if not log.iteration(i + 1, iterations, residual=residual.relative):
            break
    return scene


def _spread(scene: np.ndarray, blur: Blur) -> np.ndarray:
    return scene if scene.shape == blur.domain else blur.embed(scene)


def _times(spectrum, filters) -> None:
    spectrum *= filters
