"""Memory of a deconvolution, told before the work starts, and the memory that is free."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..pictures.space import free_memory, readable
from .fft import loaded_bytes
from .operator import domain_and_scene, threads
from .parallel import BLOCK

__all__ = ["Size", "free_memory", "readable"]

_PER_THREAD = 16 * BLOCK  # of blockwise work
_SAFETY = 1.05


@dataclass(frozen=True)
class Size:
    """Bytes of the arrays of a deconvolution.

    Attributes
    ----------
    picture : int
        An array of the picture's shape.
    scene : int
        An array of the scene's shape.
    domain : int
        An array of the shape of the FFTs, or its half spectrum.
    axes : int
        Number of spatial axes.
    masked : bool
        Whether pixels are left out.
    number : int
        Bytes of a number: 4 in single precision, 8 in double precision.
    """

    picture: int
    scene: int
    domain: int
    axes: int
    masked: bool = False
    number: int = 4

    @classmethod
    def of(
        cls,
        shape: tuple[int, ...],
        kernel_shape: tuple[int, ...],
        boundary: str,
        masked: bool = False,
        number: int = 4,
    ) -> Size:
        """The sizes for the shapes of a picture and of a kernel."""
        domain, scene = domain_and_scene(kernel_shape, shape, boundary)
        picture, scene_bytes, domain_bytes = (number * math.prod(each) for each in (shape, scene, domain))
        return cls(picture, scene_bytes, domain_bytes, len(shape), masked, number)

    @property
    def noise(self) -> int:
        """Bytes for the estimate of the noise: differences and local means of the pixels, and their order."""
        return 5 * self.picture

    @property
    def choice(self) -> float:
        """Bytes for the choice of a filter's λ: two spectra, and ten arrays of every second frequency in double."""
        kept = self.domain / self.number / 2 ** (self.axes + 1)
        return max(2 * self.domain + 80 * kept, self.noise)

    @property
    def holes(self) -> int:
        """Bytes for the values of left-out pixels: the picture filled, and the place of the nearest valid pixel."""
        return 4 * self.picture if self.masked else 0

    def total(self, method: float, image: int, workers: int | None) -> int:
        """Bytes of a deconvolution at its peak.

        Parameters
        ----------
        method : float
            Bytes that the method holds beside the operator.
        image : int
            Number of pixels of the whole image, of which this size is a plane or a volume.
        workers : int, optional
            Threads; all cores by default.
        """
        operator = self.picture * (1.5 if self.masked else 1) + 3 * self.domain
        arrays = _SAFETY * (operator + method + self.number * image)
        return int(arrays) + loaded_bytes() + threads(workers) * _PER_THREAD
