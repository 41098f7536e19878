"""Inverse filter with a guard."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..direct import GUARDING, Filter, choose_regularization, flat, restore
from ..memory import Size
from ..method import REGULARIZATION, method
from ..observation import Observation
from ..operator import Blur
from ..record import Log


def choose(seen: Observation, blur: Blur, log: Log, *, regularization: float | None) -> dict[str, Any]:
    """λ of the smallest expected error of the scene, if it is not given."""
    return choose_regularization(seen, _filter(blur), log, regularization)


def memory(size: Size, **others: Any) -> float:
    """The choice of λ, the values of left-out pixels; the spectrum is filtered in place."""
    return max(size.choice, size.holes)


@method(REGULARIZATION, choose=choose, memory=memory, place=40)
def inverse(seen: Observation, blur: Blur, log: Log, *, regularization: float) -> np.ndarray:
    """Inverse filter conj(H) / max(|H|², λ): the guard λ keeps frequencies that are lost from being divided."""
    return restore(seen, _filter(blur), log, regularization)


def _filter(blur: Blur) -> Filter:
    return Filter(blur, flat(blur.domain), GUARDING)
