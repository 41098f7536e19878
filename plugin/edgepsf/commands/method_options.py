"""The options of all deconvolution methods as options of one command."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from ..deconvolve.methods import METHODS
from ..options import Option

OF_METHODS: dict[str, tuple[Option, ...]] = {name: method.options for name, method in METHODS.items()}


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
