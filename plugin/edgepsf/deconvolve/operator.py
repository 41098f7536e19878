"""Blur as an operator: H x = sharp ⊛ kernel on an extended domain, with its exact adjoint.

The picture is a window onto a larger scene. With `boundary="extended"` the scene reaches half a kernel
beyond the picture on every side and only the window is compared with the data, so that nothing is assumed
about what lies outside (Bertero & Boccacci, 2005, doi:10.1051/0004-6361:20052717).
"""

from __future__ import annotations

import numpy as np
from scipy import fft

from ..errors import InputError

BOUNDARIES = ("extended", "reflect", "periodic", "zero")


def prepare_kernel(psf, ndim: int) -> np.ndarray:
    """Kernel of a PSF divided by its sum, float64.

    Parameters
    ----------
    psf : PointSpread or array_like
    ndim : int
        Number of dimensions the kernel must have.

    Raises
    ------
    InputError
        If the kernel has the wrong dimension, holds NaN or Inf, or its sum is not positive.
    """
    kernel = np.asarray(psf.kernel() if hasattr(psf, "kernel") else psf, dtype=np.float64)
    if kernel.ndim != ndim or kernel.size == 0:
        raise InputError(f"the PSF has shape {kernel.shape}, a {ndim}-D kernel is needed")
    if not np.all(np.isfinite(kernel)):
        raise InputError("the PSF holds NaN or infinite values")
    if kernel.min() < -0.05 * kernel.max():
        raise InputError(f"the PSF has negative values (down to {kernel.min():.3g}): is it a PSF?")
    total = kernel.sum()
    if not total > 0:
        raise InputError(f"the PSF sums to {total:g}; it must be positive")
    return kernel / total


class Blur:
    """Convolution of a scene with a kernel, seen through the window of a picture.

    Parameters
    ----------
    kernel : ndarray
        Sum 1, centre at index n // 2 of every axis.
    shape : tuple of int
        Shape of the picture.
    boundary : {"extended", "reflect", "periodic", "zero"}
        "extended" and "zero" work on a scene larger than the picture (unknown, or zero outside);
        "periodic" on the picture itself; "reflect" on the picture mirrored into a margin.
    workers : int
        Threads of the FFT.
    """

    def __init__(
        self, kernel: np.ndarray, shape: tuple[int, ...], boundary: str = "extended", workers: int = 2
    ):
        if boundary not in BOUNDARIES:
            raise InputError(f'unknown boundary "{boundary}": use one of {", ".join(BOUNDARIES)}')
        self.shape, self.boundary, self.workers = tuple(shape), boundary, workers
        self.before = tuple(0 if boundary == "periodic" else k // 2 for k in kernel.shape)
        self.domain = tuple(
            n if boundary == "periodic" else fft.next_fast_len(n + k - 1, real=True)
            for n, k in zip(shape, kernel.shape, strict=True)
        )
        self.window = tuple(slice(b, b + n) for b, n in zip(self.before, shape, strict=True))
        self.otf = fft.rfftn(self._centred(kernel).astype(np.float32), workers=workers)

    def _centred(self, kernel: np.ndarray) -> np.ndarray:
        """Kernel on the domain with its centre at index 0; what is larger wraps around (periodic) or fits."""
        out = np.zeros(self.domain)
        index = [(np.arange(k) - k // 2) % n for k, n in zip(kernel.shape, self.domain, strict=True)]
        np.add.at(out, np.ix_(*index), kernel)
        return out

    def convolve(self, scene: np.ndarray) -> np.ndarray:
        """Scene ⊛ kernel on the whole domain."""
        return self._filter(scene, self.otf)

    def correlate(self, scene: np.ndarray) -> np.ndarray:
        """Adjoint of `convolve`."""
        return self._filter(scene, self.otf.conj())

    def _filter(self, scene, transfer):
        spectrum = fft.rfftn(scene, workers=self.workers)
        spectrum *= transfer
        return fft.irfftn(spectrum, s=self.domain, workers=self.workers)

    def embed(self, picture: np.ndarray) -> np.ndarray:
        """Picture in the domain, zero outside its window (adjoint of `crop`)."""
        out = np.zeros(self.domain, dtype=np.float32)
        out[self.window] = picture
        return out

    def crop(self, scene: np.ndarray) -> np.ndarray:
        """The window of the picture."""
        return scene[self.window]

    def mirror(self, picture: np.ndarray) -> np.ndarray:
        """Picture continued into the margin so that it closes smoothly around the periodic domain.

        The gap between the last pixel and the first one is filled with the two mirror images, blended.
        """
        out = picture.astype(np.float32)
        for axis, (n, size, before) in enumerate(zip(self.shape, self.domain, self.before, strict=True)):
            gap = size - n
            if gap:
                steps = np.arange(1, gap + 1)
                after = np.take(out, _fold(n - 1 + steps, n), axis)
                ahead = np.take(out, _fold(steps - gap - 1, n), axis)
                weight = (steps / (gap + 1.0)).astype(np.float32)
                weight = weight.reshape([-1 if a == axis else 1 for a in range(out.ndim)])
                out = np.roll(
                    np.concatenate([out, after * (1 - weight) + ahead * weight], axis), before, axis
                )
        return out


def _fold(index: np.ndarray, n: int) -> np.ndarray:
    """Indices mirrored at both ends (half-sample symmetry) into 0 … n − 1."""
    index = index % (2 * n)
    return np.where(index < n, index, 2 * n - 1 - index)
