"""Blurred pictures, kernels, and a measure of difference that several tests of deconvolution share."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve


def relative(a, b) -> float:
    """RMS difference as a share of the RMS of the second picture."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return float(np.sqrt(np.mean((a - b) ** 2) / np.mean(b**2)))


def grids(shape):
    """The coordinates of every pixel, one array an axis, 0 at n // 2."""
    return np.meshgrid(*(np.arange(n) - n // 2 for n in shape), indexing="ij")


def spot(shape, width):
    """exp(-r²/width) about the centre n // 2; its maximum is 1."""
    return np.exp(-sum(g**2 for g in grids(shape)) / width)


def gaussian(shape, sd=1.5):
    """A Gaussian kernel of height 1, its centre at index n // 2."""
    return spot(shape, 2 * sd**2)


def bump(shape, skew=0.4):
    """A spot with a weaker one a pixel further on every axis, of sum 1."""
    psf = sum(
        w * np.exp(-0.5 * sum((g - s) ** 2 for g in grids(shape)) / 1.2) for w, s in ((1, 0), (skew, 1))
    )
    return psf / psf.sum()


def centred(psf, shape):
    """The PSF on a grid of this shape, its centre n // 2 at index 0; the part outside of the grid is left out."""
    out = np.zeros(shape)
    for index in np.ndindex(psf.shape):
        at = [i - k // 2 for i, k in zip(index, psf.shape, strict=True)]
        if all(-(n // 2) <= a < n - n // 2 for a, n in zip(at, shape, strict=True)):
            out[tuple(a % n for a, n in zip(at, shape, strict=True))] = psf[index]
    return out / out.sum()


def problem(shape, psf_shape, seed=0):
    """A blurred block with noise, its PSF, the PSF's transfer function, and the block itself."""
    rng = np.random.default_rng(seed)
    truth = np.full(shape, 20.0)
    truth[tuple(slice(n // 4, n // 2) for n in shape)] = 120
    psf = bump(psf_shape)
    otf = np.fft.fftn(centred(psf, shape))
    image = np.fft.ifftn(np.fft.fftn(truth) * otf).real + rng.normal(0, 0.5, shape)
    return np.abs(image).astype(np.float32), psf, otf, truth


def beads(shape, level, count, rng):
    """Points of random height on a level, and a block."""
    x = np.full(shape, level)
    for _ in range(count):
        x[tuple(rng.integers(2, n - 2) for n in shape)] += rng.uniform(100, 900)
    x[tuple(slice(n // 4, n // 2) for n in shape)] += 80
    return x


def blobs(shape=(40, 43), noise=0.0):
    """A few soft blobs on a level of 10, up to about 110."""
    rng = np.random.default_rng(1)
    pixels = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    out = np.full(shape, 10.0)
    for _ in range(6):
        centre = [rng.uniform(0.15 * n, 0.85 * n) for n in shape]
        out += 60 * np.exp(-sum((g - c) ** 2 for g, c in zip(pixels, centre, strict=True)) / 18)
    return out + noise * rng.standard_normal(shape)


def blurred_photograph(kernel, peak, corner, size):
    """A part of a photograph: blurred, true, and true with the margin that the blur takes light from."""
    from skimage.data import camera

    half = kernel.shape[0] // 2
    part = camera()[corner[0] : corner[0] + size + 2 * half, corner[1] : corner[1] + size + 2 * half]
    wide = (part / 255.0) ** 2.2 * peak
    return fftconvolve(wide, kernel, mode="valid"), wide[half:-half, half:-half], wide


def photograph(kernel, peak, seed=0, size=140, corner=(110, 170)):
    """Blurred photograph with photon noise, the truth in its field, and the truth that is wider than the field."""
    blurred, truth, wide = blurred_photograph(kernel, peak, corner, size)
    return np.random.default_rng(seed).poisson(np.clip(blurred, 0, None)).astype(np.float32), truth, wide
