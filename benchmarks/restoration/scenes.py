"""A scene: a blurred, noisy picture, its PSF, and the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from scipy.signal import fftconvolve

from edgepsf.pictures.quality import psnr

from .kernels import SIX, disk, gaussian, motion
from .pictures import cut

BLURS = {"Gaussian 2": gaussian(2.0), "disk 3": disk(3.0), "motion 7": motion(7.0)}
DEVIATIONS = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)  # of the noise, for gray values 0 … 1


@dataclass(frozen=True)
class Scene:
    """What a method sees, and what it is judged by.

    Attributes
    ----------
    name : str
    image : ndarray, float32
        What the method gets.
    psf : ndarray
        Of sum 1.
    truth : ndarray, float64
        Of the image's shape.
    peak : float
        For PSNR, gray values.
    boundary : str
        Handed to the method.
    """

    name: str
    image: np.ndarray
    psf: np.ndarray
    truth: np.ndarray
    peak: float = 1.0
    boundary: str = "extended"

    @property
    def blurred(self) -> float:
        """PSNR of the blurred picture, dB."""
        return self.score(self.image)

    @property
    def noise_free(self) -> np.ndarray:
        """The blurred picture without noise; known for periodic scenes only."""
        return periodic(self.truth, self.psf)

    def score(self, restored: np.ndarray) -> float:
        """PSNR of a restored picture, dB."""
        return psnr(restored, self.truth, peak=self.peak)


def seen_through(wide: np.ndarray, psf: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The blurred picture without its rim, and the truth there: the scene goes on beyond the border."""
    inside = tuple(slice(n // 2, size - n // 2) for n, size in zip(psf.shape, wide.shape, strict=True))
    return fftconvolve(wide, psf, mode="valid"), wide[inside]


def with_noise(wide: np.ndarray, psf: np.ndarray, sd: float, seed: int, name: str) -> Scene:
    """Unknown borders and white noise; gray values 0 … 1."""
    blurred, truth = seen_through(wide, psf)
    noise = sd * np.random.default_rng(seed).standard_normal(blurred.shape)
    return Scene(name, (blurred + noise).astype(np.float32), psf, truth)


def with_photons(wide: np.ndarray, psf: np.ndarray, peak: float, seed: int, name: str) -> Scene:
    """Unknown borders and photon counts; the brightest pixel of the truth has `peak` photons."""
    blurred, truth = seen_through(wide / wide.max() * peak, psf)
    counts = np.random.default_rng(seed).poisson(np.maximum(blurred, 0))
    return Scene(name, counts.astype(np.float32), psf, truth, peak)


def scenario(picture: np.ndarray, number: int, seed: int) -> Scene:
    """One of the six public scenarios: periodic blur, gray values 0 … 255, white noise."""
    psf, variance = SIX[number]
    truth = 255.0 * picture
    blurred = periodic(truth, psf)
    if variance is None:
        variance = blurred.var() / 1e4
    noise = np.sqrt(variance) * np.random.default_rng(seed).standard_normal(truth.shape)
    return Scene(f"{number}", (blurred + noise).astype(np.float32), psf, truth, 255.0, "periodic")


def periodic(picture: np.ndarray, psf: np.ndarray) -> np.ndarray:
    """The picture blurred as if it repeated itself."""
    wide = np.zeros(picture.shape)
    wide[tuple(slice(0, n) for n in psf.shape)] = psf
    wide = np.roll(wide, [-(n // 2) for n in psf.shape], axis=(0, 1))
    return np.fft.irfft2(np.fft.rfft2(picture) * np.fft.rfft2(wide), picture.shape)


def grid(pictures: Mapping[str, np.ndarray], seed: int, side: int = 200) -> Iterator[Scene]:
    """Every photograph × every blur × every deviation of the noise, unknown borders: 180 scenes for twelve.

    Parameters
    ----------
    pictures : mapping
        Gray pictures by name, 0 … 1, as `pictures.photographs` gives them.
    seed : int
        Every scene has noise of its own, told by its name and the seed: it is the same in a part of the grid.
    side : int
        Of the square from the middle of the photograph that is blurred, px.
    """
    for name, picture in pictures.items():
        for blur, psf in BLURS.items():
            for sd in DEVIATIONS:
                title = f"{name}, {blur}, sd {sd:g}"
                own = crc32(f"{title}, {seed}".encode())
                yield with_noise(cut(picture, side), psf, sd, own, title)
