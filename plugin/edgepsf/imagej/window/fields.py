"""One showing of a command's dialog: its windows, its preview, its help, and the texts that the fields hold."""

from __future__ import annotations

import contextlib
import html
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...commands import Command
from ...errors import InputError
from ...options import Option, option_string
from . import preview
from .form import DialogForm, Reader, label_of

_COLUMNS = (
    "In the Results table, lengths and places are in px, angles in degrees, frequencies in cycles/px, and levels in "
    "gray values. Columns that end in _unit are in the unit of the picture's scale, which the column unit names. "
    "_low and _high are the ends of the 95 % interval."
)
_LINE = 64  # characters of a line of text in a dialog


def show(
    command: Command, imp: Any, entries: Mapping[str, str], hints: Mapping[str, str], sentence: str
) -> dict[str, str] | None:
    """Show the dialog once: the usual options, then the rare ones where the user wants more options.

    Parameters
    ----------
    command : Command
    imp : ij.ImagePlus or None
        The current image.
    entries, hints : mapping
        Texts of the fields at first, and words beside them, by key.
    sentence : str
        Why the dialog has come back, in red; empty the first time.

    Returns
    -------
    dict or None
        Texts of the fields by key; None when the user cancelled. Rare options that the user did not want to see
        have their first entries.
    """
    usual = [option for option in command.options if not option.rare]
    rare = [option for option in command.options if option.rare]
    titles = other_titles(imp)
    first = {option.key: option.entry(titles) for option in rare}
    wanted = {key: entries.get(key, text) for key, text in first.items()}
    page = Page(command, imp, {**first, **entries}, first, hints)
    more = (_more(rare), wanted != first) if rare else None
    answered = page.show(usual, sentence, more)
    if answered is None:
        return None
    texts, more_wanted = answered
    if not more_wanted:
        return texts | first
    below = Page(command, imp, {**wanted, **texts}, {}, hints)
    answered = below.show(rare, "", None)
    return None if answered is None else texts | answered[0]


def _more(rare: Sequence[Option]) -> str:
    """Label of the box behind which the rare options are: with their names where there is room."""
    words = f"More options: {', '.join(label_of(option) for option in rare)}"
    return words if len(words) <= _LINE else "More options"


@dataclass(frozen=True)
class Page:
    """One window with some of a command's options.

    Attributes
    ----------
    command : Command
    imp : ij.ImagePlus or None
    entries : mapping
        Texts of all options by key.
    unseen : mapping
        Texts of the options that count as not given where the box for more options is not ticked.
    hints : mapping
        Words beside fields, by key.
    """

    command: Command
    imp: Any
    entries: Mapping[str, str]
    unseen: Mapping[str, str]
    hints: Mapping[str, str]

    def show(
        self, options: Sequence[Option], sentence: str, more: tuple[str, bool] | None
    ) -> tuple[dict[str, str], bool] | None:
        """Show the fields of some options, and perhaps a box for more.

        Parameters
        ----------
        options : sequence of Option
        sentence : str
            A line in red; none when empty.
        more : (str, bool), optional
            Label of a box for further options, and whether it is ticked at first.

        Returns
        -------
        (dict of str, bool) or None
            Texts of the fields by key, and whether the box is ticked; None when the user cancelled.
        """
        from jpype import JClass

        dialog = JClass("ij.gui.GenericDialog")(self.command.title)
        dialog.addMessage(textwrap.fill(self.command.help, _LINE))
        if sentence:
            dialog.addMessage(textwrap.fill(sentence, _LINE), None, JClass("java.awt.Color").RED)
        form = DialogForm(dialog, other_titles(self.imp), self.hints)
        readers = {option.key: option.ask(form, self.entries.get(option.key, "")) for option in options}
        ticked = _box(dialog, *more) if more else lambda: False
        dialog.addHelp(help_text(self.command))
        with _previewed(dialog, self.command, self.imp, lambda: self._text(readers, ticked())):
            dialog.showDialog()
        if dialog.wasCanceled() or not dialog.wasOKed():
            return None
        return {key: read() for key, read in readers.items()}, ticked()

    def _text(self, readers: Mapping[str, Reader], more: bool) -> str | None:
        """The option string of what this window and the other one hold, for the preview; None where there is none."""
        unseen = {} if more else self.unseen
        texts = {**self.entries, **unseen, **{key: read() for key, read in readers.items()}}
        try:
            return option_string(texts, self.command.options)
        except InputError:
            return None


def _box(dialog: Any, label: str, ticked: bool) -> Callable[[], bool]:
    """Add a box to tick; gives whether it is ticked."""
    dialog.addCheckbox(label, ticked)
    box = dialog.getCheckboxes().lastElement()
    return lambda: bool(box.getState())


@contextlib.contextmanager
def _previewed(dialog: Any, command: Command, imp: Any, text: Callable[[], str | None]) -> Iterator[None]:
    """Add the preview, for the commands that have one, and keep it going while the dialog is open."""
    if command.preview is None:
        yield
        return
    from jpype import JImplements, JOverride

    dialog.addCheckbox(f"Preview: {command.preview.shows}", preview.is_quick(imp))
    box = dialog.getCheckboxes().lastElement()
    dialog.addMessage("\n" * (preview.LINES - 1))
    label = dialog.getMessage()
    live = preview.LivePreview(command, command.preview, imp, label)

    def follow() -> None:
        live.want(text() if box.getState() else None)

    @JImplements("ij.gui.DialogListener")
    class Listener:
        @JOverride
        def dialogItemChanged(self, window: Any, event: Any) -> bool:
            if event is not None:
                follow()
            return True

    dialog.addDialogListener(Listener())
    follow()
    try:
        yield
    finally:
        live.close()


def other_titles(imp: Any) -> list[str]:
    """Titles of the open images but the given one, oldest first."""
    from jpype import JClass

    manager = JClass("ij.WindowManager")
    own = int(imp.getID()) if imp is not None else 0
    numbers = [int(n) for n in manager.getIDList() or ()]
    titles = [str(manager.getImage(n).getTitle()) for n in numbers if n != own]
    return list(dict.fromkeys(titles))


def help_text(command: Command) -> str:
    """The HTML that the Help button shows; it needs no network."""
    usual = [_help_row(option) for option in command.options if not option.rare]
    rare = [_help_row(option) for option in command.options if option.rare]
    rows = "".join([*usual, *(["<tr><td colspan=2><i>More options</i></td></tr>"] if rare else []), *rare])
    columns = (
        "" if command.output == "image" else f"<table width=520><tr><td>{_COLUMNS}</td></tr></table><br>"
    )
    line = f'run("{command.name}", "{command.example}");'
    return (
        f"<html><h2>{html.escape(command.title)}</h2><table width=520><tr><td>{html.escape(command.help)}"
        f"</td></tr></table><br><table width=520>{rows}</table><br>{columns}In a macro: "
        f"<code>{html.escape(line)}</code></html>"
    )


def _help_row(option: Option) -> str:
    """Key and description of an option as a row of HTML."""
    words = html.escape(option.described(": {}"))
    return f"<tr><td valign=top><b>{html.escape(option.key)}</b></td><td>{words}</td></tr>"
