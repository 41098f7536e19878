"""The kinds of measurement: each is declared once, in its own package of `edgepsf.measure`.

A kind is a function with a declaration. From the declaration come the command in ImageJ with its dialog and preview,
the subcommand of the command line, the batch over regions, the report page and the reference page::

    @measurement(command="PSF from Edge...", cli="psf edge", help="…", options=(…), place=80)
    def measure(image, roi=None, *, aspect=1.0, model="auto") -> EdgeFit: ...
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from ..errors import InputError
from ..options import Option
from .measurement import Measurement

Measure = Callable[..., Measurement]
_Function = TypeVar("_Function", bound=Measure)


@dataclass(frozen=True)
class Kind:
    """A kind of measurement.

    Attributes
    ----------
    name : str
        The last word of `cli`, such as "edge".
    command : str
        Name in ImageJ's menus and macros.
    cli : str
        Subcommand of `edgepsf`, such as "psf edge".
    help : str
        What it measures, in one line.
    options : tuple of Option
        All keywords of the function but `aspect`.
    place : int
        Where the command stands among all commands; the lowest number comes first.
    example : str
        Option string that works, for the reference page and the tests.
    report : str
        What the report page shows, in words.
    measure : callable
        (image, roi, *, aspect, **options) → Measurement. It raises an EdgeError if no PSF can be had from the
        pixels, and an InputError if the image, the region or an option is unusable.
    """

    name: str
    command: str
    cli: str
    help: str
    options: tuple[Option, ...]
    place: int
    example: str
    report: str
    measure: Measure

    def check(self, given: dict[str, Any]) -> None:
        """Refuse options that the kind does not have.

        Raises
        ------
        InputError
            Which option is unknown, and which ones there are.
        """
        known = [option.key for option in self.options]
        for key in given:
            if key not in known:
                close = get_close_matches(key, known, n=1, cutoff=0.5)
                hint = f" (did you mean {close[0]}?)" if close else ""
                raise InputError(
                    f'{self.cli} has no option "{key}"{hint}; its options are: {", ".join(known) or "none"}'
                )


_kinds: dict[str, Kind] = {}


def measurement(
    *,
    command: str,
    cli: str,
    help: str,
    options: tuple[Option, ...] = (),
    place: int,
    example: str = "",
    report: str = "picture of the measurement: region, residuals, figures, plots",
) -> Callable[[_Function], _Function]:
    """Declare a function as a kind of measurement; see `Kind` for the parameters."""

    def declare(function: _Function) -> _Function:
        name = cli.split()[-1]
        _kinds[name] = Kind(name, command, cli, help, options, place, example, report, function)
        return function

    return declare


def kinds() -> dict[str, Kind]:
    """All kinds of measurement by name, in the order of their places."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if module.ispkg:
            importlib.import_module(f"{package}.{module.name}")
    return {kind.name: kind for kind in sorted(_kinds.values(), key=lambda kind: kind.place)}


def kind_of(name: str) -> Kind:
    """A kind of measurement by its name.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    found = kinds()
    if name not in found:
        raise InputError(f'unknown kind of measurement "{name}": use one of {", ".join(found)}')
    return found[name]
