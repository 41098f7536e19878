"""Filters that restore in one step: Wiener, Tikhonov, guarded inverse.

The picture is continued smoothly around its border. Pixels that were left out are filled with what the
restored scene predicts for them, again and again.

The amount of regularisation, when not given, is chosen by generalised cross-validation (GCV; Golub, Heath &
Wahba 1979, doi:10.1080/00401706.1979.10489751), for Tikhonov's filter by the discrepancy principle (Morozov
1966: the residual is as large as the noise), because GCV takes far too little where the penalty does not
fall with the frequency as pictures do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import fft, ndimage

from .choice import Classes
from .noise import estimate_noise
from .observation import Observation
from .operator import Blur
from .parallel import blockwise
from .record import Log

_FILLS = 12


def wiener(seen: Observation, blur: Blur, log: Log, *, regularization: float | None = None) -> np.ndarray:
    """Wiener filter conj(H) / (|H|² + λ (ω/π)²): the noise-to-signal ratio of pictures grows with ω²."""
    return _restore(seen, blur, log, Filter(blur, _frequency_squared(blur.domain), _damping), regularization)


def tikhonov(seen: Observation, blur: Blur, log: Log, *, regularization: float | None = None) -> np.ndarray:
    """Tikhonov filter conj(H) / (|H|² + λ): the scene of smallest ‖y − A x‖² + λ ‖x − mean‖²."""
    return _restore(seen, blur, log, Filter(blur, flat(blur.domain), _damping), regularization, True)


def inverse(seen: Observation, blur: Blur, log: Log, *, regularization: float | None = None) -> np.ndarray:
    """Inverse filter conj(H) / max(|H|², λ): the guard λ keeps frequencies that are lost from being divided."""
    return _restore(seen, blur, log, Filter(blur, flat(blur.domain), _guarding), regularization)


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

    bottom: Callable
    rest: Callable


_damping = Shape(np.add, lambda ratio: ratio / (1 + ratio))
_guarding = Shape(np.maximum, lambda ratio: np.where(ratio > 1, 1 - 1 / np.maximum(ratio, 1), 0))


@dataclass(frozen=True)
class Filter:
    """A filter on the blur's domain; the mean passes unchanged, for a penalty on it would darken the picture.

    Attributes
    ----------
    penalty : (ndarray, ndarray)
        A part that varies along the first axis and one that varies along the others; their sum is the penalty.
    """

    blur: Blur
    penalty: tuple[np.ndarray, np.ndarray]
    shape: Shape

    def classes(self, spectrum: np.ndarray) -> Classes:
        """The frequencies of a picture, to choose λ from."""
        return Classes(spectrum, self.penalty, self.shape.rest, self.blur)

    def apply(self, spectrum: np.ndarray, regularization: float) -> np.ndarray:
        """The filtered picture; the spectrum is overwritten."""
        blur, others, bottom = self.blur, self.penalty[1], self.shape.bottom
        value, origin = np.float32(regularization), (0,) * spectrum.ndim
        mean = spectrum[origin] / blur.otf[origin]

        def divide(spectrum, otf, first):
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


def _frequency_squared(shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(ω/π)² on the grid of a half spectrum: the part of the first axis, and that of the others."""
    axes = [fft.fftfreq(n) for n in shape[:-1]] + [fft.rfftfreq(shape[-1])]
    first, *others = np.meshgrid(*((2 * a).astype(np.float32) ** 2 for a in axes), indexing="ij", sparse=True)
    return first, sum(others[1:], others[0])


def _restore(seen, blur, log, filters: Filter, regularization, discrepancy=False) -> np.ndarray:
    picture = filled(seen)
    spectrum = blur.plan.forward(blur.close(picture))
    if regularization is None:
        classes = filters.classes(spectrum)
        if discrepancy:
            noise = estimate_noise(seen.data, seen.valid)
            regularization = classes.discrepancy(noise.mean_square(seen.mean))
        else:
            regularization = classes.generalised_cross_validation()
        log.note(chosen_by="discrepancy" if discrepancy else "GCV")
    log.note(regularization=float(regularization))
    scene = filters.apply(spectrum, regularization)
    for _ in range(_FILLS if seen.valid is not None else 0):
        model = blur.convolve(scene)[blur.window]
        picture = np.where(seen.valid, picture, model)
        scene = filters.apply(blur.plan.forward(blur.close(picture)), regularization)
    log.iteration(1, 1)
    return scene[blur.window]


def filled(seen: Observation) -> np.ndarray:
    """The signal, with the nearest valid pixel's value where there is none."""
    signal = seen.signal()
    if seen.valid is None:
        return signal
    nearest = ndimage.distance_transform_edt(~seen.valid, return_distances=False, return_indices=True)
    return signal[tuple(nearest)]
