"""Engines other than the native one: known here by name only, registered by the packages that bring them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import EngineError, InputError

NATIVE = "native"
_others: dict[str, _Engine] = {}


@dataclass(frozen=True)
class _Engine:
    """An engine by its two functions: itself, and the native code with its numbers."""

    restore: Callable[..., Any]
    numbers: Callable[..., Any] | None


def register(name: str, restore: Callable[..., Any], numbers: Callable[..., Any] | None = None) -> None:
    """Make an engine known.

    Parameters
    ----------
    name : str
    restore : callable
        Takes the arguments of `deconvolve` without `engine` and `compat`.
    numbers : callable, optional
        Takes the same, and gives the engine's numbers without the engine: `deconvolve(compat=name)`.
    """
    _others[name] = _Engine(restore, numbers)


def names() -> tuple[str, ...]:
    """All engines, the native one first."""
    return (NATIVE, *_others)


def find(name: str) -> Callable[..., Any]:
    """The function of a registered engine.

    Raises
    ------
    EngineError
        If there is no engine of that name.
    """
    for known, engine in _others.items():
        if known.lower() == str(name).lower():
            return engine.restore
    raise EngineError(f'engine "{name}" is not available: use one of {", ".join(names())}')


def find_numbers(name: str) -> Callable[..., Any]:
    """The function that gives the numbers of a registered engine without it.

    Raises
    ------
    InputError
        If there is no engine of that name whose numbers are known.
    """
    known = {name: engine.numbers for name, engine in _others.items() if engine.numbers is not None}
    for program, numbers in known.items():
        if program.lower() == str(name).lower():
            return numbers
    raise InputError(f'compat must be one of {", ".join(known)}, not "{name}"')
