"""A Picture as an ImageJ TIFF: sizes, units, names, display and notes where ImageJ keeps them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ..picture import Calibration, Picture

_MOST = 2**32 - 1  # of a number in a TIFF's fractions
_LARGEST = 2**32 - 2**25  # bytes that the offsets of such a file reach
_SINGLE = np.finfo(np.float32)


def lost(picture: Picture) -> str:
    """What ImageJ's TIFF has no place for."""
    data = np.asarray(picture.data)
    if data.dtype.kind not in "buif":
        return f"{data.dtype} values"
    if data.nbytes > _LARGEST:
        return "more than 4 GB"
    if picture.color and data.dtype.name not in ("uint8", "uint16"):
        return f"{data.dtype} colours"
    if data.dtype.kind in "ui" and data.dtype.itemsize > 2 and np.abs(data.astype(np.float64)).max() > 2**24:
        return f"{data.dtype} values above {2**24}"
    if data.dtype == np.float64:
        sizes = np.abs(data[np.isfinite(data) & (data != 0)])
        if sizes.size and (sizes.max() > _SINGLE.max or sizes.max() < _SINGLE.tiny):
            return f"gray values as large or small as {sizes.max():.3g} (its numbers have 32 bits)"
    return ""


def holds_alpha(picture: Picture) -> bool:
    """Whether the alpha can be written: as the fourth sample of 8-bit colours."""
    alpha, data = picture.meta.alpha, np.asarray(picture.data)
    single = picture.color and picture.plane_count == 1 and data.dtype == np.uint8
    return single and alpha is not None and alpha.dtype == np.uint8 and alpha.shape == data.shape[:2]


def write(path: Path, picture: Picture) -> None:
    """Write a picture; gray values other than 8 and 16 bits become 32-bit."""
    import tifffile

    data, metadata = _array(picture)
    metadata |= _sizes(picture.calibration) | _names(picture, data)
    options: dict[str, Any] = {}
    if picture.calibration.calibrated:
        scale = picture.calibration
        options["resolution"] = (_fraction(scale.pixel_width), _fraction(scale.pixel_height))
    if picture.meta.icc:
        options["iccprofile"] = picture.meta.icc
    if picture.meta.alpha is not None:
        data = np.concatenate([data, picture.meta.alpha[..., None]], axis=-1)
        options |= {"photometric": "rgb", "extrasamples": ["unassalpha"]}
    tifffile.imwrite(path, data, imagej=True, metadata=metadata, **options)


def _array(picture: Picture) -> tuple[np.ndarray, dict[str, Any]]:
    """Array and axes as ImageJ's TIFF wants them."""
    data = np.ascontiguousarray(picture.ordered())
    if picture.color and data.dtype == np.uint8:
        return (data[0, 0, 0], {"axes": "YXS"}) if picture.plane_count == 1 else (data, {"axes": "TZCYXS"})
    if picture.color:  # ImageJ has no colours of 16 bits: three channels
        planes = np.moveaxis(data[:, :, 0], -1, 2)
        return np.ascontiguousarray(planes if picture.plane_count > 1 else planes[0, 0]), {
            "axes": "TZCYX" if picture.plane_count > 1 else "CYX",
            "mode": "composite",
        }
    extra: dict[str, Any] = {}
    if data.dtype == bool:
        data = data.astype(np.uint8) * np.uint8(255)
    elif data.dtype == np.int16:  # as ImageJ keeps signed numbers
        data = (data.astype(np.int32) + 32768).astype(np.uint16)
        extra = {"cf": 0, "c0": -32768.0, "c1": 1.0, "vunit": "Gray Value"}
    elif data.dtype not in (np.uint8, np.uint16):
        data = data.astype(np.float32, copy=False)
    if picture.plane_count == 1:
        return data[0, 0, 0], {"axes": "YX"} | extra
    return data, {"axes": "TZCYX"} | extra


def _sizes(scale: Calibration) -> dict[str, Any]:
    """Units and steps for ImageJ's description."""
    out: dict[str, Any] = {}
    if scale.calibrated:
        out["unit"] = scale.unit.replace("µ", "\\u00B5")
    if scale.pixel_depth != 1:
        out["spacing"] = scale.pixel_depth
    if scale.frame_interval:
        out["finterval"] = scale.frame_interval
        if scale.time_unit != "sec":
            out["tunit"] = scale.time_unit.replace("µ", "\\u00B5")
    return out | {f"{axis}origin": v for axis, v in zip("xyz", scale.origin, strict=True) if v}


def _names(picture: Picture, data: np.ndarray) -> dict[str, Any]:
    """Notes, names of planes, display."""
    meta = picture.meta
    out: dict[str, Any] = {}
    if picture.properties:
        out["Properties"] = dict(picture.properties)
    labels = picture.labels or meta.labels
    channels = picture.dimensions[0]
    if not labels and any(meta.channels) and len(meta.channels) == channels:
        labels = meta.channels * (picture.plane_count // channels)
    if labels and len(labels) == picture.plane_count:
        out["Labels"] = list(labels)
    if meta.mode and picture.plane_count > 1 and not picture.color:
        out["mode"] = meta.mode
    if meta.luts and len(meta.luts) == channels:
        out["LUTs"] = [np.frombuffer(table, np.uint8).reshape(3, 256) for table in meta.luts]
    return out | _display(picture, data)


def _display(picture: Picture, data: np.ndarray) -> dict[str, Any]:
    """Gray values shown as black and as white."""
    ranges = picture.meta.ranges
    if picture.display is None and len(ranges) == picture.dimensions[0] > 1:
        return {"Ranges": tuple(v for pair in ranges for v in pair), "min": ranges[0][0], "max": ranges[0][1]}
    shown = picture.display or (ranges[0] if len(ranges) == 1 else None)
    if shown is not None:
        return {"min": float(shown[0]), "max": float(shown[1])}
    finite = data[np.isfinite(data)] if data.dtype.kind == "f" else data[:0]
    return {"min": float(finite.min()), "max": float(finite.max())} if finite.size else {}


def _fraction(size: float) -> tuple[int, int]:
    """Pixels per unit for the size of a pixel, as two numbers of 32 bits: those that give the same size again."""
    for digits in range(1, 10):
        near = Fraction(size).limit_denominator(10**digits)
        if float(near) == size and 0 < near.numerator <= _MOST:
            return near.denominator, near.numerator
    near = Fraction(1 / size).limit_denominator(max(1, int(_MOST * min(size, 1.0))))
    return (min(near.numerator, _MOST), near.denominator) if near else (1, _MOST)
