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

from edgepsf.errors import EngineError, InputError, MacroError
from edgepsf.imagej import images
from edgepsf.imagej.java import Java, load_imagej, missing_extra, start_jvm
from edgepsf.imagej.streams import CANCELED, interruptible, redirect_output

# An exception in a command or in call(): ImageJ logs the trace and lets the macro go on.
_LOGGED_EXCEPTION = re.compile(
    r"ij\.IJ\.log\([^)]*\)(, ij\.IJ\.handleException\([^)]*\))?, ij\.(Executer\.run|macro\.Functions\.call)\("
)
_NO_WINDOW = "this needs a window, and ImageJ runs without one here: give values by getArgument() or in run()"


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
    seconds : float
        The time the start took.
    """

    version: str
    java: Java | None
    headless: bool
    seconds: float = 0.0
    _runs: list[_Run] = field(default_factory=list, repr=False)

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

        text = _macro_text(macro)
        interpreter_class = JClass("ij.macro.Interpreter")
        run = _Run(interpreter_class())
        outer = interpreter_class.getInstance()
        self._runs.append(run)
        try:
            with interruptible(self._runs):
                value = run.interpreter.run(text, str(argument))
        except JException as error:
            value = self._after_exception(run, error)
        finally:
            self._runs.pop().over = True
            _clear_macro_state(outer)
        if run.interrupted:
            raise KeyboardInterrupt
        sentence = run.sentence or " ".join(run.exit_text.split()) or self._error_in_window(run, value)
        if sentence:
            raise MacroError(sentence)
        return "" if value is None else str(value)

    def _after_exception(self, run: _Run, error: Any) -> None:
        """Sort the exceptions that leave the interpreter: exit(), an error already told, and real ones."""
        if error.getMessage() == CANCELED and isinstance(error, _java_runtime_exception()):
            trace = error.getStackTrace()
            by_exit = len(trace) > 0 and str(trace[0]).startswith("ij.macro.Functions.exit(")
            if not by_exit and run.sentence is None:
                run.sentence = str(run.interpreter.getErrorMessage() or "The macro was cancelled.")
            return
        if run.sentence is None:
            run.sentence = _describe(str(error.toString()), run.interpreter)

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

    def to_imageplus(self, array: Any, title: str = "image") -> Any:
        """Copy a (y, x) or (z, y, x) array into a new ImagePlus; see `edgepsf.imagej.images.to_imageplus`."""
        return images.to_imageplus(array, title)

    def to_numpy(self, imp: Any) -> Any:
        """Copy an ImagePlus into a new array; see `edgepsf.imagej.images.to_numpy`."""
        return images.to_numpy(imp)

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
            self._stop(_describe(text, run.interpreter))
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


def running() -> Session | None:
    """The running ImageJ, None where there is none."""
    return _session


def session() -> Session:
    """The running ImageJ; started without a window if there is none."""
    return _session if _session is not None else start()


def abort_macro(sentence: str) -> None:
    """Stop the running macro with a sentence; see `Session.abort_macro`."""
    session().abort_macro(sentence)


def start(headless: bool = True, memory: str | None = None) -> Session:
    """Start ImageJ in this process, or give the one that runs.

    Parameters
    ----------
    headless : bool
        Without a window; False opens ImageJ's window and needs a display.
    memory : str, optional
        The largest Java heap, such as ``"2G"``; default a quarter of the machine's memory.

    Raises
    ------
    EngineError
        No Java, no jars, scyjava missing, or a JVM that other code started without this ImageJ in it.
    """
    global _session
    if _session is not None:
        if _session.headless and not headless:
            raise EngineError(
                "ImageJ already runs without a window in this process, and one process has one ImageJ: "
                "start a new Python process and call start(headless=False) first."
            )
        return _session
    begin = time.perf_counter()
    try:
        import jpype
        import scyjava  # noqa: F401
    except ImportError as error:
        raise missing_extra(error) from error
    java = None if jpype.isJVMStarted() else start_jvm(headless, memory)
    version = load_imagej()
    started = Session(version, java, bool(jpype.JClass("java.awt.GraphicsEnvironment").isHeadless()))
    redirect_output(started._heard)
    if not headless:
        try:
            jpype.JClass("ij.ImageJ")()
        except jpype.JException as error:  # a DISPLAY that is not there, a Java without windows
            raise EngineError(
                f"ImageJ's window cannot open ({str(error).splitlines()[0]}): use a desktop or xvfb-run, and a "
                "Java that is not a headless one; or work without a window."
            ) from error
    started.seconds = time.perf_counter() - begin
    _session = started
    return started


def _clear_macro_state(outer: Any) -> None:
    """Forget the macro that ended, as ImageJ does only after a normal end.

    A stale interpreter makes ImageJ wait two seconds and believe that a macro is running.
    """
    from jpype import JClass

    for class_name, name, value in (
        ("ij.macro.Interpreter", "instance", outer),
        ("ij.IJ", "macroInterpreter", outer),
        ("ij.IJ", "macroRunning", JClass("java.lang.Boolean").valueOf(outer is not None)),
        ("ij.Macro", "abort", JClass("java.lang.Boolean").FALSE),
    ):
        java_field = JClass(class_name).class_.getDeclaredField(name)
        java_field.setAccessible(True)
        java_field.set(None, value)
    if outer is None:
        JClass("ij.Macro").setOptions(None)


def _describe(trace: str, interpreter: Any) -> str:
    """One sentence for a Java exception: its innermost cause and the line of the macro."""
    lines = trace.splitlines()
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    cause = (causes or lines or ["a Java exception"])[-1 if causes else 0].strip()
    if "headless" in cause.lower():
        cause = f"{cause} ({_NO_WINDOW})"
    return f"{cause} in line {interpreter.getLineNumber()}"


def _java_runtime_exception() -> Any:
    from jpype import JClass

    return JClass("java.lang.RuntimeException")


def _macro_text(macro: str | Path) -> str:
    """The text of a macro; a file is read as UTF-8, else as ImageJ reads it."""
    if isinstance(macro, str):
        return macro
    try:
        data = Path(macro).read_bytes()
    except OSError as error:
        raise InputError(f"The macro {macro} cannot be read ({error.strerror}): check the path.") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def check_fiji_directory(path: str | Path) -> Path:
    """The folder of a Fiji, checked: it must hold jars/ and plugins/.

    Raises
    ------
    EngineError
        It is not there, or not a Fiji.
    """
    folder = Path(path).expanduser().resolve()
    missing = [name for name in ("jars", "plugins") if not (folder / name).is_dir()]
    if missing:
        seen = f"has no {' and no '.join(missing)} folder" if folder.is_dir() else "is not a folder"
        raise EngineError(
            f"{folder} {seen}, so it is no Fiji: give the folder that holds jars/ and plugins/ (Fiji.app)."
        )
    return folder
