"""The weight of total variation of smallest risk: a search down and up a valley, every try going on from the last."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .noise import estimate_noise
from .observation import Observation
from .operator import Blur
from .record import Log
from .risk import Probe, probe
from .total_variation import TotalVariation, settle

_FIRST, _LEAST = 0.25, 1e-5  # of the noise; and of the picture's deviation where there is none
_FACTOR = 2.0
_TRIES, _STEPS, _WARM_UP = 14, 10, 20


def smoothest(seen: Observation, blur: Blur, log: Log, nonnegative: bool = False) -> float:
    """λ of smallest estimated risk.

    Parameters
    ----------
    seen, blur, log
        As for a method.
    nonnegative : bool
        As for `TotalVariation`.

    Returns
    -------
    float
        λ in the gray values of the observation.
    """
    noise = estimate_noise(seen.signal, seen.valid)
    trial = probe(seen.signal, noise, seen.valid)
    pair = _Pair(trial, blur, seen.valid, nonnegative)
    count = 0

    def risk(value: float) -> float:
        nonlocal count
        count += 1
        log.iteration(count, _TRIES, stage="choosing λ")
        return pair.risk(value)

    sigma = np.sqrt(noise.mean_square(seen.level))
    return valley(risk, max(_FIRST * sigma, _LEAST * pair.one.deviation))


class _Pair:
    """The picture and the picture with a little more noise, restored side by side."""

    def __init__(self, trial: Probe, blur: Blur, valid: np.ndarray | None, nonnegative: bool):
        self.trial = trial
        self.one = TotalVariation(trial.data, blur, valid, nonnegative)
        self.other = TotalVariation(trial.moved, blur, valid, nonnegative)
        self.begun = False

    def risk(self, weight: float) -> float:
        """The risk at λ = weight."""
        for solver in (self.one, self.other):
            if not self.begun:
                settle(solver, weight, _WARM_UP, lambda i: True)
            for _ in range(_STEPS):
                solver.step(weight)
        self.begun = True
        first = self.one.predicted().copy()
        return self.trial.risk(first, self.other.predicted())


def valley(
    risk: Callable[[float], float], first: float, factor: float = _FACTOR, tries: int = _TRIES
) -> float:
    """The place of the smallest value of a function of a positive number, on a scale of logarithms.

    Steps of a factor downhill until it rises, then the minimum of the parabola through the last three points.

    Parameters
    ----------
    risk : callable
    first : float
        Where to begin.
    factor : float
        Step.
    tries : int
        Most calls.
    """
    known = {0: risk(first), -1: risk(first / factor)}
    way = -1 if known[-1] < known[0] else 1
    at = -1 if way < 0 else 0
    while len(known) < tries:
        known[at + way] = risk(first * factor ** (at + way))
        if known[at + way] >= known[at]:
            break
        at += way
    best = min(known, key=lambda place: known[place])
    return float(first * factor ** (best + _vertex(known, best)))


def _vertex(known: dict[int, float], best: int) -> float:
    """Place of the minimum of the parabola through the best point and its neighbours, −0.5 to 0.5."""
    if best - 1 not in known or best + 1 not in known:
        return 0.0
    left, middle, right = (known[best + d] - known[best] for d in (-1, 0, 1))
    bend = left - 2 * middle + right
    return float(np.clip((left - right) / (2 * bend), -0.5, 0.5)) if bend > 0 else 0.0
