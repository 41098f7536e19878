"""Cases: a name and what it runs; tables of them; texts without what differs between two runs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

METHODS = (
    *(
        "richardson_lucy",
        "wiener",
        "tikhonov",
        "inverse",
        "landweber",
        "nnls",
        "cgls",
        "mrnsd",
        "hybr",
        "wpl",
    ),
    *("fista", "unsharp_mask"),
)
ITERATIVE = ("richardson_lucy", "landweber", "nnls", "cgls", "mrnsd", "hybr", "wpl", "fista")
BOUNDARIES = ("extended", "reflect", "periodic", "zero")
OUT = "out"  # the folder that a case writes to, beside the pictures


@dataclass(frozen=True)
class Case:
    """One thing to run.

    Attributes
    ----------
    name : str
        Front end, command and what is special, joined by slashes.
    run : callable
        Takes the folder of the pictures, which is the working directory, and gives what happened.
    """

    name: str
    run: Callable[[Path], dict[str, Any]]


def rows(text: str, cells: int) -> Iterator[tuple[str, str, list[str]]]:
    """Read a table: "[front of the names] : template" and under it rows "name | cell | cell".

    Yields
    ------
    (prefix, template, cells)
    """
    prefix = template = ""
    for line in text.splitlines():
        if not line.strip() or line[0] in "#=":
            continue
        if line.startswith("["):
            prefix, _, template = (part.strip() for part in line[1:].partition("]"))
            template = template.lstrip(": ")
            continue
        words = [word.strip() for word in line.split("|", cells - 1)]
        yield prefix, template, words + [""] * (cells - len(words))


def fresh(root: Path) -> Path:
    """Make the folder of a case's output anew."""
    out = root / OUT
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    return out


# What differs between two runs or two machines and means nothing.
_TIME = (
    (re.compile(r"\b\d+(\.\d+)? ?(s|ms|seconds)\b(?! )"), "# s"),
    (re.compile(r"(?<=-)20\d{12}(?!\d)"), "TIMESTAMP"),
    (re.compile(r"^( *(?:seconds|memory)  ).*$", re.MULTILINE), r"\1#"),
    (re.compile(r"@[0-9a-f]{6,8}\b"), "@OBJECT"),
    (re.compile(r"\.edgepsf-\w+"), ".edgepsf-NAME"),
    (re.compile(r"^<tifffile\..*\n", re.MULTILINE), ""),  # what tifffile logs
)


def plain(text: str, root: Path) -> str:
    """The text without temporary paths, times and names made at random."""
    repository = Path(__file__).resolve().parents[2]
    for path, name in ((root.resolve(), "ROOT"), (root, "ROOT"), (repository, "REPOSITORY")):
        text = text.replace(str(path), name)
    for pattern, name in _TIME:
        text = pattern.sub(name, text)
    return text
