"""The images that a DeconvolutionLab2 command names, read through ImageJ."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...plugins.dl2_command import Location, find_file, mend
from ...plugins.dl2_synthetic import read_synthetic
from ..exchange import io_imagej


def read(key: str, source: Location, path: Path, note: Callable[[str], None]) -> tuple[Any, np.ndarray]:
    """An image of a command.

    Parameters
    ----------
    key : {"image", "psf", "reference"}
        The keyword, for the sentences.
    source : Location
    path : Path
        The folder of -path.
    note : callable
        Takes a sentence about files that are passed over.

    Returns
    -------
    imp : ij.ImagePlus or None
        None where the image comes from several files or from none.
    volume : ndarray of float32, shape (nz, ny, nx)
        RGB as luminance, all planes of a hyperstack as z.

    Raises
    ------
    InputError
        If there is no such image, or it cannot be read.
    """
    if source.kind == "synthetic":
        return None, read_synthetic(key, source.value).make()
    if source.kind == "directory":
        return None, _slices(source.value, path, note)
    if source.kind == "file":
        imp = io_imagej.open_image(find_file(path, source.value))
    else:
        try:
            imp = io_imagej.find(source.value)
        except InputError as error:
            raise InputError(f"{error}{mend(source.value)}") from None
    return imp, io_imagej.volume(imp)


def _slices(value: str, path: Path, note: Callable[[str], None]) -> np.ndarray:
    """The files of a folder, sorted by name, one plane each; "FOLDER pattern EXPRESSION" names a part of them."""
    name, _, pattern = value.partition(" pattern ")
    folder = find_file(path, name.strip(), folder=True)
    try:
        wanted = re.compile(pattern.strip() or ".*")
    except re.error as error:
        raise InputError(f'the pattern "{pattern.strip()}" is no regular expression: {error}') from None
    files = [f for f in sorted(folder.iterdir()) if f.is_file() and wanted.search(f.name)]
    if not files:
        raise InputError(f'the folder "{folder}" has no file that matches "{wanted.pattern}"')
    planes = {f.name: plane for f in files if (plane := _plane(f, note)) is not None}
    if not planes:
        raise InputError(f'no file in the folder "{folder}" is an image (texts do not count)')
    (first, plane), *others = planes.items()
    for name, other in others:
        if other.shape != plane.shape:
            raise InputError(
                f'the images in "{folder}" have different sizes: {first} has {_size(plane)} px, {name} {_size(other)}: '
                f'take one out, or name a part of the files with "pattern EXPRESSION"'
            )
    return np.stack(list(planes.values()))


def _size(plane: np.ndarray) -> str:
    return f"{plane.shape[1]} × {plane.shape[0]}"


def _plane(file: Path, note: Callable[[str], None]) -> np.ndarray | None:
    """The plane in a file; None where it is no image. ImageJ would make a picture of the numbers in a text."""
    if file.suffix.lower() == ".txt":
        note(f"{file.name} is passed over: it is a text")
        return None
    try:
        planes = io_imagej.volume(io_imagej.open_image(file))
    except InputError:
        note(f"{file.name} is passed over: ImageJ cannot read it as an image")
        return None
    if len(planes) > 1:
        raise InputError(
            f'"{file}" has {len(planes)} planes, of which the plugin takes the first of every file in a folder: '
            f"save the planes one by one, or give the file itself"
        )
    return planes[0]
