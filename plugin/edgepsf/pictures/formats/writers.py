"""Pictures into files: ImageJ TIFF, OME-TIFF, FITS, NPY, PNG, JPEG, PGM; what a format cannot hold is refused."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from .. import units
from ..picture import Picture
from . import imagej_tiff, ome

_PNG_HEAD = 33  # bytes of signature and first chunk
_OTHERS = "write .tif or .ome.tif"


@dataclass(frozen=True)
class Writer:
    """How pictures are written into files of one kind.

    Attributes
    ----------
    name : str
    endings : tuple of str
        Of the names of such files.
    write : callable
        ``write(path, picture)``.
    refusal : callable
        Why a picture cannot be written so, in words that follow "cannot keep"; "" where it can.
    floats : bool
        Whether it holds gray values of 32 bits.
    profile : bool
        Whether it holds a colour profile.
    alpha : callable
        Whether it holds the alpha of a picture.
    """

    name: str
    endings: tuple[str, ...]
    write: Callable[[Path, Picture], None]
    refusal: Callable[[Picture], str]
    floats: bool = True
    profile: bool = False
    alpha: Callable[[Picture], bool] = lambda picture: False


def writer_of(path: Path) -> Writer | None:
    """The writer for the ending of a name; None where there is none."""
    name = path.name.lower()
    return next((each for each in WRITERS if name.endswith(each.endings)), None)


def check_kept(path: Path, picture: Picture) -> None:
    """Refuse a picture that the format of a file cannot hold.

    Raises
    ------
    InputError
    """
    writer = writer_of(path)
    if writer is None:
        return
    lost = writer.refusal(picture)
    if lost:
        raise InputError(f'"{path.name}": {writer.name} cannot keep {lost}; {_OTHERS}')
    if picture.meta.icc and not writer.profile:
        raise InputError(f'"{path.name}": {writer.name} cannot keep the colour profile; {_OTHERS}')
    if picture.meta.alpha is not None and not writer.alpha(picture):
        raise InputError(f'"{path.name}": {writer.name} cannot keep the alpha of this picture; write .png')


def _kind(picture: Picture) -> np.dtype:
    return np.asarray(picture.data).dtype


def _lost(picture: Picture, kinds: str, planes: str = "", scale: bool = False, color: bool = False) -> str:
    """What a simple format loses.

    Parameters
    ----------
    picture : Picture
    kinds : str
        Types of numbers that it holds.
    planes : str
        Axes beside x and y that it holds; one of them at a time.
    scale : bool
        Whether it holds sizes of pixels in units of length.
    color : bool
        Whether it holds colours.
    """
    axes = picture.axes[:-2]
    if _kind(picture).name not in kinds.split():
        return f"{_kind(picture)} values"
    if picture.color and not color:
        return "colours"
    if len(axes) > 1 or axes.strip(planes):
        return f"a stack with the axes {picture.axes}"
    steps = picture.calibration
    if not scale and (steps.calibrated or steps.frame_interval or steps.pixel_depth != 1):
        return f"the size of a pixel ({steps.pixel_width:g} × {steps.pixel_height:g} {steps.unit})"
    if scale and steps.calibrated and not units.is_length(steps.unit):
        return f"sizes in {steps.unit}"
    return ""


def _ome(path: Path, picture: Picture) -> None:
    import tifffile

    data = _ome_array(picture)
    axes = "TZCYXS" if picture.color else "TZCYX"
    photometric = "rgb" if picture.color else "minisblack"
    metadata = {"axes": axes, **ome.described(picture)}
    options: dict[str, Any] = {"iccprofile": picture.meta.icc} if picture.meta.icc else {}
    big = data.nbytes > 2**31
    tifffile.imwrite(path, data, ome=True, photometric=photometric, metadata=metadata, bigtiff=big, **options)


def _ome_array(picture: Picture) -> np.ndarray:
    data = picture.ordered()
    return data.astype(np.uint8) if data.dtype == bool else data


def _ome_lost(picture: Picture) -> str:
    if (
        _kind(picture).kind not in "buif"
        or _kind(picture).itemsize > 8
        or _kind(picture).name in ("int64", "uint64")
    ):
        return f"{_kind(picture)} values"
    unit = picture.calibration.unit
    if picture.calibration.calibrated and not units.is_length(unit):
        return f'sizes in "{unit}", which is no unit of length'
    return ""


def _npy(path: Path, picture: Picture) -> None:
    with open(path, "wb") as file:
        np.save(file, np.ascontiguousarray(picture.all_planes()), allow_pickle=False)


def _png(path: Path, picture: Picture) -> None:
    data, alpha = np.asarray(picture.data), picture.meta.alpha
    if alpha is not None:
        data = np.concatenate([data if data.ndim == 3 else data[..., None], alpha[..., None]], axis=-1)
    if data.dtype == np.uint16 and data.ndim == 3:
        import imagecodecs

        raw = imagecodecs.png_encode(np.ascontiguousarray(data))
        path.write_bytes(raw[:_PNG_HEAD] + _profile_chunk(picture.meta.icc) + raw[_PNG_HEAD:])
        return
    _save(path, picture, data, "PNG")


def _profile_chunk(icc: bytes) -> bytes:
    """The chunk of a PNG that holds a colour profile; nothing without one."""
    if not icc:
        return b""
    body = b"iCCP" + b"profile\0\0" + zlib.compress(icc)
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _one_depth(picture: Picture) -> bool:
    """Whether the alpha has the depth and the size of the picture, which is a single plane."""
    alpha, data = picture.meta.alpha, np.asarray(picture.data)
    return alpha is not None and alpha.dtype == data.dtype and alpha.shape == data.shape[:2]


def _save(path: Path, picture: Picture, data: np.ndarray, kind: str, **options: Any) -> None:
    from PIL import Image as library

    if picture.meta.icc:
        options["icc_profile"] = picture.meta.icc
    library.fromarray(np.ascontiguousarray(data)).save(path, kind, **options)


def _jpeg(path: Path, picture: Picture) -> None:
    _save(path, picture, np.asarray(picture.data), "JPEG", quality=100, subsampling=0, keep_rgb=True)


def _pgm(path: Path, picture: Picture) -> None:
    data = np.asarray(picture.data)
    largest = int(picture.meta.white or np.iinfo(data.dtype).max)
    kind = "P6" if picture.color else "P5"
    body = data.astype(">u2" if largest > 255 else ">u1").tobytes()
    path.write_bytes(f"{kind}\n{data.shape[1]} {data.shape[0]}\n{largest}\n".encode() + body)


def _fits(path: Path, picture: Picture) -> None:
    """Unsigned numbers as FITS stores them: signed, with BZERO."""
    data = np.asarray(picture.all_planes())
    bits = {"uint8": 8, "int16": 16, "uint16": 16, "int32": 32, "uint32": 32, "float32": -32, "float64": -64}
    cards: list[tuple[str, Any]] = [("SIMPLE", "T"), ("BITPIX", bits[data.dtype.name]), ("NAXIS", data.ndim)]
    cards += [(f"NAXIS{i}", n) for i, n in enumerate(reversed(data.shape), 1)]
    if data.dtype.name in ("uint16", "uint32"):
        half = 1 << (8 * data.dtype.itemsize - 1)
        data = (data ^ data.dtype.type(half)).view(f"i{data.dtype.itemsize}")
        cards += [("BZERO", float(half)), ("BSCALE", 1.0)]
    cards += _fits_steps(picture)
    if picture.meta.value_unit:
        cards.append(("BUNIT", f"'{picture.meta.value_unit:<8}'"))
    text = "".join(f"{name:<8}= {_fits_text(value):>20}".ljust(80) for name, value in cards) + "END".ljust(80)
    body = np.flip(data, -2).astype(data.dtype.newbyteorder(">")).tobytes()
    blocks = text.encode("latin-1", "replace").ljust(math.ceil(len(text) / 2880) * 2880)
    path.write_bytes(blocks + body.ljust(math.ceil(len(body) / 2880) * 2880, b"\0"))


def _fits_text(value: Any) -> str:
    return repr(value).upper() if isinstance(value, float) else str(value)


def _fits_steps(picture: Picture) -> list[tuple[str, Any]]:
    steps, axis = picture.calibration, picture.axes[:-2]
    cards: list[tuple[str, Any]] = []
    if steps.calibrated:
        unit = units.known(steps.unit).replace("µ", "u").replace("inch", "")
        cards += [("CDELT1", steps.pixel_width), ("CDELT2", steps.pixel_height)]
        cards += [("CUNIT1", f"'{unit:<8}'"), ("CUNIT2", f"'{unit:<8}'")]
    if axis:
        cards.append(("CTYPE3", {"z": "'Z       '", "t": "'TIME    '", "c": "'STOKES  '"}[axis]))
    if axis == "z" and steps.calibrated:
        cards += [("CDELT3", steps.pixel_depth), ("CUNIT3", f"'{unit:<8}'")]
    if axis == "t" and steps.frame_interval:
        unit = "s" if steps.time_unit == "sec" else steps.time_unit
        cards += [("CDELT3", steps.frame_interval), ("CUNIT3", f"'{unit:<8}'")]
    return cards


def _fits_lost(picture: Picture) -> str:
    lost = _lost(picture, "uint8 int16 uint16 int32 uint32 float32 float64", "zt", scale=True)
    steps = picture.calibration
    if not lost and units.known(steps.unit) == "inch":
        return "sizes in inch"
    if not lost and "z" not in picture.axes and steps.pixel_depth != 1:
        return "the step along z of a single plane"
    if not lost and "t" not in picture.axes and steps.frame_interval:
        return "the frame interval of a single frame"
    return lost


WRITERS = (
    Writer("OME-TIFF", (".ome.tif", ".ome.tiff"), _ome, _ome_lost, profile=True),
    Writer(
        "ImageJ TIFF",
        (".tif", ".tiff"),
        imagej_tiff.write,
        imagej_tiff.lost,
        profile=True,
        alpha=imagej_tiff.holds_alpha,
    ),
    Writer("FITS", (".fits", ".fit", ".fts"), _fits, _fits_lost),
    Writer(
        "NPY", (".npy",), _npy, lambda p: _lost(p, "uint8 int16 uint16 int32 uint32 float32 float64", "z")
    ),
    Writer("PNG", (".png",), _png, lambda p: _lost(p, "uint8 uint16", color=True), False, True, _one_depth),
    Writer("JPEG", (".jpg", ".jpeg"), _jpeg, lambda p: _lost(p, "uint8", color=True), False, True),
    Writer("PGM", (".pgm", ".ppm"), _pgm, lambda p: _lost(p, "uint8 uint16", color=True), floats=False),
)
