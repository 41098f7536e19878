"""Results into ImageJ: new images, rows of the Results table, overlays, plots, notes and log lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...pictures.graph import Graph
from ...pictures.picture import Picture
from ...pictures.result import Result
from . import display, images
from .table import add_rows

_COLORS = {"edge": "red", "band-": "yellow", "band+": "yellow"}
_CURVES = ("black", "red", "blue", "#00a000")


def show(result: Result, source: Any = None) -> None:
    """Show a result; its last image becomes the current one.

    Parameters
    ----------
    result : Result
    source : ij.ImagePlus, optional
        The image that the command worked on; it gets the notes and the overlay.
    """
    from jpype import JClass

    for warning in result.warnings:
        JClass("ij.IJ").log(f"edgepsf: {warning}")
    if source is not None:
        for key, value in result.properties.items():
            source.setProp(key, value)
        if result.lines:
            draw_overlay(source, result.lines)
    rows = [row for row in (result.row, *result.rows) if row]
    if rows:
        add_rows(rows)
    for graph in result.graphs:
        show_graph(graph)
    for picture in result.pictures:
        show_picture(picture, source)
    _say_units(result.units)


def _say_units(units: Mapping[str, str]) -> None:
    """The units of the columns, in ImageJ's status line."""
    from jpype import JClass

    words = [
        f"{column} {unit}"
        for column, unit in units.items()
        if not column.endswith(("_low", "_high", "_unit"))
    ]
    if words and JClass("ij.IJ").getInstance() is not None:
        JClass("ij.IJ").showStatus(f"Results: {', '.join(words)}")


def show_picture(picture: Picture, source: Any) -> None:
    """Show a new image with the scale and the region of the source.

    Parameters
    ----------
    picture : Picture
    source : ij.ImagePlus or None
        The image that the command worked on.
    """
    from jpype import JClass

    title = unique_title(picture.title)
    if picture.data.ndim == 3 and picture.data.shape[-1] == 3 and picture.data.dtype != np.float32:
        imp = _color_image(picture.data, title)
    else:
        imp = images.to_imageplus(picture.data, title)
        if picture.data.ndim == 3:
            imp.setDimensions(*picture.dimensions)
            imp.setOpenAsHyperStack(source is not None and bool(source.isHyperStack()))
        imp = display.dressed(imp, picture)
        if picture.display is not None:
            imp.setDisplayRange(*picture.display)
    for key, value in picture.properties.items():
        imp.setProp(key, value)
    if source is not None:
        calibration = source.getCalibration().copy()
        calibration.disableDensityCalibration()  # the source's gray-value calibration does not apply
        imp.setCalibration(calibration)
        if picture.roi is not None and source.getRoi() is not None:
            imp.setRoi(source.getRoi().clone())
    imp.show()
    _enlarge(imp)
    JClass("ij.WindowManager").setTempCurrentImage(None)


def _enlarge(imp: Any) -> None:
    """Zoom the window of a tiny image, such as a kernel, until it is about 200 px wide."""
    canvas = imp.getCanvas()
    if canvas is None or imp.getWidth() > 100:
        return
    for _ in range(12):
        if canvas.getMagnification() * imp.getWidth() >= 200:
            break
        canvas.zoomIn(0, 0)


def _color_image(data: np.ndarray, title: str) -> Any:
    """8-bit colour as an RGB image, 16-bit as a composite of three channels."""
    from jpype import JClass, JInt

    height, width = data.shape[:2]
    if data.dtype == np.uint8:
        r, g, b = (data[..., i].astype(np.uint32) for i in range(3))
        packed = (np.uint32(0xFF000000) | r << 16 | g << 8 | b).ravel().view(np.int32)
        return JClass("ij.ImagePlus")(
            title, JClass("ij.process.ColorProcessor")(width, height, JInt[:](packed))
        )
    imp = images.to_imageplus(np.moveaxis(data, -1, 0), title)
    imp.setDimensions(3, 1, 1)
    return JClass("ij.CompositeImage")(imp, JClass("ij.CompositeImage").COMPOSITE)


def unique_title(title: str) -> str:
    """The title, or title-1, title-2 … when an image of that title is open.

    ImageJ's own WindowManager.makeUniqueName does not see images that have no window.
    """
    from jpype import JClass

    manager, name, i = JClass("ij.WindowManager"), title, 0
    while manager.getImage(name) is not None:
        i += 1
        name = f"{title}-{i}"
    return name


def draw_overlay(imp: Any, lines: dict[str, np.ndarray]) -> None:
    """Replace the polylines of earlier commands in an image's overlay; all other elements stay.

    Parameters
    ----------
    imp : ij.ImagePlus
    lines : dict of ndarray, shape (n, 2)
        Points (x, y) in pixels by the name of the line.
    """
    from jpype import JArray, JClass, JFloat

    overlay = imp.getOverlay() or JClass("ij.gui.Overlay")()
    for i in reversed(range(overlay.size())):
        if str(overlay.get(i).getName() or "").startswith("edgepsf "):
            overlay.remove(i)
    roi_class = JClass("ij.gui.Roi")
    for name, points in lines.items():
        # Whole coordinates are pixel centres in lines, unlike in areas; that is edgepsf's convention too.
        x, y = (JArray(JFloat)(points[:, i].astype(np.float32)) for i in (0, 1))
        roi = JClass("ij.gui.PolygonRoi")(x, y, len(points), roi_class.POLYLINE)
        roi.setName(f"edgepsf {name}")
        roi.setStrokeColor(getattr(JClass("java.awt.Color"), _COLORS.get(name, "cyan")))
        overlay.add(roi)
    imp.setOverlay(overlay)


def show_graph(graph: Graph) -> None:
    """Show a Plot window; without a display it is an image that the macro functions Plot.… work on."""
    from jpype import JArray, JClass, JDouble

    plot_class = JClass("ij.gui.Plot")
    plot = plot_class(unique_title(graph.title), graph.x_label, graph.y_label)
    for i, curve in enumerate(graph.curves):
        plot.setColor(_CURVES[i % len(_CURVES)])
        values = [JArray(JDouble)(np.asarray(v, dtype=np.float64)) for v in (curve.x, curve.y)]
        plot.addPoints(*values, plot_class.DOT if curve.dots else plot_class.LINE)
    plot.setColor("black")
    plot.setLimitsToFit(False)
    if len(graph.curves) > 1:
        plot.addLegend("\n".join(curve.label for curve in graph.curves))
    plot.show()
