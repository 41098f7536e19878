"""From an option string and ImageJ's current image to what a command's function takes."""

from __future__ import annotations

from typing import Any

from ...commands import Command
from ...commands.operations import SOURCE
from ...errors import InputError
from ...options import parse_options
from ...pictures.picture import Picture
from . import windows


def prepare(command: Command, text: Any, source: Any) -> tuple[Picture | None, dict[str, Any], Any]:
    """The picture, the values of the options, and the image that they are of.

    Parameters
    ----------
    command : Command
    text : str or None
        The option string.
    source : ij.ImagePlus or None
        The current image. Where it is a map derived from another one that the command works on, that one is given
        back as the third item.

    Raises
    ------
    InputError
        A wrong option, or no image where one is needed.
    """
    values = parse_options(None if text is None else str(text), command.options, macro_variable)
    if source is None and command.image == "needed":
        raise InputError("there is no image open; open or select one first")
    color = command.color or command.image == "optional"
    picture = None if source is None else windows.picture_of(source, color)
    for option in command.options:
        if option.kind == "image" and values[option.key] is not None:
            values[option.key] = windows.find_picture(values[option.key])
    origin = picture.properties.get(SOURCE) if picture is not None else None
    if origin and command.derived_as and values[command.derived_as] is None:
        values[command.derived_as] = picture
        source = windows.find_window(origin)
        picture = windows.picture_of(source)
    return picture, values, source


def macro_variable(name: str) -> Any:
    """Value of a variable of the running macro: float, str, or None when there is none."""
    from jpype import JClass

    interpreter = JClass("ij.macro.Interpreter").getInstance()
    if interpreter is None:
        return None
    text = interpreter.getStringVariable(name)
    if text is not None:
        return str(text)
    number = float(interpreter.getVariable2(name))
    return None if number != number else number
