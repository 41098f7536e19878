"""FISTA: least squares with a wavelet or total-variation penalty.

Beck & Teboulle 2009, doi:10.1137/080716542 (wavelets) and doi:10.1109/TIP.2009.2028250 (total variation).
"""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .least_squares import Residual, start
from .noise import estimate_noise
from .observation import Observation, check_light
from .operator import Blur
from .record import Log
from .variation import denoise
from .wavelets import shrink

PENALTIES = ("tv", "wavelet")
_FIRST = 0.3


def fista(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    regularization: float | None = None,
    penalty: str = "tv",
) -> np.ndarray:
    """min ½‖y − A x‖² + λ · penalty(x), x ≥ 0, by accelerated proximal gradients.

    Parameters
    ----------
    regularization : float, optional
        λ in gray values. When not given, it is moved during the iterations until the residual has the size of
        the noise (discrepancy principle, Morozov 1966), which is measured in the picture.
    penalty : {"tv", "wavelet"}
        Total variation, or the ℓ1 norm of Haar wavelet coefficients (three levels, shifted anew at every
        iteration so that no grid of blocks is left).
    """
    check_light(seen)
    if penalty not in PENALTIES:
        raise InputError(f'unknown penalty "{penalty}": use one of {", ".join(PENALTIES)}')
    noise = float(np.sqrt(estimate_noise(seen.data, seen.valid).mean_square(seen.mean)))
    weight = regularization if regularization is not None else _FIRST * noise
    scene, residual = np.maximum(start(seen, blur), 0), Residual(seen, blur)
    ahead, t, dual = scene, 1.0, None
    rms, rng = np.inf, np.random.default_rng(0)
    for i in range(iterations):
        new = blur.adjoint(residual(ahead)) + ahead
        if penalty == "tv":
            new, dual = denoise(new, weight, 10, dual, lower=0)
        else:
            new = np.maximum(shrink(new, weight, keep_coarse=True, rng=rng), 0)
        t_next = (1 + np.sqrt(1 + 4 * t * t)) / 2
        ahead = new + np.float32((t - 1) / t_next) * (new - scene)
        scene, t = new, t_next
        rms, before = residual.relative * residual.norm / np.sqrt(seen.count), rms
        if regularization is None and abs(rms - before) < 0.01 * rms:  # else it has not settled yet
            weight *= float(np.clip(noise / max(rms, 1e-30), 0.8, 1.25))
        if not log.iteration(i + 1, iterations, residual=residual.relative):
            break
    log.note(regularization=float(weight), penalty=penalty)
    return scene
