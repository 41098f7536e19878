"""OME-XML: steps, units and names of channels out of it, and the same into what tifffile writes as OME-XML."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from ...errors import InputError
from .. import units
from ..metadata import Metadata
from ..picture import Calibration, Picture

_NAMESPACE = "edgepsf"
# Names of units in the OME schema.
_LENGTHS = {"Å": "Å", "nm": "nm", "µm": "µm", "mm": "mm", "cm": "cm", "m": "m", "km": "km", "inch": "in"}
_TIMES = {"ns": "ns", "µs": "µs", "ms": "ms", "s": "s", "sec": "s", "min": "min", "h": "h", "d": "d"}


def _pixels(text: str) -> ElementTree.Element | None:
    """The element of the first picture; None where the XML is broken or has none."""
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None
    return root.find(".//{*}Image/{*}Pixels")


def dimensions(text: str) -> tuple[int, int, int] | None:
    """Channels, slices and frames of the first picture of an OME-XML in a text; None where it does not tell them."""
    end = text.rfind("</OME>")
    pixels = _pixels(text[text.find("<OME") : end + len("</OME>")])
    sizes = [pixels.get(f"Size{axis}", "") for axis in "CZT"] if pixels is not None else []
    if len(sizes) != 3 or not all(size.isdigit() for size in sizes):
        return None
    return int(sizes[0]), int(sizes[1]), int(sizes[2])


def calibration(text: str) -> Calibration:
    """Steps of the first picture of an OME-XML, y and z in the unit of x."""
    pixels = _pixels(text)
    if pixels is None or _positive(pixels.get("PhysicalSizeX")) is None:
        return Calibration() if pixels is None else _timed(Calibration(), pixels)
    unit = units.known(pixels.get("PhysicalSizeXUnit", "µm"))
    width = _positive(pixels.get("PhysicalSizeX")) or 1.0
    height = _in_unit(pixels, "Y", unit) or width
    scale = Calibration(width, height, unit, _in_unit(pixels, "Z", unit) or 1.0)
    return _timed(scale, pixels)


def _timed(scale: Calibration, pixels: ElementTree.Element) -> Calibration:
    interval = _positive(pixels.get("TimeIncrement"))
    if interval is None:
        return scale
    unit = units.known(pixels.get("TimeIncrementUnit", "s"))
    return replace(scale, frame_interval=interval, time_unit="sec" if unit == "s" else unit)


def _in_unit(pixels: ElementTree.Element, axis: str, unit: str) -> float | None:
    """Step along an axis in the unit of x; None where it is not told."""
    size = _positive(pixels.get(f"PhysicalSize{axis}"))
    factor = units.ratio(pixels.get(f"PhysicalSize{axis}Unit", "µm"), unit)
    return None if size is None or factor is None else size if factor == 1.0 else size * factor


def _positive(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None


def metadata(text: str, found: Metadata) -> Metadata:
    """Names of the channels and what this program has left in the annotations of an OME-XML."""
    pixels = _pixels(text)
    if pixels is None:
        return found
    names = tuple(each.get("Name", "") for each in pixels.findall("{*}Channel"))
    kept = kept_notes(text)
    labels = tuple(kept["labels"].split("\n")) if "labels" in kept else ()
    flat = [float(v) for v in kept.get("ranges", "").split()]
    return replace(
        found,
        channels=names if any(names) else (),
        labels=labels,
        ranges=tuple(zip(flat[::2], flat[1::2], strict=True)),
        mode=kept.get("mode", ""),
        value_unit=kept.get("value_unit", ""),
    )


def kept_notes(text: str) -> dict[str, str]:
    """The pairs of this program's annotation."""
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return {}
    for each in root.iterfind(".//{*}MapAnnotation"):
        if each.get("Namespace") == _NAMESPACE:
            return {m.get("K", ""): m.text or "" for m in each.iterfind(".//{*}M")}
    return {}


def described(picture: Picture) -> dict[str, Any]:
    """What tifffile writes as OME-XML beside the axes.

    Raises
    ------
    InputError
        If OME-XML has no such unit.
    """
    scale, meta = picture.calibration, picture.meta
    out: dict[str, Any] = {}
    if scale.calibrated:
        unit = _name(units.known(scale.unit), _LENGTHS, "length")
        steps = {"X": scale.pixel_width, "Y": scale.pixel_height}
        if picture.dimensions[1] > 1 or scale.pixel_depth != 1.0:
            steps["Z"] = scale.pixel_depth
        for axis, step in steps.items():
            out |= {f"PhysicalSize{axis}": step, f"PhysicalSize{axis}Unit": unit}
    if scale.frame_interval:
        out["TimeIncrement"] = scale.frame_interval
        out["TimeIncrementUnit"] = _name(units.known(scale.time_unit), _TIMES, "time")
    if len(meta.channels) == picture.dimensions[0]:
        out["Channel"] = {"Name": list(meta.channels)}
    kept = dict(picture.properties)
    labels = picture.labels or meta.labels
    if labels:
        kept["labels"] = "\n".join(labels)
    if meta.ranges:
        kept["ranges"] = " ".join(repr(v) for pair in meta.ranges for v in pair)
    kept |= {name: value for name in ("mode", "value_unit") if (value := getattr(meta, name))}
    if kept:
        out["MapAnnotation"] = {"Namespace": _NAMESPACE, "Value": kept}
    return out


def _name(unit: str, table: dict[str, str], what: str) -> str:
    if unit not in table:
        raise InputError(
            f'OME-TIFF has no unit of {what} "{unit}": write .tif, or give the picture one of {", ".join(table)}'
        )
    return table[unit]
