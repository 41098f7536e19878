"""Regions of an image: a rectangle (x, y, width, height) in whole-image pixels, a mask, or all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import EdgeError, InputError


@dataclass(frozen=True, eq=False)
class Area:
    """Pixels of an image that form no rectangle, as the part of a mask that holds them.

    Attributes
    ----------
    origin : (x, y)
        Place of the part's top left pixel, whole-image pixels.
    mask : bool array, shape (height, width)
    shape : (ny, nx)
        Shape of the image.
    """

    origin: tuple[int, int]
    mask: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def of(cls, whole: np.ndarray) -> Area:
        """The area of a mask of a whole image; of an empty mask 0 × 0 pixels."""
        mask = whole.astype(bool, copy=False)
        rows, columns = (np.nonzero(mask.any(axis=axis))[0] for axis in (1, 0))
        shape = (mask.shape[0], mask.shape[1])
        if not rows.size:
            return cls((0, 0), np.zeros((0, 0), dtype=bool), shape)
        x0, y0, x1, y1 = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
        return cls((x0, y0), mask[y0:y1, x0:x1], shape)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(x, y, width, height)."""
        height, width = self.mask.shape
        return (*self.origin, width, height)

    def whole(self) -> np.ndarray:
        """The mask of the whole image."""
        out = np.zeros(self.shape, dtype=bool)
        x, y, width, height = self.box
        out[y : y + height, x : x + width] = self.mask
        return out


Roi = Sequence[float] | np.ndarray | Area  # (x, y, width, height), or a bool array of the image's shape


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
        As `check_gray`.
    """
    return check_gray(image).astype(np.float64)


def check_gray(image: npt.ArrayLike) -> np.ndarray:
    """The image as an array as it is.

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
    return array


def take_region(image: npt.ArrayLike, roi: Roi | None = None) -> Region:
    """Cut a region out of an image.

    Parameters
    ----------
    image : array_like, shape (ny, nx)
    roi : None, (x, y, width, height), bool array of shape (ny, nx), or Area
        None is the whole image; a rectangle is clipped to the image.

    Returns
    -------
    Region

    Raises
    ------
    InputError
        If the region is malformed, empty or outside the image.
    """
    array = check_gray(image)
    ny, nx = array.shape
    if roi is None:
        return Region((0, 0), array.astype(np.float64), np.ones(array.shape, dtype=bool))
    if isinstance(roi, np.ndarray) and roi.ndim == 2:
        roi = Area.of(roi)
    if isinstance(roi, Area):
        return _area_region(array, roi)
    x, y, width, height = _rectangle(roi)
    if width < 1 or height < 1:
        raise InputError(f"the region is empty: width {width}, height {height}")
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + width, nx), min(y + height, ny)
    if x0 >= x1 or y0 >= y1:
        raise InputError(
            f"the region x={x} y={y} width={width} height={height} lies outside the image of {nx} × {ny} pixels"
        )
    values = array[y0:y1, x0:x1].astype(np.float64)
    return Region((x0, y0), values, np.ones(values.shape, dtype=bool))


def _rectangle(roi: Sequence[float] | np.ndarray) -> tuple[int, int, int, int]:
    try:
        numbers = [int(v) for v in roi]
        exact = all(float(v) == n for v, n in zip(roi, numbers, strict=True))
    except (TypeError, ValueError, OverflowError, np.ma.MaskError):
        numbers, exact = [], False
    if len(numbers) != 4 or not exact:
        raise InputError(f"a region is four whole numbers x, y, width, height, not {roi!r}")
    x, y, width, height = numbers
    return x, y, width, height


def _area_region(array: np.ndarray, area: Area) -> Region:
    if area.shape != array.shape:
        raise InputError(f"the mask has shape {area.shape}, the image {array.shape}")
    if not area.mask.any():
        raise InputError("the region is empty: its mask has no pixel inside the image")
    x, y, width, height = area.box
    return Region(area.origin, array[y : y + height, x : x + width].astype(np.float64), area.mask)


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
