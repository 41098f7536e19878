"""Sets of regions: a CSV file, ImageJ's .roi and .zip files, or the overlay stored in an ImageJ TIFF.

Areas become regions for `fit_edge`: rectangles stay rectangles, all other areas become masks, pixel for pixel
those that ImageJ makes.
"""

from __future__ import annotations

import logging
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from . import masks
from .complaints import complaints
from .formats.tiff_pages import check_pages
from .picture import Calibration
from .region import Area
from .region_tables import read_table
from .space import readable

_TIFF = (".tif", ".tiff", ".btf", ".tf8")
_LARGEST = 2**26  # bytes of all selections of a file
_MOST_PIXELS = 2**30  # of all masks of a file
OURS = "edgepsf "  # how the names of our drawings in an overlay begin

Region = tuple[int, int, int, int] | np.ndarray


@dataclass(frozen=True)
class Selection:
    """One region of a set.

    Attributes
    ----------
    name : str
    region : (x, y, width, height) or Area
    elsewhere : bool
        Whether the region is tied to another plane of a stack than the first.
    """

    name: str
    region: tuple[int, int, int, int] | Area
    elsewhere: bool = False

    @property
    def roi(self) -> Region:
        """The rectangle, or a mask of the whole image."""
        return self.region.whole() if isinstance(self.region, Area) else self.region


def read_rois(path: str | os.PathLike[str], shape: tuple[int, int] | None = None) -> list[tuple[str, Region]]:
    """Regions of a file, in its order.

    Parameters
    ----------
    path : path
        A CSV file with the columns x, y, width, height and, optionally, name; an ImageJ .roi file; a .zip of
        .roi files (RoiSet.zip); or an ImageJ TIFF, of which the overlay counts, or the selection if it has none.
    shape : (ny, nx), optional
        Shape of the image that the regions belong to. It is needed where a region is not a rectangle, unless the
        file is a TIFF, which has a shape itself.

    Returns
    -------
    list of (name, roi)
        `roi` is (x, y, width, height) or a bool array of the image's shape. Lines, points and texts are left
        out, and so are the drawings of our own commands (names that start with "edgepsf ").

    Raises
    ------
    InputError
        If the file is missing, unreadable, has wrong columns or values, or holds no area.
    """
    return [(each.name, each.roi) for each in read_selections(path, shape)]


