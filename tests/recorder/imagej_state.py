"""What is open in ImageJ: images with pixels, scale, notes and overlays, and the Results table, read through Java."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np

from .case import plain
from .figures import array, described, hashed, noted, number


def java(name: str) -> Any:
    """A Java class."""
    from jpype import JClass

    return JClass(name)


def tidy(session: Any) -> None:
    """Close all images and empty the Results table."""
    with contextlib.redirect_stderr(io.StringIO()):
        session.run_macro('run("Close All"); run("Clear Results");')


def opened(session: Any, root: Path, seen: set[int] | None = None) -> list[dict[str, Any]]:
    """Every image that is open, in the order of opening, but those seen before."""
    manager = java("ij.WindowManager")
    current = manager.getCurrentImage()
    out = []
    for number_ in manager.getIDList() or ():
        imp = manager.getImage(number_)
        if seen and int(imp.getID()) in seen:
            entry = _overlay(imp)  # what was opened beforehand can only have got lines and notes
            entry |= _notes(imp, root)
        else:
            entry = _image(session, imp, root)
        entry["title"] = str(imp.getTitle())
        if current is not None and imp.getID() == current.getID():
            entry["current"] = True
        if len(entry) > 1:
            out.append(entry)
    return out


def identities() -> set[int]:
    """The numbers of the images that are open."""
    return {int(n) for n in java("ij.WindowManager").getIDList() or ()}


def _image(session: Any, imp: Any, root: Path) -> dict[str, Any]:
    plot = imp.getProperty("thePlot")
    if plot is not None:
        return {"plot": _plot(plot)}
    if int(imp.getBitDepth()) == 24:
        pixels = np.array(imp.getProcessor().getPixels())
        out = {"rgb": hashed(pixels.tobytes()), "size": [int(imp.getWidth()), int(imp.getHeight())]}
    else:
        out = array(session.to_numpy(imp))
    out["dimensions"] = [int(n) for n in imp.getDimensions()]
    out["display"] = [float(imp.getDisplayRangeMin()), float(imp.getDisplayRangeMax())]
    scale = imp.getCalibration()
    if scale.scaled():
        sizes = (float(scale.pixelWidth), float(scale.pixelHeight))
        out["scale"] = [*sizes, str(scale.getUnit())]
    roi = imp.getRoi()
    if roi is not None:
        bounds = roi.getBounds()
        out["roi"] = [int(roi.getType()), *(int(getattr(bounds, n)) for n in ("x", "y", "width", "height"))]
    labels = [imp.getStack().getSliceLabel(i) for i in range(1, imp.getStackSize() + 1)]
    if any(labels):
        out["labels"] = [str(label) for label in labels]
    return out | _notes(imp, root) | _overlay(imp)


def _notes(imp: Any, root: Path) -> dict[str, Any]:
    flat = [str(text) for text in imp.getPropertiesAsArray() or ()]
    notes = dict(zip(flat[::2], flat[1::2], strict=True))
    kept = {k: noted(plain(v, root)) for k, v in sorted(notes.items()) if k.startswith("edgepsf")}
    return {"notes": kept} if kept else {}


def _overlay(imp: Any) -> dict[str, Any]:
    overlay = imp.getOverlay()
    if overlay is None or not overlay.size():
        return {}
    lines = []
    for i in range(overlay.size()):
        roi = overlay.get(i)
        polygon = roi.getFloatPolygon()
        points = np.stack([np.array(polygon.xpoints), np.array(polygon.ypoints)], axis=-1)[: polygon.npoints]
        ends = [[round(float(v), 3) for v in point] for point in (points[0], points[-1])]
        lines.append({"name": str(roi.getName()), "points": len(points), "ends": ends,
                      "mean": [round(float(v), 3) for v in points.mean(axis=0)]})  # fmt: skip
    return {"overlay": lines}


def _plot(plot: Any) -> dict[str, Any]:
    """The curves of a plot and its labels; not its pixels, which hang on fonts."""
    count = plot.getNumPlotObjects()
    curves = [plot.getDataObjectArrays(i) for i in range(count)]
    out = [
        [array(np.array(part)) for part in curve if part is not None] for curve in curves if curve is not None
    ]
    labels = [plot.getPlotObjectLabel(i) for i in range(count)]
    return {"curves": out, "labels": [str(label) for label in labels if label is not None],
            "axes": [str(plot.getLabel("x")), str(plot.getLabel("y"))] if hasattr(plot, "getLabel") else [],
            "limits": described([float(v) for v in plot.getLimits()])}  # fmt: skip


def results() -> dict[str, Any]:
    """The Results table: its headings in their order, and its rows."""
    table = java("ij.measure.ResultsTable").getResultsTable()
    if not table.size():
        return {}
    headings = [str(name) for name in table.getHeadings()]
    rows = [[_cell(table, name, i) for name in headings] for i in range(table.size())]
    return {"headings": " ".join(headings), "rows": rows}


def _cell(table: Any, name: str, row: int) -> Any:
    text = str(table.getStringValue(name, row))
    if name == "Time" and text:
        return "#"  # seconds that DeconvolutionLab2's -stats tells
    value = float(table.getValue(name, row)) if name != "Label" else float("nan")
    return text if value != value else number(value)
