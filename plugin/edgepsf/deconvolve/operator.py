"""Blur as a linear operator from a scene to the picture seen of it, with its exact adjoint.

A picture is a window onto a larger scene. With `boundary="extended"` the scene reaches half a kernel beyond
the picture on every side and only the window is compared with the data, so that nothing is assumed about
what lies outside (Bertero & Boccacci 2005, doi:10.1051/0004-6361:20052717).
"""

from __future__ import annotations

import os

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..psf.protocol import Psf, kernel_of
from . import border
from .fft import Plan, Precision, fast_length
from .parallel import blockwise

BOUNDARIES = ("extended", "reflect", "periodic", "zero")
_NOTHING = {np.float32: 1e-7, np.float64: 1e-16}  # of the light, by precision
_SEEN = 1e-2  # of a scene pixel, below which it is left alone


def prepare_kernel(psf: Psf | npt.ArrayLike, ndim: int, precision: Precision = np.float32) -> np.ndarray:
    """Kernel of a PSF divided by its sum, float64.

    Parameters
    ----------
    psf : Psf or array_like
    ndim : int
        Number of dimensions the kernel must have.
    precision : float32 or float64
        Of the work: dark margins that it cannot tell from nothing are cut.

    Raises
    ------
    InputError
        If the kernel has the wrong dimension, holds NaN or Inf, or its sum is not positive.
    """
    kernel = np.asarray(kernel_of(psf))
    if kernel.dtype.kind not in "buif":
        raise InputError(f"the PSF must hold real numbers, not {kernel.dtype}")
    kernel = kernel.astype(np.float64)
    if kernel.ndim != ndim or kernel.size == 0:
        raise InputError(f"the PSF has shape {kernel.shape}, a {ndim}-D kernel is needed")
    if not np.all(np.isfinite(kernel)):
        raise InputError("the PSF holds NaN or infinite values")
    if kernel.min() < -0.05 * kernel.max():
        raise InputError(f"the PSF has negative values (down to {kernel.min():.3g}): is it a PSF?")
    total = kernel.sum()
    if not total > 0:
        raise InputError(f"the PSF sums to {total:g}; it must be positive")
    return trim(kernel / total, precision)


def trim(kernel: np.ndarray, precision: Precision = np.float32) -> np.ndarray:
    """Kernel without margins that hold less light than the precision can tell, its centre still at n // 2.

    PSF images are often much larger than the light in them, and every pixel of margin makes the scene beyond
    the picture's border, and so every FFT, larger.
    """
    limit = _NOTHING[precision] * np.abs(kernel).sum()
    for axis, n in enumerate(kernel.shape):
        held = np.abs(kernel).sum(axis=tuple(a for a in range(kernel.ndim) if a != axis))
        centre = n // 2
        half = max(centre, n - 1 - centre)
        while half > 0 and held[: max(centre - half + 1, 0)].sum() + held[centre + half :].sum() <= limit:
            half -= 1
        kernel = np.take(kernel, range(max(centre - half, 0), min(centre + half + 1, n)), axis)
    return kernel / kernel.sum()


def threads(workers: int | None) -> int:
    """Number of threads: the given one, else that of all cores."""
    return workers or os.cpu_count() or 1


