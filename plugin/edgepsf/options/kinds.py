"""Kinds of options: small classes that parse texts, check values, and describe themselves.

The command line, ImageJ's option strings, the dialogs, the Recorder and the docs know only what these classes
offer. A command or a method declares each of its options once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from ..errors import InputError

Field = TypeVar("Field", covariant=True)
Answer = TypeVar("Answer")


class Form(Protocol[Field]):
    """A dialog as an option sees it: each method adds the field of one option and gives what the dialog keeps of it."""

    def flag(self, option: Option, text: str) -> Field:
        """A box to tick; `text` is "true" or "false"."""
        ...

    def choice(self, option: Option, items: Sequence[str], text: str) -> Field:
        """A list of items, of which `text` is chosen; the item "" stands for "not given"."""
        ...

    def image(self, option: Option, text: str) -> Field:
        """The open images, or the path of a file."""
        ...

    def words(self, option: Option, items: Sequence[str], text: str) -> Field:
        """A list of items, and a line for another word than those."""
        ...

    def file(self, option: Option, text: str) -> Field:
        """A line for the path of a file that is written, and a way to choose it."""
        ...

    def number(self, option: Option, text: str) -> Field:
        """A line for a number."""
        ...

    def text(self, option: Option, text: str) -> Field:
        """A line for any text."""
        ...


@dataclass(frozen=True)
class Option:
    """One option of a command or of a method; the base of all kinds.

    Attributes
    ----------
    key : str
        Name in option strings (`key=value`), in Python, and on the command line (`--key`).
    help : str
        One line.
    default : object
        None means "not given".
    unit : str
        Unit of the value, such as "px".
    required : bool
        Whether a command refuses to run without it.
    windows : bool
        Whether it is about ImageJ's windows only; the command line does not offer it then.
    rare : bool
        Whether few users need it: a dialog shows it behind "More options".
    """

    key: str
    help: str = ""
    _: KW_ONLY
    default: Any = None
    unit: str = ""
    required: bool = False
    windows: bool = False
    rare: bool = False

    kind: ClassVar[str] = "text"  # its word in the docs
    metavar: ClassVar[str] = "TEXT"  # its word on the command line

    @property
    def bare(self) -> bool:
        """Whether the key may stand without a value."""
        return False

    @property
    def words(self) -> tuple[str, ...]:
        """The words of which one is chosen; empty where other values are taken."""
        return ()

    @property
    def wanted(self) -> str:
        """What to give where the option is required, for macros and dialogs."""
        return self.help

    def parse(self, text: str) -> Any:
        """Value of the option from its text.

        Raises
        ------
        InputError
            If the text is no such value.
        """
        if not text:
            raise InputError(f"{self.key}= is empty: give a value")
        return text

    def check(self, value: Any) -> Any:
        """A value that Python code gave, as the type of this kind.

        Raises
        ------
        InputError
            If it is no such value.
        """
        if not isinstance(value, str) or not value:
            raise InputError(f"{self.key} must be a text, not {value!r}")
        return value

    def opened(self, value: Any, read: Callable[[str], Any]) -> Any:
        """The value as a command takes it: `read` gives the picture for the name of an image."""
        return value

    def word(self, text: str) -> str:
        """The word of an option string for the text of a dialog's field; empty where nothing has to be written.

        Raises
        ------
        InputError
            If the text cannot stand in an option string.
        """
        if re.search(r"\]\s", text) and not _balanced(text):  # it would end the brackets
            raise self._unwritable(text)
        return f"{self.key}={quoted(text)}" if text else ""

    def _unwritable(self, text: str) -> InputError:
        return InputError(f'{self.key}: "{text}" cannot be written in a macro; rename that image')

    def entry(self, titles: Sequence[str] = ()) -> str:
        """Text that the field of a dialog holds at first; `titles` are those of the open images, oldest first."""
        return "" if self.default is None else str(self.default)

    def ask(self, form: Form[Answer], text: str) -> Answer:
        """Add the field of this option to a dialog."""
        return form.text(self, text)

    def described(self, choices: str = " (one of {})") -> str:
        """Help, unit, words and default as one line; `choices` is the pattern for the list of words."""
        line = self.help + (f" [{self.unit}]" if self.unit else "")
        if self.words:
            line += choices.format(", ".join(self.words))
        return line + (f"; default {self.default}" if self.default not in (None, False) else "")


class Text(Option):
    """Any text that is not empty."""


@dataclass(frozen=True)
class OutputFile(Option):
    """The path of a file that a command writes beside its pictures.

    Attributes
    ----------
    ending : str
        The ending that its name must have, such as ".csv".
    """

    _: KW_ONLY
    ending: str = ""

    kind = "output file"
    metavar = "FILE"

    def parse(self, text: str) -> str:
        """The path that is written."""
        return self.check(super().parse(text))

    def check(self, value: Any) -> str:
        """The path as a text; another ending is refused."""
        path = os.fspath(value) if isinstance(value, os.PathLike) else value
        if not str(super().check(path)).lower().endswith(self.ending):
            raise InputError(f'{self.key} must end in {self.ending}, not "{path}"')
        return str(path)

    def ask(self, form: Form[Answer], text: str) -> Answer:
        """Add a line for the path, with a way to choose it."""
        return form.file(self, text)


@dataclass(frozen=True)
class Image(Option):
    """The title of an open image, else the path of a file; a command gets the picture.

    Attributes
    ----------
    suffix : str
        Ending of the titles among which a dialog chooses the newest one, such as "PSF" for "cells-PSF-1".
    """

    _: KW_ONLY
    suffix: str = ""

    kind = "image"
    metavar = "FILE"

    @property
    def wanted(self) -> str:
        """The picture, by the title of an open image or by a path."""
        return f"open the {self.help} and choose it, or give the path of its file"

    def check(self, value: Any) -> Any:
        """The picture as it is."""
        return value

    def opened(self, value: Any, read: Callable[[str], Any]) -> Any:
        """The picture that `read` gives for the title or path; None stays None."""
        return None if value is None else read(value)

    def word(self, text: str) -> str:
        """As of every option; "&" before a title would be a macro variable."""
        if text.startswith("&"):
            raise self._unwritable(text)
        return super().word(text)

    def entry(self, titles: Sequence[str] = ()) -> str:
        """The newest title with the suffix, else the only title, else none."""
        if not self.suffix:
            return super().entry(titles)
        fitting = [title for title in titles if re.search(rf"-{self.suffix}(-\d+)?$", title)]
        return (fitting or ([""] if len(titles) != 1 else list(titles)))[-1]

    def ask(self, form: Form[Answer], text: str) -> Answer:
        """Add a list of the open images, or a line for a path."""
        return form.image(self, text)


@dataclass(frozen=True)
class Flag(Option):
    """Yes or no; off unless the default says otherwise."""

    _: KW_ONLY
    default: Any = False

    kind = "flag"
    metavar = ""

    @property
    def bare(self) -> bool:
        """A flag stands without a value."""
        return True

    def parse(self, text: str) -> bool:
        """True or False of "true", "1", "yes", "false", "0", "no"."""
        if text.lower() in ("true", "1", "yes"):
            return True
        if text.lower() in ("false", "0", "no"):
            return False
        raise InputError(
            f"{self.key} is a flag: write {self.key}, {self.key}=true or {self.key}=false, not {text}"
        )

    def check(self, value: Any) -> bool:
        """True or False, of Python's or of numpy's type; numbers are refused."""
        # numpy's type is called bool in numpy 2 and bool_ before; this module does without numpy.
        if type(value).__name__ not in ("bool", "bool_"):
            raise InputError(f"{self.key} must be True or False, not {value!r}")
        return bool(value)

    def word(self, text: str) -> str:
        """The bare key, key=false, or nothing where the text is the default."""
        if (text == "true") == bool(self.default):
            return ""
        return self.key if text == "true" else f"{self.key}=false"

    def entry(self, titles: Sequence[str] = ()) -> str:
        """The default as "true" or "false"."""
        return str(bool(self.default)).lower()

    def ask(self, form: Form[Answer], text: str) -> Answer:
        """Add a box to tick."""
        return form.flag(self, text)


@dataclass(frozen=True)
class Choice(Option):
    """One of several words, in any case of letters.

    Attributes
    ----------
    choices : tuple of str
    free : bool
        Whether other texts are taken too.
    """

    choices: tuple[str, ...] = ()
    _: KW_ONLY
    free: bool = False

    kind = "choice"

    @property
    def words(self) -> tuple[str, ...]:
        """The choices."""
        return self.choices

    def parse(self, text: str) -> str:
        """The choice in its own letters, whatever their case in the text."""
        matches = [c for c in self.choices if c.lower() == text.lower()]
        if not matches and self.free and text:
            return text
        if not matches:
            raise InputError(f'{self.key} must be one of {", ".join(self.choices)}, not "{text}"')
        return matches[0]

    def check(self, value: Any) -> str:
        """The choice itself; from Python its letters count."""
        if isinstance(value, str) and (value in self.choices or (self.free and value)):
            return str(value)
        known = f'"{self.choices[0]}"' if len(self.choices) == 1 else f"one of {', '.join(self.choices)}"
        raise InputError(f"{self.key} must be {known}, not {value!r}")

    def ask(self, form: Form[Answer], text: str) -> Answer:
        """Add a list, with a line where other texts are taken; without a default "" stands for "not given"."""
        items = [*([""] if self.default is None and not self.required else []), *self.choices]
        return (form.words if self.free else form.choice)(self, items, text)


def _balanced(text: str) -> bool:
    """Whether every bracket in a text has its partner, the opening one before the closing one."""
    depth = 0
    for character in text:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


def quoted(text: str) -> str:
    """A value as it stands in an option string, in brackets where it needs them."""
    return f"[{text}]" if any(c.isspace() for c in text) or text.startswith("[") else text
