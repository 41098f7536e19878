"""One showing of a command's dialog: its fields, its preview, its help; their texts, and the option string of them."""

from __future__ import annotations

import contextlib
import html
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from ...commands import Command
from ...errors import InputError
from ...options import Option, split_options
from . import preview

_LINE, HINT = 64, 90  # characters of a line of text in a dialog, and of the words beside a field
_ABBREVIATIONS = ("psf", "mtf", "fwhm")


def option_string(entries: dict[str, str], options: tuple[Option, ...]) -> str:
    """The ImageJ option string for the texts of a dialog's fields; empty ones are left out.

    Raises
    ------
    InputError
        If a text cannot stand in an option string.
    """
    words = []
    for option in options:
        key, text = option.key, entries.get(option.key, "").strip()
        if option.kind == "flag":
            if (text == "true") != bool(option.default):
                words.append(key if text == "true" else f"{key}=false")
        elif text:
            word = f"{key}={quoted(text)}"
            if split_options(word) != [(key, text)] or (option.kind == "image" and text.startswith("&")):
                raise InputError(f'{key}: "{text}" cannot be written in a macro; rename that image')
            words.append(word)
    return " ".join(words)


def show(
    command: Command, imp: Any, entries: dict[str, str], hints: dict[str, str], sentence: str
) -> dict[str, str] | None:
    """Show the dialog once; the texts of its fields by key, None when cancelled."""
    from jpype import JClass

    dialog = JClass("ij.gui.GenericDialog")(_title(command))
    dialog.addMessage(textwrap.fill(command.help, _LINE))
    if sentence:
        dialog.addMessage(textwrap.fill(sentence, _LINE), None, JClass("java.awt.Color").RED)
    titles = other_titles(imp)
    readers = {
        option.key: _add(dialog, option, entries.get(option.key, ""), hints[option.key], titles)
        for option in command.options
    }
    dialog.addHelp(help_text(command))
    with _previewed(dialog, command, imp, lambda: _text_of(readers, command)):
        dialog.showDialog()
    if dialog.wasCanceled() or not dialog.wasOKed():
        return None
    return {key: read() for key, read in readers.items()}


def _text_of(readers: dict[str, Callable[[], str]], command: Command) -> str | None:
    """The option string of what the fields hold now, for the preview; None where there is none."""
    try:
        return option_string({key: read() for key, read in readers.items()}, command.options)
    except InputError:
        return None


@contextlib.contextmanager
def _previewed(dialog: Any, command: Command, imp: Any, text: Callable[[], str | None]) -> Iterator[None]:
    """Add the preview, for the commands that have one, and keep it going while the dialog is open."""
    if not preview.has_preview(command):
        yield
        return
    from jpype import JImplements, JOverride

    dialog.addCheckbox(preview.words(command), preview.is_quick(imp))
    box = dialog.getCheckboxes().lastElement()
    dialog.addMessage("\n" * (preview.LINES - 1))
    label = dialog.getMessage()
    live = preview.Preview(command, imp, label)

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


def _add(dialog: Any, option: Option, text: str, hint: str, titles: list[str]) -> Callable[[], str]:
    """Add the field of one option; gives the function that reads its text."""
    label = f"{_label(option)}:"
    if option.kind == "flag":
        words = f"{label} {option.help}"
        dialog.addCheckbox(words if len(words) <= HINT else label.rstrip(":"), text == "true")
        box = dialog.getCheckboxes().lastElement()
        return lambda: str(bool(box.getState())).lower()
    if option.kind == "choice":
        # Without a default the first item stands for "not given".
        items = [*([""] if option.default is None and not option.required else []), *option.choices]
        return _add_choice(dialog, label, items, text)
    if option.kind == "image" and titles:
        return _add_choice(dialog, label, titles if option.required else ["", *titles], text)
    if option.kind == "image":  # no other image is open: a file will do
        dialog.addFileField(label, text, 25)
        field = dialog.getStringFields().lastElement()
    else:
        # A numeric field only for the unit beside it: its text is read as it is.
        columns = 12 if option.kind != "text" else 14
        dialog.addNumericField(label, float("nan"), 0, columns, hint)
        field = dialog.getNumericFields().lastElement()
        field.setText(text)
    return lambda: str(field.getText())


def _add_choice(dialog: Any, label: str, items: list[str], text: str) -> Callable[[], str]:
    from jpype import JArray, JString

    dialog.addChoice(label, JArray(JString)(items), text if text in items else items[0])
    choice = dialog.getChoices().lastElement()
    return lambda: str(choice.getSelectedItem())


def other_titles(imp: Any) -> list[str]:
    """Titles of the open images but the given one, oldest first."""
    from jpype import JClass

    manager = JClass("ij.WindowManager")
    own = int(imp.getID()) if imp is not None else 0
    numbers = [int(n) for n in manager.getIDList() or ()]
    titles = [str(manager.getImage(n).getTitle()) for n in numbers if n != own]
    return list(dict.fromkeys(titles))


def help_text(command: Command) -> str:
    """What the Help button shows: HTML that needs no network."""
    rows = "".join(
        f"<tr><td valign=top><b>{html.escape(o.key)}</b></td><td>{html.escape(_explained(o))}</td></tr>"
        for o in command.options
    )
    line = f'run("{command.name}", "{command.example}");'
    return (
        f"<html><h2>{html.escape(_title(command))}</h2><table width=520><tr><td>{html.escape(command.help)}"
        f"</td></tr></table><br><table width=520>{rows}</table><br>In a macro: "
        f"<code>{html.escape(line)}</code></html>"
    )


def _explained(option: Option) -> str:
    words = option.help + (f" [{option.unit}]" if option.unit else "")
    if option.choices:
        words += f": {', '.join(option.choices)}"
    return words + (f"; default {option.default}" if option.default not in (None, False) else "")


def _title(command: Command) -> str:
    return command.name.rstrip(".")


def _label(option: Option) -> str:
    """Label whose first word, lower-cased, is the key, as ImageJ's users expect."""
    key = option.key
    if key in _ABBREVIATIONS:
        return key.upper()
    return key.capitalize() if key.replace("_", "").isalpha() and len(key) > 1 else key


def quoted(text: str) -> str:
    return f"[{text}]" if re.search(r"\s", text) or text.startswith("[") else text
