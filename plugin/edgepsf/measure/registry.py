"""The kinds of measurement: each is declared once, in its own package of `edgepsf.measure`.

A kind is a function with a declaration. From the declaration come the command in ImageJ with its dialog and preview,
the subcommand of the command line, the batch over regions, the report page and the reference page::

    @measurement("PSF from Edge...", cli="psf edge", place=80, help="…", sample=…, options=(…))
    def measure_edge(image, roi=None, *, aspect=1.0, **options) -> EdgeFit: ...

All modules of these packages are imported when the kinds are asked for; nothing else has to name a new kind.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..errors import EdgeError, InputError
from ..options import Option, complete
from ..pictures.picture import Picture
from .measurement import Measurement, Row, headline

Measure = Callable[..., Measurement]
_Function = TypeVar("_Function", bound=Measure)


def _no_hints(picture: Picture) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Kind:
    """A kind of measurement.

    Attributes
    ----------
    command : str
        Name in ImageJ's menus and macros; it stands in people's macros and does not change.
    cli : str
        Subcommand of `edgepsf`, such as "psf edge".
    measure : callable
        (image, roi, *, aspect, **options) → Measurement. It raises an EdgeError if no PSF can be read from the
        pixels, and an InputError if the image, the region or an option is unusable.
    help : str
        One line: the thing that is measured, and how.
    place : int
        Commands stand in menus and pages in the order of these numbers.
    sample : callable
        Makes a synthetic picture that can be measured as a whole, shape (ny, nx), for the tests and for a try.
    options : tuple of Option
        All keywords of the function but `aspect`.
    hints : callable
        For a picture the words beside fields of the dialog, by the keys of the options.
    headline : callable
        One line of text for a row, for the preview.
    report : str
        The contents of the report page, in words.
    example : str
        Option string that works, for the reference page and the tests.
    """

    command: str
    cli: str
    measure: Measure
    help: str
    place: int
    sample: Callable[[], np.ndarray]
    options: tuple[Option, ...] = ()
    hints: Callable[[Picture], Mapping[str, str]] = _no_hints
    headline: Callable[[Row], str] = headline
    report: str = "picture of the measurement: region, residuals, figures, plots"
    example: str = ""

    @property
    def name(self) -> str:
        """The last word of `cli`, such as "edge"."""
        return self.cli.split()[-1]

    def completed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values of all options; an option that is not given has its default.

        Raises
        ------
        InputError
            A key belongs to no option, a required option is missing, or the function refuses a value.
        """
        values = complete(given, self.options)
        # A picture without anything to measure: values are judged before pixels are.
        with contextlib.suppress(EdgeError):
            self.measure(np.zeros((8, 8)), None, aspect=1.0, **values)
        return values


_kinds: dict[str, Kind] = {}


def measurement(
    command: str, *, cli: str, help: str, place: int, sample: Callable[[], np.ndarray], **more: Any
) -> Callable[[_Function], _Function]:
    """Declare the decorated function as a kind of measurement; it stays the function that it is.

    Parameters
    ----------
    command, cli, help, place, sample, **more
        Attributes of `Kind`.

    Raises
    ------
    ValueError
        Another kind has the name.
    """

    def declare(function: _Function) -> _Function:
        """Make the kind known."""
        kind = Kind(command, cli, function, help, place, sample, **more)
        if kind.name in _kinds:
            raise ValueError(f'there are two kinds of measurement named "{kind.name}": rename one of them')
        _kinds[kind.name] = kind
        return function

    return declare


def kinds() -> dict[str, Kind]:
    """All kinds of measurement by name, in the order of their places."""
    room = importlib.import_module(__package__)
    for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        importlib.import_module(module.name)
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
