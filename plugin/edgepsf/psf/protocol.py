"""The contract of everything that can serve as a PSF: restoring and drawing know only this."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt


@runtime_checkable
class Psf(Protocol):
    """A point spread function.

    A PSF does not change after it is made. Two PSFs can be compared (`==`) and hashed; `repr` gives an expression
    that makes an equal one with the names of `edgepsf.psf`, all digits kept, and `edgepsf.psf.from_json` makes an
    equal one from the text of `to_json`.
    """

    @property
    def ndim(self) -> int:
        """Number of axes of the kernel: 2 or 3."""
        ...

    @property
    def fwhm(self) -> float:
        """Full width at half maximum, px."""
        ...

    def kernel(self, size: int | None = None) -> np.ndarray:
        """Kernel image, float32, of sum 1, its centre at index n // 2 of every axis.

        Parameters
        ----------
        size : int, optional
            Odd side length, px; by default the PSF chooses.

        Raises
        ------
        InputError
            If the size is not an odd number ≥ 1.
        """
        ...

    def at(self, x: float, y: float) -> Psf:
        """The PSF at a place of the picture, in whole-image pixels; the same everywhere if it does not vary."""
        ...

    def to_json(self, size: int | None = None) -> str:
        """The PSF as JSON text, with figures for a kernel of the given size."""
        ...


def kernel_of(psf: Psf | npt.ArrayLike) -> np.ndarray:
    """The kernel of a PSF, or the array itself where an array is given."""
    return psf.kernel() if hasattr(psf, "kernel") else np.asarray(psf)
