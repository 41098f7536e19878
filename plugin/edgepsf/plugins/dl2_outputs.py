"""What a DeconvolutionLab2 command shows and saves: -out and -stats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from ..errors import InputError
from .dl2_words import is_number, number, slip

VIEWS = ("stack", "series", "mip", "ortho", "figure", "planar")
NO_VIEWS = ("stats", "profile")  # words of other programs and versions; the plugin passes over such an -out
DYNAMICS = ("intact", "rescaled", "normalized", "clipped")
TYPES = ("float", "short", "byte")


@dataclass(frozen=True)
class Output:
    """One -out: the view that is shown and saved, and its name.

    Attributes
    ----------
    view : str
        One of `VIEWS`.
    every : int
        Also after every so many iterations; 0 for the end only.
    keypoint : tuple of int, optional
        (x, y, z) of the sections of ortho and figure; the middle when not given.
    """

    view: str = "stack"
    name: str = ""
    show: bool = True
    save: bool = True
    dynamic: str = "intact"
    type: str = "float"
    every: int = 0
    keypoint: tuple[int, ...] | None = None


def read_output(value: str, notes: list[str]) -> Output | None:
    """One -out; words without a meaning make the name, without blanks between them as in the plugin.

    Parameters
    ----------
    value : str
    notes : list of str
        Takes a sentence about what is passed over.

    Returns
    -------
    Output or None
        None for a view that the plugin passes over.

    Raises
    ------
    InputError
        If the view is unknown, or a word would be read otherwise than it looks.
    """
    words = value.split()
    view = words[0].lower() if words else ""
    if view in NO_VIEWS:
        notes.append(f"-out {words[0]} makes nothing, as in the plugin")
        return None
    if view not in VIEWS:
        glued = next((f": write a blank behind {v}" for v in VIEWS if view.startswith(v)), "")
        raise InputError(f'-out must begin with one of {", ".join(VIEWS)}, not "{value}"{glued}')
    given: dict[str, Any] = {"view": view}
    parts = [word for word in words[1:] if not _known(word, value, given)]
    name = "".join(parts)
    if Path(name).is_absolute() or PureWindowsPath(name).drive:
        raise InputError(
            f'the name "{name}" of -out is a path: write -path FOLDER and -out {words[0]} NAME (the plugin joins '
            f"the folder of -path and the name)"
        )
    if told := slip(" ".join(parts)):  # a keyword, with its value behind it
        notes.append(f'the name of -out is "{name}", as in the plugin{told}')
    return Output(**given, name=name)


def _known(word: str, value: str, given: dict[str, Any]) -> bool:
    """Whether a word of -out has a meaning, which goes into `given`; any other word is part of the name."""
    low = word.lower()
    if low.startswith("@"):
        given["every"] = int(number("out @", low[1:]))
    elif low in ("noshow", "nosave"):
        given[low[2:]] = False
    elif low.startswith(("noshow", "nosave")):
        raise InputError(f'"{word}" in -out {value}: write {word[:6]}, and behind a blank the rest')
    elif low in DYNAMICS:
        given["dynamic"] = low
    elif low in TYPES:
        given["type"] = low
    elif re.fullmatch(r"\(.*\)", low):
        given["keypoint"] = tuple(int(number("out", n)) for n in low[1:-1].split(","))
    elif re.match(r"\(\d+,$", low):
        raise InputError(f"-out {value}: write the point (x,y,z) without blanks")
    elif re.match(r"-[a-z]", low):
        raise InputError(f'"{word}" in -out {value} is no keyword of DeconvolutionLab2{slip(word)}')
    else:
        return low in VIEWS  # the plugin passes over the name of another view
    return True


def read_stats(value: str, notes: list[str]) -> Output | None:
    """-stats: a table shown and saved under a name; None where it is off.

    Parameters
    ----------
    value : str
    notes : list of str
        Takes a sentence about a word that looks like a switch and is none.

    Raises
    ------
    InputError
        If a keyword with a slip stands in it.
    """
    show, save, name = True, True, []
    for word in value.split():
        low = word.lower()
        if low in ("true", "false"):
            show = save = low == "true"
        elif low in ("show", "noshow"):
            show = low == "show"
        elif low in ("save", "nosave"):
            save = low == "save"
        else:
            name.append(word)
    if told := slip(" ".join(name)):
        raise InputError(f"-stats {value}{told}")
    if len(name) == 1 and (name[0].lower() in ("no", "yes") or is_number(name[0])):
        notes.append(f'"{name[0]}" of -stats is the name of the table, as in the plugin (off is false)')
    return Output("stack", " ".join(name) or "stats", show, save) if show or save else None
