"""Titles of pictures: the suffixes that commands append to them, and the title without."""

from __future__ import annotations

import re

_EXTENSIONS = (
    *(".ome.tif", ".ome.tiff", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp", ".gif"),
    *(".fits", ".fit", ".fts", ".pgm", ".ppm", ".npy", ".webp", ".lsm", ".stk", ".btf", ".tf8"),
)
_suffixes: set[str] = set()


def register(*suffixes: str) -> None:
    """Make suffixes of titles known, such as "g" for "cells-g"."""
    _suffixes.update(suffixes)


def base(title: str) -> str:
    """Title without file extension and without the suffix that a command appended.

    ImageJ adds a number to make a title unique; "cells-g-1" has the base "cells" too.
    """
    extension = next((each for each in _EXTENSIONS if title.lower().endswith(each)), "")
    stem = title[: len(title) - len(extension)]
    words = "|".join(re.escape(suffix) for suffix in sorted(_suffixes))
    return re.sub(rf"(?<=.)-({words})(-\d+)?$", "", stem) if words else stem
