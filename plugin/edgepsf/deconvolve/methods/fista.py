"""FISTA: least squares with a wavelet or total-variation penalty.

Beck & Teboulle 2009, doi:10.1137/080716542 (wavelets) and doi:10.1109/TIP.2009.2028250 (total variation).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...options import Choice, Number
from ..least_squares import Residual, start
from ..memory import Size
from ..method import ITERATIONS, method
from ..method import REGULARIZATION as UNITLESS
from ..observation import Observation, check_light
from ..operator import Blur
from ..record import Log
from ..variation import denoise
from ..wavelets import shrink

PENALTIES = ("tv", "wavelet")
PENALTY = Choice("penalty", "what is kept small", PENALTIES, default=PENALTIES[0], rare=True)
NOISE = Number(
    "noise",
    "standard deviation of the noise, measured in the picture when not given",
    unit="gray value",
    minimum=0,
    rare=True,
)
REGULARIZATION = replace(UNITLESS, unit="gray value")
_FIRST = 0.3


def choose(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    regularization: float | None,
    penalty: str,
    noise: float | None,
) -> dict[str, Any]:
    """The noise, if λ is not given; the iterations find λ for a residual as large as the noise."""
    check_light(seen)
    numbers = {"iterations": iterations, "penalty": penalty}
    if regularization is not None:
        return numbers | {"regularization": regularization}
    return numbers | {"noise": _measured(seen, blur) if noise is None else noise}


def _measured(seen: Observation, blur: Blur) -> float:
    return float(np.sqrt(seen.noise_through(blur).mean_square(seen.level)))


def memory(size: Size, *, penalty: str, **others: Any) -> float:
    """Scenes, and the dual fields of total variation or the coefficients of the wavelets on padded axes."""
    return (5 + (5 if penalty == "tv" else 2.2) * size.axes) * size.scene


@method(ITERATIONS, REGULARIZATION, PENALTY, NOISE, choose=choose, memory=memory, place=110)
def fista(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    penalty: str,
    regularization: float | None = None,
    noise: float = 0.0,
) -> np.ndarray:
    """FISTA: min ½‖y − A x‖² + λ · penalty(x), x ≥ 0, by accelerated proximal gradients.

    Parameters
    ----------
    regularization : float, optional
        λ in gray values. When not given, it is moved during the iterations until the residual has the size of
        the noise (discrepancy principle, Morozov 1966).
    penalty : {"tv", "wavelet"}
        Total variation, or the ℓ1 norm of Haar wavelet coefficients (three levels, shifted anew at every
        iteration so that no grid of blocks is left).
    noise : float
        Standard deviation of the noise, gray values.
    """
    check_light(seen)
    weight = _FIRST * noise if regularization is None else regularization
    scene, residual = np.maximum(start(seen, blur), 0), Residual(seen, blur)
    proximal = _Proximal(penalty)
    ahead, t, rms = scene, 1.0, np.inf
    for i in range(iterations):
        new = proximal(blur.adjoint(residual(ahead)) + ahead, weight)
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


class _Proximal:
    """Proximal map of the penalty; total variation goes on from its last dual fields."""

    def __init__(self, penalty: str):
        self.penalty, self.rng = penalty, np.random.default_rng(0)
        self.dual: list[np.ndarray] | None = None

    def __call__(self, scene: np.ndarray, weight: float) -> np.ndarray:
        if self.penalty == "tv":
            scene, self.dual = denoise(scene, weight, 10, self.dual, lower=0)
            return scene
        return np.maximum(shrink(scene, weight, keep_coarse=True, rng=self.rng), 0)
