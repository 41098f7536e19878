"""Restoration with groups of similar patches, from a start by total variation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...options import Number
from ..collaborative.guard import helps, start
from ..collaborative.matching import COUNT, STEP, TILES
from ..collaborative.numbers import COARSE, deviation, stepped, stepped_noise
from ..collaborative.schedule import STAGES, Restoration
from ..memory import Size
from ..method import ITERATIONS as FIXED
from ..method import REGULARIZATION as UNITLESS
from ..method import method
from ..noise import Noise
from ..observation import Observation
from ..operator import Blur
from ..record import Log
from ..search import smoothest

ITERATIONS = replace(
    FIXED,
    default=None,
    minimum=0,
    help=f"stages of data and filter; when not given {STAGES}, or 0, the start alone, where they do not help",
)
REGULARIZATION = replace(
    UNITLESS, unit="gray value", help="λ of the total variation of the start, chosen when not given"
)
NOISE = Number(
    "noise",
    "standard deviation of the noise where the picture is dark, measured in it when not given",
    unit="gray value",
    minimum=0,
    rare=True,
)
GAIN = Number(
    "gain",
    "variance of the noise for every gray value more; measured when noise is not given, else 0",
    unit="gray value",
    minimum=0,
    rare=True,
)
_START = 100  # the most iterations of the start


def choose(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int | None,
    regularization: float | None,
    noise: float | None,
    gain: float | None,
) -> dict[str, Any]:
    """Noise; λ of the start by its risk (Monte-Carlo SURE); no stages where they predict left-out noise worse."""
    if noise is None and gain is None:
        noise, gain = stepped_noise(seen.noise_through(blur), deviation(seen))
    noise, gain = noise or 0.0, gain or 0.0
    if regularization is None:
        found = smoothest(seen, blur, log)
        regularization = stepped(found, deviation(seen), COARSE) or found
        log.note(chosen_by="SURE")
    if iterations is None:

        def report(i: int, n: int) -> bool:
            return log.iteration(i, n, stage="trying the filter")

        kind = Noise(gain, noise)
        better = helps(seen.signal, blur, kind, seen.valid, regularization, report)
        iterations = STAGES if better else 0
    return {"iterations": iterations, "regularization": regularization, "noise": noise, "gain": gain}


def memory(size: Size, **others: Any) -> float:
    """The start and the search of its λ; then the groups, the solver of the data step, and the filter's sums."""
    start = 2 * (9 + 3 * size.axes) * size.scene
    groups = 4 * COUNT / STEP**2 / size.number * size.scene
    return max(start, groups + 14 * size.scene + TILES * size.number)


@method(ITERATIONS, REGULARIZATION, NOISE, GAIN, choose=choose, memory=memory, place=16)
def collaborative(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    regularization: float,
    noise: float,
    gain: float,
) -> np.ndarray:
    """Groups of similar patches, filtered together in turn with steps towards the data.

    Parameters
    ----------
    iterations : int
        Stages.
    regularization : float
        λ of the total variation of the start, gray values.
    noise, gain : float
        The variance of the noise is noise² + gain · gray value.
    """
    log.note(regularization=float(regularization))

    def report(i: int) -> bool:
        return log.iteration(i, _START, stage="starting")

    scene = start(seen.signal, blur, seen.valid, regularization, _START, report)
    if not iterations:
        return scene
    restoration = Restoration(seen.signal, blur, Noise(gain, noise), seen.valid, scene, regularization)
    for i in range(iterations):
        restoration.stage(i, iterations)
        if not log.iteration(i + 1, iterations):
            break
    return restoration.scene
