"""Where the images of a DeconvolutionLab2 command are: open, in a file, in a folder, or made from a formula."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from ..errors import InputError
from .dl2_synthetic import read_synthetic
from .dl2_words import misspelt, slip

KINDS = {"platform": "platform", "file": "file", "dir": "directory", "directory": "directory"}
_QUOTES = ("\"'", "''", '""', "[]", "“”", "‘’")


@dataclass(frozen=True)
class Location:
    """Where an image is.

    Attributes
    ----------
    kind : {"platform", "file", "directory", "synthetic"}
    value : str
        The title of an open image or the word active, the path of a file or folder, or a shape with its numbers.
    """

    kind: str
    value: str


def read_location(key: str, value: str) -> Location:
    """The location that -image, -psf or -reference names.

    Parameters
    ----------
    key : {"image", "psf", "reference"}
    value : str
        A kind and what belongs to it, such as "file h.tif".

    Raises
    ------
    InputError
        If the kind is none, or the picture of a formula cannot be made.
    """
    kind, *rest = value.split(maxsplit=1)[:2] if value else [""]
    kind = kind.lower()
    if kind == "synthetic":
        text = rest[0] if rest else ""
        read_synthetic(key, text)
        return Location(kind, text)
    if kind not in KINDS or not rest:
        told = _meant(key, kind, value)
        raise InputError(f'-{key} must be "platform TITLE", "file PATH" or "dir PATH", not "{value}"{told}')
    return Location(KINDS[kind], rest[0])


def _meant(key: str, kind: str, value: str) -> str:
    """The end of an error sentence: what may be meant by a location whose kind is none."""
    rest = value[len(kind) :]
    if kind in KINDS or not value:
        return ""
    if kind == "active" and not rest:
        return f': write "-{key} platform active"'
    if close := get_close_matches(kind, (*KINDS, "synthetic"), 1, 0.75) if rest else []:
        return f': did you mean "{close[0]}{rest}"?'
    return f": write -{key} file {value}"


def read_path(value: str) -> Path:
    """The folder of -path; its three words in small letters only, as in the plugin."""
    special = {"current": Path.cwd(), "home": Path.home(), "desktop": Path.home() / "Desktop"}
    return special.get(value) or Path(value).expanduser()


def find_file(path: Path, value: str, folder: bool = False) -> Path:
    """A file or folder: under -path, else as given.

    Parameters
    ----------
    path : Path
        The folder of -path.
    value : str
        Name in this folder, or a path of its own.
    folder : bool
        A folder is wanted, not a file.

    Raises
    ------
    InputError
        If there is none.
    """
    for candidate in (Path(f"{path}{os.sep}{value}"), Path(value).expanduser()):
        if candidate.is_dir() if folder else candidate.is_file():
            return candidate
    what = "folder" if folder else "file"
    raise InputError(f'there is no {what} "{value}", neither in {path} nor by itself{mend(value)}')


def mend(value: str) -> str:
    """The end of an error sentence: what may be wrong with a title or path that is not there."""
    if len(value) > 1 and value[0] + value[-1] in _QUOTES:
        return f"; the plugin takes {value[0]} and {value[-1]} as part of the name: leave them out"
    if os.sep == "/" and (re.match(r"[A-Za-z]:[\\/]", value) or "\\" in value):
        return "; this is a path of Windows: give a path of this computer"
    return slip(value) or misspelt(value)
