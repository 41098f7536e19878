"""The one ImageJ of this process: start it, run macros in it, stop them with a sentence.

Without a window ImageJ writes to Java's System.out and System.err what it would show: print() lines, but also
every error message. Both streams therefore end in `streams.Output`, which passes lines on to sys.stderr (stdout is
for results) and learns from the Java stack which of them means that the macro has failed.
"""

from __future__ import annotations

import contextlib
import re
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgepsf.errors import EngineError, MacroError
from edgepsf.imagej import convert, fiji, images
from edgepsf.imagej.interpreter import clear_macro_state, describe, java_runtime_exception, macro_text
from edgepsf.imagej.java import Java, check_display, load_imagej, missing_extra, start_jvm
from edgepsf.imagej.sources import EMBEDDED, Source, wanted
from edgepsf.imagej.streams import CANCELED, Listener, interruptible, redirect_output

# An exception in a command or in call(): ImageJ logs the trace and lets the macro go on.
_LOGGED_EXCEPTION = re.compile(
    r"ij\.IJ\.log\([^)]*\)(, ij\.IJ\.handleException\([^)]*\))?, ij\.(Executer\.run|macro\.Functions\.call)\("
)


@dataclass
class _Run:
    """One running call of `Session.run_macro`."""

    interpreter: Any
    sentence: str | None = None
    exit_text: str = ""
    interrupted: bool = False
    over: bool = False


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
    _runs: list[_Run] = field(default_factory=list, repr=False)
    _listening: bool = field(default=False, repr=False)

    def run_macro(self, macro: str | Path, argument: str = "") -> str:
        """Run an ImageJ macro to its end.

        Parameters
        ----------
        macro : str or Path
            The text of the macro, or the path of an .ijm file (as a Path).
        argument : str
            What getArgument() gives in the macro.

        Returns
        -------
        str
            The value the macro returns, "" if none. Its print() lines go to sys.stderr.

        Raises
        ------
        MacroError
            The macro did not reach its end, exit() or a return; the message says why.
        InputError
            The file cannot be read.
        KeyboardInterrupt
            Ctrl-C: the macro was stopped.
        """
        from jpype import JClass, JException

        text = macro_text(macro)
        interpreter_class = JClass("ij.macro.Interpreter")
        run = _Run(interpreter_class())
        self._listen()
        outer = interpreter_class.getInstance()
        self._runs.append(run)
        try:
            with interruptible(self._runs):
                value = run.interpreter.run(text, str(argument))
        except JException as error:
            value = self._after_exception(run, error)
        finally:
            self._runs.pop().over = True
            clear_macro_state(outer)
        if run.interrupted:
            raise KeyboardInterrupt
        sentence = run.sentence or " ".join(run.exit_text.split()) or self._error_in_window(run, value)
        if sentence:
            raise MacroError(sentence)
        return "" if value is None else str(value)

    def _after_exception(self, run: _Run, error: Any) -> None:
        """Sort the exceptions that leave the interpreter: exit(), an error already told, and real ones."""
        if error.getMessage() == CANCELED and isinstance(error, java_runtime_exception()):
            trace = error.getStackTrace()
            by_exit = len(trace) > 0 and str(trace[0]).startswith("ij.macro.Functions.exit(")
            if not by_exit and run.sentence is None:
                run.sentence = str(run.interpreter.getErrorMessage() or "The macro was cancelled.")
            return
        if run.sentence is None:
            run.sentence = describe(str(error.toString()), run.interpreter)

    def _error_in_window(self, run: _Run, value: Any) -> str | None:
        """The error that ImageJ showed in a window of its own, and nowhere else."""
        # wasError is also true after "return" from within a macro block: a returned value outweighs it.
        if not self.headless and value is None and run.interpreter.wasError():
            return str(run.interpreter.getErrorMessage() or "The macro was stopped by an error.")
        return None

    def abort_macro(self, sentence: str) -> None:
        """Stop the running macro with a sentence; outside of any macro show it through IJ.error.

        Returns at once; the macro ends as soon as the running command has returned to it.
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
        return convert.to_dataset(image, title, axes)

    def to_xarray(self, image: Any, title: str | None = None, axes: str | None = None) -> Any:
        """Copy any image into a new xarray.DataArray; see `edgepsf.imagej.convert.to_xarray`."""
        return convert.to_xarray(image, title, axes)

    def to_numpy(self, imp: Any) -> Any:
        """Copy the planes of an ImagePlus into a new array; see `edgepsf.imagej.images.to_numpy`."""
        return images.to_numpy(imp)

    def _listen(self, listener: Listener | None = None) -> None:
        """Hear what ImageJ writes, from now on; a gateway of others is left alone until it runs a macro for us."""
        if listener is not None:
            listener.heard = self._heard
        elif not self._listening:
            redirect_output(Listener(self._heard))
        self._listening = True

    def _heard(self, text: str) -> bool:
        """Judge what ImageJ wrote and pass it on; True when the Java code that wrote it is to be stopped."""
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

    def _macro_error(self, run: _Run, text: str) -> None:
        """Take the sentence from ImageJ's "Macro Error" text: the message with its line, then the code."""
        lines = [line.strip() for line in text.removeprefix("Macro Error:").splitlines() if line.strip()]
        if not lines or run.sentence:
            return
        code = lines[-1] if len(lines) > 1 else ""
        # Only for a macro inside a command (run("Macro...", "code=...")) does this also stop the outer one.
        self._stop(f"{lines[0]}: {code}" if code else lines[0])


