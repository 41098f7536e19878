"""Pictures that are restored: truth wider than the field, its blur, Poisson noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import next_fast_len
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve


@dataclass(frozen=True)
class Case:
    """One comparison."""

    name: str
    title: str
    shape: tuple[int, ...]
    psf_size: int
    method: str
    iterations: int
    rounds: int
    photons: float = 200.0  # at a truth of 1


CASES = {
    case.name: case
    for case in (
        Case(
            "rl-2d",
            "Richardson-Lucy, 20 iterations, 1024², PSF 33²",
            (1024,) * 2,
            33,
            "richardson_lucy",
            20,
            5,
        ),
        Case(
            "rl-3d",
            "Richardson-Lucy, 20 iterations, 64×256×256, PSF 31³",
            (64, 256, 256),
            31,
            "richardson_lucy",
            20,
            3,
        ),
        Case("wiener", "Wiener, 2048², regularisation given", (2048,) * 2, 33, "wiener", 1, 5),
        Case(
            "wiener-auto", "Wiener, 2048², regularisation from the data", (2048,) * 2, 33, "wiener-auto", 1, 5
        ),
    )
}


def point_spread(ndim: int, size: int) -> np.ndarray:
    """PSF of sum 1, float32, symmetric: a disk of defocus in 2-D, a double cone as in wide-field microscopy in 3-D."""
    axis = np.arange(size) - size // 2
    if ndim == 2:
        radius = np.hypot(*np.meshgrid(axis, axis, indexing="ij"))
        psf = 1 / (1 + np.exp(3 * (radius - 0.22 * size)))
    else:
        z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
        sigma = np.hypot(1.5, 0.3 * z)
        psf = np.exp(-(x**2 + y**2) / (2 * sigma**2)) / sigma**2 * np.exp(-((z / (0.25 * size)) ** 2) / 2)
    return (psf / psf.sum()).astype(np.float32)


def truth_of(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Bodies with a texture on a dim ground, and small bright spots; 0 … 1."""

    def field(sigma):
        out = gaussian_filter(rng.standard_normal(shape, dtype=np.float32), sigma)
        return out / out.std()

    bodies = 1 / (1 + np.exp(-8 * (field(9) - 0.6)))
    texture = np.clip(0.5 + 0.15 * field(2), 0, None)
    spots = np.zeros(shape, dtype=np.float32)
    spots[rng.random(shape, dtype=np.float32) > 1 - 1e-3] = 1
    return np.clip(0.05 + bodies * texture + gaussian_filter(spots, 1) * 5, 0, 1)


def scene(case: Case, seed: int) -> dict[str, np.ndarray]:
    """Image, PSF and truth of a case, float32. What lies beyond the field blurs into it."""
    rng = np.random.default_rng(seed)
    psf = point_spread(len(case.shape), case.psf_size)
    wide = tuple(next_fast_len(n + 2 * case.psf_size, real=True) for n in case.shape)
    field = tuple(slice((w - n) // 2, (w - n) // 2 + n) for n, w in zip(case.shape, wide, strict=True))
    truth = truth_of(wide, rng)
    blurred = np.clip(fftconvolve(truth, psf, mode="same"), 0, None)[field]
    image = rng.poisson(blurred * case.photons) / case.photons
    return {"image": image.astype(np.float32), "psf": psf, "truth": truth[field].astype(np.float32)}


def any_picture(shape: tuple[int, ...], psf_size: int, seed: int) -> dict[str, np.ndarray]:
    """A picture for timing alone, of noise."""
    image = np.random.default_rng(seed).random(shape, dtype=np.float32)
    return {"image": image, "psf": point_spread(len(shape), psf_size), "truth": image}
