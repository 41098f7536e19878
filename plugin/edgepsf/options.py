"""Options of commands: their declaration, and the parser of ImageJ option strings.

The parser is our own, not GenericDialog's: a misspelt key, an unknown choice, a wrong number or a
duplicate is refused with a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from .errors import InputError


@dataclass(frozen=True)
class Option:
    """One option of a command.

    Attributes
    ----------
    key : str
        Name in option strings (`key=value`), Python, and the CLI (`--key`).
    kind : {"number", "integer", "choice", "text", "image", "flag"}
        "image" is the title of an open image, else a path.
    default : object
        None means "not given".
    help : str
        One line, with the unit.
    free : bool
        Of a choice: other texts are taken too.
    """

    key: str
    kind: str
    default: Any = None
    help: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    required: bool = False
    free: bool = False

    def convert(self, text: str) -> Any:
        """Value of the option from its text.

        Raises
        ------
        InputError
            If the text is no such value.
        """
        if self.kind in ("number", "integer"):
            return self._number(text)
        if self.kind == "flag":
            if text.lower() in ("true", "1", "yes"):
                return True
            if text.lower() in ("false", "0", "no"):
                return False
            raise InputError(
                f"{self.key} is a flag: write {self.key}, {self.key}=true or {self.key}=false, not {text}"
            )
        if self.kind == "choice":
            return self._choice(text)
        if not text:
            raise InputError(f"{self.key}= is empty: give a value")
        return text

    def _number(self, text: str) -> float | int:
        word = "a whole number" if self.kind == "integer" else "a number"
        try:
            value = float(text)
        except ValueError:
            raise InputError(f'{self.key} must be {word}, not "{text}"') from None
        if not math.isfinite(value) or "_" in text:
            raise InputError(f'{self.key} must be {word}, not "{text}"')
        if self.kind == "integer" and value != int(value):
            raise InputError(f'{self.key} must be a whole number, not "{text}"')
        if self.minimum is not None and value < self.minimum:
            raise InputError(f"{self.key} must be at least {self.minimum:g}, not {text}")
        return int(value) if self.kind == "integer" else value

    def _choice(self, text: str) -> str:
        matches = [c for c in self.choices if c.lower() == text.lower()]
        if not matches and self.free and text:
            return text
        if not matches:
            raise InputError(f'{self.key} must be one of {", ".join(self.choices)}, not "{text}"')
        return matches[0]


def parse_options(
    text: str | None, options: tuple[Option, ...], lookup: Callable[[str], Any] | None = None
) -> dict[str, Any]:
    """Values of all options from an ImageJ option string such as "v1=100 v2=30 title=[a b]".

    Parameters
    ----------
    text : str or None
        `key=value`, `key=[value with spaces]`, `flag`, `flag=true` and `key=&variable`.
    options : tuple of Option
        Those the command declares; missing ones get their default.
    lookup : callable, optional
        Value of a macro variable by its name, None when there is none.

    Raises
    ------
    InputError
        On an unknown or repeated key, a missing value, a wrong number or choice, an open bracket.
    """
    known = {option.key: option for option in options}
    values: dict[str, Any] = {}
    for key, value in split_options(text or ""):
        option = known.get(key.lower())
        if option is None:
            raise InputError(_unknown_key(key, list(known)))
        if option.key in values:
            raise InputError(f"{option.key} is given twice")
        if value is None:
            if option.kind != "flag":
                raise InputError(f"{option.key} needs a value: {option.key}=…")
            value = "true"
        elif value.startswith("&"):
            value = _variable(option.key, value[1:], lookup)
        values[option.key] = option.convert(value)
    return complete(values, options)


def complete(values: dict[str, Any], options: tuple[Option, ...]) -> dict[str, Any]:
    """Fill in defaults; refuse when a required option is missing."""
    for option in options:
        if option.required and values.get(option.key) is None:
            raise InputError(f"{option.key} is missing: {option.help}")
    return {option.key: values.get(option.key, option.default) for option in options}


def split_options(text: str) -> list[tuple[str, str | None]]:
    """(key, value) pairs of an option string; the value of a bare word is None."""
    pairs, i, n = [], 0, len(text)
    while i < n:
        if text[i].isspace():
            i += 1
            continue
        start = i
        while i < n and text[i] != "=" and not text[i].isspace():
            i += 1
        key = text[start:i]
        if not key:
            raise InputError(
                f'a key is missing before "=" in "{text.strip()}" (write key=value without spaces)'
            )
        if i < n and text[i] == "=":
            value, i = _value(text, key, i + 1)
        else:
            value = None
        pairs.append((key, value))
    return pairs


def _value(text: str, key: str, i: int) -> tuple[str, int]:
    """The value that starts at i, and the index behind it."""
    if i < len(text) and text[i] == "[":
        end = i
        while True:
            end = text.find("]", end + 1)
            if end < 0:
                raise InputError(f'the bracket of {key}=[ is not closed in "{text.strip()}"')
            if end + 1 == len(text) or text[end + 1].isspace():
                return text[i + 1 : end], end + 1
    end = i
    while end < len(text) and not text[end].isspace():
        end += 1
    if end == i:
        raise InputError(f"{key}= has no value")
    return text[i:end], end


def _variable(key: str, name: str, lookup) -> str:
    value = lookup(name) if lookup is not None else None
    if value is None:
        raise InputError(f"{key}=&{name}: the macro has no variable {name}")
    return repr(value) if isinstance(value, float) else str(value)


def _unknown_key(key: str, known: list[str]) -> str:
    close = get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f" (did you mean {close[0]}?)" if close else ""
    allowed = ", ".join(known) if known else "none"
    return f'unknown key "{key}"{hint}; the keys are: {allowed}'
