"""How ImageJ shows an image: names of planes, channels, ranges and lookup tables, read and set."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...pictures.formats import ome
from ...pictures.metadata import Metadata
from ...pictures.picture import Picture

_MODES = {1: "composite", 2: "color", 3: "grayscale"}  # constants of ij.CompositeImage


def metadata_of(imp: Any) -> Metadata:
    """Names of the planes, mode and lookup tables of an ij.ImagePlus, and what has to be said about it.

    Its display range is that of the plane shown; of a composite those of all channels.
    """
    title, labels = str(imp.getTitle()), _labels(imp)
    composite = bool(imp.isComposite())
    luts = tuple(imp.getLuts()) if composite else ()
    inverted = imp.getBitDepth() != 24 and not composite and bool(imp.isInvertedLut())
    remark = (
        f'"{title}" has an inverting lookup table: the gray values are taken as ImageJ measures them; if 0 means '
        "white, run Edit > Invert and invert the lookup table first"
    )
    return Metadata(
        labels=labels if any(labels) else (),
        ranges=tuple((float(lut.min), float(lut.max)) for lut in luts) or _range(imp),
        mode=_MODES.get(int(imp.getMode()), "") if composite else "",
        luts=tuple(_table(lut) for lut in luts),
    ).saying(remark if inverted else "", other_axes(imp))


def other_axes(imp: Any) -> str:
    """Why the planes of an OME-TIFF that ImageJ itself has opened have not the axes of the file; "" where they have."""
    text = str(imp.getInfoProperty() or "") if int(imp.getStackSize()) > 1 else ""
    told = ome.dimensions(text) if "<OME" in text else None
    shown = int(imp.getNChannels()), int(imp.getNSlices()), int(imp.getNFrames())
    if told is None or told == shown or told[0] * told[1] * told[2] != int(imp.getStackSize()):
        return ""
    return (
        f'"{imp.getTitle()}" is an OME-TIFF of {told[0]} channels, {told[1]} slices and {told[2]} frames, and ImageJ '
        f"has opened it as {shown[0]}, {shown[1]} and {shown[2]}, without its sizes: open it with Bio-Formats, or use "
        "the command line"
    )


def _labels(imp: Any) -> tuple[str, ...]:
    """Names of the planes. The label of a single plane is ImageJ's text about the file, unless it was set."""
    count = int(imp.getStackSize())
    if count == 1:
        return (str(imp.getProp("Slice_Label") or ""),)
    stack = imp.getStack()
    return tuple(str(stack.getSliceLabel(i) or "") for i in range(1, count + 1))


def _range(imp: Any) -> tuple[tuple[float, float], ...]:
    """The gray values shown as black and as white, of an image that is no composite and no RGB."""
    if imp.getBitDepth() == 24:
        return ()
    calibration = imp.getCalibration()
    ends = [float(v) for v in (imp.getDisplayRangeMin(), imp.getDisplayRangeMax())]
    if bool(calibration.calibrated()):
        ends = sorted(float(calibration.getCValue(v)) for v in ends)
    return ((ends[0], ends[1]),) if ends[0] < ends[1] else ()


def _table(lut: Any) -> bytes:
    """256 red, green and blue values of an ij.process.LUT."""
    from jpype import JArray, JByte

    rows = []
    for get in (lut.getReds, lut.getGreens, lut.getBlues):
        row = JArray(JByte)(256)
        get(row)
        rows.append(np.array(memoryview(row)).tobytes())
    return b"".join(rows)


def dressed(imp: Any, picture: Picture) -> Any:
    """The image with the names, the mode and the lookup tables of a picture; the same image or a composite of it."""
    from jpype import JClass

    count = int(imp.getStackSize())
    labels = picture.labels or picture.meta.labels
    for number, label in enumerate(labels if len(labels) == count else (), start=1):
        if label and count > 1:
            imp.getStack().setSliceLabel(label, number)
        elif label:
            imp.setProp("Slice_Label", label)
    if len(picture.meta.ranges) == 1:
        imp.setDisplayRange(*picture.meta.ranges[0])
    channels, modes = int(imp.getNChannels()), {name: number for number, name in _MODES.items()}
    if picture.meta.mode not in modes or not 1 < channels <= 7 or imp.getBitDepth() == 24:
        return imp
    composite = JClass("ij.CompositeImage")(imp, modes[picture.meta.mode])
    if len(picture.meta.luts) == channels:
        _set_tables(composite, picture)
    return composite


def _set_tables(composite: Any, picture: Picture) -> None:
    """Give the channels of a composite their colours; their ranges where these are kept."""
    from jpype import JArray, JByte, JClass

    lut_class = JClass("ij.process.LUT")
    ranges = picture.meta.ranges
    tables = []
    for number, table in enumerate(picture.meta.luts):
        rows = np.frombuffer(table, np.int8).reshape(3, 256)
        lut = lut_class(*(JArray(JByte)(row) for row in rows))
        old = composite.getChannelLut(number + 1)
        lut.min, lut.max = ranges[number] if len(ranges) == len(picture.meta.luts) else (old.min, old.max)
        tables.append(lut)
    composite.setLuts(JArray(lut_class)(tables))