def read_selections(
    path: str | os.PathLike[str], shape: tuple[int, int] | None = None, scale: Calibration | None = None
) -> list[Selection]:
    """Regions of a file as `read_rois` gives them, marked where they belong to another plane than the first.

    Parameters
    ----------
    path : path
    shape : (ny, nx), optional
    scale : Calibration, optional
        Of the image that the regions belong to: ImageJ's tables are in its unit.

    Returns
    -------
    list of Selection

    Raises
    ------
    InputError
        As `read_rois`.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'there is no file "{path}"' + (" (it is a folder)" if path.is_dir() else ""))
    kind = path.suffix.lower()
    if kind in (".csv", ".tsv"):
        found = [Selection(name, box) for name, box in read_table(path, scale)]
    elif kind in (".roi", ".zip", *_TIFF):
        found = _read_imagej(path, shape)
    else:
        raise InputError(
            f'"{path}" is no set of regions: give a .csv, a .roi or .zip of ImageJ, or a TIFF with an overlay'
        )
    if not found:
        raise InputError(f'"{path}" holds no area: at least one region is needed')
    return found


# ImageJ's own format


def _read_imagej(path: Path, shape: tuple[int, int] | None) -> list[Selection]:
    from roifile import ImagejRoi

    blocks, own_shape = _blocks(path)
    found, pixels = [], 0
    for number, (name, data) in enumerate(blocks, 1):
        try:
            with complaints("roifile", logging.WARNING) as damage:
                element = ImagejRoi.frombytes(data)
            if damage:
                raise ValueError(damage[0])
            selection = _selection(element, element.name or name or str(number), shape or own_shape)
        except InputError as error:
            raise InputError(f'"{path}": {error}') from None
        except Exception as error:  # the library's ways to fail on a damaged file have no common base
            what = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(f'"{path}": selection {number} cannot be read: {what}') from None
        if selection is not None:
            found.append(selection)
            pixels += selection.region.mask.size if isinstance(selection.region, Area) else 0
        if pixels > _MOST_PIXELS:
            raise InputError(f'"{path}" has areas of more than {_MOST_PIXELS} pixels together: split the set')
    return found


def _blocks(path: Path) -> tuple[list[tuple[str, bytes]], tuple[int, int] | None]:
    """Name and bytes of each selection in a file, and the shape of the image where there is one."""
    try:
        if path.suffix.lower() == ".roi":
            return [(path.stem, path.read_bytes())], None
        return (_zip_blocks(path), None) if path.suffix.lower() == ".zip" else _tiff_blocks(path)
    except InputError:
        raise
    except Exception as error:  # zipfile and tifffile raise many kinds
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f'"{path}" cannot be read as a set of regions: {what}') from None


def _zip_blocks(path: Path) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        members = [each for each in archive.infolist() if each.filename.lower().endswith(".roi")]
        if sum(each.file_size for each in members) > _LARGEST:
            raise _too_large(path)
        blocks, left = [], _LARGEST
        for each in members:
            with archive.open(each) as file:
                block = file.read(left + 1)
            left -= len(block)
            if left < 0:  # the sizes that the archive tells need not be true
                raise _too_large(path)
            blocks.append((Path(each.filename).stem, block))
        return blocks


def _too_large(path: Path) -> InputError:
    return InputError(
        f'"{path}" has selections of more than {readable(_LARGEST)}: that is no set of regions, or split it'
    )


def _tiff_blocks(path: Path) -> tuple[list[tuple[str, bytes]], tuple[int, int]]:
    import tifffile

    check_pages(path)
    with complaints("tifffile"), tifffile.TiffFile(path) as file:
        meta = file.imagej_metadata or {}
        page: Any = file.pages[0]  # a page or a frame: both have these tags
        shape = (page.imagelength, page.imagewidth)
    kept = meta.get("Overlays") or meta.get("ROI") or []
    if not kept:
        raise InputError(
            f'"{path}" has no overlay and no selection stored in it (save it from ImageJ as TIFF)'
        )
    return [("", block) for block in ([kept] if isinstance(kept, bytes) else kept)], shape


def _selection(element: Any, name: str, shape: tuple[int, int] | None) -> Selection | None:
    """A decoded selection as a region; None where it is no area, or one of our drawings."""
    from roifile import ROI_SUBTYPE, ROI_TYPE

    areas = (ROI_TYPE.RECT, ROI_TYPE.OVAL, ROI_TYPE.POLYGON, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED)
    drawing = (ROI_SUBTYPE.TEXT, ROI_SUBTYPE.ARROW, ROI_SUBTYPE.IMAGE)
    if element.roitype not in areas or element.subtype in drawing or name.startswith(OURS):
        return None
    box = int(element.left), int(element.top), int(element.right), int(element.bottom)
    planes = (element.position, element.c_position, element.z_position, element.t_position)
    elsewhere = any(position > 1 for position in planes)
    plain = element.roitype == ROI_TYPE.RECT and not element.composite and element.rounded_rect_arc_size <= 0
    if plain:
        return Selection(name, (box[0], box[1], box[2] - box[0], box[3] - box[1]), elsewhere)
    if shape is None:
        raise InputError(f'"{name}" is no rectangle; the shape of its image is needed to make a mask of it')
    return Selection(name, _mask(element, name, box, shape), elsewhere)


def _mask(element: Any, name: str, box: Sequence[int], shape: tuple[int, int]) -> Area:
    from roifile import ROI_OPTIONS, ROI_TYPE

    if element.options & ROI_OPTIONS.SPLINE_FIT:
        raise InputError(f'"{name}" is a spline: in ImageJ run Edit > Selection > Interpolate on it first')
    if element.roitype == ROI_TYPE.OVAL:
        return masks.oval(box, shape)
    if element.composite:
        return _composite(element, name, shape)
    if element.roitype == ROI_TYPE.RECT:
        return masks.rounded(box, float(element.rounded_rect_arc_size), shape)
    if element.subpixelresolution and element.subpixel_coordinates is not None:
        return masks.polygons([element.subpixel_coordinates], shape)
    return masks.polygons([element.integer_coordinates + np.array(box[:2])], shape)


def _composite(element: Any, name: str, shape: tuple[int, int]) -> Area:
    try:
        return masks.polygons(element.path2coords(element.multi_coordinates), shape)
    except NotImplementedError:  # curved pieces
        raise InputError(
            f'"{name}" is a composite with curves: in ImageJ make a mask of it (Edit > Selection > Create Mask) '
            "and a selection of that mask"
        ) from None


def fill(outlines: Sequence[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """As `masks.polygons`, as a bool array of the image's shape."""
    return masks.polygons(outlines, shape).whole()
