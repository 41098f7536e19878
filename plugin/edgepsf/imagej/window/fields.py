"""One showing of a command's dialog: its fields, its preview, its help, and the texts that the fields hold."""

from __future__ import annotations

import contextlib
import html
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ...commands import Command
from ...errors import InputError
from ...options import Form, Option, option_string
from . import preview

_LINE, _HINT = 64, 90  # characters of a line of text in a dialog, and of the words beside a field
_ABBREVIATIONS = ("psf", "mtf", "fwhm")

Reader = Callable[[], str]


def show(
    command: Command, imp: Any, entries: Mapping[str, str], hints: Mapping[str, str], sentence: str
) -> dict[str, str] | None:
    """Show the dialog once.

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
        Texts of the fields by key; None when the user cancelled.
    """
    from jpype import JClass

    dialog = JClass("ij.gui.GenericDialog")(command.title)
    dialog.addMessage(textwrap.fill(command.help, _LINE))
    if sentence:
        dialog.addMessage(textwrap.fill(sentence, _LINE), None, JClass("java.awt.Color").RED)
    form = DialogForm(dialog, other_titles(imp), hints)
    readers = {option.key: option.ask(form, entries.get(option.key, "")) for option in command.options}
    dialog.addHelp(help_text(command))
    with _previewed(dialog, command, imp, lambda: _text_of(readers, command)):
        dialog.showDialog()
    if dialog.wasCanceled() or not dialog.wasOKed():
        return None
    return {key: read() for key, read in readers.items()}


class DialogForm(Form[Reader]):
    """Adds the fields of options to an ImageJ dialog; each gives the function that reads its text.

    Parameters
    ----------
    dialog : ij.gui.GenericDialog
    titles : sequence of str
        The open images among which images are chosen.
    hints : mapping
        Words beside fields, by key.
    """

    def __init__(self, dialog: Any, titles: Sequence[str], hints: Mapping[str, str]) -> None:
        self._dialog, self._titles, self._hints = dialog, list(titles), hints

    def flag(self, option: Option, text: str) -> Reader:
        """A checkbox, with the help beside it where that is short."""
        words = f"{_label(option)}: {option.help}"
        self._dialog.addCheckbox(words if len(words) <= _HINT else _label(option), text == "true")
        box = self._dialog.getCheckboxes().lastElement()
        return lambda: str(bool(box.getState())).lower()

    def choice(self, option: Option, items: Sequence[str], text: str) -> Reader:
        """A list of items."""
        from jpype import JArray, JString

        chosen = text if text in items else items[0]
        self._dialog.addChoice(f"{_label(option)}:", JArray(JString)(list(items)), chosen)
        choice = self._dialog.getChoices().lastElement()
        return lambda: str(choice.getSelectedItem())

    def image(self, option: Option, text: str) -> Reader:
        """A list of the other open images; where there are none, a line for the path of a file."""
        if self._titles:
            return self.choice(option, self._titles if option.required else ["", *self._titles], text)
        self._dialog.addFileField(f"{_label(option)}:", text, 25)
        return _reader(self._dialog.getStringFields().lastElement())

    def number(self, option: Option, text: str) -> Reader:
        """A short line with the unit beside it."""
        return self._line(option, text, 12)

    def text(self, option: Option, text: str) -> Reader:
        """A line with the help beside it where that is short."""
        return self._line(option, text, 14, option.help if len(option.help) <= _HINT else "")

    def _line(self, option: Option, text: str, columns: int, help: str = "") -> Reader:
        optional = "optional" if option.default is None and not option.required else ""
        words = ", ".join(word for word in (option.unit, help, optional) if word)
        hint = f"{words} {self._hints.get(option.key, '')}".rstrip()
        # A numeric field only for the words beside it: its text is read as it is.
        self._dialog.addNumericField(f"{_label(option)}:", float("nan"), 0, columns, hint)
        field = self._dialog.getNumericFields().lastElement()
        field.setText(text)
        return _reader(field)


def _reader(field: Any) -> Reader:
    return lambda: str(field.getText())


def _text_of(readers: Mapping[str, Reader], command: Command) -> str | None:
    """The option string of the texts that the fields hold now, for the preview; None where there is none."""
    try:
        return option_string({key: read() for key, read in readers.items()}, command.options)
    except InputError:
        return None


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
    rows = "".join(
        f"<tr><td valign=top><b>{html.escape(o.key)}</b></td><td>{html.escape(o.described(': {}'))}</td></tr>"
        for o in command.options
    )
    line = f'run("{command.name}", "{command.example}");'
    return (
        f"<html><h2>{html.escape(command.title)}</h2><table width=520><tr><td>{html.escape(command.help)}"
        f"</td></tr></table><br><table width=520>{rows}</table><br>In a macro: "
        f"<code>{html.escape(line)}</code></html>"
    )


def _label(option: Option) -> str:
    """Label whose first word, lower-cased, is the key, as ImageJ's users expect."""
    key = option.key
    if key in _ABBREVIATIONS:
        return key.upper()
    return key.capitalize() if key.replace("_", "").isalpha() and len(key) > 1 else key
