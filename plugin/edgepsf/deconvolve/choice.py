"""Choice of the regularisation λ of a Fourier filter: the λ by which the scene comes nearest to the truth, as expected.

A filter takes the share rest(λ · weight) of every frequency's scene away and lets the share 1 − rest of the data
through, divided by H. What it loses is the scene's power times rest²; what it adds is the noise's power times
(1 − rest)² / |H|². Noise is all that the blur cannot have made: the noise of the picture, and the error of its
continuation beyond the border. That error is measured where the truth is known: a strip in the middle of the picture is
filled in the way in which the border is. At low noise it is far stronger than the noise, and a rule that sees the
picture alone, such as generalised cross-validation or the discrepancy principle, takes far too little regularisation.

Frequencies are gathered in classes of equal weight first, so that a try of λ costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from . import border
from .noise import estimate_noise, noise_of, seen_in
from .observation import Observation
from .operator import Blur
from .periodogram import fit_spectrum

BY_RISK = "risk"
_BINS = 2048
_LOW, _HIGH = np.log(1e-10), np.log(1e22)
_SCALE = (_BINS - 1) / (_HIGH - _LOW)
# Below the first value a filter would amplify the rounding of single precision, 1e-7, so that it can be seen.
_SMALLEST, _LARGEST = np.log(1e-6), np.log(1e2)
_ENOUGH = {2: 128, 3: 8}  # frequencies of an axis, by the number of axes; of more, every n-th is taken
_CLEAR = 4.0  # times the noise: the scene's power is then read from the data, else from the model
_INSIDE = 0.5  # share of the border's error that falls into the picture; the rest stays beyond it
_WEAK = 0.25  # |H|² below which the border's error spreads; a stronger frequency leaves it where it is
_SLOPE = 1.3  # half the exponent of a photograph's spectrum, where it cannot be fitted


@dataclass(frozen=True)
class Powers:
    """Power of scene and noise at the frequencies of a picture, both per pixel; noise is 1 in white noise of sd 1."""

    scene: np.ndarray
    noise: np.ndarray


class Classes:
    """What a filter may lose and add, in classes of frequencies.

    Parameters
    ----------
    powers : Powers
        Arrays of the shape of the others.
    power : ndarray
        |H|².
    penalty : ndarray
        The weight is penalty / |H|².
    number : ndarray
        How often a frequency of the half spectrum stands in the whole one.
    rest : callable
        Part of the data that the filter leaves unexplained, for λ · weight.
    """

    def __init__(
        self,
        powers: Powers,
        power: np.ndarray,
        penalty: np.ndarray,
        number: np.ndarray,
        rest: Callable[[np.ndarray], np.ndarray],
    ):
        self.rest = rest
        power = np.maximum(power, 1e-20)
        index = (np.log(np.maximum(penalty / power, 1e-10)) - _LOW) * _SCALE
        index = np.clip(index, 0, _BINS - 1).astype(np.int32).ravel()
        self.lost = np.bincount(index, (powers.scene * number).ravel(), _BINS)
        self.added = np.bincount(index, (powers.noise / power * number).ravel(), _BINS)
        self.centre = np.exp(_LOW + np.arange(_BINS) / _SCALE)

    def risk(self, value: float) -> float:
        """Expected squared distance from the scene for a λ, but for a factor."""
        left = self.rest(value * self.centre)
        return float((left**2 * self.lost + (1 - left) ** 2 * self.added).sum())

    def best(self) -> float:
        """λ of the smallest risk."""
        grid = np.linspace(_SMALLEST, _LARGEST, 50)
        best = int(np.argmin([self.risk(float(np.exp(v))) for v in grid]))
        around = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        found = scipy.optimize.minimize_scalar(
            lambda v: self.risk(float(np.exp(v))), bounds=around, method="bounded", options={"xatol": 1e-3}
        )
        return float(np.exp(found.x))


def choose_weight(
    seen: Observation,
    blur: Blur,
    spectrum: np.ndarray,
    penalty: tuple[np.ndarray, np.ndarray],
    rest: Callable[[np.ndarray], np.ndarray],
    closed: bool = True,
) -> float:
    """λ for a picture.

    Parameters
    ----------
    seen : Observation
    blur : Blur
    spectrum : ndarray
        Half spectrum of the closed picture on the blur's domain. The blur's buffers are used after it was read.
    penalty : (ndarray, ndarray)
        The sum of a part that varies along the first axis and one that varies along the others.
    rest : callable
        Part of the data that the filter leaves unexplained, for λ · weight.
    closed : bool
        Whether the filter works on the closed picture; else nothing is continued beyond the border.
    """
    step = tuple(slice(None, None, _every(n, len(blur.domain))) for n in blur.domain)
    data = np.abs(spectrum[step]).astype(np.float64) ** 2 / np.prod(blur.domain)
    power = np.abs(blur.otf[step]).astype(np.float64) ** 2
    number = np.full(power.shape[-1], 2.0)
    number[0] = 1.0
    error = _border(seen, blur, step) if closed else np.zeros((1,) * power.ndim)
    powers = _powers(seen, blur, data, power, error, step)
    sides = penalty[0][step[:1]], penalty[1][(slice(None), *step[1:])]
    return Classes(powers, power, sides[0] + sides[1], np.broadcast_to(number, power.shape), rest).best()


def _powers(
    seen: Observation,
    blur: Blur,
    data: np.ndarray,
    power: np.ndarray,
    error: np.ndarray,
    step: tuple[slice, ...],
) -> Powers:
    """Power of the scene, where it is clear from the data and else from a model; of noise and border."""
    axes = [np.fft.fftfreq(n) for n in blur.domain[:-1]] + [np.fft.rfftfreq(blur.domain[-1])]
    grid = np.meshgrid(
        *(axis[part] for axis, part in zip(axes, step, strict=True)), indexing="ij", sparse=True
    )
    square = sum(axis**2 for axis in grid)
    square[(0,) * power.ndim] = np.inf  # the mean is kept by every filter
    fitted = fit_spectrum(seen.signal, seen.valid, blur) if seen.signal.ndim == 2 else None
    if fitted is None or not seen_in(blur):
        noise = estimate_noise(seen.signal, seen.valid, blur=blur)
        strength = noise.mean_square(seen.level) * noise.power(grid[-2]) * noise.power(grid[-1])
        slope = _SLOPE
        passed = power > np.quantile(power, 0.95)
        scale = float(
            np.median(((np.maximum(data - strength, 0) / power) * square**slope)[passed & (square < 1)])
        )
    else:
        noise, (scale, slope) = noise_of(fitted.reading), fitted.reading.scene
        strength = noise.mean_square(0) * noise.power(grid[-2]) * noise.power(grid[-1])
    scene = scale * square**-slope
    spread = np.where(power < _WEAK, _INSIDE * error, 0)
    clear = power * scene > _CLEAR * (strength + error)
    scene = np.where(clear, np.maximum(data - strength, 0) / np.maximum(power, 1e-20), scene)
    scene[(0,) * power.ndim] = 0
    return Powers(scene, strength + spread)


def _border(seen: Observation, blur: Blur, step: tuple[slice, ...]) -> np.ndarray:
    """Power of the error that the continuation beyond the border makes, per pixel."""
    if blur.shape == blur.domain or blur.boundary == "zero":
        return np.zeros((1,) * len(blur.domain))
    out = np.zeros(blur.domain, blur.precision)
    border.closing_error(seen.signal, out[blur.window], blur.margins)
    if any(n % part.step for n, part in zip(blur.domain, step, strict=True)):
        spectrum = blur.plan.forward(out)[step]
    else:  # every n-th frequency is the spectrum of the array folded n times
        for axis, part in enumerate(step):
            shape = (*out.shape[:axis], part.step, out.shape[axis] // part.step, *out.shape[axis + 1 :])
            out = out.reshape(shape).sum(axis)
        spectrum = scipy.fft.rfftn(out)
    return np.abs(spectrum).astype(np.float64) ** 2 / np.prod(blur.domain)


def _every(n: int, axes: int) -> int:
    """The n-th frequencies of an axis that are taken: a power of two, so that an array can be folded."""
    step = 1
    while step < 8 and n >= 2 * step * _ENOUGH[axes]:
        step *= 2
    return step if axes == 2 else min(step, 2)
