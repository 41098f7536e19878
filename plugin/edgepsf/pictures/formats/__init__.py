"""The formats of picture files: a module for each, found by what a file begins with and not by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ..picture import Picture
from . import common, fits, npy, pnm, tiff

__all__ = ["reader_of"]


class Reader(Protocol):
    """Reads the first plane of a file, and can give all planes."""

    def __call__(self, path: Path, color: bool = False) -> Picture: ...


def reader_of(head: bytes) -> Reader:
    """The reader for a file that begins with these bytes; Pillow's for all that are not known here."""
    for module in (tiff, fits, npy, pnm):
        if module.recognises(head):
            return module.read
    return common.read
