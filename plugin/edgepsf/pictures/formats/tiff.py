"""TIFF in all its kinds read into a Picture: plain, ImageJ, OME, LSM, STK, compressed, tiled, BigTIFF."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import InputError
from ..complaints import complaints
from ..metadata import Metadata
from ..picture import Picture
from ..space import check_size
from . import common, grayscale, tiff_tags
from .colors import split_alpha, upright
from .tiff_axes import Layout, layout_of
from .tiff_light import check_palettes, is_color, light_of, only_pillow
from .tiff_pages import check_pages

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage, TiffPageSeries

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def recognises(head: bytes) -> bool:
    """Whether a file begins as TIFF or BigTIFF."""
    return head.startswith(MAGIC)


def read(path: Path, color: bool = False) -> Picture:
    """Read a TIFF: its first plane, and a way to get all planes.

    Parameters
    ----------
    path : Path
    color : bool
        Take a composite of ImageJ with three channels as one colour picture.

    Raises
    ------
    InputError
        If the file holds what cannot be read right.
    """
    with _opened(path) as file:
        if not (len(file.pages) and file.series):
            raise InputError(f'"{path}" cannot be read as a picture: it holds no page with pixels')
        series, meta = _series(file)
        page = series.keyframe
        if only_pillow(page) and len(file.pages) == 1:
            return common.read(path, color)
        layout = _layout(path, series, page, meta)
        _check_sizes(path, page, layout)
        picture = Picture(
            _first(series, layout),
            path.name,
            None,
            tiff_tags.calibration(file, page, meta),
            tiff_tags.notes(meta),
            layout.dimensions,
            (lambda: _all_planes(path)) if layout.count > 1 else None,
            meta=tiff_tags.metadata(file, page, meta, layout.count).saying(
                *(f'"{path.name}": {each}' for each in layout.remarks), _further(path, file)
            ),
        )
        picture = _meant(picture, page, meta)
        wanted = color and layout.dimensions == (3, 1, 1) and meta.get("mode") in ("composite", "color")
    if wanted:
        return _composite(picture)
    return picture


@contextmanager
def _opened(path: Path) -> Iterator[TiffFile]:
    """The file, its list of pages checked; tifffile fills what is missing with zeros and only logs it."""
    import tifffile

    check_pages(path)
    with complaints("tifffile") as errors:
        with tifffile.TiffFile(path) as file:
            yield file
        if errors:
            raise InputError(f'"{path}" is damaged: {errors[0]}')


def _series(file: TiffFile) -> tuple[TiffPageSeries, dict[str, Any]]:
    """The first series of pages, and ImageJ's description; all pages where its counts do not fit them."""
    from tifffile import TiffPageSeries

    series, meta = file.series[0], dict(file.imagej_metadata or {})
    count, page = len(file.pages), series.keyframe
    planes = math.prod(series.shape) // max(math.prod(page.shape), 1)
    if meta and count > 1 and planes != count and {each.shape for each in file.pages} == {page.shape}:
        series = TiffPageSeries(file.pages[:], (count, *page.shape), page.dtype, "I" + page.axes)
    return series, meta


def _layout(path: Path, series: TiffPageSeries, page: TiffPage, meta: dict[str, Any]) -> Layout:
    """The axes; the samples of a pixel are channels where they are neither colours nor alpha."""
    axes = series.axes
    if "S" in axes and not is_color(page) and not tiff_tags.has_alpha(page):
        axes = axes.replace("S", "C" if "C" not in axes else "Q")
    layout = layout_of(path.name, axes, series.shape, meta)
    missing = sum(each is None for each in series.pages)
    if missing:
        remark = f"{missing} planes are not in the file and are 0"
        layout = replace(layout, remarks=(*layout.remarks, remark))
    return layout


def _further(path: Path, file: TiffFile) -> str:
    """The sentence that says that the file holds more pictures than the one that is read."""
    others = len(file.series) - 1
    if others < 1:
        return ""
    sizes = sorted({"×".join(str(n) for n in each.shape) for each in file.series[1:]})
    return (
        f'"{path.name}" holds {others} further pictures of other sizes or kinds ({", ".join(sizes[:4])}); '
        "the first is read"
    )


