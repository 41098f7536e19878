"""From an option string and ImageJ's current image to the arguments of a command's function."""

from __future__ import annotations

from typing import Any

from ...commands import Command
from ...commands.shared import SOURCE
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
    values = parse_pairs(pairs, command.options, macro_variable)
    if source is None and command.image == "needed":
        raise InputError("there is no image open; open or select one first")
    color = command.color or command.image == "optional"
    picture = None if source is None else windows.picture_of(source, color)
    for option in command.options:
        values[option.key] = option.opened(values[option.key], windows.find_picture)
    origin = picture.properties.get(SOURCE) if picture is not None else None
    if origin and command.derived_as and values[command.derived_as] is None:
        values[command.derived_as] = picture
        source = windows.find_window(origin)
        picture = windows.picture_of(source)
    return picture, values, source


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
