"""ImageJ's macro interpreter: one run of a macro, its text, the state after it, exceptions as sentences."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import InputError

_NO_WINDOW = "this needs a window, and ImageJ runs without one here: give values by getArgument() or in run()"


@dataclass
class MacroRun:
    """One running macro.

    Attributes
    ----------
    interpreter : ij.macro.Interpreter
    sentence : str or None
        The reason why the macro stops.
    exit_text : str
        The message of the macro function exit().
    exit_code : int or None
        The code with which the macro ends the process.
    interrupted : bool
        Whether Ctrl-C or another signal that ends the program has come.
    signal : int
        The number of that signal.
    over : bool
        Whether the macro has ended.
    """

    interpreter: Any
    sentence: str | None = None
    exit_text: str = ""
    exit_code: int | None = None
    interrupted: bool = False
    signal: int = 0
    over: bool = False


def macro_text(macro: str | Path) -> str:
    """The text of a macro; a file is read as UTF-8 or by its byte-order mark, or as ImageJ reads it where it is none.

    Parameters
    ----------
    macro : str or Path
        The text itself, or the path of a file.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    if isinstance(macro, str):
        return macro
    try:
        data = Path(macro).read_bytes()
    except OSError as error:
        raise InputError(f"The macro {macro} cannot be read ({error.strerror}): check the path.") from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def check_script_parameters(text: str) -> None:
    """Refuse lines such as ``#@ File input``, which ImageJ's macro interpreter does not know.

    Raises
    ------
    InputError
        With the line and what to write instead.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#@"):
            raise InputError(
                f'line {number} of the macro, "{line.strip()[:60]}", is a script parameter, which only the script '
                "editor of Fiji fills in: give the variable its value in the macro, or read it by getArgument()"
            )


def clear_macro_state(outer: Any) -> None:
    """Forget the macro that ended, as ImageJ does only after a normal end.

    A stale interpreter makes ImageJ wait two seconds and believe that a macro is running.

    Parameters
    ----------
    outer : ij.macro.Interpreter or None
        The macro that goes on, where the ended one ran inside it.
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


def describe(trace: str, interpreter: Any) -> str:
    """One sentence for a Java exception: its innermost cause and the line of the macro.

    Parameters
    ----------
    trace : str
        The stack trace as Java prints it.
    interpreter : ij.macro.Interpreter
        The macro.
    """
    lines = trace.splitlines()
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    cause = (causes or lines or ["a Java exception"])[-1 if causes else 0].strip()
    if "headless" in cause.lower():
        cause = f"{cause} ({_NO_WINDOW})"
    return f"{cause} in line {interpreter.getLineNumber()}"


def java_runtime_exception() -> Any:
    """The Java class RuntimeException."""
    from jpype import JClass

    return JClass("java.lang.RuntimeException")
