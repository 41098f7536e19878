"""The contract of a deconvolution method: its options, the choice of its numbers, the restoration, its memory.

A method is one file in `edgepsf/deconvolve/methods/`. The choice and the restoration are apart: `choose` reads the
numbers from a picture, `restore` uses given numbers only, so that tiles, stacks and comparisons can share one choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..options import Count, Number, Option
from .observation import Observation
from .operator import Blur
from .record import Log

# Options that several methods declare.
ITERATIONS = Count("iterations", "iterations", default=20, maximum=100_000)
REGULARIZATION = Number("regularization", "chosen from the data when not given", minimum=0, above=0)
_LAST = 1000
_declared: dict[str, Method] = {}


def as_given(seen: Observation, blur: Blur, log: Log, **options: Any) -> dict[str, Any]:
    """The options themselves: the choice of a method that reads nothing from the picture."""
    return {name: value for name, value in options.items() if value is not None}


@dataclass(frozen=True)
class Method:
    """A deconvolution method.

    Attributes
    ----------
    name : str
        Name in Python, in option strings and on the command line.
    options : tuple of Option
        All options of the method, `iterations` too. Any other option is refused.
    restore : callable
        ``restore(seen, blur, log, **numbers)`` gives the scene, float32, of the picture's or the scene's shape.
    choose : callable
        ``choose(seen, blur, log, **options)`` gets every declared option, with its default where it is not given,
        and gives the numbers for `restore`; the keys of these are keys of the options.
    memory : callable
        ``memory(size, **options)`` gives the bytes that the method holds at its peak beside the operator; see
        `edgepsf.deconvolve.memory`.
    place : int
        Methods stand in lists in the order of these numbers.
    """

    name: str
    options: tuple[Option, ...]
    restore: Callable[..., np.ndarray]
    choose: Callable[..., dict[str, Any]]
    memory: Callable[..., float]
    place: int = _LAST

    @property
    def help(self) -> str:
        """First sentence of the documentation."""
        return (self.restore.__doc__ or "").strip().partition("\n")[0]

    def checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every declared option: the given value, checked, else the default.

        Parameters
        ----------
        given : mapping
            Values by key; None stands for "not given".

        Raises
        ------
        InputError
            If an option is not declared, or its value unusable.
        """
        known = {option.key: option for option in self.options}
        for name in given:
            if name not in known:
                takes = ", ".join(key for key in known if key != ITERATIONS.key) or "none"
                raise InputError(f'unknown option "{name}" for method "{self.name}": it takes {takes}')
        return {
            key: option.default if given.get(key) is None else option.check(given[key])
            for key, option in known.items()
        }


def method(
    *options: Option,
    memory: Callable[..., float],
    choose: Callable[..., dict[str, Any]] = as_given,
    place: int = _LAST,
) -> Callable[[Callable[..., np.ndarray]], Method]:
    """Declare a method: the decorated function restores, and its name is the name of the method.

    Parameters
    ----------
    *options, memory, choose, place
        As in `Method`.
    """

    def declare(restore: Callable[..., np.ndarray]) -> Method:
        made = Method(restore.__name__, options, restore, choose, memory, place)
        if made.name in _declared:
            raise ValueError(f'the method "{made.name}" is declared twice')
        _declared[made.name] = made
        return made

    return declare


def declared() -> dict[str, Method]:
    """All methods that were declared so far, by name, in the order of their places."""
    return {made.name: made for made in sorted(_declared.values(), key=lambda made: made.place)}
