"""Filters that restore in one step, and the choice of their regularisation.

The picture is continued smoothly around its border. Pixels that were left out are filled with the values that the
restored scene predicts for them, again and again.

The amount of regularisation, when not given, is the one for which the scene is expected to be nearest to the truth,
see `edgepsf.deconvolve.choice`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from .choice import BY_RISK, choose_weight
from .observation import Observation
from .operator import Blur
from .parallel import blockwise
from .record import Log

_FILLS = 12


@dataclass(frozen=True)
class Shape:
    """How a filter limits 1 / H.

    Attributes
    ----------
    bottom : callable
        bottom(power, λ · penalty), by which conj(H) is divided.
    rest : callable
        rest(λ · penalty / power), the part of a frequency's data that the filter leaves unexplained.
    """

    bottom: Callable[..., np.ndarray]
    rest: Callable[[np.ndarray], np.ndarray]


DAMPING = Shape(np.add, lambda ratio: ratio / (1 + ratio))
GUARDING = Shape(np.maximum, lambda ratio: np.where(ratio > 1, 1 - 1 / np.maximum(ratio, 1), 0))


@dataclass(frozen=True)
class Filter:
    """A filter on the blur's domain; the mean passes unchanged, for a penalty on it would darken the picture.

    Attributes
    ----------
    blur : Blur
    penalty : (ndarray, ndarray)
        A part that varies along the first axis and one that varies along the others; their sum is the penalty.
    shape : Shape
    """

    blur: Blur
    penalty: tuple[np.ndarray, np.ndarray]
    shape: Shape = DAMPING

    def apply(self, spectrum: np.ndarray, regularization: float) -> np.ndarray:
        """The filtered picture; the spectrum is overwritten."""
        blur, others, bottom = self.blur, self.penalty[1], self.shape.bottom
        value, origin = np.float32(regularization), (0,) * spectrum.ndim
        mean = spectrum[origin] / blur.otf[origin]

        def divide(spectrum: np.ndarray, otf: np.ndarray, first: np.ndarray) -> None:
            power = otf.real**2 + otf.imag**2
            power = bottom(power, value * (first + others))
            np.maximum(power, np.float32(1e-12), out=power)
            spectrum *= otf.conj()
            spectrum /= power

        blockwise(divide, spectrum, blur.otf, self.penalty[0], workers=blur.workers)
        spectrum[origin] = mean
        return blur.plan.inverse(spectrum)


def flat(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The same penalty on every frequency."""
    first = np.ones((shape[0],) + (1,) * (len(shape) - 1), np.float32)
    return first, np.zeros((1,) * len(shape), np.float32)


def frequency_squared(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(ω/π)² on the grid of a half spectrum: the part of the first axis, and that of the others."""
    axes = [scipy.fft.fftfreq(n) for n in shape[:-1]] + [scipy.fft.rfftfreq(shape[-1])]
    first, *others = np.meshgrid(*((2 * a).astype(np.float32) ** 2 for a in axes), indexing="ij", sparse=True)
    return first, functools.reduce(np.add, others)


def choose_regularization(
    seen: Observation, filters: Filter, log: Log, regularization: float | None
) -> dict[str, Any]:
    """The given λ, else the one that the data choose.

    Parameters
    ----------
    seen : Observation
        Keeps the spectrum of its picture for the filter.
    filters : Filter
    log : Log
    regularization : float, optional
    """
    if regularization is not None:
        return {"regularization": regularization}
    picture, spectrum = _transformed(seen, filters.blur)
    spectrum = spectrum.copy()  # the choice transforms more
    found = choose_weight(seen, filters.blur, spectrum, filters.penalty, filters.shape.rest)
    seen.keep(transformed=(picture, spectrum))
    log.note(chosen_by=BY_RISK)
    return {"regularization": found}


def restore(seen: Observation, filters: Filter, log: Log, regularization: float) -> np.ndarray:
    """The filtered picture, left-out pixels filled; of the picture's shape."""
    blur = filters.blur
    picture, spectrum = seen.take("transformed") or _transformed(seen, blur)
    log.note(regularization=float(regularization))
    scene = filters.apply(spectrum, regularization)
    if seen.valid is not None:
        for _ in range(_FILLS):
            model = blur.convolve(scene)[blur.window]
            picture = np.where(seen.valid, picture, model)
            scene = filters.apply(blur.plan.forward(blur.close(picture)), regularization)
    log.iteration(1, 1)
    return scene[blur.window]


def _transformed(seen: Observation, blur: Blur) -> tuple[np.ndarray, np.ndarray]:
    """The picture without holes, and its spectrum, which holds until the next transform."""
    picture = filled(seen)
    return picture, blur.plan.forward(blur.close(picture))


def filled(seen: Observation) -> np.ndarray:
    """The signal; the value of the nearest valid pixel stands where there is none."""
    signal = seen.signal
    if seen.valid is None:
        return signal
    nearest = scipy.ndimage.distance_transform_edt(~seen.valid, return_distances=False, return_indices=True)
    return signal[tuple(nearest)]
