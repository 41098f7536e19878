"""ImageJ's macro interpreter: its text, its state after a macro, its exceptions as sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...errors import InputError

_NO_WINDOW = "this needs a window, and ImageJ runs without one here: give values by getArgument() or in run()"


def macro_text(macro: str | Path) -> str:
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


def clear_macro_state(outer: Any) -> None:
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


def describe(trace: str, interpreter: Any) -> str:
    """One sentence for a Java exception: its innermost cause and the line of the macro."""
    lines = trace.splitlines()
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    cause = (causes or lines or ["a Java exception"])[-1 if causes else 0].strip()
    if "headless" in cause.lower():
        cause = f"{cause} ({_NO_WINDOW})"
    return f"{cause} in line {interpreter.getLineNumber()}"


def java_runtime_exception() -> Any:
    from jpype import JClass

    return JClass("java.lang.RuntimeException")
