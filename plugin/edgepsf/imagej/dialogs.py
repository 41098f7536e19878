"""Dialogs made from the table of commands; what a user enters becomes an option string, as in a macro.

ImageJ's GenericDialog only shows the fields. Their texts go through `edgepsf.options.parse_options`, so the
dialog, a macro and the Recorder's line mean the same and are refused with the same sentences.
"""

from __future__ import annotations

import contextlib
import html
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from ..commands import Command
from ..edge.levels import estimate_levels
from ..errors import EdgeError, InputError
from ..operations import LEVELS, PLANE, PROFILE
from ..options import Option, parse_options, split_options
from ..picture import Picture
from ..region import take_region
from . import menu, preview, windows

_LINE, _HINT = 64, 90  # characters of a line of text in a dialog, and of the words beside a field
_ABBREVIATIONS = ("psf", "mtf", "fwhm")
# Commands that estimate the levels just so when none are given: their dialogs show the values as entries. To
# the others given levels mean "do not fit them": their dialogs name the values beside the empty entries.
_TAKE_ESTIMATES = ("Edge g...", "Edge f...")


def due(command: Command) -> bool:
    """Whether a command that was called without options is to ask for them.

    Only when chosen from ImageJ's window: under `run("Name...")` in a macro it takes its defaults, so that a
    macro does the same with and without a window.
    """
    from jpype import JClass

    if not command.options or not menu.from_window(command.name):
        return False
    return JClass("ij.IJ").getInstance() is not None and not JClass("ij.macro.Interpreter").isBatchMode()


def ask(command: Command, imp: Any, attempt: Callable[[str], None] = lambda text: None) -> str | None:
    """Ask for the options of a command until it can be done with them.

    Parameters
    ----------
    command : Command
    imp : ij.ImagePlus or None
        The current image; levels are estimated in its region.
    attempt : callable, optional
        Does the command with an option string. Where it raises an InputError, the dialog comes back with the
        sentence and with what was entered.

    Returns
    -------
    str or None
        The option string, such as "v1=30 v2=100"; None when the user cancelled.

    Raises
    ------
    InputError
        There is no image and the command needs one.
    """
    if imp is None and command.image == "needed":
        raise InputError("there is no image open; open or select one first")
    entries, hints = defaults(command, imp)
    sentence = ""
    while True:
        entries = _show(command, imp, entries, hints, sentence)
        if entries is None:
            return None
        try:
            text = option_string(entries, command.options)
            parse_options(text, command.options)
            attempt(text)
        except InputError as error:
            sentence = str(error)
        else:
            return text


def defaults(command: Command, imp: Any) -> tuple[dict[str, str], dict[str, str]]:
    """What the fields of a dialog hold at first, and the words to the right of them, by key."""
    entries, hints = {}, {}
    for option in command.options:
        entries[option.key] = "" if option.default is None else str(option.default)
        if option.kind == "flag":
            entries[option.key] = str(bool(option.default)).lower()
        hints[option.key] = _hint(option)
    if "psf" in entries:
        entries["psf"] = _newest_psf(other_titles(imp))
    picture = _picture(imp)
    if picture is None:
        return entries, hints
    for key, value in _noted(picture).items():
        if key in entries:
            entries[key] = f"{value:.9g}"
    for key, value in _levels(picture, command.name).items():
        if key in entries and command.name in _TAKE_ESTIMATES:
            entries[key] = f"{value:.6g}"
        elif key in entries:
            hints[key] += f" (about {value:.4g})"
    return entries, hints


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
            word = f"{key}={_quoted(text)}"
            if split_options(word) != [(key, text)] or (option.kind == "image" and text.startswith("&")):
                raise InputError(f'{key}: "{text}" cannot be written in a macro; rename that image')
            words.append(word)
    return " ".join(words)


@contextlib.contextmanager
def recorded(command: Command, text: str | None) -> Iterator[None]:
    """Let ImageJ's Recorder, if it is open, write down the command chosen from the window once it is done."""
    from jpype import JClass

    if not menu.from_window(command.name) or not JClass("ij.IJ").recording():
        yield
        return
    recorder = JClass("ij.plugin.frame.Recorder")
    # From here on the Recorder leaves out the windows that the command opens.
    recorder.setCommand(command.name)
    try:
        yield
    except BaseException:
        recorder.disableCommandRecording()
        raise
    for key, value in split_options(text or ""):
        if value is None:
            recorder.recordOption(key)
        else:
            # The Recorder puts brackets around values with a blank, and only around those.
            recorder.recordOption(key, recorder.fixString(value if " " in value else _quoted(value)))
    recorder.saveCommand()


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


def other_titles(imp: Any) -> list[str]:
    """Titles of the open images but the given one, oldest first."""
    from jpype import JClass

    manager = JClass("ij.WindowManager")
    own = int(imp.getID()) if imp is not None else 0
    numbers = [int(n) for n in manager.getIDList() or ()]
    titles = [str(manager.getImage(n).getTitle()) for n in numbers if n != own]
    return list(dict.fromkeys(titles))


def _newest_psf(titles: list[str]) -> str:
    """The newest kernel by its title, such as img-PSF or img-PSF-1; else the only image, else none."""
    kernels = [title for title in titles if re.search(r"-PSF(-\d+)?$", title)]
    return (kernels or ([""] if len(titles) != 1 else titles))[-1]


def _picture(imp: Any) -> Picture | None:
    try:
        return None if imp is None else windows.picture_of(imp)
    except InputError:
        return None  # the command itself will say what is wrong


def _noted(picture: Picture) -> dict[str, float]:
    """The plane and the profile last fitted on the picture, by the keys that take them."""
    values = dict(zip("abc", picture.numbers(PLANE) or (), strict=False))
    return values | {f"p{2 * i + 1}": v for i, v in enumerate(picture.numbers(PROFILE) or ())}


def _levels(picture: Picture, name: str) -> dict[str, float]:
    """Levels estimated in the region; none where there are none, or where the picture is a g image."""
    if LEVELS in picture.properties:
        return {}
    try:
        region = take_region(picture.data, picture.roi)
        levels = estimate_levels(region.values, region.mask)
    except (EdgeError, InputError):
        return {}  # the command itself will say what is wrong
    return {} if name == "Edge f..." and _like_g(levels) else dict(zip(("v1", "v2"), levels, strict=True))


def _like_g(levels: tuple[float, ...]) -> bool:
    """Whether levels look like those of a g image from a file, which f takes as it is."""
    return all(-0.25 < level < 0.75 for level in levels)


def _hint(option: Option) -> str:
    """Unit of an option, and whether its field may stay empty."""
    words = [option.unit] if option.unit else []
    if option.kind == "text" and len(option.help) <= _HINT:
        words.append(option.help)
    if option.default is None and not option.required:
        words.append("optional")
    return ", ".join(words)


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


def _quoted(text: str) -> str:
    return f"[{text}]" if re.search(r"\s", text) or text.startswith("[") else text


def _show(
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

    dialog.addCheckbox(preview.words(command), preview.is_quick(_picture(imp)))
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
        dialog.addCheckbox(words if len(words) <= _HINT else label.rstrip(":"), text == "true")
        box = dialog.getCheckboxes().lastElement()
        return lambda: str(bool(box.getState())).lower()
    if option.kind == "choice":
        return _add_choice(dialog, label, list(option.choices), text)
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
