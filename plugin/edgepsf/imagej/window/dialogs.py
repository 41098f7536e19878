"""Dialogs made from the declarations of the commands; the entries of a user become an option string, as in a macro.

ImageJ's GenericDialog only shows the fields. Their texts go through the parser of `edgepsf.options`, so the dialog, a
macro and the Recorder's line mean the same and are refused with the same sentences.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...commands import Command
from ...errors import InputError
from ...options import Pairs, option_string, quoted
from ...pictures.picture import Picture
from ..exchange import windows
from . import fields, menu


def due(command: Command) -> bool:
    """Whether a command that was called without options is to ask for them.

    Only when chosen from ImageJ's window: under `run("Name...")` in a macro it takes its defaults, so that a
    macro does the same with and without a window.
    """
    from jpype import JClass

    if not command.options or not menu.from_window(command.name):
        return False
    return JClass("ij.IJ").getInstance() is not None and not JClass("ij.macro.Interpreter").isBatchMode()


def ask(command: Command, imp: Any, attempt: Callable[[str], None]) -> str | None:
    """Ask for the options of a command until it can be done with them.

    Parameters
    ----------
    command : Command
    imp : ij.ImagePlus or None
        The current image; the dialog's first entries are read from it.
    attempt : callable
        Does the command with an option string. Where it raises an InputError, the dialog comes back with the
        sentence and with the entries of the user.

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
    entries: Mapping[str, str] | None
    entries, hints = defaults(command, imp)
    sentence = ""
    while True:
        entries = fields.show(command, imp, entries, hints, sentence)
        if entries is None:
            return None
        try:
            text = option_string(entries, command.options)
            attempt(text)
        except InputError as error:
            sentence = str(error)
        else:
            return text


def defaults(command: Command, imp: Any) -> tuple[dict[str, str], dict[str, str]]:
    """Texts that the fields of a dialog hold at first, and words from the image beside them, by key."""
    titles = fields.other_titles(imp)
    entries = {option.key: option.entry(titles) for option in command.options}
    picture = _picture(imp)
    if picture is None:
        return entries, {}
    return {**entries, **command.entries(picture)}, dict(command.hints(picture))


@contextlib.contextmanager
def recorded(command: Command, pairs: Pairs) -> Iterator[None]:
    """Let ImageJ's Recorder, if it is open, write down the command chosen from the window once it is done.

    Parameters
    ----------
    command : Command
    pairs : sequence of (str, str or None)
        The option string, split.
    """
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
    for key, value in pairs:
        if value is None:
            recorder.recordOption(key)
        else:
            # The Recorder puts brackets around values with a blank, and only around those.
            recorder.recordOption(key, recorder.fixString(value if " " in value else quoted(value)))
    recorder.saveCommand()


def _picture(imp: Any) -> Picture | None:
    try:
        return None if imp is None else windows.picture_of(imp)
    except InputError:
        return None  # the command itself will say what is wrong
