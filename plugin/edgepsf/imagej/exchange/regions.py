"""ImageJ's selections as regions: rectangles, masks of areas, bands along lines."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ...pictures.rois import OURS
from . import images

_BAND_WIDTH = 32.0  # of a line region with no width of its own, px


def region_of(roi: Any, shape: tuple[int, int]) -> tuple[int, int, int, int] | np.ndarray | None:
    """A selection as the region of a Picture.

    Parameters
    ----------
    roi : ij.gui.Roi or None
    shape : (ny, nx)
        Size of the image in pixels.

    Returns
    -------
    None, (x, y, width, height), or ndarray of bool, shape (ny, nx)
        The whole image, a rectangle, or a mask.

    Raises
    ------
    InputError
        If the selection holds no pixels (points).
    """
    if roi is None:
        return None
    bounds = roi.getBounds()
    x, y, width, height = int(bounds.x), int(bounds.y), int(bounds.width), int(bounds.height)
    if roi.isLine():
        return _band(roi, shape)
    if not roi.isArea():
        raise InputError(
            f"a {roi.getTypeAsString()} selection holds no pixels; use a rectangle, area or line"
        )
    mask = roi.getMask()
    if mask is None:
        return x, y, width, height
    inside = images.processor_to_numpy(mask) != 0
    whole = np.zeros(shape, dtype=bool)
    rows = slice(max(y, 0), min(y + height, shape[0]))
    columns = slice(max(x, 0), min(x + width, shape[1]))
    whole[rows, columns] = inside[
        rows.start - y : max(rows.stop, rows.start) - y,
        columns.start - x : max(columns.stop, columns.start) - x,
    ]
    return whole


def _band(roi: Any, shape: tuple[int, int]) -> np.ndarray:
    """Mask of the band along a line selection, as wide as the line, or 32 px for a thin one."""
    polygon = roi.getFloatPoints() if hasattr(roi, "getFloatPoints") else roi.getFloatPolygon()
    # Whole coordinates are pixel centres in lines, unlike in areas.
    px = np.array([float(v) for v in polygon.xpoints[: polygon.npoints]])
    py = np.array([float(v) for v in polygon.ypoints[: polygon.npoints]])
    width = float(roi.getStrokeWidth())
    half = (width if width > 1 else _BAND_WIDTH) / 2
    y, x = np.ogrid[: shape[0], : shape[1]]
    mask = np.zeros(shape, dtype=bool)
    for x0, y0, x1, y1 in zip(px[:-1], py[:-1], px[1:], py[1:], strict=True):
        length = math.hypot(x1 - x0, y1 - y0)
        if length > 0:
            # Divided last: pixels that lie exactly on the border of the band must not depend on rounding.
            along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length
            across = ((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length
            mask |= (along >= 0) & (along <= length) & (across >= -half) & (across < half)
    return mask


def overlay_areas(imp: Any) -> list[tuple[str, Any]]:
    """The named areas in an image's overlay that belong to the plane shown; lines drawn by commands are left out.

    Parameters
    ----------
    imp : ij.ImagePlus

    Returns
    -------
    list of (str, region)
        The regions as `region_of` gives them.
    """
    shape = int(imp.getHeight()), int(imp.getWidth())
    overlay = imp.getOverlay()
    elements = [overlay.get(i) for i in range(overlay.size())] if overlay is not None else []
    names = [str(each.getName() or number) for number, each in enumerate(elements, 1)]
    return [
        (name, region_of(each, shape))
        for name, each in zip(names, elements, strict=True)
        if each.isArea() and not name.startswith(OURS) and not _annotation(each) and _shown(each, imp)
    ]


def _annotation(roi: Any) -> bool:
    """Whether a selection only explains the picture."""
    return str(roi.getClass().getSimpleName()) in ("TextRoi", "ImageRoi", "Arrow")


def _shown(roi: Any, imp: Any) -> bool:
    """Whether a selection belongs to the plane shown, or to all."""
    if roi.hasHyperStackPosition():
        pairs = zip((roi.getCPosition(), roi.getZPosition(), roi.getTPosition()), _position(imp), strict=True)
        return all(int(own) in (0, shown) for own, shown in pairs)
    return int(roi.getPosition()) in (0, int(imp.getCurrentSlice()))


def _position(imp: Any) -> tuple[int, int, int]:
    """Channel, slice and frame of the plane shown."""
    return int(imp.getChannel()), int(imp.getSlice()), int(imp.getFrame())
