"""Sets of regions: a CSV file, ImageJ's .roi and .zip files, or the overlay stored in an ImageJ TIFF.

Areas become regions for `fit_edge`: rectangles stay rectangles, all other areas become masks of the whole image,
pixel for pixel the masks that ImageJ makes.
"""

from __future__ import annotations

import csv
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError

_COLUMNS = ("x", "y", "width", "height")
_TIFF = (".tif", ".tiff")
_LARGEST = 2**28  # bytes of one selection in a .zip
OURS = "edgepsf "  # how the names of our drawings in an overlay begin

Region = tuple[int, int, int, int] | np.ndarray


@dataclass(frozen=True)
class Selection:
    """One region of a set.

    Attributes
    ----------
    name : str
    roi : (x, y, width, height) or bool array of the image's shape
    elsewhere : bool
        Whether the region is tied to another plane of a stack than the first.
    """

    name: str
    roi: Region
    elsewhere: bool = False


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


def read_selections(path: str | os.PathLike[str], shape: tuple[int, int] | None = None) -> list[Selection]:
    """Regions of a file as `read_rois` gives them, marked where they belong to another plane than the first.

    Parameters
    ----------
    path : path
    shape : (ny, nx), optional

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
    if kind == ".csv":
        found = _read_csv(path)
    elif kind in (".roi", ".zip", *_TIFF):
        found = _read_imagej(path, shape)
    else:
        raise InputError(
            f'"{path}" is no set of regions: give a .csv, a .roi or .zip of ImageJ, or a TIFF with an overlay'
        )
    if not found:
        raise InputError(f'"{path}" holds no area: at least one region is needed')
    return found


# CSV


def _read_csv(path: Path) -> list[Selection]:
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file, strict=True) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f'"{path}" cannot be read as a CSV file: {error}') from None
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    missing = [name for name in _COLUMNS if header.count(name) != 1]
    if missing:
        raise InputError(
            f'"{path}" needs a first line with the columns {", ".join(_COLUMNS)} (and name, if wanted), each once; '
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing or repeated"
        )
    return [_csv_row(path, i, dict(zip(header, row, strict=False))) for i, row in enumerate(rows[1:], 1)]


def _csv_row(path: Path, number: int, cells: dict[str, str]) -> Selection:
    values: list[int] = []
    for column in _COLUMNS:
        text = cells.get(column, "").strip()
        try:
            value = float(text)
            exact = value == int(value)
        except (ValueError, OverflowError):
            exact = False
        if not exact:
            raise InputError(f'"{path}", region {number}: {column} must be a whole number, not "{text}"')
        values.append(int(value))
    x, y, width, height = values
    return Selection(cells.get("name", "").strip() or str(number), (x, y, width, height))


# ImageJ's own format


def _read_imagej(path: Path, shape: tuple[int, int] | None) -> list[Selection]:
    from roifile import ImagejRoi

    blocks, own_shape = _blocks(path)
    found = []
    for number, (name, data) in enumerate(blocks, 1):
        try:
            element = ImagejRoi.frombytes(data)
            selection = _selection(element, element.name or name or str(number), shape or own_shape)
        except InputError as error:
            raise InputError(f'"{path}": {error}') from None
        except Exception as error:  # the library's ways to fail on a damaged file have no common base
            what = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(f'"{path}": selection {number} cannot be read: {what}') from None
        if selection is not None:
            found.append(selection)
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
        names = [name for name in archive.namelist() if name.lower().endswith(".roi")]
        return [(Path(name).stem, archive.open(name).read(_LARGEST)) for name in names]


def _tiff_blocks(path: Path) -> tuple[list[tuple[str, bytes]], tuple[int, int]]:
    import tifffile

    with tifffile.TiffFile(path) as file:
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


def _mask(element: Any, name: str, box: Sequence[int], shape: tuple[int, int]) -> np.ndarray:
    from roifile import ROI_OPTIONS, ROI_TYPE

    if element.options & ROI_OPTIONS.SPLINE_FIT:
        raise InputError(f'"{name}" is a spline: in ImageJ run Edit > Selection > Interpolate on it first')
    if element.roitype == ROI_TYPE.OVAL:
        return _oval(box, shape)
    if element.composite:
        return _composite(element, name, shape)
    if element.roitype == ROI_TYPE.RECT:
        return _rounded(box, float(element.rounded_rect_arc_size), shape)
    if element.subpixelresolution and element.subpixel_coordinates is not None:
        return fill([element.subpixel_coordinates], shape)
    return fill([element.integer_coordinates + np.array(box[:2])], shape)


def _composite(element: Any, name: str, shape: tuple[int, int]) -> np.ndarray:
    try:
        return fill(element.path2coords(element.multi_coordinates), shape)
    except NotImplementedError:  # curved pieces
        raise InputError(
            f'"{name}" is a composite with curves: in ImageJ make a mask of it (Edit > Selection > Create Mask) '
            "and a selection of that mask"
        ) from None


def fill(outlines: Sequence[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """Pixels whose centres lie inside outlines by the even-odd rule, as ImageJ's PolygonFiller fills them.

    Parameters
    ----------
    outlines : sequence of (n, 2) arrays
        Closed polygons in ImageJ's coordinates, which count pixel corners: pixel (0, 0) reaches from 0 to 1.
    shape : (ny, nx)

    Returns
    -------
    bool array of that shape
    """
    ny, nx = shape
    toggles = np.zeros((ny, nx + 1), dtype=np.int64)
    for x0, y0, x1, y1 in _sides(outlines):
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        # Rows whose centre line the side crosses; the side belongs to its upper end.
        rows = np.arange(max(int(np.ceil(y0 - 0.5)), 0), min(int(np.ceil(y1 - 0.5)), ny))
        crossing = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0) if y1 != y0 else 0.0)
        columns = np.clip(np.floor(crossing + 0.5).astype(np.int64), 0, nx)
        np.add.at(toggles, (rows, columns), 1)
    return np.cumsum(toggles, axis=1)[:, :nx] % 2 == 1


def _sides(outlines: Sequence[np.ndarray]) -> Iterator[tuple[float, float, float, float]]:
    for outline in outlines:
        points = np.asarray(outline, dtype=np.float64)
        for start, end in zip(points, np.roll(points, -1, axis=0), strict=True):
            yield (*start.tolist(), *end.tolist())


def _oval(box: Sequence[int], shape: tuple[int, int]) -> np.ndarray:
    left, top, right, bottom = box
    y, x = np.ogrid[: shape[0], : shape[1]]
    u = (x + 0.5 - (left + right) / 2) / ((right - left) / 2)
    v = (y + 0.5 - (top + bottom) / 2) / ((bottom - top) / 2)
    return u**2 + v**2 <= 1


def _rounded(box: Sequence[int], diameter: float, shape: tuple[int, int]) -> np.ndarray:
    """A rectangle with elliptic corners."""
    left, top, right, bottom = box
    y, x = np.ogrid[: shape[0], : shape[1]]
    rx, ry = min(diameter, right - left) / 2, min(diameter, bottom - top) / 2
    u = np.maximum(np.maximum(left + rx - (x + 0.5), (x + 0.5) - (right - rx)), 0) / rx
    v = np.maximum(np.maximum(top + ry - (y + 0.5), (y + 0.5) - (bottom - ry)), 0) / ry
    inside = (x >= left) & (x < right) & (y >= top) & (y < bottom)
    return inside & (u**2 + v**2 <= 1)
