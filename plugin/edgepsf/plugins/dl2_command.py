"""The command line of DeconvolutionLab2 ("-image platform a -psf file b.tif -algorithm RL 10 …"), parsed.

It is read as the plugin reads it, with these differences: a keyword inside the title of an open image is none,
`.5` is 0.5, and the digits of a padding code are not its extension. A text that the plugin would drop, guess or
replace silently is refused with a sentence; harmless words that the plugin passes over are named in a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError
from .compat.deconvolutionlab2 import ALGORITHMS, find_algorithm
from .compat.dl2_setup import PADDINGS, WINDOWS
from .dl2_locations import Location, find_file, mend, read_location, read_path
from .dl2_outputs import Output, misplaced, read_output, read_stats, refuse_same
from .dl2_words import (
    IDLE,
    OLD,
    is_number,
    misspelt,
    number,
    number_or_no,
    once,
    refuse_commas,
    refuse_slips,
    rounded,
    slip,
    split_command,
)
from .methods import Call, parse

__all__ = [
    "CommandLine",
    "Location",
    "Output",
    "check_words",
    "find_file",
    "mend",
    "parse_command",
    "split_command",
]

# Names of algorithms of one word that the plugin takes beside its codes.
_LONG_NAMES = {"richardson-lucy": "RL", "landweber": "LW", "tikhonov-miller": "TM"}


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
    notes : tuple of str
        Sentences about words that the plugin passes over.
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
    notes: tuple[str, ...] = field(default=())


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
    single, settings = _settings(text, titles)
    return CommandLine(
        read_location("image", single["image"]),
        read_location("psf", single["psf"]),
        reference=read_location("reference", single["reference"]) if "reference" in single else None,
        path=read_path(single.get("path", "current")),
        **settings,
    )


def check_words(text: str, titles: Iterable[str] = ()) -> None:
    """Check that the plugin reads an option string as it looks; where the images are is not looked at.

    Parameters
    ----------
    text, titles
        As for `parse_command`.

    Raises
    ------
    InputError
        If it does not.
    """
    _settings(text, titles)
    for key, value in split_command(text, titles):
        if key == "out" and (told := misplaced(value)):
            raise InputError(told)


def _settings(text: str, titles: Iterable[str]) -> tuple[dict[str, str], dict[str, Any]]:
    """The values of the keywords that count once, and all settings that follow from the line alone."""
    values = split_command(text, titles)
    single = once((key, value) for key, value in values if key != "out")
    for key, example in (("image", "platform TITLE"), ("psf", "file PATH"), ("algorithm", "RL 10")):
        if key not in single:
            told = slip(" ".join(value for _, value in values)) or misspelt(text, [key], 0.6)
            raise InputError(f"the DeconvolutionLab2 command has no -{key}: add -{key} {example}{told}")
    notes: list[str] = []
    outputs = [made for key, value in values if key == "out" and (made := read_output(value, notes))]
    refuse_same(outputs)
    settings = {
        "call": _algorithm(single, notes),
        "outputs": tuple(outputs),
        "pad": _padding(single["pad"], notes) if "pad" in single else CommandLine.pad,
        "apodize": _windows(single["apo"], notes) if "apo" in single else CommandLine.apodize,
        "stats": read_stats(single["stats"], notes) if "stats" in single else None,
        "idle": tuple(key for key in IDLE if key in single),
    }
    notes += [f"-{key} is a keyword of version 2.0 only, and read as there" for key in OLD if key in single]
    return single, settings | {"notes": tuple(notes)}


def _algorithm(single: dict[str, str], notes: list[str]) -> Call:
    """Algorithm, parameters and controls; the plugin's own defaults."""
    controls: dict[str, Any] = {"constraint": _constraint(single.get("constraint", "no"))}
    controls["normalize"] = number_or_no("norm", single.get("norm", "1")) or None
    for key, name in (("residu", "residual"), ("time", "seconds")):
        value = number_or_no(key, single.get(key, "no"))
        if value:
            controls[name] = value
    if "epsilon" in single:
        controls["epsilon"] = number("epsilon", single["epsilon"])
    words = _method(single["algorithm"], notes)
    call = parse("DeconvolutionLab2", " ".join(words), plugin_defaults=True)
    return Call(call.engine, call.code, call.parameters, controls)


def _method(value: str, notes: list[str]) -> list[str]:
    """The words of -algorithm, with a code first and whole iterations."""
    refuse_commas("algorithm", value)
    if told := slip(value) or misspelt(value):
        raise InputError(f"-algorithm {value}{told}")
    words = value.split()
    if not words or any("=" in word for word in words):
        raise InputError(f'-algorithm takes a code and numbers, such as RL 10, not "{value}"')
    words[0] = _LONG_NAMES.get(words[0].lower(), words[0])
    if len(words) > 1 and is_number(words[1]) and not float(words[1]).is_integer():
        parameters = ALGORITHMS[find_algorithm(words[0])].parameters
        if parameters and parameters[0][0] == "iterations":
            notes.append(f"{words[1]} iterations are {rounded(words[1])}, as in the plugin")
            words[1] = str(rounded(words[1]))
    return words


def _constraint(value: str) -> str:
    refuse_slips("constraint", value)
    low = value.lower()
    if low in ("none", "non"):
        raise InputError(
            f'DeconvolutionLab2 reads -constraint {value} as "nonnegativity": write no, or nonnegativity'
        )
    for start, meaning in (("non", "nonnegative"), ("no", "no"), ("clip", "clipped"), ("0", "no")):
        if low.startswith(start):
            return meaning
    raise InputError(f'-constraint must be no, nonnegativity or clipped, not "{value}"')


def _padding(value: str, notes: list[str]) -> tuple[Any, ...]:
    """(xy code, z code, xy extension, z extension)."""
    refuse_commas("pad", value)
    refuse_slips("pad", value)
    words = value.split()
    codes = [w for w in words if not is_number(w)]
    sizes = [w for w in words if is_number(w)]
    if words != [*codes, *sizes] or not 1 <= len(codes) <= 2 or len(sizes) > 2 or "-" in "".join(sizes):
        raise InputError(f'-pad takes up to two codes and two numbers, such as "E2 NO 10 0", not "{value}"')
    extensions = [*map(rounded, sizes), 0, 0][:2]
    if max(extensions) >= 2**31:  # the plugin's numbers of pixels end there
        raise InputError(f"-pad {value}: a picture cannot be made so large, write smaller extensions")
    known = [_code("pad", word, PADDINGS, notes) for word in codes]
    return (*[*known, "NO"][:2], *extensions)


def _windows(value: str, notes: list[str]) -> tuple[str, str]:
    refuse_slips("apo", value)
    words = value.split()
    if len(words) not in (1, 2):
        raise InputError(f'-apo takes one or two windows, such as "HANN NO", not "{value}"')
    known = [_code("apo", word, WINDOWS, notes) for word in words]
    return known[0], [*known, "NO"][1]


def _code(key: str, word: str, known: Iterable[str], notes: list[str]) -> str:
    """A code of -pad or -apo; the plugin passes over those that it does not know."""
    if word in known:
        return word
    meant = f" (it knows {word.upper()} in capitals only)" if word.upper() in known else ""
    if key == "pad" and re.search(r"\d", word):
        meant += ", which takes the digits in it for an extension of the picture"
    notes.append(f'"{word}" of -{key} is passed over, as in the plugin{meant}')
    return "NO"
