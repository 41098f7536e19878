"""Sizes, units, names and notes in the tags of a TIFF: resolution, ImageJ's description, OME-XML, LSM, STK."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import units
from ..metadata import Metadata
from ..picture import Calibration
from . import ome

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_INCH, _CENTIMETRE = 2, 3
_SCREEN = 72.0  # px per inch: what programs write that know no resolution


def value(page: TiffPage, name: str, default: Any) -> Any:
    """Value of a tag, or the default where it is missing."""
    return page.tags[name].value if name in page.tags else default


def has_alpha(page: TiffPage) -> bool:
    """Whether the last sample of a pixel says how opaque it is."""
    return any(int(each) in (1, 2) for each in page.extrasamples)


def calibration(file: TiffFile, page: TiffPage, meta: dict[str, Any]) -> Calibration:
    """Steps along all axes, by the first of OME-XML, LSM, STK, ImageJ's description and resolution that tells them."""
    if file.is_ome and file.ome_metadata:
        return ome.calibration(file.ome_metadata)
    if file.is_lsm and file.lsm_metadata:
        return _lsm(file.lsm_metadata)
    if file.is_stk and file.stk_metadata:
        return _stk(file.stk_metadata)
    width, height, unit = _resolution(page)
    if not meta:
        return Calibration(width, height, unit) if unit else Calibration()
    return _imagej(width, height, unit, meta)


def _resolution(page: TiffPage) -> tuple[float, float, str]:
    """Pixel sizes and their unit as ImageJ reads them; "" where the unit is none of length."""
    sizes = [_inverse(value(page, name, (1, 1))) for name in ("XResolution", "YResolution")]
    kind = int(value(page, "ResolutionUnit", 1))
    if kind == _INCH and math.isclose(sizes[0], 1 / _SCREEN):
        return 1.0, 1.0, ""
    return sizes[0], sizes[1], {_INCH: "inch", _CENTIMETRE: "cm"}.get(kind, "")


def _inverse(fraction: Any) -> float:
    """Size of a pixel by a resolution; 1 where the resolution says nothing."""
    try:
        top, bottom = (float(v) for v in fraction)
    except (TypeError, ValueError):
        return 1.0
    size = bottom / top if top > 0 else 0.0
    return size if math.isfinite(size) and size > 0 else 1.0


def _imagej(width: float, height: float, unit: str, meta: dict[str, Any]) -> Calibration:
    """ImageJ keeps pixels per unit in the resolution tags, and everything else in its description."""
    unit = units_of(str(meta["unit"])) if "unit" in meta else unit
    if "unit" not in meta and not unit:
        return _timed(Calibration(), meta)
    vertical = units.ratio(units_of(str(meta["yunit"])), unit) if "yunit" in meta else 1.0
    depth = _number(meta, "spacing", 1.0)
    steep = units.ratio(units_of(str(meta["zunit"])), unit) if "zunit" in meta else 1.0
    origin = tuple(_number(meta, f"{axis}origin", 0.0) for axis in "xyz")
    scale = Calibration(width, height * (vertical or 1.0), unit, abs(depth) * (steep or 1.0))
    return _timed(replace(scale, origin=(origin[0], origin[1], origin[2])), meta)


def _timed(scale: Calibration, meta: dict[str, Any]) -> Calibration:
    interval = _number(meta, "finterval", 0.0)
    depth = abs(_number(meta, "spacing", 1.0)) if not scale.calibrated else scale.pixel_depth
    return replace(
        scale, frame_interval=interval, time_unit=str(meta.get("tunit", "sec")), pixel_depth=depth or 1.0
    )


def units_of(text: str) -> str:
    """A unit as ImageJ shows it: "um" and "micron" are µm to it too."""
    text = text.replace("\\u00B5", "µ")
    return {"um": "µm", "micron": "µm", "microns": "µm"}.get(text, text)


def _number(meta: dict[str, Any], key: str, default: float) -> float:
    try:
        number = float(meta.get(key, default))
    except (TypeError, ValueError):
        return default
    return number if math.isfinite(number) else default


def _lsm(found: dict[str, Any]) -> Calibration:
    """Voxel sizes of Zeiss LSM, in metres there."""
    sizes = [float(found.get(f"VoxelSize{axis}", 0.0)) * 1e6 for axis in "XYZ"]
    if not (sizes[0] > 0 and sizes[1] > 0):
        return Calibration()
    return Calibration(
        sizes[0], sizes[1], "µm", sizes[2] or 1.0, max(float(found.get("TimeIntervall", 0.0)), 0.0)
    )


def _stk(found: dict[str, Any]) -> Calibration:
    """Pixel sizes of MetaMorph STK."""
    width, height = (_first_number(found.get(f"{axis}Calibration")) for axis in "XY")
    if not (found.get("SpatialCalibration", 1) and width > 0 and height > 0):
        return Calibration()
    depth = _first_number(found.get("ZDistance"))
    return Calibration(width, height, units.known(str(found.get("CalibrationUnits", "pixel"))), depth or 1.0)


def _first_number(found: Any) -> float:
    numbers = np.atleast_1d(np.asarray(found if found is not None else 0.0, dtype=np.float64))
    return float(numbers[0]) if numbers.size and np.isfinite(numbers[0]) else 0.0


def notes(meta: dict[str, Any]) -> dict[str, str]:
    """Our image properties from ImageJ's list [key, value, key, value, …], or from a dictionary."""
    kept = meta.get("Properties", {})
    flat = [] if isinstance(kept, dict) else [str(value) for value in kept]
    pairs = kept if isinstance(kept, dict) else dict(zip(flat[::2], flat[1::2], strict=False))
    return {k: v for k, v in pairs.items() if k.startswith("edgepsf.")}


def metadata(file: TiffFile, page: TiffPage, meta: dict[str, Any], planes: int) -> Metadata:
    """Names of channels and planes, display, colour profile."""
    icc = value(page, "InterColorProfile", b"")
    found = Metadata(icc=bytes(icc) if isinstance(icc, (bytes, np.ndarray)) else b"")
    if file.is_ome and file.ome_metadata:
        return ome.metadata(file.ome_metadata, found)
    if not meta:
        return found
    labels = meta.get("Labels", ())
    labels = tuple(str(each) for each in ([labels] if isinstance(labels, str) else labels))
    channels = int(_number(meta, "channels", 1)) if planes > 1 else 1
    return replace(
        found,
        labels=labels[:planes],
        channels=_channel_names(labels, channels),
        ranges=_ranges(meta),
        mode=str(meta.get("mode", "")) if meta.get("mode") in ("composite", "color", "grayscale") else "",
        luts=tuple(np.asarray(table, dtype=np.uint8).tobytes() for table in meta.get("LUTs", ())),
    )


def _channel_names(labels: tuple[str, ...], channels: int) -> tuple[str, ...]:
    """The labels, where every plane of a channel has the same one."""
    names = labels[:channels]
    same = all(label == names[i % channels] for i, label in enumerate(labels)) if channels > 1 else False
    return names if same and all(names) else ()


def _ranges(meta: dict[str, Any]) -> tuple[tuple[float, float], ...]:
    flat = [float(v) for v in meta.get("Ranges", ())]
    if not flat and "min" in meta and "max" in meta:
        flat = [_number(meta, "min", 0.0), _number(meta, "max", 0.0)]
    pairs = tuple(zip(flat[::2], flat[1::2], strict=False))
    return pairs if all(low < high for low, high in pairs) else ()
