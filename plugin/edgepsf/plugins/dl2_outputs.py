"""What a DeconvolutionLab2 command shows and saves: -out and -stats."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from .dl2_words import is_number, misspelt, number, rounded, slip

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
    _refuse_path("out", name, f"-out {words[0]} NAME")
    if told := misplaced(value):
        notes.append(f"{told}; here it counts")
    if given.get("save", True) and not name and view != "series":
        notes.append(f'-out {value} has no name: its file is ".tif", which many programs hide; write a name')
    if told := slip(" ".join(parts)):  # a keyword, with its value behind it
        notes.append(f'the name of -out is "{name}", as in the plugin{told}')
    return Output(**given, name=name)


def misplaced(value: str) -> str:
    """The sentence about an @N of -out in a place where the plugin does not look for it; "" where there is none."""
    view, *others = value.split(" ")[:2]
    word = next((word for word in value.split() if word.startswith("@")), "")
    if not word or others == [word] or view.lower().startswith(NO_VIEWS):
        return ""
    return f"{word} in -out {value} must stand directly behind {view.split()[0]}: the plugin passes over it there"


def refuse_same(outputs: Iterable[Output]) -> None:
    """Refuse two results that would be saved under one name.

    Raises
    ------
    InputError
        If there are two.
    """
    saved: set[tuple[str, bool]] = set()
    for output in outputs:
        mark = output.name, output.view == "series"
        if output.save and mark in saved:
            raise InputError(
                f'two -out save the file "{output.name}{"-z…" if mark[1] else ""}.tif", the second over the first: '
                f"give each a name of its own"
            )
        saved |= {mark} if output.save else set()


def _refuse_path(key: str, name: str, example: str) -> None:
    """Refuse a name that is a path, or that cannot be the name of a file on this system."""
    roots = ("/", "\\") if os.name == "nt" else ("/",)
    if name.startswith(roots) or re.match(r"[A-Za-z]:[\\/]", name):
        raise InputError(
            f'the name "{name}" of -{key} is a path: write -path FOLDER and {example} (the plugin joins '
            f"the folder of -path and the name)"
        )
    if os.name == "nt":
        refuse_characters(key, name)


def refuse_characters(key: str, name: str) -> None:
    """Refuse the characters that Windows does not allow in the name of a file.

    Raises
    ------
    InputError
        If one is there.
    """
    if match := re.search(r'[<>:"|?*\x00-\x1f]', name):
        raise InputError(f'Windows allows no {match[0]} in the name of a file: change "{name}" of -{key}')


def _known(word: str, value: str, given: dict[str, Any]) -> bool:
    """Whether a word of -out has a meaning, which goes into `given`; any other word is part of the name."""
    low = word.lower()
    if low.startswith("@"):
        given["every"] = _step(word, value, given)
    elif low in ("noshow", "nosave"):
        given[low[2:]] = False
    elif low.startswith(("noshow", "nosave")):
        raise InputError(f'"{word}" in -out {value}: write {word[:6]}, and behind a blank the rest')
    elif low in DYNAMICS:
        given["dynamic"] = low
    elif low in TYPES:
        given["type"] = low
    elif low.startswith("(") or (low.endswith(")") and "(" not in low):
        given["keypoint"] = _point(word, value)
    elif re.match(r"-[a-z]", low):
        raise InputError(
            f'"{word}" in -out {value} is no keyword of DeconvolutionLab2{slip(word) or misspelt(word)}'
        )
    else:
        return low in VIEWS  # the plugin passes over the name of another view
    return True


def _step(word: str, value: str, given: dict[str, Any]) -> int:
    """The N of @N, cut to a whole number as in the plugin."""
    if "every" in given:
        raise InputError(f"-out {value} has two @N, of which the plugin takes the first: leave one out")
    step = int(number("out @", word[1:]))
    if step < 1:
        raise InputError(f"{word} in -out {value} must be @1 or more: write a larger number, or leave it out")
    return step


def _point(word: str, value: str) -> tuple[int, ...]:
    """A key point such as (10,20,3), rounded as in the plugin."""
    parts = word[1:-1].split(",")
    if word[0] + word[-1] != "()" or len(parts) != 3 or not all(map(is_number, parts)):
        raise InputError(
            f'"{word}" in -out {value} is no point: write its three numbers as (x,y,z), without blanks'
        )
    return tuple(map(rounded, parts))


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
    _refuse_path("stats", " ".join(name), "-stats NAME")
    if len(name) == 1 and (name[0].lower() in ("no", "yes") or is_number(name[0])):
        notes.append(f'"{name[0]}" of -stats is the name of the table, as in the plugin (off is false)')
    return Output("stack", " ".join(name) or "stats", show, save) if show or save else None
