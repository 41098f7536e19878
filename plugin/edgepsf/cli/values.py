"""Texts of the command line as values of options and as a region."""

from __future__ import annotations

import argparse
from typing import Any

from ..commands import Command
from ..errors import InputError
from ..options import Option, complete

# Options whose name within the program is another one.
_WORDS = {"use_fiji": "fiji", "use_imagej": "imagej"}


def values_of(command: Command, given: argparse.Namespace) -> dict[str, Any]:
    """Values of the command's options; those that are not given have their defaults.

    Raises
    ------
    InputError
        A text is no value of its option, or a required option is missing.
    """
    texts = {option: getattr(given, option.key) for option in command.options}
    for option, text in texts.items():
        if option.required and text is None:
            raise InputError(
                f"--{option.key} is missing: {option.help}; write --{option.key} {option.metavar}"
            )
    return complete(
        {option.key: value_of(option, text) for option, text in texts.items() if text is not None},
        command.options,
    )


def check_not_empty(given: argparse.Namespace) -> None:
    """Refuse an argument without text, which a script with an unset variable gives.

    Raises
    ------
    InputError
        If there is one.
    """
    for name, value in vars(given).items():
        if value == "" and name != "argument":  # what a macro's getArgument() gives may be empty
            word = name.upper() if name in ("image", "file", "folder") else f"--{_WORDS.get(name, name)}"
            raise InputError(f"{word} is empty: give it a value, or leave it out")


def value_of(option: Option, text: str) -> Any:
    """Value of one option; the sentence of a refusal names it as on the command line.

    Raises
    ------
    InputError
        The text is no value of the option.
    """
    try:
        return option.parse(text)
    except InputError as error:
        raise InputError(f"--{error}") from None


def roi_of(text: str | None) -> tuple[int, int, int, int] | None:
    """The region "X,Y,W,H" in whole-image pixels; None for the whole image.

    Raises
    ------
    InputError
        The text is no region.
    """
    if text is None:
        return None
    try:
        x, y, width, height = (int(v) for v in text.split(","))
    except ValueError:
        raise InputError(f'--roi must be four whole numbers X,Y,W,H, not "{text}"') from None
    return x, y, width, height
