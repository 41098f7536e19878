"""Richardson–Lucy and Wiener on the blur operator."""

from __future__ import annotations

import numpy as np
from scipy import fft
from scipy.optimize import minimize_scalar

from ..errors import InputError
from .operator import Blur

_TINY = 1e-7


def richardson_lucy(image, blur: Blur, *, iterations: int, callback=None, record=None) -> np.ndarray:
    """Richardson–Lucy: the maximum-likelihood scene under Poisson noise, stopped after some iterations.

    x ← x / (Hᵀ1) · Hᵀ(y / Hx), with Hᵀ1 the weight with which each scene pixel is seen (Richardson 1972,
    doi:10.1364/JOSA.62.000055; Lucy 1974, doi:10.1086/111605). Negative pixels are taken as zero.
    """
    if not np.isfinite(iterations) or int(iterations) != iterations or iterations < 1:
        raise InputError(f"iterations must be a whole number ≥ 1, not {iterations}")
    data = np.clip(image, 0, None).astype(np.float32)
    if blur.boundary == "reflect":
        data, seen, weight = blur.mirror(data), None, 1.0
    else:
        seen = None if blur.boundary == "periodic" else blur.embed(np.ones(blur.shape, np.float32))
        weight = 1.0 if seen is None else blur.correlate(seen)
        data = blur.embed(data)
    known = None if seen is None else np.asarray(weight) > 1e-2
    level = float(np.mean(np.clip(image, 0, None)))
    scene = np.full(blur.domain, level, dtype=np.float32)
    if known is not None:
        scene = np.where(known, scene, 0).astype(np.float32)
        gain = np.where(known, 1.0 / np.maximum(weight, 1e-2), 0).astype(np.float32)
    if boundary_is_zero := blur.boundary == "zero":
        outside = blur.embed(np.ones(blur.shape, np.float32)) == 0
    floor = np.float32(_TINY * max(level, np.finfo(np.float32).tiny / _TINY))
    for i in range(int(iterations)):
        ratio = data / np.maximum(blur.convolve(scene), floor)
        back = blur.correlate(ratio)
        np.maximum(back, 0, out=back)
        scene *= back if known is None else back * gain
        if boundary_is_zero:
            scene[outside] = 0
        if callback is not None and callback(i + 1, int(iterations), {"method": "richardson_lucy"}) is False:
            break
    if record is not None:
        record["iterations"] = i + 1
    return blur.crop(scene)


def wiener(
    image, blur: Blur, *, regularization: float | None = None, callback=None, record=None
) -> np.ndarray:
    """Wiener filter x = F⁻¹[conj(H) Y / (|H|² + λ (ω/π)²)] on the smoothly continued picture.

    The penalty grows with the frequency squared, as the noise-to-signal ratio of photographs does. Without
    `regularization` (λ) it is chosen by generalised cross-validation (GCV).
    """
    if regularization is not None and not (np.isfinite(regularization) and regularization > 0):
        raise InputError(f"regularization must be a positive number, not {regularization}")
    spectrum = fft.rfftn(blur.mirror(image), workers=blur.workers)
    power, penalty = np.abs(blur.otf) ** 2, _frequency_squared(blur.domain)
    if regularization is None:
        regularization = _gcv(np.abs(spectrum) ** 2, power, penalty, blur.domain)
    if record is not None:
        record["regularization"] = float(regularization)
    gain = blur.otf.conj() / (power + np.float32(regularization) * penalty + np.float32(1e-12))
    scene = fft.irfftn(spectrum * gain, s=blur.domain, workers=blur.workers)
    if callback is not None:
        callback(1, 1, {"method": "wiener"})
    return blur.crop(scene)


def _frequency_squared(shape) -> np.ndarray:
    """(ω/π)² summed over the axes, on the grid of `rfftn`."""
    axes = [fft.fftfreq(n) for n in shape[:-1]] + [fft.rfftfreq(shape[-1])]
    grid = np.meshgrid(*axes, indexing="ij", sparse=True)
    return sum((2 * axis) ** 2 for axis in grid).astype(np.float32)


def _gcv(energy, power, penalty, shape) -> float:
    """λ that minimises n Σ|(1 − A) y|² / (Σ(1 − A))², A = |H|² / (|H|² + λ penalty)."""
    count = np.full(energy.shape, 2.0)
    count[..., 0] = 1.0
    if shape[-1] % 2 == 0:
        count[..., -1] = 1.0

    def score(log_value):
        rest = np.exp(log_value) * penalty / (power + np.exp(log_value) * penalty + 1e-30)
        return np.log(max((count * rest**2 * energy).sum(), 1e-300)) - 2 * np.log((count * rest).sum())

    grid = np.linspace(np.log(1e-9), np.log(1e2), 24)
    best = int(np.argmin([score(v) for v in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(np.exp(minimize_scalar(score, bounds=(low, high), method="bounded").x))
