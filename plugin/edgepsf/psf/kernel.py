"""KernelPsf: a PSF known by its kernel image alone, measured or given, 2-D or 3-D."""

from __future__ import annotations

import json
import math
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from ..errors import InputError
from ..options.arguments import real

LARGEST_SIZE = 2047  # px, of a kernel that is asked for
_UNIT = 1e-12  # a sum this near to 1 is rounding of double precision


class KernelPsf:
    """A PSF by its kernel image; its centre is at index n // 2 of every axis.

    Two such PSFs are equal when their kernels are, divided by their sums. `repr` gives an expression that makes
    an equal PSF.

    Parameters
    ----------
    kernel : array_like, 2-D (ny, nx) or 3-D (nz, ny, nx)
        Finite real numbers of positive sum; it is divided by its sum. A kernel whose sum is 1 to rounding stays
        as it is, so that writing and reading never changes a digit.

    Raises
    ------
    InputError
        If the kernel is not 2-D or 3-D, holds NaN or infinite values, or its sum is not positive.
    """

    def __init__(self, kernel: npt.ArrayLike):
        values = _real_array(kernel)
        total = values.sum()
        if not total > 0:
            raise InputError(f"the kernel sums to {total:g}; a PSF needs a positive sum")
        self._values = values if abs(total - 1.0) <= _UNIT else values / total
        self._values.setflags(write=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Pixels of the kernel along every axis."""
        return self._values.shape

    @property
    def ndim(self) -> int:
        """Number of axes of the kernel: 2 or 3."""
        return self._values.ndim

    @cached_property
    def widths(self) -> tuple[float, ...]:
        """Full width at half maximum along every axis, px.

        The kernel's maximum over the other axes gives a profile; the width is the distance of its outermost
        crossings of half the maximum, by a cubic spline; for a Gaussian of σ ≥ 1 px it is right within 1 %. For a
        PSF of rotational symmetry that is the width of P(r).
        """
        axes = range(self.ndim)
        return tuple(_width(self._values.max(axis=tuple(a for a in axes if a != axis))) for axis in axes)

    @property
    def fwhm(self) -> float:
        """Full width at half maximum in the plane of the image, px: the geometric mean of those along y and x."""
        return float(np.sqrt(self.widths[-2] * self.widths[-1]))

    def kernel(self, size: int | None = None) -> np.ndarray:
        """Kernel image of sum 1, its centre at index n // 2 of every axis.

        Parameters
        ----------
        size : int, optional
            Odd side length in px, the same for every axis: the kernel is cropped, or zeros are added, about its
            centre, and it is divided by its sum. By default the kernel keeps its own shape.

        Returns
        -------
        ndarray of float32

        Raises
        ------
        InputError
            If the size is not an odd number ≥ 1, or no light is left inside it.
        """
        if size is None:
            return self._values.astype(np.float32)
        part = self._part(size)
        if not part.sum() > 0:
            raise InputError(f"a kernel of {size} pixels would hold no light: give a larger size")
        return (part / part.sum()).astype(np.float32)

    def at(self, x: float, y: float) -> KernelPsf:
        """This PSF: it is the same everywhere in the picture."""
        return self

    def crop_loss(self, size: int | None = None) -> float:
        """Share of the light that lies outside a kernel of this size."""
        return 0.0 if size is None else float(1.0 - self._part(size).sum())

    def summary(self, size: int | None = None) -> dict[str, Any]:
        """Shape, FWHM, and what a kernel of this size loses, as plain numbers."""
        return {
            "model": "kernel",
            "shape": list(self.shape),
            "fwhm_px": self.fwhm,
            "widths_px": list(self.widths),
            "kernel_size_px": list(self.shape) if size is None else [int(size)] * self.ndim,
            "energy_outside_kernel": self.crop_loss(size),
        }

    def to_json(self, size: int | None = None) -> str:
        """The summary and the kernel as JSON text, with all digits; `edgepsf.psf.from_json` reads it."""
        return json.dumps(self.summary(size) | {"kernel": self._values.tolist()})

    def _part(self, size: int) -> np.ndarray:
        """The pixels within `size` of the centre on every axis."""
        check_size(size)
        half = int(size) // 2
        out = np.zeros((int(size),) * self.ndim)
        source, target = [], []
        for n in self.shape:
            low, high = max(n // 2 - half, 0), min(n // 2 + half + 1, n)
            source.append(slice(low, high))
            target.append(slice(low - n // 2 + half, high - n // 2 + half))
        out[tuple(target)] = self._values[tuple(source)]
        return out

    def __repr__(self) -> str:
        return f"KernelPsf({self._values.tolist()})"

    def __str__(self) -> str:
        return f"KernelPsf({' × '.join(map(str, self.shape))} px; FWHM {self.fwhm:.4g} px)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KernelPsf) and np.array_equal(self._values, other._values)

    def __hash__(self) -> int:
        return hash((self.shape, tuple(self._values.ravel().tolist())))


def check_size(size: float) -> None:
    """Refuse a kernel size that is not an odd number of pixels."""
    number = real("size", size)
    if not math.isfinite(number) or int(number) != number or number < 1 or int(number) % 2 == 0:
        raise InputError(f"the kernel size must be an odd number of pixels, not {size}")
    if number > LARGEST_SIZE:
        raise InputError(f"the kernel size must be at most {LARGEST_SIZE} pixels, not {size:g}")


def _real_array(kernel: npt.ArrayLike) -> np.ndarray:
    """A kernel as float64, its own copy."""
    try:
        given = np.asarray(kernel)
    except ValueError:
        raise InputError("the kernel has rows of different lengths") from None
    if given.dtype.kind not in "buif":
        raise InputError(f"the kernel must hold real numbers, not {given.dtype}")
    if given.ndim not in (2, 3) or given.size == 0:
        raise InputError(
            f"a kernel has two or three axes with at least one pixel, not the shape {given.shape}"
        )
    if not np.all(np.isfinite(given)):
        raise InputError("the kernel holds NaN or infinite values")
    return given.astype(np.float64)


def _width(profile: np.ndarray) -> float:
    """Distance (px) of the outermost crossings of half the maximum; zero is assumed beyond the ends."""
    padded = np.concatenate([[0.0, 0.0], profile, [0.0, 0.0]])
    level = 0.5 * padded.max()
    above = np.nonzero(padded >= level)[0]
    curve = scipy.interpolate.CubicSpline(np.arange(len(padded)), padded)
    low, high = (
        scipy.optimize.brentq(lambda x: float(curve(x)) - level, a, a + 1, xtol=1e-12)
        for a in (above[0] - 1, above[-1])
    )
    return float(high - low)
