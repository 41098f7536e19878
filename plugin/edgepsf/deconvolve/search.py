"""The weight of total variation of smallest risk: a search down a valley, every try going on from the last."""

from __future__ import annotations

import numpy as np

from .observation import Observation
from .operator import Blur
from .record import Log
from .risk import Probe, probe
from .total_variation import TotalVariation, settle

_FIRST, _LEAST = 0.25, 1e-5  # of the noise; and of the picture's deviation where there is none
_FACTOR = 2.0
_TRIES, _STEPS, _WARM_UP = 16, 10, 25


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
    noise = seen.noise_through(blur)
    trial = probe(seen.signal, noise, _judged(seen, blur))
    pair = _Pair(trial, blur, seen.valid, nonnegative, log)
    sigma = np.sqrt(noise.mean_square(seen.level))
    first = max(_FIRST * sigma, _LEAST * pair.one.deviation)
    return first * _FACTOR ** pair.lowest(first)


def _judged(seen: Observation, blur: Blur) -> np.ndarray | None:
    """The pixels by which λ is judged: none near a border beyond which something is assumed.

    A scene that does not go on as `boundary` says would be explained by less and less λ.
    """
    if blur.boundary == "extended":
        return seen.valid
    inside = np.zeros(blur.shape, bool)
    if any(n < 6 * r for n, r in zip(blur.shape, blur.reach, strict=True)):
        return seen.valid
    inside[tuple(slice(r, n - r) for n, r in zip(blur.shape, blur.reach, strict=True))] = True
    return inside if seen.valid is None else inside & seen.valid


class _Pair:
    """The picture and the picture with a little more noise, restored side by side; misfits by the power of λ."""

    def __init__(self, trial: Probe, blur: Blur, valid: np.ndarray | None, nonnegative: bool, log: Log):
        self.trial, self.log = trial, log
        self.one = TotalVariation(trial.data, blur, valid, nonnegative)
        self.other = TotalVariation(trial.moved, blur, valid, nonnegative)
        self.known: dict[int, tuple[float, float]] = {}

    def lowest(self, first: float) -> float:
        """Power of the factor, times which `first` is λ of smallest risk: steps downhill, then a parabola."""
        going = self._try(0, first) and self._try(-1, first)
        if len(self.known) < 2:
            return 0.0
        at = -1 if self.risk(-1) < self.risk(0) else 0
        way = -1 if at < 0 else 1
        while going and len(self.known) < _TRIES:
            going = self._try(at + way, first)
            best = min(self.known, key=self.risk)
            if best != at + way and best - 1 in self.known and best + 1 in self.known:
                break
            at, way = (best, -1) if best - 1 not in self.known else (best, 1)
        best = min(self.known, key=self.risk)
        return best + _vertex(*(self.risk(best + d) if best + d in self.known else None for d in (-1, 0, 1)))

    def risk(self, place: int) -> float:
        """Estimated risk at a power, but for a constant."""
        misfit, followed = self.known[place]
        return misfit + 2 * followed

    def _try(self, place: int, first: float) -> bool:
        """Go on to λ = first · factor^place; False where the callback wants to stop."""
        weight = first * _FACTOR**place
        for solver in (self.one, self.other):
            if not self.known:
                settle(solver, weight, _WARM_UP, lambda i: True)
            for _ in range(_STEPS):
                solver.step(weight)
        predicted = self.one.predicted().copy()
        self.known[place] = self.trial.parts(predicted, self.other.predicted())
        return self.log.iteration(len(self.known), _TRIES, stage="choosing λ")


def _vertex(left: float | None, middle: float | None, right: float | None) -> float:
    """Place of the minimum of the parabola through three values, −0.5 to 0.5; 0 where one is missing."""
    if left is None or middle is None or right is None:
        return 0.0
    bend = left - 2 * middle + right
    return float(np.clip((left - right) / (2 * bend), -0.5, 0.5)) if bend > 0 else 0.0
