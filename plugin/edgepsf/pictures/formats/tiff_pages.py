"""The list of pages of a TIFF, followed before anything else is read: a damaged one may have no end."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from ...errors import InputError

_MOST_TAGS = 4096  # of one page; real files have below 100
_MOST_PAGES = 2**20


def check_pages(path: Path) -> int:
    """Follow the list of pages; gives their number.

    Raises
    ------
    InputError
        If the list runs in a circle, or has more pages than any real file.
    """
    size = path.stat().st_size
    with open(path, "rb") as file:
        head = file.read(16)
        order = "<" if head[:2] == b"II" else ">"
        big = head[2:4] in (b"+\0", b"\0+")
        offset_format = order + ("Q" if big else "I")
        where = struct.unpack(offset_format, head[8:16] if big else head[4:8])[0] if len(head) >= 16 else 0
        seen: set[int] = set()
        while 0 < where < size:
            if where in seen:
                raise InputError(f'"{path}" is damaged: its list of pages runs in a circle')
            seen.add(where)
            if len(seen) > _MOST_PAGES:
                raise InputError(f'"{path}" is damaged: its list of pages has no end')
            where = _next(file, where, order, big)
    return len(seen)


def _next(file: BinaryIO, where: int, order: str, big: bool) -> int:
    """Place of the page behind the one at `where`; 0 where the list ends or is broken."""
    file.seek(where)
    count_format, tag_size, offset_format = (
        (order + "Q", 20, order + "Q") if big else (order + "H", 12, order + "I")
    )
    raw = file.read(struct.calcsize(count_format))
    if len(raw) < struct.calcsize(count_format):
        return 0
    count = struct.unpack(count_format, raw)[0]
    if not 0 < count <= _MOST_TAGS:
        return 0
    file.seek(count * tag_size, 1)
    raw = file.read(struct.calcsize(offset_format))
    return int(struct.unpack(offset_format, raw)[0]) if len(raw) == struct.calcsize(offset_format) else 0
