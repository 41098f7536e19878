"""Regions of an image: a rectangle (x, y, width, height) in whole-image pixels, a mask, or all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import EdgeError, InputError

Roi = Sequence[float] | np.ndarray  # (x, y, width, height), or a bool array of the image's shape


@dataclass(frozen=True)
class Region:
    """The pixels of a region: its bounding box in the image, and the pixels inside the box that belong to it.

    Attributes
    ----------
    origin : (x, y)
        Top left pixel of the bounding box, whole-image pixels.
    values : ndarray of float64, shape (height, width)
        Gray values of the bounding box.
    mask : bool array of that shape
        The pixels of the region.
    """

    origin: tuple[int, int]
    values: np.ndarray
    mask: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of the bounding box."""
        height, width = self.values.shape
        return height, width


def gray_image(image: npt.ArrayLike) -> np.ndarray:
    """The image as a 2-D float64 array, a copy.

    Raises
    ------
    InputError
        If it is not a two-dimensional array of real numbers with at least one pixel. A colour image gets a
        sentence of its own.
    """
    array = np.asarray(image)
    if array.ndim == 3 and array.shape[-1] in (3, 4):
        raise InputError(
            f"the image has colour channels (shape {array.shape}): work on one channel at a time in linear light"
        )
    if array.ndim != 2 or array.size == 0:
        raise InputError(f"a 2-D gray image is needed, not an array of shape {array.shape}")
    if array.dtype.kind not in "buif":
        raise InputError(f"the image must hold real numbers, not {array.dtype}")
    return array.astype(np.float64)


def take_region(image: npt.ArrayLike, roi: Roi | None = None) -> Region:
    """Cut a region out of an image.

    Parameters
    ----------
    image : array_like, shape (ny, nx)
    roi : None, (x, y, width, height) or bool array of shape (ny, nx)
        None is the whole image; a rectangle is clipped to the image.

    Returns
    -------
    Region

    Raises
    ------
    InputError
        If the region is malformed, empty or outside the image.
    """
    array = gray_image(image)
    ny, nx = array.shape
    if roi is None:
        return Region((0, 0), array, np.ones(array.shape, dtype=bool))
    if isinstance(roi, np.ndarray) and roi.ndim == 2:
        if roi.shape != array.shape:
            raise InputError(f"the mask has shape {roi.shape}, the image {array.shape}")
        return _mask_region(array, roi.astype(bool))
    x, y, width, height = _rectangle(roi)
    if width < 1 or height < 1:
        raise InputError(f"the region is empty: width {width}, height {height}")
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + width, nx), min(y + height, ny)
    if x0 >= x1 or y0 >= y1:
        raise InputError(
            f"the region x={x} y={y} width={width} height={height} lies outside the image of {nx} × {ny} pixels"
        )
    values = array[y0:y1, x0:x1]
    return Region((x0, y0), values, np.ones(values.shape, dtype=bool))


def _rectangle(roi: Roi) -> tuple[int, int, int, int]:
    try:
        numbers = [int(v) for v in roi]
        exact = all(float(v) == n for v, n in zip(roi, numbers, strict=True))
    except (TypeError, ValueError, OverflowError, np.ma.MaskError):
        numbers, exact = [], False
    if len(numbers) != 4 or not exact:
        raise InputError(f"a region is four whole numbers x, y, width, height, not {roi!r}")
    x, y, width, height = numbers
    return x, y, width, height


def _mask_region(array: np.ndarray, mask: np.ndarray) -> Region:
    if not mask.any():
        raise InputError("the region is empty: its mask has no pixel inside the image")
    rows, columns = np.nonzero(mask.any(axis=1))[0], np.nonzero(mask.any(axis=0))[0]
    y0, y1, x0, x1 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    return Region((int(x0), int(y0)), array[y0:y1, x0:x1], mask[y0:y1, x0:x1])


def usable_pixels(region: Region, at_least: int = 25) -> tuple[np.ndarray, list[str]]:
    """The pixels of the region that are finite, with a warning when some are not.

    Parameters
    ----------
    region : Region
    at_least : int
        Number of pixels that a fit needs.

    Returns
    -------
    use : bool array of the region's shape
    warnings : list of str

    Raises
    ------
    EdgeError
        If fewer than `at_least` are left.
    """
    use = region.mask & np.isfinite(region.values)
    missing = int(region.mask.sum() - use.sum())
    warnings = [f"{missing} NaN or infinite pixels were left out"] if missing else []
    if use.sum() < at_least:
        raise EdgeError(
            f"no edge can be fitted: the region has {int(use.sum())} usable pixels, at least {at_least} are needed"
        )
    return use, warnings
