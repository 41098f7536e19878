"""ImageJ's images, regions and tables ↔ Picture and Result."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from ..errors import InputError
from ..picture import Calibration, Picture, Result
from . import images

_BAND_WIDTH = 32.0  # of a line region with no width of its own, px


def picture_of(imp: Any) -> Picture:
    """An ImagePlus as a Picture: its current slice, region, scale and notes."""
    if imp.getBitDepth() == 24:
        raise InputError(
            f'"{imp.getTitle()}" is an RGB image; work on one channel in linear light: split its channels or '
            "convert it to 32-bit first"
        )
    data = images.processor_to_numpy(imp.getProcessor())
    calibration = imp.getCalibration()
    scale = Calibration(
        float(calibration.pixelWidth), float(calibration.pixelHeight), str(calibration.getUnit())
    )
    notes = imp.getImageProperties()
    properties = {str(k): str(notes.get(k)) for k in notes.keySet()} if notes is not None else {}
    own = {k: v for k, v in properties.items() if k.startswith("edgepsf.")}
    return Picture(data, str(imp.getTitle()), _region(imp.getRoi(), data.shape), scale, own)


def find_window(title: str) -> Any:
    """The open image with this title, an ImagePlus.

    Raises
    ------
    InputError
        If there is none.
    """
    from jpype import JClass

    imp = JClass("ij.WindowManager").getImage(title)
    if imp is None:
        raise InputError(f'there is no open image titled "{title}"')
    return imp


def find_picture(name: str) -> Picture:
    """An open image by its title, else a file by its path.

    Raises
    ------
    InputError
        If there is neither.
    """
    if os.path.isfile(name):
        from .. import io

        try:
            return picture_of(find_window(name))
        except InputError:
            return io.read_picture(name)
    try:
        return picture_of(find_window(name))
    except InputError as error:
        raise InputError(f"{error} and no file of that path") from None


def _region(roi: Any, shape: tuple[int, int]):
    """A region as Picture knows it: None, a rectangle, or a mask."""
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
    # Integer coordinates of a line lie at pixel corners; pixel centres are half a pixel on.
    px = np.array([float(v) for v in polygon.xpoints[: polygon.npoints]]) - 0.5
    py = np.array([float(v) for v in polygon.ypoints[: polygon.npoints]]) - 0.5
    width = float(roi.getStrokeWidth())
    half = (width if width > 1 else _BAND_WIDTH) / 2
    y, x = np.ogrid[: shape[0], : shape[1]]
    mask = np.zeros(shape, dtype=bool)
    for x0, y0, x1, y1 in zip(px[:-1], py[:-1], px[1:], py[1:], strict=True):
        length = math.hypot(x1 - x0, y1 - y0)
        if length > 0:
            ux, uy = (x1 - x0) / length, (y1 - y0) / length
            along = (x - x0) * ux + (y - y0) * uy
            across = (x - x0) * uy - (y - y0) * ux
            mask |= (along >= 0) & (along <= length) & (np.abs(across) <= half)
    return mask


def show(result: Result, source: Any = None) -> None:
    """Show a result: new image with the source's scale and region, row in the Results table, notes, log."""
    from jpype import JClass

    ij = JClass("ij.IJ")
    for warning in result.warnings:
        ij.log(f"edgepsf: {warning}")
    if source is not None:
        for key, value in result.properties.items():
            source.setProp(key, value)
    if result.row:
        add_row(result.row)
    if result.picture is not None:
        imp = images.to_imageplus(result.picture.data, _unique_title(result.picture.title))
        for key, value in result.picture.properties.items():
            imp.setProp(key, value)
        if source is not None:
            imp.setCalibration(_plain_calibration(source))
            if result.picture.roi is not None and source.getRoi() is not None:
                imp.setRoi(source.getRoi().clone())
        imp.show()


def _unique_title(title: str) -> str:
    """The title, or title-1, title-2 … when an image of that title is open.

    ImageJ's own WindowManager.makeUniqueName does not see images that have no window.
    """
    from jpype import JClass

    manager, name, i = JClass("ij.WindowManager"), title, 0
    while manager.getImage(name) is not None:
        i += 1
        name = f"{title}-{i}"
    return name


def _plain_calibration(source: Any) -> Any:
    """Scale and unit of the source; its gray-value calibration does not apply to the result."""
    calibration = source.getCalibration().copy()
    calibration.disableDensityCalibration()
    return calibration


def add_row(row: dict[str, Any]) -> None:
    """Add a row to ImageJ's Results table."""
    from jpype import JClass, JDouble, JString

    table = JClass("ij.measure.ResultsTable").getResultsTable()
    table.incrementCounter()
    for column, value in row.items():
        if isinstance(value, str):
            table.addValue(JString(column), JString(value))
        else:
            table.addValue(JString(column), JDouble(float(value)))
            table.setDecimalPlaces(table.getColumnIndex(column), 0 if isinstance(value, int) else 6)
    table.show("Results")
