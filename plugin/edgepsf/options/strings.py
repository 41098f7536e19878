"""Option strings such as "v1=100 v2=30 title=[a b]", as ImageJ's macros write them: parsed and written.

The parser is our own, not GenericDialog's: a misspelt key, an unknown choice, a wrong number or a duplicate is refused
with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ..errors import InputError
from .kinds import Option

Pairs = Sequence[tuple[str, str | None]]


def parse_options(
    text: str | None, options: Sequence[Option], lookup: Callable[[str], Any] | None = None
) -> dict[str, Any]:
    """Values of all options from an ImageJ option string such as "v1=100 v2=30 title=[a b]".

    Parameters
    ----------
    text : str or None
        `key=value`, `key=[value with spaces]`, `flag`, `flag=true` and `key=&variable`.
    options : sequence of Option
        Those the command declares; missing ones get their default.
    lookup : callable, optional
        Value of a macro variable by its name, None when there is none.

    Raises
    ------
    InputError
        On an unknown or repeated key, a missing value, a wrong number or choice, an open bracket.
    """
    return parse_pairs(split_options(text or ""), options, lookup)


def parse_pairs(
    pairs: Pairs, options: Sequence[Option], lookup: Callable[[str], Any] | None = None
) -> dict[str, Any]:
    """Values of all options from the pairs of `split_options`; else as `parse_options`."""
    known = {option.key: option for option in options}
    values: dict[str, Any] = {}
    for key, text in pairs:
        option = known.get(key.lower())
        if option is None:
            raise unknown_key(key, known)
        if option.key in values:
            raise InputError(f"{option.key} is given twice")
        values[option.key] = option.parse(_meant(option, text, lookup))
    return complete(values, options)


def _meant(option: Option, text: str | None, lookup: Callable[[str], Any] | None) -> str:
    """The text of a value: that of a macro variable for "&name", "true" for a bare flag."""
    if text is None and not option.bare:
        raise InputError(f"{option.key} needs a value: {option.key}=…")
    if text is None:
        return "true"
    return _variable(option.key, text[1:], lookup) if text.startswith("&") else text


def complete(values: Mapping[str, Any], options: Sequence[Option]) -> dict[str, Any]:
    """The values with the defaults of the options that are not given.

    Raises
    ------
    InputError
        A required option is missing, or a value belongs to no option.
    """
    for option in options:
        if option.required and values.get(option.key) is None:
            raise InputError(f"{option.key} is missing: {option.wanted}")
    keys = [option.key for option in options]
    for key in values:
        if key not in keys:
            raise unknown_key(key, keys)
    return {option.key: values.get(option.key, option.default) for option in options}


def option_string(texts: Mapping[str, str], options: Iterable[Option]) -> str:
    """The option string for the texts of a dialog's fields; empty ones are left out.

    Parameters
    ----------
    texts : mapping
        Text of a field by the key of its option; "true" and "false" for flags.
    options : iterable of Option

    Raises
    ------
    InputError
        If a text cannot stand in an option string.
    """
    words = (option.word(texts.get(option.key, "").strip()) for option in options)
    return " ".join(word for word in words if word)


def split_options(text: str) -> list[tuple[str, str | None]]:
    """(key, value) pairs of an option string; the value of a bare word is None."""
    pairs: list[tuple[str, str | None]] = []
    i, n = 0, len(text)
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
            pairs.append((key, value))
        else:
            pairs.append((key, None))
    return pairs


def _value(text: str, key: str, i: int) -> tuple[str, int]:
    """The value that starts at i, and the index behind it."""
    if i < len(text) and text[i] == "[":
        end = _partner(text, i)
        if end is not None and text[end + 1 : end + 2].strip() == "":
            return text[i + 1 : end], end + 1
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


def _partner(text: str, i: int) -> int | None:
    """Index of the bracket that closes the one at i, brackets within it counted; None if there is none."""
    depth = 0
    for k in range(i, len(text)):
        depth += {"[": 1, "]": -1}.get(text[k], 0)
        if depth == 0:
            return k
    return None


def _variable(key: str, name: str, lookup: Callable[[str], Any] | None) -> str:
    value = lookup(name) if lookup is not None else None
    if value is None:
        raise InputError(f"{key}=&{name}: the macro has no variable {name}")
    return repr(value) if isinstance(value, float) else str(value)


def unknown_key(key: str, known: Iterable[str]) -> InputError:
    """The refusal of a key that no option has; it names the keys that there are."""
    keys = list(known)
    close = get_close_matches(key, keys, n=1, cutoff=0.5)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return InputError(f'unknown key "{key}"{hint}; the keys are: {", ".join(keys) or "none"}')
