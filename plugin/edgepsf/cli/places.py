"""Where a command may write: not onto a stack of which it uses one plane, not into what cannot keep the picture."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..commands import Command
from ..errors import InputError
from ..pictures import files
from ..pictures.picture import Picture


def check_place(
    command: Command, output: str, image: str | None, picture: Picture | None, values: Mapping[str, Any]
) -> None:
    """Refuse an output before the work, once the pictures are known.

    Parameters
    ----------
    command : Command
    output, image : str
        Paths of the output and of the picture.
    picture : Picture or None
    values : mapping
        Values of the options.

    Raises
    ------
    InputError
        If the output would replace a stack by fewer planes, or its format cannot keep the sizes and axes.
    """
    if picture is None:
        return
    stack = bool(values.get("stack"))
    if picture.plane_count > 1 and not stack and image and _same(output, image):
        hint = " or take all planes with --stack" if "stack" in values else ""
        raise InputError(
            f'"{output}" is the input, and its {picture.plane_count} planes would be replaced by one: give another '
            f"name{hint}"
        )
    if not command.integers(values):
        files.check_kept(Path(output), _alike(picture, stack))


def check_not_input(report: Path, image: str | None) -> None:
    """Refuse a report that would replace the picture that it is about.

    Raises
    ------
    InputError
    """
    if image and _same(str(report), image):
        raise InputError(f'the report "{report}" is the input picture: give another name')


def _same(output: str, image: str) -> bool:
    return os.path.exists(output) and os.path.samefile(output, image)


def _alike(picture: Picture, stack: bool) -> Picture:
    """A 32-bit picture with the axes and sizes of the result."""
    count = picture.plane_count if stack else 1
    return replace(
        picture,
        data=np.zeros((count, 1, 1) if count > 1 else (1, 1), dtype=np.float32),
        dimensions=picture.dimensions if stack else (1, 1, 1),
        planes=None,
        meta=replace(picture.meta, alpha=None),
    )
