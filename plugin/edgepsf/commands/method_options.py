"""The options of all deconvolution methods as options of one command."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from ..deconvolve.methods import METHODS
from ..errors import InputError
from ..options import Option

OF_METHODS: dict[str, tuple[Option, ...]] = {name: method.options for name, method in METHODS.items()}

# Short names of methods in this field; those of DeconvolutionLab2 among them.
_SHORT = {"rl": "richardson_lucy", "lucy_richardson": "richardson_lucy", "lucy": "richardson_lucy"}
_SHORT |= {
    "lw": "landweber",
    "nif": "inverse",
    "trif": "tikhonov",
    "usm": "unsharp_mask",
    "unsharp": "unsharp_mask",
}


def native_name(method: str) -> str:
    """The native engine's name of a method: in any case of letters, with blanks or hyphens, or short.

    Raises
    ------
    InputError
        If there is no such method; the sentence names the method that may be meant.
    """
    plain = re.sub(r"[\s–-]+", "_", method.strip().lower())
    name = _SHORT.get(plain, plain)
    if name in METHODS:
        return name
    first, *numbers = method.split()
    if numbers and first.lower() in _SHORT:
        meant = f"; for the native engine write method={_SHORT[first.lower()]} and the numbers as options of their own"
    else:
        close = get_close_matches(name, METHODS, n=1, cutoff=0.5)
        meant = f"; did you mean {close[0]}?" if close else ""
    raise InputError(f'unknown method "{method}": use one of {", ".join(METHODS)}{meant}')


def has_iterations(method: str) -> bool:
    """Whether a method of the native engine iterates."""
    return any(option.key == "iterations" for option in OF_METHODS[method])


def options_of(methods: Mapping[str, Iterable[Option]], but: Collection[str] = ()) -> tuple[Option, ...]:
    """The options that at least one method has, each once.

    Parameters
    ----------
    methods : mapping
        Name of a method → its options.
    but : collection of str
        Keys to leave out.

    Returns
    -------
    tuple of Option
        The help begins with the names of the methods. Only flags have a default: another option is passed on when
        it is given, since a method refuses the options of other methods.
    """
    first: dict[str, Option] = {}
    helps: dict[str, dict[str, list[str]]] = {}
    for name, options in methods.items():
        for option in options:
            if option.key not in but:
                first.setdefault(option.key, option)
                helps.setdefault(option.key, {}).setdefault(_explained(option), []).append(name)
    return tuple(_shared(option, helps[key]) for key, option in first.items())


def _shared(option: Option, helps: Mapping[str, Iterable[str]]) -> Option:
    words = "; ".join(f"for {', '.join(names)}: {help}" for help, names in helps.items())
    return replace(option, help=words, default=option.default if option.bare else None)


def _explained(option: Option) -> str:
    """Help of an option with the default that its method takes, unless the help says it."""
    if option.bare or not option.default or "when not given" in option.help:
        return option.help
    shown = f"{option.default:g}" if isinstance(option.default, float) else option.default
    return f"{option.help}, {shown} when not given"
