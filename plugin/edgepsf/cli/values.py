"""Texts of the command line as values of options and as a region."""

from __future__ import annotations

import argparse
from typing import Any

from ..commands import Command
from ..errors import InputError
from ..options import Option, complete


def values_of(command: Command, given: argparse.Namespace) -> dict[str, Any]:
    """Values of the command's options; those that are not given have their defaults.

    Raises
    ------
    InputError
        A text is no value of its option, or a required option is missing.
    """
    texts = {option: getattr(given, option.key) for option in command.options}
    return complete(
        {option.key: value_of(option, text) for option, text in texts.items() if text is not None},
        command.options,
    )


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
