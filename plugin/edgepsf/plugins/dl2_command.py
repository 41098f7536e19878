"""The command line of DeconvolutionLab2 ("-image platform a -psf file b.tif -algorithm RL 10 …"), parsed.

The plugin's own parser looks for keywords anywhere, as whole words, and takes the text up to the next keyword as
the value. This parser does the same, with these differences: a keyword inside the title of an open image is none,
`.5` is 0.5, and the digits of a padding code are not its extension. A text that the plugin would drop, guess or
replace silently is refused with a sentence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError
from .methods import Call, parse

KEYWORDS = (
    *("image", "psf", "reference", "algorithm", "path", "out", "stats", "constraint", "time", "residu"),
    *("pad", "apo", "norm", "epsilon", "fft", "monitor", "verbose", "multithreading", "system"),
    *("display", "disable"),  # of version 2.0
)
VIEWS = ("stack", "series", "mip", "ortho", "figure", "planar")
DYNAMICS = ("intact", "rescaled", "normalized", "clipped")
TYPES = ("float", "short", "byte")
# The plugin chooses with them how it works and what it shows meanwhile; there is nothing to choose here.
IDLE = ("fft", "monitor", "verbose", "multithreading", "system", "display", "disable")
_KEYWORD = re.compile(rf"(?<!\w)-({'|'.join(KEYWORDS)})(?!\w)")


@dataclass(frozen=True)
class Location:
    """Where an image is.

    Attributes
    ----------
    kind : {"platform", "file", "directory"}
    value : str
        The title of an open image or the word active, or the path of a file or folder.
    """

    kind: str
    value: str


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


@dataclass(frozen=True)
class CommandLine:
    """A parsed command line.

    Attributes
    ----------
    image, psf : Location
    call : Call
        Algorithm, parameters and controls.
    path : Path
        Folder of the files that are read and saved.
    outputs : tuple of Output
    reference : Location, optional
        The image with which the result is compared.
    pad : tuple
        Codes and extensions of the padding: xy code, z code, xy extension, z extension.
    apodize : (str, str)
        Windows in xy and z.
    stats : Output, optional
        The table of statistics.
    idle : tuple of str
        Keywords without a meaning here.
    """

    image: Location
    psf: Location
    call: Call
    path: Path
    outputs: tuple[Output, ...] = ()
    reference: Location | None = None
    pad: tuple[Any, ...] = ("NO", "NO", 0, 0)
    apodize: tuple[str, str] = ("NO", "NO")
    stats: Output | None = None
    idle: tuple[str, ...] = field(default=())


def parse_command(text: str, titles: Iterable[str] = ()) -> CommandLine:
    """Parse an option string of `run("DeconvolutionLab2 Run", ...)`.

    Parameters
    ----------
    text : str
    titles : iterable of str
        Titles of the open images, in which keywords may stand.

    Raises
    ------
    InputError
        If a word is unknown, missing or given twice, or if the plugin would read it differently than it looks.
    """
    values = split_command(text, titles)
    outputs = tuple(_output(value) for key, value in values if key == "out")
    single: dict[str, str] = {}
    for key, value in values:
        if key != "out" and key in single:
            raise InputError(f"-{key} is given twice in the DeconvolutionLab2 command")
        single[key] = value
    for key, example in (("image", "platform TITLE"), ("psf", "file PATH"), ("algorithm", "RL 10")):
        if key not in single:
            raise InputError(f"the DeconvolutionLab2 command has no -{key}: add -{key} {example}")
    return CommandLine(
        _location("image", single["image"]),
        _location("psf", single["psf"]),
        _algorithm(single),
        _path(single.get("path", "current")),
        outputs,
        _location("reference", single["reference"]) if "reference" in single else None,
        _padding(single["pad"]) if "pad" in single else CommandLine.pad,
        _windows(single["apo"]) if "apo" in single else CommandLine.apodize,
        _stats(single["stats"]) if "stats" in single else None,
        tuple(key for key in IDLE if key in single),
    )


def split_command(text: str, titles: Iterable[str] = ()) -> list[tuple[str, str]]:
    """(keyword, value) of a command line."""
    found, position = [], 0
    while match := _KEYWORD.search(text, position):
        found.append(match)
        position = _behind_title(text, match.end(), titles)
    if not found:
        raise InputError(f'the DeconvolutionLab2 command "{text.strip()}" has no keyword such as -image')
    if before := text[: found[0].start()].strip():
        raise InputError(f'"{before}" at the start of the DeconvolutionLab2 command is no keyword')
    ends = [m.start() for m in found[1:]] + [len(text)]
    return [(m[1], text[m.end() : end].strip()) for m, end in zip(found, ends, strict=True)]


def _behind_title(text: str, start: int, titles: Iterable[str]) -> int:
    """Where the search for keywords goes on: behind the title of an open image, if one stands here."""
    place = re.match(r"\s+platform\s+", text[start:])
    if place is None:
        return start
    start += place.end()
    for title in sorted(titles, key=len, reverse=True):
        end = start + len(title)
        if text.startswith(title, start) and re.match(r"\s+-\w|\s*$", text[end:]):
            return end
    return start


def _location(key: str, value: str) -> Location:
    kind, _, rest = value.partition(" ")
    kind, rest = kind.lower(), rest.strip()
    kind = "directory" if kind == "dir" else kind
    if kind == "synthetic":
        raise InputError(
            f"-{key} synthetic is only known to the plugin: make the image with newImage or a macro, and give it as "
            f"-{key} platform TITLE"
        )
    if kind not in ("platform", "file", "directory") or not rest:
        raise InputError(f'-{key} must be "platform TITLE", "file PATH" or "dir PATH", not "{value}"')
    return Location(kind, rest)


def _algorithm(single: dict[str, str]) -> Call:
    """Algorithm, parameters and controls; the plugin's own defaults."""
    controls: dict[str, Any] = {"constraint": _constraint(single.get("constraint", "no"))}
    controls["normalize"] = _number_or_no("norm", single.get("norm", "1")) or None
    for key, name in (("residu", "residual"), ("time", "seconds")):
        value = _number_or_no(key, single.get(key, "no"))
        if value:
            controls[name] = value
    if "epsilon" in single:
        controls["epsilon"] = _number("epsilon", single["epsilon"])
    words = single["algorithm"].split()
    if not words or any("=" in word for word in words):
        raise InputError(f'-algorithm takes a code and numbers, such as RL 10, not "{single["algorithm"]}"')
    call = parse("DeconvolutionLab2", " ".join(words), plugin_defaults=True)
    return Call(call.engine, call.code, call.parameters, controls)


