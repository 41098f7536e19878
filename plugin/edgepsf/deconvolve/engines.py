"""Engines other than the native one: known here by name only, registered by the packages that bring them."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import EngineError

NATIVE = "native"
_others: dict[str, Callable] = {}


def register(name: str, restore: Callable) -> None:
    """Make an engine known; `restore` takes what `deconvolve` takes, but for `engine`."""
    _others[name] = restore


def names() -> tuple[str, ...]:
    """All engines, the native one first."""
    return (NATIVE, *_others)


def find(name: str) -> Callable:
    """The function of a registered engine.

    Raises
    ------
    EngineError
        There is no engine of that name.
    """
    for known, restore in _others.items():
        if known.lower() == str(name).lower():
            return restore
    raise EngineError(f'engine "{name}" is not available: use one of {", ".join(names())}')
