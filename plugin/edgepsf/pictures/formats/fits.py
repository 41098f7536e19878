"""FITS: pictures in the primary array or the first image extension, BSCALE and BZERO applied.

Pence et al., Definition of the Flexible Image Transport System (FITS), version 3.0,
doi:10.1051/0004-6361/201015362. The first row of a FITS array is the lowest one; pictures are turned so that it is
the last, as ImageJ shows them.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...errors import InputError
from .. import units
from ..metadata import Metadata
from ..picture import Calibration, Picture
from ..space import check_size

_BLOCK, _CARD = 2880, 80
_MOST_BLOCKS = 4096
_TYPES = {8: ">u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
Header = dict[str, Any]


def recognises(head: bytes) -> bool:
    """Whether a file begins as FITS."""
    return head.startswith(b"SIMPLE  =")


@dataclass(frozen=True)
class Array:
    """An array of a FITS file: its header, and where its numbers begin."""

    header: Header
    start: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes, the last axis of FITS first."""
        count = int(self.header.get("NAXIS", 0))
        return tuple(int(self.header.get(f"NAXIS{i}", 0)) for i in range(count, 0, -1))


def read(path: Path, color: bool = False) -> Picture:
    """Read the first picture of a FITS file.

    Raises
    ------
    InputError
        If it holds no picture, a compressed one, or one with more than three axes.
    """
    with path.open("rb") as file:
        array, further = _find(path, file)
    shape = array.shape
    kind = np.dtype(_TYPES[int(array.header["BITPIX"])])
    check_size(path, shape, kind.itemsize, packed=False)
    if array.start + math.prod(shape) * kind.itemsize > path.stat().st_size:
        raise InputError(f'"{path}" is damaged: its numbers end before the picture is complete')
    sizes = [n for n in shape[:-2] if n > 1]
    told = [f'"{path.name}" holds {further} further pictures or tables; the first is read'] if further else []
    dimensions, name = (1, 1, 1), str(array.header.get("CTYPE3", "")).strip()
    if sizes:
        if len(sizes) > 1:
            words = " × ".join(str(n) for n in shape)
            raise InputError(
                f'"{path}" has {words} values; at most three axes are read here: save a part of it'
            )
        dimensions, remark = _third(path.name, name, sizes[0])
        told += [remark] if remark else []
    stack = sizes[0] if sizes else 1
    meta = Metadata(scaled=_scaled(array.header), value_unit=str(array.header.get("BUNIT", ""))).saying(*told)
    return Picture(
        _numbers(path, array, 0, 1)[0],
        path.name,
        calibration=_calibration(array.header, dimensions),
        dimensions=dimensions,
        planes=(lambda: _numbers(path, array, 0, stack)) if stack > 1 else None,
        meta=meta,
    )


def _third(name: str, axis: str, count: int) -> tuple[tuple[int, int, int], str]:
    """Channels, slices and frames of a cube by the name of its third axis, and a remark."""
    word = axis.upper()
    if word.startswith("TIME"):
        return (1, 1, count), ""
    if word.startswith(("WAVE", "FREQ", "AWAV", "STOKES")):
        return (count, 1, 1), ""
    told = "" if word in ("Z", "DEPTH") else f'"{name}": the {count} planes are taken as slices (z)'
    return (1, count, 1), told


