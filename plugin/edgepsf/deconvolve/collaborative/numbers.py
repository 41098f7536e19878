"""Numbers read from a picture, in steps: pictures that differ by rounding only get the very same numbers.

Groups of patches and thresholds decide; a number that differs in its sixth digit could change a decision.
"""

from __future__ import annotations

import math

import numpy as np

from ..noise import Noise
from ..observation import Observation

_STEP = 0.005  # ratio of neighbouring numbers, minus 1
COARSE = 0.05  # the same for a number that is found less exactly


def stepped(value: float, unit: float, step: float = _STEP) -> float:
    """The number of the form unit · e**(n · step) that is nearest to a value; 0 for 0."""
    if not (value > 0 and unit > 0):
        return 0.0
    return float(unit * math.exp(step * round(math.log(value / unit) / step)))


def deviation(seen: Observation) -> float:
    """Standard deviation of the valid pixels, in the scale of the observation."""
    inside = seen.signal if seen.valid is None else seen.signal[seen.valid]
    return float(inside.std(dtype=np.float64))


def stepped_noise(noise: Noise, unit: float) -> tuple[float, float]:
    """Read noise and gain of white noise that is as strong as this one at its strongest frequency, in steps."""
    power = 1.0 if noise.white else float(noise.power(np.zeros(1))[0]) ** 2
    noise = noise.times(power, (0.0, 0.0))
    return stepped(noise.read, unit), stepped(noise.gain, unit)