_session: Session | None = None


def session() -> Session:
    """The running ImageJ; started without a window if there is none."""
    return _session if _session is not None else start()


def abort_macro(sentence: str) -> None:
    """Stop the running macro with a sentence; see `Session.abort_macro`."""
    session().abort_macro(sentence)


def start(headless: bool = True, memory: str | None = None, source: Source | None = None) -> Session:
    """Start ImageJ in this process, or give the one that runs.

    Parameters
    ----------
    headless : bool
        Without a window; False opens ImageJ's window and needs a display.
    memory : str, optional
        The largest Java heap, such as ``"2G"``; default a quarter of the machine's memory.
    source : Source, optional
        Which ImageJ; default what `edgepsf.imagej.sources.choose` chose, else the Fiji that EDGEPSF_FIJI names, else
        the embedded one.

    Raises
    ------
    EngineError
        No Java, no jars, no Fiji there, scyjava missing, another ImageJ running in this process, or a JVM that other
        code started without this ImageJ in it.
    """
    global _session
    if _session is not None:
        _check_same(_session, headless, source)
        return _session
    begin = time.perf_counter()
    source = source or wanted()
    try:
        import jpype
        import scyjava  # noqa: F401
    except ImportError as error:
        raise missing_extra(error) from error
    check_display(headless)
    began = jpype.isJVMStarted()
    if began and (source != EMBEDDED or fiji.running_gateway()):
        raise EngineError(
            "Java already runs in this process, started by other code, and one process has one Java: pass pyimagej's "
            "gateway to edgepsf.imagej.register(ij), or start ImageJ through edgepsf first, in a new Python process."
        )
    started = (
        _start_embedded(headless, memory) if source == EMBEDDED else _start_imagej2(source, headless, memory)
    )
    started.seconds = time.perf_counter() - begin
    _session = started
    return started


def adopt(gateway: Any) -> Session:
    """The session of an ImageJ2 that pyimagej has started: `edgepsf.imagej.register(ij)` calls it.

    Parameters
    ----------
    gateway : net.imagej.ImageJ
        What ``imagej.init()`` returned.

    Raises
    ------
    EngineError
        This is no gateway, or it has no original ImageJ in it.
    """
    global _session
    fiji.check_gateway(gateway)
    if _session is None:
        _session = _session_of(gateway, Source("endpoint", "pyimagej's gateway"), None)
    return _session


def _check_same(running: Session, headless: bool, source: Source | None) -> None:
    """Refuse a second ImageJ beside the one that runs."""
    one = "and one process has one ImageJ: start a new Python process"
    if running.headless and not headless:
        raise EngineError(
            f"ImageJ already runs without a window in this process, {one} and call start(headless=False) first."
        )
    if source is not None and source != running.source:
        raise EngineError(f"ImageJ already runs in this process ({running.source}), {one} for {source}.")


def _start_embedded(headless: bool, memory: str | None) -> Session:
    import jpype

    java = None if jpype.isJVMStarted() else start_jvm(headless, memory)
    started = Session(load_imagej(), java, _is_headless())
    started._listen()
    if not headless:
        try:
            jpype.JClass("ij.ImageJ")()
        except jpype.JException as error:  # a DISPLAY that is not there, a Java without windows
            raise EngineError(_no_window(error)) from error
    return started


def _start_imagej2(source: Source, headless: bool, memory: str | None) -> Session:
    import jpype

    java = fiji.start_jvm(source, headless, memory)
    heard = Listener()
    redirect_output(heard)  # what ImageJ2 says while it starts must not reach stdout
    gateway = fiji.open_gateway(source, headless)
    started = _session_of(gateway, source, java)
    started._listen(heard)
    if not headless:
        try:
            fiji.show_window(gateway)
        except jpype.JException as error:
            raise EngineError(_no_window(error)) from error
    return started


def _session_of(gateway: Any, source: Source, java: Java | None) -> Session:
    from jpype import JClass

    return Session(str(JClass("ij.ImageJ").VERSION), java, _is_headless(), source, gateway)


def _is_headless() -> bool:
    from jpype import JClass

    return bool(JClass("java.awt.GraphicsEnvironment").isHeadless())


def _no_window(error: BaseException) -> str:
    return (
        f"ImageJ's window cannot open ({str(error).splitlines()[0]}): use a desktop or xvfb-run, and a "
        "Java that is not a headless one; or work without a window."
    )
