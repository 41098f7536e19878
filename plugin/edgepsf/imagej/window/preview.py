"""The live preview in a dialog: the command done with what the fields hold, its lines in the image, its figures below.

A thread of its own does the work, for the newest entries; a result for older entries is dropped. When the dialog
closes, the image has its own overlay again.
"""

from __future__ import annotations

import functools
import sys
import textwrap
import threading
import traceback
from collections.abc import Callable
from typing import Any

from ...commands import Command
from ...commands.command import Preview
from ...errors import EdgeError, InputError
from ...options import split_options
from ...pictures.result import Result
from ..exchange import results
from ..exchange.calls import prepare

LINES, COLUMNS = 3, 64  # room for the figures or a sentence
_QUICK = 200 * 200  # pixels in a region that is previewed without being asked
_PAUSE = 0.2  # s after a key before the work begins


def is_quick(imp: Any) -> bool:
    """Whether the preview is on when the dialog of an image opens."""
    if imp is None or imp.getBitDepth() == 24:
        return True
    region = imp.getRoi().getBounds() if imp.getRoi() is not None else imp
    width, height = (region.width, region.height) if region is not imp else (imp.getWidth(), imp.getHeight())
    return int(width) * int(height) <= _QUICK


class LivePreview:
    """The preview of one open dialog.

    Parameters
    ----------
    command : Command
    declared : Preview
        How the command is previewed.
    imp : ij.ImagePlus or None
        The image that gets the lines meanwhile.
    label : ij.gui.MultiLineLabel
        Where the figures go.
    """

    def __init__(self, command: Command, declared: Preview, imp: Any, label: Any) -> None:
        self._command, self._declared, self._imp, self._label = command, declared, imp, label
        overlay = None if imp is None else imp.getOverlay()
        self._overlay = None if overlay is None else overlay.duplicate()
        # The dialog is laid out around a text that fills the room; it is not seen.
        label.setText("\n".join(["x" * COLUMNS] * LINES))
        label.setForeground(label.getParent().getBackground())
        self._laid_out = False
        self._newest: str | None = None
        self._done: str | None = None
        self._closed = False
        self._changed = threading.Condition()
        threading.Thread(target=self._work, daemon=True, name="edgepsf preview").start()

    def want(self, text: str | None) -> None:
        """Show the command with this option string; None shows nothing."""
        with self._changed:
            if text == self._newest and text is not None:
                return
            self._newest = text
            if text is None:
                self._done = None
            self._changed.notify()
        if self._laid_out or text is None:
            self._say("" if text is None else "…")
        if text is None:
            self._restore()

    def close(self) -> None:
        """End it; the image has its own overlay again."""
        with self._changed:
            self._closed = True
            self._newest = None
            self._changed.notify()
        self._restore()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._newest not in (None, self._done))
                while not self._closed and self._changed.wait(_PAUSE):
                    pass  # keys are still being pressed
                if self._closed:
                    return
                text = self._done = self._newest
            if text is not None:
                outcome = self._attempt(text)
                _in_event_thread(functools.partial(self._show, text, outcome))

    def _attempt(self, text: str) -> Result | str:
        """The command's result, or the sentence why there is none."""
        try:
            picture, values, _ = prepare(self._command, split_options(text), self._imp)
            values |= {option.key: option.default for option in self._command.options if option.windows}
            return self._command.run(picture, values)
        except (InputError, EdgeError) as error:
            return str(error)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            return f"{type(error).__name__}: {error}"

    def _show(self, text: str, outcome: Result | str) -> None:
        with self._changed:  # not after the dialog has closed
            if self._closed or text != self._newest:
                return
            if isinstance(outcome, str):
                self._restore()
                self._say(outcome)
                return
            if self._imp is not None and outcome.lines:
                results.draw_overlay(self._imp, outcome.lines)
            row = outcome.row or outcome.summary
            self._say(self._declared.text(row) if row else "")

    def _say(self, text: str) -> None:
        self._laid_out = True
        self._label.setForeground(None)
        lines = textwrap.wrap(text, COLUMNS)[:LINES]
        self._label.setText("\n".join([*lines, *[" "] * (LINES - len(lines))]))

    def _restore(self) -> None:
        if self._imp is not None:
            self._imp.setOverlay(None if self._overlay is None else self._overlay.duplicate())


def _in_event_thread(work: Callable[[], None]) -> None:
    from jpype import JClass, JProxy

    JClass("java.awt.EventQueue").invokeLater(JProxy("java.lang.Runnable", dict={"run": work}))
