"""A running ImageJ: macros run in it, stopped with a sentence.

Without a window ImageJ writes its messages to Java's System.out and System.err: print() lines, but also every error
message. Both streams therefore end in a `streams.JavaStream`. It hands the lines to the session, which passes them on
to sys.stderr (stdout is for results) and learns from the Java stack which line means that the macro has failed.
"""

from __future__ import annotations

import contextlib
import re
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import MacroError
from ..exchange import convert, images
from ..launch.java import Java
from ..launch.sources import EMBEDDED, Source
from ..launch.streams import CANCELED, Listener, redirect_output
from .interpreter import (
    MacroRun,
    check_script_parameters,
    clear_macro_state,
    describe,
    java_runtime_exception,
    macro_text,
)
from .interrupt import ending, interruptible

# An exception in a command or in call(): ImageJ logs the trace and lets the macro go on.
_LOGGED_EXCEPTION = re.compile(
    r"ij\.IJ\.log\([^)]*\)(, ij\.IJ\.handleException\([^)]*\))?, ij\.(Executer\.run|macro\.Functions\.call)\("
)


@dataclass
class Session:
    """A running ImageJ.

    Attributes
    ----------
    version : str
        ImageJ's version, such as ``"1.54p"``.
    java : Java or None
        The Java it runs on; None where the JVM had been started by other code.
    headless : bool
        Whether it has no window.
    source : Source
        Which ImageJ it is.
    gateway : net.imagej.ImageJ or None
        pyimagej's gateway; None for the embedded ImageJ.
    seconds : float
        The time the start took.
    """

    version: str
    java: Java | None
    headless: bool
    source: Source = EMBEDDED
    gateway: Any = field(default=None, repr=False)
    seconds: float = 0.0
    _runs: list[MacroRun] = field(default_factory=list, repr=False)
    _listening: bool = field(default=False, repr=False)

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C has come while a macro runs."""
        return any(run.interrupted for run in self._runs)

    def run_macro(self, macro: str | Path, argument: str = "") -> str:
        """Run an ImageJ macro to its end.

        Parameters
        ----------
        macro : str or Path
            The text of the macro, or the path of an .ijm file (as a Path).
        argument : str
            The value of getArgument() in the macro.

        Returns
        -------
        str
            The value the macro returns, "" if none. Its print() lines go to sys.stderr.

        Raises
        ------
        MacroError
            If the macro did not reach its end, exit() or a return; the message says why.
        InputError
            If the file cannot be read, or it has script parameters (``#@``).
        KeyboardInterrupt
            If Ctrl-C stopped the macro.
        SystemExit
            If the macro ends the process by ``eval("script", "System.exit(CODE);")``, or SIGTERM or SIGHUP stopped it,
            for which the program has a handler.
        """
        from jpype import JClass, JException

        text = macro_text(macro)
        check_script_parameters(text)
        interpreter_class = JClass("ij.macro.Interpreter")
        run, value = MacroRun(interpreter_class()), None
        self.listen()
        outer = interpreter_class.getInstance()
        self._runs.append(run)
        try:
            with interruptible(self._runs):
                value = run.interpreter.run(text, str(argument))
        except JException as error:
            self._after_exception(run, error)
        finally:
            self._runs.pop().over = True
            clear_macro_state(outer)
        if run.interrupted:
            raise ending(run)
        if run.exit_code is not None:
            raise SystemExit(run.exit_code)
        sentence = run.sentence or " ".join(run.exit_text.split()) or self._error_in_window(run, value)
        if sentence:
            raise MacroError(sentence)
        return "" if value is None else str(value)

    def _after_exception(self, run: MacroRun, error: Any) -> None:
        """Sort the exceptions that leave the interpreter: exit(), an error already told, and real ones."""
        if error.getMessage() == CANCELED and isinstance(error, java_runtime_exception()):
            trace = error.getStackTrace()
            by_exit = len(trace) > 0 and str(trace[0]).startswith("ij.macro.Functions.exit(")
            if not by_exit and run.sentence is None:
                run.sentence = str(run.interpreter.getErrorMessage() or "The macro was cancelled.")
            return
        if run.sentence is None:
            run.sentence = describe(str(error.toString()), run.interpreter)

    def _error_in_window(self, run: MacroRun, value: Any) -> str | None:
        """The error that ImageJ showed in a window of its own, and nowhere else."""
        # wasError is also true after "return" from within a macro block: a returned value outweighs it.
        if not self.headless and value is None and run.interpreter.wasError():
            return str(run.interpreter.getErrorMessage() or "The macro was stopped by an error.")
        return None

    def abort_macro(self, sentence: str) -> None:
        """Stop the running macro with a sentence; outside of any macro show the sentence through IJ.error.

        The function returns at once; the macro ends as soon as the running command has returned to it.
        """
        from jpype import JClass, JException

        interpreter = JClass("ij.macro.Interpreter").getInstance()
        if self._runs:
            self._stop(sentence)
        elif interpreter is not None:
            # A macro started from ImageJ's own window: its "Macro Error" window takes the sentence.
            # The exception is ImageJ's own "stop here"; the interpreter is marked as done all the same.
            with contextlib.suppress(JException):
                interpreter.abort(sentence)
        else:
            # ImageJ's message box is as wide as its longest line.
            text = sentence if self.headless else textwrap.fill(sentence, 72)
            JClass("ij.IJ").error("edgepsf", text)

    def exit_macro(self, code: int) -> bool:
        """Stop all running macros and let `run_macro` raise SystemExit with a code; False where none runs."""
        for run in self._runs:
            run.exit_code = code
        if self._runs:
            self._stop(f"The macro ended the process with {code}.")
        return bool(self._runs)

    def _stop(self, sentence: str) -> None:
        """Mark the innermost run and whatever macro it is in as done; the first sentence counts."""
        from jpype import JClass

        run = self._runs[-1]
        run.sentence = run.sentence or sentence
        for interpreter in (JClass("ij.macro.Interpreter").getInstance(), run.interpreter):
            if interpreter is not None:
                self._abort(interpreter, sentence)

    @staticmethod
    def _abort(interpreter: Any, sentence: str) -> None:
        # With errors ignored abort() opens no window, throws nothing and does not wait.
        interpreter.setIgnoreErrors(True)
        interpreter.abort(sentence)

    def to_imageplus(self, image: Any, title: str | None = None, axes: str | None = None) -> Any:
        """Copy any image into a new ImagePlus; see `edgepsf.imagej.convert.to_imageplus`."""
        return convert.to_imageplus(image, title, axes)

    def to_dataset(self, image: Any, title: str | None = None, axes: str | None = None) -> Any:
        """Copy any image into a new Dataset of ImageJ2; see `edgepsf.imagej.convert.to_dataset`."""
        return convert.to_dataset(self.gateway, image, title, axes)

    def to_xarray(self, image: Any, title: str | None = None, axes: str | None = None) -> Any:
        """Copy any image into a new xarray.DataArray; see `edgepsf.imagej.convert.to_xarray`."""
        return convert.to_xarray(image, title, axes)

    def to_numpy(self, imp: Any) -> np.ndarray:
        """Copy the planes of an ImagePlus into a new array; see `edgepsf.imagej.convert.to_numpy`."""
        return images.to_numpy(imp)

    def listen(self, listener: Listener | None = None) -> None:
        """Hear ImageJ's output from now on.

        A gateway that other code started is left alone until it runs a macro for this session.

        Parameters
        ----------
        listener : Listener, optional
            Where Java's streams end already; without one they are redirected, once.
        """
        if listener is not None:
            listener.heard = self._heard
        elif not self._listening:
            redirect_output(Listener(self._heard))
        self._listening = True

    def _heard(self, text: str) -> bool:
        """Judge a text that ImageJ wrote and pass it on; True when the Java code that wrote it is to be stopped."""
        from jpype import JClass

        stack = str(
            JClass("java.util.Arrays").toString(JClass("java.lang.Thread").currentThread().getStackTrace())
        )
        run = self._runs[-1] if self._runs else None
        # A macro in the macro functions runMacro() or eval() reports its failure to the caller, who goes on.
        inner, called, _ = stack.partition("ij.macro.Functions.runMacro(")
        nested = bool(called) and "ij.macro.Interpreter.run(" in inner
        told = "ij.IJ.error(" in stack and "ij.IJ.log(" not in stack
        # Without a window and without an image IJ.getImage() ends the whole process after this message.
        exits = told and "ij.IJ.getImage(" in stack and self.headless
        if run is None or nested:
            sys.stderr.write(text)
            return exits
        if "ij.macro.Interpreter.showError(" in stack:
            self._macro_error(run, text)
        elif "ij.macro.Functions.exit(" in stack and "ij.IJ.showMessage(" in stack:
            run.exit_text += text
        elif told:
            if text.strip():
                self._stop(" ".join(text.split()))
            return True
        elif _LOGGED_EXCEPTION.search(stack):
            self._stop(describe(text, run.interpreter))
        else:
            sys.stderr.write(text)
        return False

    def _macro_error(self, run: MacroRun, text: str) -> None:
        """Take the sentence from ImageJ's "Macro Error" text: the message with its line, then the code."""
        lines = [line.strip() for line in text.removeprefix("Macro Error:").splitlines() if line.strip()]
        if not lines or run.sentence:
            return
        code = lines[-1] if len(lines) > 1 else ""
        # Only for a macro inside a command (run("Macro...", "code=...")) does this also stop the outer one.
        self._stop(f"{lines[0]}: {code}" if code else lines[0])
