"""Planes or volumes of an image with named axes; a PSF is applied to one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..errors import InputError


@dataclass(frozen=True)
class Pieces:
    """An array seen as a list of planes (y, x) or volumes (z, y, x).

    Attributes
    ----------
    array : ndarray
        The image, its axes moved so that the spatial ones come last.
    order : tuple of int
        Where each of its axes lies in the image.
    spatial : int
        Number of spatial axes.
    """

    array: np.ndarray
    order: tuple[int, ...]
    spatial: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one piece."""
        return self.array.shape[-self.spatial :]

    @property
    def original(self) -> tuple[int, ...]:
        """Shape of the image."""
        return tuple(n for _, n in sorted(zip(self.order, self.array.shape, strict=True)))

    @property
    def count(self) -> int:
        """Number of pieces."""
        return int(np.prod(self.array.shape[: -self.spatial])) if self._many else 1

    def take(self, index: int) -> np.ndarray:
        """Piece number `index`."""
        place = np.unravel_index(index, self.array.shape[: -self.spatial]) if self._many else ()
        return self.array[place]

    def views(self, out: np.ndarray) -> Iterator[np.ndarray]:
        """The pieces of another array of the image's shape."""
        other = Pieces(out.transpose(self.order), self.order, self.spatial)
        return (other.take(i) for i in range(self.count))

    @property
    def _many(self) -> bool:
        return self.array.ndim > self.spatial


def cut(array: np.ndarray, kernel_axes: int, axes: str | None = None) -> Pieces:
    """An image as pieces for a kernel; axes are never guessed.

    Parameters
    ----------
    array : ndarray
    kernel_axes : int
        2 or 3.
    axes : str, optional
        A letter for each axis of the array; x, y and z are the axes of the kernel.

    Raises
    ------
    InputError
        If the axes of image and kernel do not fit together, or the letters do not name them.
    """
    if array.size == 0 or kernel_axes not in (2, 3):
        raise InputError(
            f"a 2-D or 3-D picture and PSF are needed, not shape {array.shape} with a {kernel_axes}-D PSF"
        )
    if axes is None:
        _check_unnamed(array, kernel_axes)
        return Pieces(array, tuple(range(array.ndim)), kernel_axes)
    letters = str(axes).lower()
    if len(letters) != array.ndim or len(set(letters)) != len(letters):
        raise InputError(
            f'axes="{axes}" must have one letter for each of the {array.ndim} axes of shape {array.shape}'
        )
    wanted = "zyx"[-kernel_axes:]
    if not set(wanted) <= set(letters):
        raise InputError(
            f'axes="{axes}" lacks {", ".join(sorted(set(wanted) - set(letters)))}, which a '
            f"{kernel_axes}-D PSF needs"
        )
    others = [i for i, letter in enumerate(letters) if letter not in wanted]
    order = (*others, *(letters.index(w) for w in wanted))
    return Pieces(array.transpose(order), order, kernel_axes)


def _check_unnamed(array: np.ndarray, kernel_axes: int) -> None:
    if array.ndim == 3 and array.shape[-1] in (3, 4):
        raise InputError(
            f'the image seems to have colour channels (shape {array.shape}): give axes="yxc" to restore '
            'each channel, or axes="zyx" if it is a volume'
        )
    if array.ndim not in (2, 3):
        raise InputError(
            f"a 2-D or 3-D picture is needed, not an array of shape {array.shape}; name the axes of larger ones, "
            'such as axes="tcyx"'
        )
    if array.ndim != kernel_axes:
        hint = (
            'axes="zyx" (or "cyx", "tyx") restores plane by plane' if array.ndim == 3 else "take a 2-D kernel"
        )
        raise InputError(f"the image has shape {array.shape} and the PSF {kernel_axes} axes: {hint}")
