"""Filters that restore in one step: Wiener, Tikhonov, guarded inverse.

The picture is continued smoothly around its border. Pixels that were left out are filled with what the
restored scene predicts for them, again and again.

The amount of regularisation, when not given, is chosen by generalised cross-validation (GCV; Golub, Heath &
Wahba 1979, doi:10.1080/00401706.1979.10489751), for Tikhonov's filter by the discrepancy principle (Morozov
1966: the residual is as large as the noise), because GCV takes far too little where the penalty does not
fall with the frequency as pictures do.
"""

from __future__ import annotations

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
    return _restore(seen, blur, log, _frequency_squared(blur.domain), _damped, regularization)


def tikhonov(seen: Observation, blur: Blur, log: Log, *, regularization: float | None = None) -> np.ndarray:
    """Tikhonov filter conj(H) / (|H|² + λ): the scene of smallest ‖y − A x‖² + λ ‖x − mean‖²."""
    flat = np.ones((1,) * len(blur.domain), np.float32)
    return _restore(seen, blur, log, flat, _damped, regularization, discrepancy=True)


def inverse(seen: Observation, blur: Blur, log: Log, *, regularization: float | None = None) -> np.ndarray:
    """Inverse filter conj(H) / max(|H|², λ): the guard λ keeps frequencies that are lost from being divided."""
    flat = np.ones((1,) * len(blur.domain), np.float32)
    return _restore(seen, blur, log, flat, _guarded, regularization)


def _damped(ratio):
    """What the filter leaves of a frequency's data unexplained, for λ · penalty / |H|² = ratio."""
    return ratio / (1 + ratio)


def _guarded(ratio):
    return np.where(ratio > 1, 1 - 1 / np.maximum(ratio, 1), 0)


def _restore(seen, blur, log, penalty, rest, regularization, discrepancy=False) -> np.ndarray:
    picture = filled(seen)
    weight = penalty / np.maximum(np.abs(blur.otf) ** 2, np.float32(1e-20))
    weight[(0,) * weight.ndim] = 0  # the mean is kept: a penalty on it would darken the picture
    if regularization is None:
        classes = Classes(blur.plan.forward(blur.close(picture)), weight, rest, blur)
        if discrepancy:
            noise = estimate_noise(seen.data, seen.valid)
            regularization = classes.discrepancy(noise.mean_square(seen.mean))
        else:
            regularization = classes.generalised_cross_validation()
        log.note(chosen_by="discrepancy" if discrepancy else "GCV")
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