def _constraint(value: str) -> str:
    low = value.lower()
    if low in ("none", "non"):
        raise InputError(
            f'DeconvolutionLab2 reads -constraint {value} as "nonnegativity": write no, or nonnegativity'
        )
    for start, meaning in (("non", "nonnegative"), ("no", "no"), ("clip", "clipped"), ("0", "no")):
        if low.startswith(start):
            return meaning
    raise InputError(f'-constraint must be no, nonnegativity or clipped, not "{value}"')


def _number(key: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError(f'-{key} must be a number, not "{value}"') from None


def _number_or_no(key: str, value: str) -> float:
    return 0.0 if value.lower() == "no" else _number(key, value)


def _path(value: str) -> Path:
    special = {"current": Path.cwd(), "home": Path.home(), "desktop": Path.home() / "Desktop"}
    return special.get(value.lower()) or Path(value).expanduser()


def _padding(value: str) -> tuple[Any, ...]:
    """(xy code, z code, xy extension, z extension)."""
    words = value.split()
    if not 1 <= len(words) <= 4:
        raise InputError(f'-pad takes up to two codes and two numbers, such as "E2 NO 10 0", not "{value}"')
    codes = [w for w in words if not re.fullmatch(r"\d+", w)]
    sizes = [int(w) for w in words if re.fullmatch(r"\d+", w)]
    if words != [*codes, *map(str, sizes)] or not 1 <= len(codes) <= 2:
        raise InputError(f'-pad takes up to two codes and two numbers, such as "E2 NO 10 0", not "{value}"')
    return (*[*codes, "NO"][:2], *[*sizes, 0, 0][:2])


def _windows(value: str) -> tuple[str, str]:
    words = value.split()
    if len(words) not in (1, 2):
        raise InputError(f'-apo takes one or two windows, such as "HANN NO", not "{value}"')
    return words[0], [*words, "NO"][1]


def _output(value: str) -> Output:
    """One -out; words without a meaning make the name, without blanks between them as in the plugin."""
    words = value.split()
    if not words or words[0].lower() not in VIEWS:
        raise InputError(f'-out must begin with one of {", ".join(VIEWS)}, not "{value}"')
    given: dict[str, Any] = {"view": words[0].lower()}
    name = ""
    for word in words[1:]:
        low = word.lower()
        if low.startswith("@"):
            given["every"] = int(_number("out @", low[1:]))
        elif low in ("noshow", "nosave"):
            given[low[2:]] = False
        elif low in DYNAMICS:
            given["dynamic"] = low
        elif low in TYPES:
            given["type"] = low
        elif re.fullmatch(r"\(.*\)", low):
            given["keypoint"] = tuple(int(_number("out", n)) for n in low[1:-1].split(","))
        elif word.startswith("-"):
            raise InputError(f'"{word}" in -out {value} is no keyword of DeconvolutionLab2')
        else:
            name += word
    return Output(**given, name=name)


def _stats(value: str) -> Output | None:
    """-stats: a table shown and saved under a name; None where it is off."""
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
    return Output("stack", " ".join(name) or "stats", show, save) if show or save else None


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
    raise InputError(f'there is no {what} "{value}", neither in {path} nor by itself')
