"""Blur operator of Parallel Iterative Deconvolution: padding rule, A, its "transpose", FFT preconditioner.

The work grid holds image + PSF on every axis. A x pads x by the boundary rule, multiplies its spectrum by H
and crops; the transpose pads the same way and multiplies by conj(H), which for "REFLEXIVE" is not the exact
adjoint: the plugin's numbers come from this.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from scipy import fft

Precision: TypeAlias = type[np.float32] | type[np.float64]

BOUNDARIES: dict[str, Literal["symmetric", "wrap", "constant"]] = {
    "REFLEXIVE": "symmetric",
    "PERIODIC": "wrap",
    "ZERO": "constant",
}
RESIZINGS = ("AUTO", "MINIMAL", "NEXT_POWER_OF_TWO")


def work_shape(
    shape: tuple[int, ...], psf_shape: tuple[int, ...], resizing: str, per_axis: bool = False
) -> tuple[int, ...]:
    """Size of the work grid: image + PSF, or the next powers of two.

    Parameters
    ----------
    shape, psf_shape : tuple of int
    resizing : {"AUTO", "MINIMAL", "NEXT_POWER_OF_TWO"}
        AUTO takes the powers of two, unless the power on an axis is 1.5 times image + PSF or more.
    per_axis : bool
        In that case only this axis keeps image + PSF; else all axes do.
    """
    minimal = [n + k for n, k in zip(shape, psf_shape, strict=True)]
    powers = [1 << (m - 1).bit_length() for m in minimal]
    if resizing == "MINIMAL":
        return tuple(minimal)
    if resizing == "NEXT_POWER_OF_TWO":
        return tuple(powers)
    wide = [p >= 1.5 * m for p, m in zip(powers, minimal, strict=True)]
    if not per_axis:
        wide = [any(wide)] * len(wide)
    return tuple(m if w else p for m, p, w in zip(minimal, powers, wide, strict=True))


def offsets(shape: tuple[int, ...], work: tuple[int, ...]) -> tuple[int, ...]:
    """Where the image begins in the work grid: (P − n + 1) // 2."""
    return tuple((p - n + 1) // 2 for n, p in zip(shape, work, strict=True))


def pad(x: np.ndarray, work: tuple[int, ...], boundary: str) -> np.ndarray:
    """x in the work grid, continued by its half-sample mirror image, its repetition, or zeros."""
    before = offsets(x.shape, work)
    widths = [(b, p - n - b) for n, p, b in zip(x.shape, work, before, strict=True)]
    return np.pad(x, widths, mode=BOUNDARIES[boundary])


def centred_psf(psf: np.ndarray, work: tuple[int, ...]) -> np.ndarray:
    """PSF in the work grid with its (first) maximum at index 0."""
    out = np.zeros(work, psf.dtype)
    out[tuple(slice(0, k) for k in psf.shape)] = psf
    peak = np.unravel_index(np.argmax(psf), psf.shape)
    return np.roll(out, [-p for p in peak], axis=tuple(range(psf.ndim)))


class BlurMatrix:
    """A and A' of one PSF in one precision.

    Parameters
    ----------
    psf : ndarray
        If it has negative values its minimum is subtracted; then it is divided by its sum.
    shape : tuple of int
        Shape of the image.
    boundary, resizing : str
    dtype : float32 or float64
    workers : int, optional
        Threads of the FFT.
    """

    def __init__(
        self,
        psf: np.ndarray,
        shape: tuple[int, ...],
        boundary: str,
        resizing: str,
        dtype: Precision,
        workers: int | None = None,
    ):
        psf = psf - min(psf.min(), 0)
        psf = (psf / psf.sum()).astype(dtype)
        self.shape, self.boundary, self.dtype, self.workers = tuple(shape), boundary, dtype, workers
        self.psf = psf
        self.work = work_shape(shape, psf.shape, resizing)
        self.window = tuple(slice(o, o + n) for n, o in zip(shape, offsets(shape, self.work), strict=True))
        self.otf = fft.rfftn(centred_psf(psf, self.work), workers=workers)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """A x."""
        return self.filter(x, self.otf)

    def transpose(self, x: np.ndarray) -> np.ndarray:
        """A' x in the plugin's sense."""
        return self.filter(x, self.otf.conj())

    def filter(self, x: np.ndarray, gain: np.ndarray) -> np.ndarray:
        """Pad, multiply the spectrum, crop."""
        spectrum = fft.rfftn(pad(x, self.work, self.boundary), workers=self.workers) * gain
        return fft.irfftn(spectrum, s=self.work, workers=self.workers)[self.window]


class Preconditioner:
    """M = 1 / H where |H| ≥ tolerance, else 1, as a filter on the padded grid.

    The plugin's own reciprocal is wrong for PSFs that are not symmetric.

    Parameters
    ----------
    matrix : BlurMatrix
    image : ndarray
    tolerance : float
        −1: 0 if max|H| < 100 min|H|, else by generalised cross-validation.
    """

    def __init__(self, matrix: BlurMatrix, image: np.ndarray, tolerance: float = -1):
        self.matrix = matrix
        size = np.abs(matrix.otf)
        if tolerance == -1:
            tolerance = 0.0 if size.max() < 100 * size.min() else gcv_tolerance(matrix, image)
        self.tolerance = float(tolerance)
        keep = (size >= self.tolerance) & (size > 0)
        self.gain = np.where(keep, 1 / np.where(keep, matrix.otf, 1), 1).astype(matrix.otf.dtype)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """M x."""
        return self.matrix.filter(x, self.gain)

    def transpose(self, x: np.ndarray) -> np.ndarray:
        """M' x."""
        return self.matrix.filter(x, self.gain.conj())


def gcv_tolerance(matrix: BlurMatrix, image: np.ndarray) -> float:
    """|H|, sorted downwards, at the minimum of Σ_{j>k} |b_j|² / (n − k)²: the truncation chosen by GCV.

    b is the spectrum of the padded image in the same order; frequencies with equal neighbours cannot be chosen.
    """
    data = np.abs(
        fft.fftn(pad(image.astype(np.float64), matrix.work, matrix.boundary), workers=matrix.workers)
    )
    psf = centred_psf(matrix.psf.astype(np.float64), matrix.work)
    size = np.abs(fft.fftn(psf, workers=matrix.workers)).ravel()
    order = np.argsort(-size, kind="stable")
    size, data = size[order], data.ravel()[order] / np.sqrt(data.size)
    tail = np.cumsum(data[:0:-1] ** 2)[::-1]
    score = tail / np.arange(size.size - 1, 0, -1.0) ** 2
    score[:-2][size[: score.size - 2] == size[1 : score.size - 1]] = np.inf
    return float(size[np.argmin(score)])


def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Inner product, summed in double precision."""
    return float(np.sum(a * b, dtype=np.float64))


def norm(a: np.ndarray) -> float:
    """Euclidean length, summed in double precision."""
    return float(np.sqrt(dot(a, a)))
