"""The fields of a command's dialog: ImageJ's GenericDialog as a form for options."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...options import Form, Option

_HINT = 90  # characters of the words beside a field
_ABBREVIATIONS = ("psf", "mtf", "fwhm", "tv")
_SHORT, _LONG = 14, 30  # columns of a line for a word, and for a path

Reader = Callable[[], str]


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
        words = f"{label_of(option)}: {option.help}"
        self._dialog.addCheckbox(words if len(words) <= _HINT else label_of(option), text == "true")
        box = self._dialog.getCheckboxes().lastElement()
        return lambda: str(bool(box.getState())).lower()

    def choice(self, option: Option, items: Sequence[str], text: str) -> Reader:
        """A list of items."""
        from jpype import JArray, JString

        chosen = text if text in items else items[0]
        self._dialog.addChoice(f"{label_of(option)}:", JArray(JString)(list(items)), chosen)
        choice = self._dialog.getChoices().lastElement()
        return lambda: str(choice.getSelectedItem())

    def words(self, option: Option, items: Sequence[str], text: str) -> Reader:
        """A list of items, and below it a line; what is written there counts instead of the item."""
        listed = self.choice(option, items, text)
        written = self._described(
            "or:", "" if text in items else text, _SHORT, "another word than those, optional"
        )
        return lambda: written().strip() or listed()

    def image(self, option: Option, text: str) -> Reader:
        """A list of the other open images; where there are none, a line for the path of a file."""
        if self._titles:
            return self.choice(option, self._titles if option.required else ["", *self._titles], text)
        self._dialog.addFileField(f"{label_of(option)}:", text, _LONG)
        return _reader(self._dialog.getStringFields().lastElement())

    def file(self, option: Option, text: str) -> Reader:
        """A line for a path, and a button that opens ImageJ's window for saving."""
        self._dialog.addStringField(f"{label_of(option)}:", text, _LONG)
        field = self._dialog.getStringFields().lastElement()
        self._dialog.addToSameRow()
        self._dialog.addButton("Browse...", _saving(option, field))
        return _reader(field)

    def number(self, option: Option, text: str) -> Reader:
        """A short line with the unit beside it, and for a rare option the help where that is short."""
        return self._line(option, text, 12, option.help if option.rare and len(option.help) <= _HINT else "")

    def text(self, option: Option, text: str) -> Reader:
        """A line with the help beside it where that is short."""
        return self._line(option, text, _SHORT, option.help if len(option.help) <= _HINT else "")

    def _line(self, option: Option, text: str, columns: int, help: str = "") -> Reader:
        optional = "optional" if option.default is None and not option.required else ""
        words = ", ".join(word for word in (option.unit, help, optional) if word)
        hint = f"{words} {self._hints.get(option.key, '')}".rstrip()
        return self._described(f"{label_of(option)}:", text, columns, hint)

    def _described(self, label: str, text: str, columns: int, words: str) -> Reader:
        """A line with words beside it."""
        # A numeric field only for the words beside it: its text is read as it is.
        self._dialog.addNumericField(label, float("nan"), 0, columns, words)
        field = self._dialog.getNumericFields().lastElement()
        field.setText(text)
        return _reader(field)


def label_of(option: Option) -> str:
    """Label that is the key with blanks and capitals, such as "MTF at" for mtf_at."""
    key = option.key
    if len(key) == 1 or not key.replace("_", "").isalpha():
        return key
    first, *others = (word.upper() if word in _ABBREVIATIONS else word for word in key.split("_"))
    return " ".join([first[0].upper() + first[1:], *others])


def _reader(field: Any) -> Reader:
    return lambda: str(field.getText())


def _saving(option: Option, field: Any) -> Any:
    """A listener that asks where to save the file of an option, and writes the path into a field."""
    from jpype import JClass, JImplements, JOverride

    @JImplements("java.awt.event.ActionListener")
    class Listener:
        @JOverride
        def actionPerformed(self, event: Any) -> None:
            saving = JClass("ij.io.SaveDialog")(
                f"File for {option.key}", option.key, getattr(option, "ending", "")
            )
            if saving.getFileName() is not None:
                field.setText(f"{saving.getDirectory()}{saving.getFileName()}")

    return Listener()
