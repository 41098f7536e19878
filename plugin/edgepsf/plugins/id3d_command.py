"""Option strings of Iterative Deconvolve 3D: `image=y point=h output=Deconvolved normalize ... terminate=0.010`.

The keys are the first words of the plugin's dialog, as ImageJ's Recorder writes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import InputError
from ..options import Flag, Number, Option, Pairs, Text, parse_pairs, split_options, unknown_key
from .compat.damas3 import Damas3Settings

COMMAND = "Iterative Deconvolve 3D"
TITLES = ("image", "point", "output")
FLAGS = ("normalize", "data", "show", "log", "perform", "detect")
OPTIONS: tuple[Option, ...] = (
    Text("image", "title of the open image to restore", required=True),
    Text("point", "title of the open image of the PSF", required=True),
    Text("output", "title of the result, before _ and the number of iterations", default="Deconvolved"),
    Flag("normalize", "divide the PSF by its sum"),
    Flag("data", "image, PSF and result are in decibels"),
    Flag("show", "show the picture of each iteration in a window"),
    Flag("log", "write the change of each iteration"),
    Flag("perform", "the anti-ringing step"),
    Flag("detect", "stop when the change grows"),
    Number("wiener", "gamma of the Wiener filter; off up to 0.0001", default=0.0),
    Number("low", "width of the low-pass in x and y", default=1.0, unit="px", minimum=0),
    Number("z_direction", "width of the low-pass in z", default=1.0, unit="px", minimum=0),
    Number("maximum", "iterations at most; 0 only filters", default=100, minimum=0),
    Number("terminate", "stop when the change falls by less", default=0.01, unit="%"),
)


@dataclass(frozen=True)
class Id3dCommand:
    """A line of Iterative Deconvolve 3D.

    Attributes
    ----------
    image, point, output : str
        Titles of the picture, of the PSF and of the result.
    show, log : bool
        Whether each iteration is shown, and its change written.
    settings : Damas3Settings
    assumed : tuple of str
        Keys of the numbers that the line leaves out.
    """

    image: str
    point: str
    output: str
    show: bool
    log: bool
    settings: Damas3Settings
    assumed: tuple[str, ...] = ()


def parse_line(text: str, lookup: Callable[[str], Any] | None = None) -> Id3dCommand:
    """The command of an option string.

    A box that the line leaves out is not ticked, and a number is the plugin's first default, as in the plugin.

    Parameters
    ----------
    text : str
    lookup : callable, optional
        Value of a macro variable by its name, for `key=&name`.

    Raises
    ------
    InputError
        If a word is unknown or given twice, a title is missing, or a number is unusable.
    """
    pairs = split_options(text)
    _check_words(pairs)
    v = parse_pairs(pairs, OPTIONS, lookup)
    given = {key.lower() for key, _ in pairs}
    settings = Damas3Settings(
        iterations=int(v["maximum"]),  # the plugin cuts the digits behind the point
        gamma=max(v["wiener"], 0.0),
        filter_xy=v["low"],
        filter_z=v["z_direction"],
        normalize=v["normalize"],
        anti_ring=v["perform"],
        detect_divergence=v["detect"],
        change_thresh_percent=v["terminate"],
        db=v["data"],
    )
    numbers = [option.key for option in OPTIONS if isinstance(option, Number)]
    assumed = tuple(key for key in numbers if key not in given)
    return Id3dCommand(v["image"], v["point"], v["output"], v["show"], v["log"], settings, assumed)


def _check_words(pairs: Pairs) -> None:
    """Refuse what ImageJ's dialog would read otherwise than it looks.

    Raises
    ------
    InputError
        A box with a value, a decimal comma, a bare word that no box has.
    """
    title = ""  # the title before a word, such as "image=cell"
    for key, value in pairs:
        name = key.lower()
        if name in FLAGS and value is not None:
            raise InputError(
                f"{key}={value}: the plugin takes this box as not ticked; write the word {name} alone, or leave it out"
            )
        if value is None and name not in FLAGS and title:
            wrong = unknown_key(key, [option.key for option in OPTIONS])
            raise InputError(
                f"{wrong}; a title with blanks needs brackets: {title.replace('=', '=[')} {key}]"
            )
        if value is not None and name not in TITLES and "," in value:
            raise InputError(f"{key}={value} has a decimal comma: write {key}={value.replace(',', '.')}")
        title = f"{key}={value}" if name in TITLES else ""
