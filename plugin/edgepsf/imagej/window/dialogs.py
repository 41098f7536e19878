"""Dialogs made from the table of commands; what a user enters becomes an option string, as in a macro.

ImageJ's GenericDialog only shows the fields. Their texts go through `edgepsf.options.parse_options`, so the
dialog, a macro and the Recorder's line mean the same and are refused with the same sentences.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from ...commands import Command
from ...commands.operations import LEVELS, PLANE, PROFILE
from ...errors import EdgeError, InputError
from ...measure.edge.levels import estimate_levels
from ...options import Option, parse_options, split_options
from ...pictures.picture import Picture
from ...pictures.region import take_region
from ..exchange import windows
from . import fields, menu
from .fields import HINT, option_string, other_titles, quoted

# Commands that estimate the levels just so when none are given: their dialogs show the values as entries. To
# the others given levels mean "do not fit them": their dialogs name the values beside the empty entries.
_TAKE_ESTIMATES = ("Edge g...", "Edge f...")


def due(command: Command) -> bool:
    """Whether a command that was called without options is to ask for them.

    Only when chosen from ImageJ's window: under `run("Name...")` in a macro it takes its defaults, so that a
    macro does the same with and without a window.
    """
    from jpype import JClass

    if not command.options or not menu.from_window(command.name):
        return False
    return JClass("ij.IJ").getInstance() is not None and not JClass("ij.macro.Interpreter").isBatchMode()


def ask(command: Command, imp: Any, attempt: Callable[[str], None] = lambda text: None) -> str | None:
    """Ask for the options of a command until it can be done with them.

    Parameters
    ----------
    command : Command
    imp : ij.ImagePlus or None
        The current image; levels are estimated in its region.
    attempt : callable, optional
        Does the command with an option string. Where it raises an InputError, the dialog comes back with the
        sentence and with what was entered.

    Returns
    -------
    str or None
        The option string, such as "v1=30 v2=100"; None when the user cancelled.

    Raises
    ------
    InputError
        There is no image and the command needs one.
    """
    if imp is None and command.image == "needed":
        raise InputError("there is no image open; open or select one first")
    entries, hints = defaults(command, imp)
    sentence = ""
    while True:
        entries = fields.show(command, imp, entries, hints, sentence)
        if entries is None:
            return None
        try:
            text = option_string(entries, command.options)
            parse_options(text, command.options)
            attempt(text)
        except InputError as error:
            sentence = str(error)
        else:
            return text


def defaults(command: Command, imp: Any) -> tuple[dict[str, str], dict[str, str]]:
    """What the fields of a dialog hold at first, and the words to the right of them, by key."""
    entries, hints = {}, {}
    for option in command.options:
        entries[option.key] = "" if option.default is None else str(option.default)
        if option.kind == "flag":
            entries[option.key] = str(bool(option.default)).lower()
        hints[option.key] = _hint(option)
    if "psf" in entries:
        entries["psf"] = _newest_psf(other_titles(imp))
    picture = _picture(imp)
    if picture is None:
        return entries, hints
    for key, value in _noted(picture).items():
        if key in entries:
            entries[key] = f"{value:.9g}"
    for key, value in _levels(picture, command.name).items():
        if key in entries and command.name in _TAKE_ESTIMATES:
            entries[key] = f"{value:.6g}"
        elif key in entries:
            hints[key] += f" (about {value:.4g})"
    return entries, hints


@contextlib.contextmanager
def recorded(command: Command, text: str | None) -> Iterator[None]:
    """Let ImageJ's Recorder, if it is open, write down the command chosen from the window once it is done."""
    from jpype import JClass

    if not menu.from_window(command.name) or not JClass("ij.IJ").recording():
        yield
        return
    recorder = JClass("ij.plugin.frame.Recorder")
    # From here on the Recorder leaves out the windows that the command opens.
    recorder.setCommand(command.name)
    try:
        yield
    except BaseException:
        recorder.disableCommandRecording()
        raise
    for key, value in split_options(text or ""):
        if value is None:
            recorder.recordOption(key)
        else:
            # The Recorder puts brackets around values with a blank, and only around those.
            recorder.recordOption(key, recorder.fixString(value if " " in value else quoted(value)))
    recorder.saveCommand()


def _newest_psf(titles: list[str]) -> str:
    """The newest kernel by its title, such as img-PSF or img-PSF-1; else the only image, else none."""
    kernels = [title for title in titles if re.search(r"-PSF(-\d+)?$", title)]
    return (kernels or ([""] if len(titles) != 1 else titles))[-1]


def _picture(imp: Any) -> Picture | None:
    try:
        return None if imp is None else windows.picture_of(imp)
    except InputError:
        return None  # the command itself will say what is wrong


def _noted(picture: Picture) -> dict[str, float]:
    """The plane and the profile last fitted on the picture, by the keys that take them."""
    values = dict(zip("abc", picture.numbers(PLANE) or (), strict=False))
    return values | {f"p{2 * i + 1}": v for i, v in enumerate(picture.numbers(PROFILE) or ())}


def _levels(picture: Picture, name: str) -> dict[str, float]:
    """Levels estimated in the region; none where there are none, or where the picture is a g image."""
    if LEVELS in picture.properties:
        return {}
    try:
        region = take_region(picture.data, picture.roi)
        levels = estimate_levels(region.values, region.mask)
    except (EdgeError, InputError):
        return {}  # the command itself will say what is wrong
    return {} if name == "Edge f..." and _like_g(levels) else dict(zip(("v1", "v2"), levels, strict=True))


def _like_g(levels: tuple[float, ...]) -> bool:
    """Whether levels look like those of a g image from a file, which f takes as it is."""
    return all(-0.25 < level < 0.75 for level in levels)


def _hint(option: Option) -> str:
    """Unit of an option, and whether its field may stay empty."""
    words = [option.unit] if option.unit else []
    if option.kind == "text" and len(option.help) <= HINT:
        words.append(option.help)
    if option.default is None and not option.required:
        words.append("optional")
    return ", ".join(words)
