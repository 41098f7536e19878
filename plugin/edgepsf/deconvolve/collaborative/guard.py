"""Whether the collaborative filter helps a picture: told by noise that the restoration has not seen.

Noise n of the picture's own kind gives two pictures of the same scene, y + a n and y − n / a, whose errors are
independent. Start and restoration of the first are compared by how well they predict the second. (The risk by a probe
does not serve here: the hard threshold jumps.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import scipy

from ..noise import Noise
from ..operator import Blur
from ..total_variation import TotalVariation, settle
from .schedule import Restoration

_PART = 0.7  # a: the noise of the first picture grows by √(1 + a²)
_STAGES = 5  # fewer than those of the restoration itself: they tell as well
_SMOOTHED = 5  # pixels over which the level of photon noise is averaged


def start(
    data: np.ndarray,
    blur: Blur,
    valid: np.ndarray | None,
    weight: float,
    most: int,
    report: Callable[[int], bool],
) -> np.ndarray:
    """The scene of total variation from which the stages start.

    Parameters
    ----------
    data, blur, valid
        As for `TotalVariation`.
    weight : float
        λ, gray values.
    most : int
        Most iterations.
    report : callable
        report(i) after each; False stops.
    """
    solver = TotalVariation(data, blur, valid)
    settle(solver, weight, most, report)
    return solver.finished().copy()


def helps(
    data: np.ndarray,
    blur: Blur,
    noise: Noise,
    valid: np.ndarray | None,
    weight: float,
    report: Callable[[int, int], bool],
) -> bool:
    """Whether the stages predict unseen data better than their start.

    Parameters
    ----------
    data, blur, noise, valid
        As for `Restoration`.
    weight : float
        λ of the start of the picture itself, gray values.
    report : callable
        report(i, n) after each of n stages; False ends the trial, which then tells what it knows.
    """
    level = scipy.ndimage.uniform_filter(data, _SMOOTHED, axes=(-2, -1))
    drawn = noise.draw(level, np.random.default_rng(0)).astype(data.dtype)
    if valid is not None:
        drawn[~valid] = 0
    kind = data.dtype.type
    first, second = data + kind(_PART) * drawn, data - drawn / kind(_PART)
    more = 1 + _PART**2
    noisier = replace(noise, gain=more * noise.gain, read=float(np.sqrt(more)) * noise.read)
    scene = start(first, blur, valid, more * weight, 50, lambda i: True)
    importance = 1 / np.maximum(
        noise.variance(level), kind(0.1 * noise.mean_square(float(level.mean())) + 1e-30)
    )
    if valid is not None:
        importance = importance * valid

    def misfit(scene: np.ndarray) -> float:
        residual = second - blur.forward(scene)
        return float(np.sum(importance * residual**2, dtype=np.float64))

    before = misfit(scene)
    restoration = Restoration(first, blur, noisier, valid, scene, more * weight)
    for i in range(_STAGES):
        restoration.stage(i, _STAGES)
        if not report(i + 1, _STAGES):
            break
    return misfit(restoration.scene) < before