def domain_and_scene(
    kernel_shape: tuple[int, ...], shape: tuple[int, ...], boundary: str
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shape of the FFTs, and shape of the scene.

    Parameters
    ----------
    kernel_shape, shape : tuple of int
        Shapes of the kernel and of the picture.
    boundary : {"extended", "reflect", "periodic", "zero"}

    Raises
    ------
    InputError
        If the boundary is unknown.
    """
    if boundary not in BOUNDARIES:
        raise InputError(f'unknown boundary "{boundary}": use one of {", ".join(BOUNDARIES)}')
    domain = tuple(
        n if boundary == "periodic" else fast_length(n + k - 1)
        for n, k in zip(shape, kernel_shape, strict=True)
    )
    return domain, domain if boundary == "extended" else shape


class Blur:
    """y = A x: a scene convolved with a kernel and seen through the window of a picture.

    Parameters
    ----------
    kernel : ndarray
        Sum 1, centre at index n // 2 of every axis, as `prepare_kernel` gives it.
    shape : tuple of int
        Shape of the picture.
    boundary : {"extended", "reflect", "periodic", "zero"}
        The scene beyond the picture: unknown, and part of the scene's array; its mirror image; its
        repetition; nothing.
    workers : int, optional
        Threads; all cores by default.
    backend : str, optional
        FFT library, see `Plan`.
    precision : float32 or float64
        Type of all arrays.

    Attributes
    ----------
    scene_shape : tuple of int
        Shape of the arrays that `forward` takes and `adjoint` gives.
    domain : tuple of int
        Shape of the FFTs.
    reach : tuple of int
        Half the size of the kernel: so far from the border of the picture light from beyond it falls.
    """

    def __init__(
        self,
        kernel: np.ndarray,
        shape: tuple[int, ...],
        boundary: str = "extended",
        workers: int | None = None,
        backend: str | None = None,
        precision: Precision = np.float32,
    ):
        self.shape, self.boundary, self.precision = tuple(shape), boundary, precision
        self.workers = threads(workers)
        self.domain, self.scene_shape = domain_and_scene(kernel.shape, self.shape, boundary)
        self.reach = tuple(k // 2 for k in kernel.shape)
        before = [0 if boundary == "periodic" else k // 2 for k in kernel.shape]
        self.margins = [(b, d - n - b) for b, d, n in zip(before, self.domain, shape, strict=True)]
        self.window = tuple(slice(b, b + n) for b, n in zip(before, shape, strict=True))
        self.plan = Plan(self.domain, self.workers, backend, precision)
        self.otf = self.plan.forward(self._centred(kernel)).copy()

    def _centred(self, kernel: np.ndarray) -> np.ndarray:
        """Kernel on the domain with its centre at index 0; a part that does not fit wraps around."""
        index = [(np.arange(k) - k // 2) % n for k, n in zip(kernel.shape, self.domain, strict=True)]
        out = np.zeros(self.domain, self.precision)
        if all(k <= n for k, n in zip(kernel.shape, self.domain, strict=True)):
            out[np.ix_(*index)] = kernel
        else:
            np.add.at(out, np.ix_(*index), kernel)
        return out

    def forward(self, scene: np.ndarray) -> np.ndarray:
        """A x: the picture of a scene; may be changed in place, holds until the next call."""
        return self.convolve(self._spread(scene))[self.window]

    def adjoint(self, picture: np.ndarray) -> np.ndarray:
        """Aᵀ y; may be changed in place, holds until the next call."""
        out = self.correlate(self.embed(picture))
        if self.boundary == "reflect":
            return border.fold(out, self.margins)
        return out[self.window] if self.boundary == "zero" else out

    def gain(self, valid: np.ndarray | None = None) -> np.ndarray | None:
        """1 / Aᵀ1 over the valid pixels, 0 where a scene pixel is hardly seen; None where all are seen whole.

        Raises
        ------
        InputError
            If the picture sees less than 1 % of every scene pixel.
        """
        if valid is None and self.boundary == "periodic":
            return None
        seen = np.ones(self.shape, self.precision) if valid is None else valid.astype(self.precision)
        weight = self.adjoint(seen)
        out = np.empty(self.scene_shape, self.precision)
        blockwise(_invert, weight, out, workers=self.workers)
        if not out.any():
            raise InputError(
                "the PSF is so wide that less than 1 % of its light falls into the picture, wherever it stands: "
                "are picture and PSF swapped?"
            )
        return out

    def _spread(self, scene: np.ndarray) -> np.ndarray:
        if self.boundary == "reflect":
            return border.reflect(scene, self.margins)
        return self.embed(scene) if self.boundary == "zero" else scene

    def convolve(self, scene: np.ndarray) -> np.ndarray:
        """Circular convolution of an array of the domain's shape with the kernel."""
        return self.filter(scene, self.otf)

    def correlate(self, scene: np.ndarray) -> np.ndarray:
        """Adjoint of `convolve`."""
        return self.filter(scene, self.otf, True)

    def filter(self, scene: np.ndarray, transfer: np.ndarray, conjugate: bool = False) -> np.ndarray:
        """An array of the domain's shape times a transfer function, or its complex conjugate."""
        # conj(H) F(x) = conj(H conj(F(x))): with conjugated transforms one OTF serves both ways.
        spectrum = self.plan.forward(scene, conjugate)
        blockwise(_times, spectrum, transfer, workers=self.workers)
        return self.plan.inverse(spectrum, conjugate)

    def embed(self, picture: np.ndarray) -> np.ndarray:
        """Picture in an array of the domain's shape, zero outside its window."""
        if self.shape == self.domain:
            return picture
        out = self.plan.real
        inside = out[self.window]
        if picture is not inside and not _same(picture, inside):
            inside[...] = picture
        for axis, part in enumerate(self.window):
            rest = self.window[:axis]
            out[(*rest, slice(0, part.start))] = 0
            out[(*rest, slice(part.stop, None))] = 0
        return out

    def crop(self, scene: np.ndarray) -> np.ndarray:
        """The part of a scene that the picture shows."""
        return scene[self.window] if self.boundary == "extended" else scene

    def close(self, picture: np.ndarray) -> np.ndarray:
        """Picture continued over the domain without a jump, for filters that take it for periodic.

        In the blur's buffer, unless the domain is the picture's own.
        """
        if self.shape == self.domain or self.boundary == "zero":
            return self.embed(picture)
        out = self.plan.real
        out[self.window] = picture
        border.close(out, self.margins)
        return out


def _invert(weight: np.ndarray, out: np.ndarray) -> None:
    out[...] = 0
    np.divide(np.float32(1), weight, out=out, where=weight > _SEEN)


def _times(spectrum: np.ndarray, otf: np.ndarray) -> None:
    spectrum *= otf


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays are the same memory seen the same way."""
    return (
        one.__array_interface__["data"] == other.__array_interface__["data"] and one.strides == other.strides
    )
