"""From an option string and ImageJ's current image to the arguments of a command's function."""

from __future__ import annotations

from typing import Any

from ...commands import Command
from ...errors import InputError
from ...options import Pairs, parse_pairs
from ...pictures.picture import Picture
from . import windows


def prepare(command: Command, pairs: Pairs, source: Any) -> tuple[Picture | None, dict[str, Any], Any]:
    """The picture, the values of the options, and the image that they are of.

    Parameters
    ----------
    command : Command
    pairs : sequence of (str, str or None)
        The option string, split.
    source : ij.ImagePlus or None
        The current image. Where it is a map derived from another one that the command works on, that one is given
        back as the third item.

    Raises
    ------
    InputError
        A wrong option, or no image where one is needed.
    """
    source, pairs = _derived(command, pairs, source)
    values = parse_pairs(pairs, command.options, macro_variable)
    if source is None and command.image == "needed":
        raise InputError("there is no image open; open or select one first")
    color = command.color or command.image == "optional"
    picture = None if source is None else windows.picture_of(source, color)
    for option in command.options:
        values[option.key] = option.opened(values[option.key], windows.find_picture)
    return picture, values, source


def behind(command: Command, source: Any) -> Any:
    """The image that a command works on where the current one is a map or kernel made from it; else the current one.

    Parameters
    ----------
    command : Command
    source : ij.ImagePlus or None
        The current image.
    """
    origin = _origin(command, source)
    found = None if origin is None else windows.open_window(origin)
    return source if found is None else found


def _derived(command: Command, pairs: Pairs, source: Any) -> tuple[Any, Pairs]:
    """The image to work on, and the pairs with the current image as an option where it was made from that image.

    Raises
    ------
    InputError
        The current image serves as the option, and the image that it was made from is not open.
    """
    if source is None or not command.derived_as:
        return source, pairs
    key, title = command.derived_as, str(source.getTitle())
    given = next((text for name, text in pairs if name.lower() == key), None)
    origin = _origin(command, source)
    if origin is None or given not in (None, title):
        return source, pairs
    found = windows.open_window(origin)
    if found is None:
        raise InputError(
            f'the current image "{title}" serves as {key}, and the picture that it was made from, "{origin}", is not '
            "open: select the picture to work on"
        )
    return found, pairs if given else [*pairs, (key, title)]


def _origin(command: Command, source: Any) -> str | None:
    """Title of the image that the current one was made from, as far as the command cares."""
    note = None if source is None or not command.derived_as else source.getProp(command.derived_note)
    return None if note is None else str(note)


def macro_variable(name: str) -> float | str | None:
    """Value of a variable of the running macro; None when there is none."""
    from jpype import JClass

    interpreter = JClass("ij.macro.Interpreter").getInstance()
    if interpreter is None:
        return None
    text = interpreter.getStringVariable(name)
    if text is not None:
        return str(text)
    number = float(interpreter.getVariable2(name))
    return None if number != number else number
