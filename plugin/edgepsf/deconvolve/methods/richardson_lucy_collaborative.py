"""Richardson–Lucy with a collaborative filter between its steps, for few photons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...options import Count, Number
from ..collaborative.matching import COUNT, STEP, TILES
from ..collaborative.numbers import deviation, stepped, stepped_noise
from ..collaborative.photons import ROUNDS, Rounds, steps_of_round
from ..memory import Size
from ..method import ITERATIONS as FIXED
from ..method import method
from ..observation import Observation, check_light
from ..operator import Blur
from ..record import Log
from ..richardson_lucy import RichardsonLucy
from .richardson_lucy import OFFSET, without_holes

ITERATIONS = replace(FIXED, default=ROUNDS, help="rounds of some Richardson–Lucy steps and a filter")
STEPS = Count("steps", "Richardson–Lucy steps of a round; chosen for the PSF when not given", rare=True)
GAIN = Number(
    "gain", "gray values for a photon, measured when not given", unit="gray value", above=0, rare=True
)
NOISE = Number(
    "noise",
    "standard deviation of the noise without light, measured when not given",
    unit="gray value",
    minimum=0,
    rare=True,
)

_LEAST = 1e-6  # of the mean: gray values per photon of a picture without noise


def choose(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    steps: int | None,
    gain: float | None,
    noise: float | None,
    offset: float | None,
) -> dict[str, Any]:
    """Steps of a round from the PSF; gain and noise from the picture."""
    check_light(seen)
    if gain is None or noise is None:
        measured = _photons(seen, blur)
        gain, noise = measured[0] if gain is None else gain, measured[1] if noise is None else noise
    return {
        "iterations": iterations,
        "steps": steps_of_round(blur, _brightness(seen) / gain) if steps is None else steps,
        "gain": gain,
        "noise": noise,
        "offset": seen.offset if offset is None else offset,
    }


def _photons(seen: Observation, blur: Blur) -> tuple[float, float]:
    """Gray values per photon, and the noise without light; white noise counts as that of photons at the mean."""
    measured, unit = seen.noise_through(blur), deviation(seen)
    if measured.gain > 0:
        noise, gain = stepped_noise(measured, unit)
        return gain, noise
    level = max(seen.level, 1e-6)
    return stepped(measured.mean_square(level) / level, unit) or _LEAST * level, 0.0


def _brightness(seen: Observation) -> float:
    """Mean of the pixels, each weighted with its own light, without what the noise adds to it; gray values."""
    square = float(np.vdot(seen.signal, seen.signal)) / seen.count
    return max(square - seen.noise, 0.0) / max(seen.level, 1e-30)


def memory(size: Size, **others: Any) -> float:
    """Scene and gain, the groups, and the filter's sums."""
    groups = 4 * COUNT / STEP**2 / size.number * size.scene
    return groups + 8 * size.scene + size.picture + TILES * size.number


@method(ITERATIONS, STEPS, GAIN, NOISE, OFFSET, choose=choose, memory=memory, place=12)
def richardson_lucy_collaborative(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    steps: int,
    gain: float,
    noise: float,
    offset: float,
) -> np.ndarray:
    """Richardson–Lucy for few photons: between its steps, groups of similar patches are filtered together.

    Parameters
    ----------
    iterations : int
        Rounds.
    steps : int
        Richardson–Lucy steps of a round.
    gain : float
        Gray values for a photon.
    noise : float
        Deviation of the noise without light, gray values.
    offset : float
        Level, gray values, that is added to data and model where dark pixels lie below zero.
    """
    check_light(seen)
    if offset:
        log.note(offset=offset)
    log.note(steps=steps)
    rounds = Rounds(RichardsonLucy(seen.raised(offset), blur, seen.valid, offset), gain, noise**2, steps)
    for i in range(iterations):
        rounds.round()
        if not log.iteration(i + 1, iterations):
            break
    return without_holes(rounds.solver, blur)
