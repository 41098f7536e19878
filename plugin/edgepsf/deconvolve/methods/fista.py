"""FISTA: least squares with a wavelet or total-variation penalty.

Beck & Teboulle 2009, doi:10.1137/080716542 (wavelets) and doi:10.1109/TIP.2009.2028250 (total variation).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy

from ...errors import InputError
from ...options import Choice, Number
from ..choice import BY_RISK
from ..least_squares import Residual, start
from ..memory import Size
from ..method import ITERATIONS, method
from ..method import REGULARIZATION as UNITLESS
from ..noise import Noise
from ..observation import Observation, check_light
from ..operator import Blur
from ..record import Log
from ..risk import probe
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
_RANGE = 0.01, 3.0  # of λ, in standard deviations of the noise
_TRIES = 9
_FAR = 1e6


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
    """λ of the smallest risk of the predicted picture (Monte-Carlo SURE), if it is not given.

    Each λ that is tried costs the iterations twice. `noise` counts where it is given, else the noise of the picture.
    """
    check_light(seen)
    if noise is not None and noise > _FAR * float(np.abs(seen.signal).max()):
        raise InputError(
            f"noise={seen.gray(noise):.4g} is far larger than every gray value of the picture: give the standard "
            "deviation of its noise, in gray values"
        )
    if regularization is None:
        known = seen.noise_through(blur) if noise is None else Noise(0.0, noise)
        regularization = _by_risk(seen, blur, iterations, penalty, known)
        log.note(chosen_by=BY_RISK)
    return {"iterations": iterations, "penalty": penalty, "regularization": regularization}


def _by_risk(seen: Observation, blur: Blur, iterations: int, penalty: str, noise: Noise) -> float:
    """λ of the smallest risk within _RANGE deviations of the noise."""
    sd = float(np.sqrt(noise.mean_square(seen.level)))
    if not sd > 0:
        return 0.0
    tried = probe(seen.signal, noise, seen.valid)
    moved = replace(seen, signal=tried.moved)

    def risk(log_value: float) -> float:
        value = sd * float(np.exp(log_value))
        predicted = [
            blur.forward(_iterated(each, blur, None, iterations, penalty, value)).copy()
            for each in (seen, moved)
        ]
        return tried.risk(*predicted)

    bounds = float(np.log(_RANGE[0])), float(np.log(_RANGE[1]))
    found = scipy.optimize.minimize_scalar(
        risk, bounds=bounds, method="bounded", options={"maxiter": _TRIES, "xatol": 0.1}
    )
    return sd * float(np.exp(found.x))


def memory(size: Size, *, penalty: str, **others: Any) -> float:
    """Scenes, and the dual fields of total variation or the coefficients of the wavelets on padded axes; the probe."""
    return max((5 + (5 if penalty == "tv" else 2.2) * size.axes) * size.scene + 4 * size.picture, size.noise)


@method(ITERATIONS, REGULARIZATION, PENALTY, NOISE, choose=choose, memory=memory, place=110)
def fista(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    penalty: str,
    regularization: float,
) -> np.ndarray:
    """FISTA: min ½‖y − A x‖² + λ · penalty(x), x ≥ 0, by accelerated proximal gradients.

    Parameters
    ----------
    regularization : float
        λ in gray values.
    penalty : {"tv", "wavelet"}
        Total variation, or the ℓ1 norm of Haar wavelet coefficients (three levels, shifted anew at every
        iteration so that no grid of blocks is left).
    """
    check_light(seen)
    log.note(regularization=float(regularization), penalty=penalty)
    return _iterated(seen, blur, log, iterations, penalty, regularization)


def _iterated(
    seen: Observation, blur: Blur, log: Log | None, iterations: int, penalty: str, weight: float
) -> np.ndarray:
    """The scene after the iterations; a log hears of each."""
    scene, residual = np.maximum(start(seen, blur), 0), Residual(seen, blur)
    proximal = _Proximal(penalty)
    ahead, t = scene, 1.0
    for i in range(iterations):
        new = proximal(blur.adjoint(residual(ahead)) + ahead, weight)
        t_next = (1 + np.sqrt(1 + 4 * t * t)) / 2
        ahead = new + np.float32((t - 1) / t_next) * (new - scene)
        scene, t = new, t_next
        if log is not None and not log.iteration(i + 1, iterations, residual=residual.relative):
            break
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
