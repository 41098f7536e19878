"""Confidence intervals of numbers whose errors are normal."""

from __future__ import annotations

import scipy

from ..errors import InputError


def deviations(level: float) -> float:
    """Standard deviations from the value to each end of the interval of a confidence level.

    Raises
    ------
    InputError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"level must lie between 0 and 1, not {level}")
    return float(scipy.special.ndtri(0.5 + level / 2))


def normal_interval(value: float, sd: float, level: float = 0.95) -> tuple[float, float]:
    """Confidence interval (low, high) of a value with a standard deviation.

    Raises
    ------
    InputError
        If the level is not between 0 and 1.
    """
    half = deviations(level) * sd
    return float(value - half), float(value + half)
