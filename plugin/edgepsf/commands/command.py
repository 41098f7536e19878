"""The declaration of a command; ImageJ's `run("Name...", "key=value")`, the dialog, the CLI and the docs follow it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ..options import Option, complete
from ..pictures import titles
from ..pictures.picture import Picture
from ..pictures.result import Result

Function = TypeVar("Function", bound=Callable[..., Result])
Row = dict[str, Any]


def never(values: Mapping[str, Any]) -> bool:
    """The default of `Command.integers`."""
    return False


def nothing(picture: Picture) -> dict[str, str]:
    """No entries: the default of `Command.entries` and `Command.hints`."""
    return {}


@dataclass(frozen=True)
class Preview:
    """How a dialog shows at once what a command will give.

    Attributes
    ----------
    text : callable
        One line of text for the row of the result, or for its summary where there is no row.
    shows : str
        What can be seen, for the label of the checkbox.
    """

    text: Callable[[Row], str]
    shows: str = "figures"


@dataclass(frozen=True)
class Regions:
    """How a command works on many regions, a row for each; the command line offers --rois and --workers then.

    Attributes
    ----------
    rows : callable
        ``rows(picture, regions, workers=…, callback=…, **options)`` gives the rows; `regions` is a list of
        (name, roi), and ``callback(done, total, row)`` is called after each of them.
    overlay : str
        Key of the flag by which the areas of the image's overlay are the regions.
    single : tuple of str
        Keys of the options that are for a single region only.
    """

    rows: Callable[..., list[Row]]
    overlay: str = "overlay"
    single: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    """A command under all its names.

    Attributes
    ----------
    name : str
        Name in ImageJ menus and macros; it stands in people's macros and does not change.
    cli : str
        Subcommand of `edgepsf`.
    function : callable
        Takes the current picture and the options by their keys, gives a Result. It may also take `report`, the path
        of a picture to draw, and `callback`, called as callback(i, n, info) while it works.
    help : str
        One line.
    place : int
        Commands stand in menus and pages in the order of these numbers.
    options : tuple of Option
    image : {"needed", "optional"}
        Whether a current picture is needed.
    output : {"image", "numbers", "both"}
        What it makes; "image" needs `-o` in the CLI.
    derived_as : str
        Option that the current picture becomes when it was made from another one, as its note `derived_note` says;
        the other one is then the picture worked on.
    derived_note : str
    suffixes : tuple of str
        What it appends to titles; the next command takes them off again.
    kept : tuple of str
        Those of the suffixes that the next command leaves, such as the name of a channel.
    color : bool
        Whether colour images are taken; such a command takes encoded gray values too.
    integers : callable
        Whether, with these values of the options, it makes 8- or 16-bit pictures, which more formats hold.
    region : bool
        Whether it looks at the selected region; the command line has no --roi for others.
    plugins : bool
        Whether it can use ImageJ plugins; the command line offers their folders then.
    entries, hints : callable
        For a picture the texts that the fields of the dialog hold at first, and words to stand beside fields, both
        by the keys of the options.
    preview : Preview, optional
        For a command that is quick enough to be done while its dialog is open.
    regions : Regions, optional
    report : str
        What `--report` draws on the command line, where there is such a picture.
    makes : str
        What it makes, in words, where `output` does not say it.
    example : str
        Option string that works, for the docs and tests.
    """

    name: str
    cli: str
    function: Callable[..., Result]
    help: str
    place: int
    options: tuple[Option, ...] = ()
    image: str = "needed"
    output: str = "image"
    derived_as: str = ""
    derived_note: str = "edgepsf.source"
    suffixes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    color: bool = False
    integers: Callable[[Mapping[str, Any]], bool] = never
    region: bool = True
    plugins: bool = False
    entries: Callable[[Picture], Mapping[str, str]] = nothing
    hints: Callable[[Picture], Mapping[str, str]] = nothing
    preview: Preview | None = None
    regions: Regions | None = None
    report: str = ""
    makes: str = ""
    example: str = ""

    @property
    def title(self) -> str:
        """The name without its dots."""
        return self.name.rstrip(".")

    @property
    def reports_progress(self) -> bool:
        """Whether the function takes a `callback`."""
        return "callback" in inspect.signature(self.function).parameters

    def run(self, picture: Picture | None, values: Mapping[str, Any], **extras: Any) -> Result:
        """Do the command.

        Parameters
        ----------
        picture : Picture or None
            The current picture.
        values : mapping
            Values of the options by their keys; missing ones get their default.
        **extras
            `report` and `callback`, for a function that takes them.

        Raises
        ------
        InputError
            A required option is missing, a key belongs to no option, or the function refuses a value.
        EdgeError
            No PSF can be read from the picture.
        """
        result = self.function(picture, **complete(values, self.options), **extras)
        result.warnings[:0] = self.remarks(picture, values)
        return result

    def remarks(self, picture: Picture | None, values: Mapping[str, Any]) -> list[str]:
        """What the files of the pictures said when they were read, each sentence once."""
        pictures = [picture, *(value for value in values.values() if isinstance(value, Picture))]
        found = [remark for each in pictures if each is not None for remark in each.meta.remarks]
        if picture is not None and picture.meta.encoded and not self.color:
            found.append(picture.meta.encoded)
        return list(dict.fromkeys(found))


_declared: dict[str, Command] = {}


def declare(command: Command) -> Command:
    """Make a command known under its name, and its suffixes to the titles of pictures.

    Raises
    ------
    ValueError
        Another command has the name.
    """
    if command.name in _declared:
        raise ValueError(f'there are two commands named "{command.name}": rename one of them')
    _declared[command.name] = command
    titles.register(*(each for each in command.suffixes if each not in command.kept))
    return command


def declared() -> tuple[Command, ...]:
    """The commands that have been declared, in the order of their places."""
    return tuple(sorted(_declared.values(), key=lambda command: command.place))


def command(name: str, *, cli: str, help: str, place: int, **more: Any) -> Callable[[Function], Function]:
    """Declare the decorated function as a command; it stays the function that it is.

    Parameters
    ----------
    name, cli, help, place, **more
        Attributes of `Command`.
    """

    def decorate(function: Function) -> Function:
        declare(Command(name, cli, function, help, place, **more))
        return function

    return decorate


def figures(*keys: str) -> Preview:
    """A preview that shows those of the figures that there are."""
    return Preview(lambda row: ", ".join(f"{key} {row[key]:.5g}" for key in keys if key in row))
