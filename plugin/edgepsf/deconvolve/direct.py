"""Filters that restore in one step: Wiener, Tikhonov, guarded inverse.

The picture is continued smoothly around its border. Pixels that were left out are filled with what the
restored scene predicts for them, again and again. The amount of regularisation, when not given, is chosen by
generalised cross-validation (GCV; Golub, Heath & Wahba 1979, doi:10.1080/00401706.1979.10489751).
"""

from __future__ import annotations

import numpy as np
from scipy import fft, ndimage
from scipy.optimize import minimize_scalar

from .observation import Observation
from .operator import Blur
from .parallel import blockwise
from .record import Log

_FILLS = 12
_BINS = 4096


def wiener(seen: Observation, blur: Blur, log: Log, *, regularization: float | None = None) -> np.ndarray:
    """Wiener filter conj(H) / (|H|² + λ (ω/π)²): the noise-to-signal ratio of pictures grows with ω²."""
    return _restore(seen, blur, log, _frequency_squared(blur.domain), _damped, regularization)


def tikhonov(seen: Observation, blur: Blur, log: Log, *, regularization: float | None = None) -> np.ndarray:
    """Tikhonov filter conj(H) / (|H|² + λ): the scene of smallest ‖y − A x‖² + λ ‖x‖²."""
    return _restore(seen, blur, log, np.ones((1,) * len(blur.domain), np.float32), _damped, regularization)


def inverse(seen: Observation, blur: Blur, log: Log, *, regularization: float | None = None) -> np.ndarray:
    """Inverse filter conj(H) / max(|H|², λ): the guard λ keeps frequencies that are lost from being divided."""
    return _restore(seen, blur, log, np.ones((1,) * len(blur.domain), np.float32), _guarded, regularization)


def _damped(ratio):
    """What the filter leaves of a frequency's data unexplained, for λ · penalty / |H|² = ratio."""
    return ratio / (1 + ratio)


def _guarded(ratio):
    return np.where(ratio > 1, 1 - 1 / np.maximum(ratio, 1), 0)


def _restore(seen: Observation, blur: Blur, log: Log, penalty, rest, regularization) -> np.ndarray:
    picture = filled(seen)
    weight = penalty / np.maximum(np.abs(blur.otf) ** 2, np.float32(1e-20))
    if regularization is None:
        spectrum = blur.plan.forward(blur.close(picture))
        regularization = generalised_cross_validation(spectrum, weight, rest, blur)
    log.note(regularization=float(regularization))
    gain = (1 - rest(np.float32(regularization) * weight)).astype(np.float32) / np.where(
        blur.otf == 0, np.complex64(1), blur.otf
    )
    del weight
    scene = _filtered(picture, gain, blur)
    for _ in range(_FILLS if seen.valid is not None else 0):
        model = blur.convolve(scene)[blur.window]
        picture = np.where(seen.valid, picture, model)
        scene = _filtered(picture, gain, blur)
    log.iteration(1, 1)
    return scene[blur.window]


def _filtered(picture: np.ndarray, gain: np.ndarray, blur: Blur) -> np.ndarray:
    spectrum = blur.plan.forward(blur.close(picture))
    blockwise(_times, spectrum, gain, workers=blur.workers)
    return blur.plan.inverse(spectrum)


def _times(spectrum, gain) -> None:
    spectrum *= gain


def filled(seen: Observation) -> np.ndarray:
    """The signal, with the nearest valid pixel's value where there is none."""
    signal = seen.signal()
    if seen.valid is None:
        return signal
    nearest = ndimage.distance_transform_edt(~seen.valid, return_distances=False, return_indices=True)
    return signal[tuple(nearest)]


def _frequency_squared(shape: tuple[int, ...]) -> np.ndarray:
    """(ω/π)² summed over the axes, on the grid of a half spectrum."""
    axes = [fft.fftfreq(n) for n in shape[:-1]] + [fft.rfftfreq(shape[-1])]
    grid = np.meshgrid(*((2 * a).astype(np.float32) ** 2 for a in axes), indexing="ij", sparse=True)
    out = grid[0]
    for each in grid[1:]:
        out = out + each
    return out


def generalised_cross_validation(spectrum, weight, rest, blur: Blur) -> float:
    """λ that minimises n Σ |rest · Y|² / (Σ rest)², with rest a function of λ · weight.

    Frequencies are gathered in classes of equal weight first, so that a try of λ costs nothing.
    """
    weight = np.broadcast_to(weight, spectrum.shape)
    low, high = np.log(1e-10), np.log(1e22)
    scale = np.float32((_BINS - 1) / (high - low))
    twice = np.full(spectrum.shape[-1], 2.0, np.float32)
    twice[0] = 1.0
    if blur.domain[-1] % 2 == 0:
        twice[-1] = 1.0

    def classes(weight, spectrum):
        index = np.log(np.maximum(weight, np.float32(1e-10)))
        index -= np.float32(low)
        index *= scale
        index = np.clip(index, 0, _BINS - 1).astype(np.int32).ravel()
        number = np.broadcast_to(twice, spectrum.shape).ravel()
        energy = spectrum.real**2 + spectrum.imag**2
        energy *= twice
        return np.stack([np.bincount(index, number, _BINS), np.bincount(index, energy.ravel(), _BINS)])

    number, energy = blockwise(classes, weight, spectrum, workers=blur.workers)
    centre = np.exp(low + np.arange(_BINS) / scale)

    def score(log_value: float) -> float:
        left = rest(np.exp(log_value) * centre)
        return float(
            np.log(max((left**2 * energy).sum(), 1e-300)) - 2 * np.log(max((number * left).sum(), 1e-300))
        )

    grid = np.linspace(np.log(1e-10), np.log(1e2), 50)
    best = int(np.argmin([score(v) for v in grid]))
    around = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(np.exp(minimize_scalar(score, bounds=around, method="bounded").x))