def _check_sizes(path: Path, page: TiffPage, layout: Layout) -> None:
    """Refuse a page that is too large, or has parts behind the end of the file."""
    kind = np.dtype(page.dtype or np.uint8)
    check_size(path, page.shape, kind.itemsize)
    ends = [a + n for a, n in zip(page.dataoffsets, page.databytecounts, strict=False)]
    if ends and max(ends) > path.stat().st_size:
        raise InputError(f'"{path}" is damaged: pixels lie beyond the end of the file')
    if not page.dataoffsets:
        raise InputError(f'"{path}" is damaged: it has no pixels')


def _first(series: TiffPageSeries, layout: Layout) -> np.ndarray:
    """Stored values of the first plane, shape (y, x) or (y, x, samples)."""
    page = series.pages[0]
    if page is None:
        return layout.planes(series.asarray())[0]
    stored, axes = page.asarray(), series.keyframe.axes
    if "S" in axes and "S" not in layout.axes:
        axes = axes.replace("S", "C")
    return layout.first(stored, axes)


def _all_planes(path: Path) -> np.ndarray:
    """Every plane with meant values, in ImageJ's order."""
    try:
        with _opened(path) as file:
            series, meta = _series(file)
            layout = _layout(path, series, series.keyframe, meta)
            if len({p.shape for p in file.pages if p is not None}) > 1 and layout.count == 1:
                raise InputError(f'"{path}" holds pages of different sizes: save them apart')
            kind = np.dtype(series.dtype)
            check_size(path, (*layout.shape, 1), kind.itemsize)
            if not meta:
                check_palettes(series, path.name)
            stack = Picture(layout.planes(series.asarray()), path.name)
            return _meant(stack, series.keyframe, meta).data
    except InputError:
        raise
    except Exception as error:  # tifffile and its codecs raise many kinds
        raise unreadable(path, error) from None


def _meant(picture: Picture, page: TiffPage, meta: dict[str, Any]) -> Picture:
    """Stored values as the light or the numbers that the file says they are."""
    data, told = light_of(picture.data, page, picture.title, bool(meta))
    note = picture.meta.saying(*told)
    if tiff_tags.has_alpha(page) and data.ndim >= 3:
        data, note = split_alpha(data, 3 if is_color(page) else 1, note, picture.title)
    elif is_color(page) and data.shape[-1] > 3:
        told_more = (
            f'"{picture.title}" has {data.shape[-1]} samples a pixel; the first three are taken as colours'
        )
        data, note = data[..., :3], note.saying(told_more)
    bits = page.bitspersample
    if data.dtype.kind == "u" and isinstance(bits, int) and 1 < bits < 8 * data.dtype.itemsize:
        note = replace(note, white=float(2**bits - 1))
    data, note = _calibrated(data, note, meta, picture.title)
    turned = replace(picture, data=data, meta=note)
    return turned if meta else upright(turned, int(tiff_tags.value(page, "Orientation", 1)))


def _calibrated(
    data: np.ndarray, note: Metadata, meta: dict[str, Any], name: str
) -> tuple[np.ndarray, Metadata]:
    """Gray values as ImageJ shows them where it calibrates them."""
    function = grayscale.function_of(meta) if data.dtype in (np.uint8, np.uint16) and data.ndim < 4 else None
    if function is None:
        return data, note
    number, coefficients = function
    if number == grayscale.UNCALIBRATED_OD and data.dtype != np.uint8:  # ImageJ has it for 8 bits only
        return data, note
    values = grayscale.meant(data, number, coefficients)
    if values is None:
        raise InputError(
            f'"{name}" has a gray-value calibration that is not known (function {number}): in ImageJ convert it to '
            "32-bit (Image > Type) and save it"
        )
    unit = str(meta.get("vunit", "")).strip()
    return values, replace(note, scaled=True, value_unit="" if unit == "Gray Value" else unit)


def _composite(picture: Picture) -> Picture:
    """Three channels as one colour picture, shape (ny, nx, 3)."""
    colors = np.moveaxis(picture.all_planes(), 0, -1)
    return replace(picture, data=colors, dimensions=(1, 1, 1), planes=None, meta=picture.meta)


def unreadable(path: Path, error: Exception) -> InputError:
    """The sentence for what a library could not read, with the remedy where a codec is missing."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if "imagecodecs" in text:
        return InputError(
            f'"{path}" is compressed in a way that needs a further package: pip install imagecodecs ({text})'
        )
    return InputError(f'"{path}" cannot be read as a picture: {text}')