def _find(path: Path, file: BinaryIO) -> tuple[Array, int]:
    """The first array with at least two axes, and how many units follow it."""
    found, further, size = None, 0, path.stat().st_size
    while file.tell() + _BLOCK <= size:
        header = _header(path, file)
        if header is None:
            break
        start = file.tell()
        array = Array(header, start)
        if int(header.get("BITPIX", 0)) not in _TYPES or any(n < 0 for n in array.shape):
            raise InputError(f'"{path}" is damaged: its FITS header has no valid BITPIX and NAXIS')
        if header.get("ZIMAGE") is True and found is None:
            raise InputError(f'"{path}" holds a compressed FITS picture: unpack it first (funpack)')
        is_image = "XTENSION" not in header or str(header["XTENSION"]).strip() == "IMAGE"
        if found is not None:
            further += 1
        elif is_image and len(array.shape) >= 2 and math.prod(array.shape) > 0:
            found = array
        bytes_used = math.prod(array.shape) * abs(int(header["BITPIX"])) // 8 if array.shape else 0
        bytes_used = (bytes_used + int(header.get("PCOUNT", 0) or 0)) * int(header.get("GCOUNT", 1) or 1)
        file.seek(start + -(-max(bytes_used, 0) // _BLOCK) * _BLOCK)
    if found is None:
        raise InputError(f'"{path}" holds no picture: none of its arrays has two axes')
    return found, further


def _header(path: Path, file: BinaryIO) -> Header | None:
    """The cards of a header; None where there is none."""
    header: Header = {}
    for number in range(_MOST_BLOCKS):
        block = file.read(_BLOCK)
        if len(block) < _BLOCK or (number == 0 and not re.match(rb"SIMPLE  =|XTENSION=", block)):
            return None
        for place in range(0, _BLOCK, _CARD):
            card = block[place : place + _CARD].decode("latin-1")
            if card.rstrip() == "END":
                return header
            if card[8:10] == "= ":
                header.setdefault(card[:8].strip(), _value(card[10:]))
    raise InputError(f'"{path}" is damaged: its FITS header has no end')


def _value(text: str) -> Any:
    """Value of a card: text, yes or no, a whole number, or a number."""
    quoted = re.match(r"\s*'((?:[^']|'')*)'", text)
    if quoted:
        return quoted[1].replace("''", "'").rstrip()
    word = text.split("/")[0].strip()
    if word in ("T", "F"):
        return word == "T"
    for kind in (int, float):
        try:
            return kind(word.replace("D", "E"))
        except ValueError:
            continue
    return word


def _scaled(header: Header) -> bool:
    return float(header.get("BSCALE", 1)) != 1 or float(header.get("BZERO", 0)) != 0


def _numbers(path: Path, array: Array, first: int, count: int) -> np.ndarray:
    """Planes with their meant values, shape (count, ny, nx), rows from the top."""
    header, (ny, nx) = array.header, array.shape[-2:]
    kind = np.dtype(_TYPES[int(header["BITPIX"])])
    stored = np.fromfile(
        path, kind, count * ny * nx, offset=array.start + first * ny * nx * kind.itemsize
    ).reshape(count, ny, nx)[:, ::-1]
    native = np.ascontiguousarray(stored).astype(kind.newbyteorder("="))
    blank = header.get("BLANK") if kind.kind in "iu" else None
    scale, zero = float(header.get("BSCALE", 1)), float(header.get("BZERO", 0))
    if blank is None and scale == 1 and zero == 2.0 ** (8 * kind.itemsize - 1) and kind.kind == "i":
        # The convention for unsigned numbers: stored minus the middle of their range.
        unsigned = np.dtype(f"u{kind.itemsize}")
        return native.view(unsigned) ^ unsigned.type(1 << (8 * kind.itemsize - 1))
    if blank is None and scale == 1 and zero == -128 and kind.kind == "u":
        return (native ^ np.uint8(128)).view(np.int8).astype(np.int16)
    if blank is None and scale == 1 and zero == 0:
        return native
    exact = np.float64 if kind.itemsize > 2 else np.float32
    values = (native.astype(np.float64) * scale + zero).astype(exact)
    if blank is not None:
        values[native == blank] = np.nan
    return values


def _calibration(header: Header, dimensions: tuple[int, int, int]) -> Calibration:
    """Pixel sizes where the header gives them in a unit of length."""
    unit = units.known(str(header.get("CUNIT1", "")))
    steps = [abs(_float(header.get(f"CDELT{i}", 0))) for i in (1, 2, 3)]
    if not units.is_length(unit) or not (steps[0] > 0 and steps[1] > 0):
        scale = Calibration()
    else:
        factors = [units.ratio(str(header.get(f"CUNIT{i}", unit)), unit) for i in (2, 3)]
        depth = steps[2] * (factors[1] or 1.0) if dimensions[1] > 1 and steps[2] > 0 else 1.0
        scale = Calibration(steps[0], steps[1] * (factors[0] or 1.0), unit, depth)
    if dimensions[2] > 1 and steps[2] > 0:
        time = str(header.get("CUNIT3", "s")).strip()
        return Calibration(
            scale.pixel_width,
            scale.pixel_height,
            scale.unit,
            frame_interval=steps[2],
            time_unit="sec" if time == "s" else time,
        )
    return scale


def _float(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0.0
    return number if math.isfinite(number) else 0.0
