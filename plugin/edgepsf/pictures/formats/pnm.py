"""PGM and PPM (P1 to P6): gray values and colours as they are stored, whatever their largest value."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ...errors import InputError
from ..metadata import Metadata
from ..picture import Picture
from ..space import check_size

_TOKEN = re.compile(rb"(?:\s|#[^\r\n]*)*([^\s#]+)")


def recognises(head: bytes) -> bool:
    """Whether a file begins as PBM, PGM or PPM."""
    return re.match(rb"P[1-6]\s", head) is not None


def read(path: Path, color: bool = False) -> Picture:
    """Read the first picture of a PBM, PGM or PPM file.

    Raises
    ------
    InputError
        If it is damaged.
    """
    raw = path.read_bytes()
    kind, place = raw[:2], 2
    numbers: list[int] = []
    while len(numbers) < (2 if kind in (b"P1", b"P4") else 3):
        token = _TOKEN.match(raw, place)
        if token is None or not token[1].isdigit() or len(token[1]) > 9:
            raise InputError(f'"{path}" is damaged: its header must name width, height and largest value')
        numbers.append(int(token[1]))
        place = token.end()
    width, height = numbers[:2]
    largest = numbers[2] if len(numbers) > 2 else 1
    if not (width and height and 0 < largest < 65536):
        raise InputError(f'"{path}" is damaged: {width} × {height} pixels with values up to {largest}')
    samples = 3 if kind in (b"P3", b"P6") else 1
    check_size(path, (height, width, samples), 1)
    if kind in (b"P1", b"P4"):
        data = _bits(path, raw[place:], kind == b"P1", width, height)
        return Picture(data, path.name)
    data = _values(path, raw[place:], kind in (b"P2", b"P3"), largest, width * height * samples)
    if data.max(initial=0) > largest:
        raise InputError(
            f'"{path}" is damaged: a value of {data.max()} is above its largest value, {largest}'
        )
    white = float(largest) if largest not in (255, 65535) else None
    shape = (height, width, 3) if samples == 3 else (height, width)
    return Picture(data.reshape(shape), path.name, meta=Metadata(white=white))


def _values(path: Path, raw: bytes, plain: bool, largest: int, count: int) -> np.ndarray:
    kind = np.dtype(np.uint8 if largest < 256 else np.uint16)
    if plain:
        words = re.sub(rb"#[^\r\n]*", b" ", raw).split()[:count]
        if len(words) < count or not all(word.isdigit() and len(word) < 6 for word in words):
            raise _short(path)
        return np.array([int(word) for word in words]).clip(0, 65535).astype(kind)
    # One blank follows the header.
    body = raw[1 : 1 + count * kind.itemsize]
    if len(body) < count * kind.itemsize:
        raise _short(path)
    return np.frombuffer(body, kind.newbyteorder(">")).astype(kind)


def _bits(path: Path, raw: bytes, plain: bool, width: int, height: int) -> np.ndarray:
    """Black (1) and white (0) as 0 and 255."""
    if plain:
        digits = re.sub(rb"#[^\r\n]*|\s", b"", raw)[: width * height]
        if len(digits) < width * height or digits.strip(b"01"):
            raise _short(path)
        black = np.frombuffer(digits, np.uint8).reshape(height, width) == ord("1")
    else:
        row = -(-width // 8)
        body = raw[1 : 1 + row * height]
        if len(body) < row * height:
            raise _short(path)
        black = np.unpackbits(np.frombuffer(body, np.uint8).reshape(height, row), axis=1)[:, :width] == 1
    return np.where(black, np.uint8(0), np.uint8(255))


def _short(path: Path) -> InputError:
    return InputError(
        f'"{path}" is damaged: its values end before the picture is complete, or are no numbers'
    )
