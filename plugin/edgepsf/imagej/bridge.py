"""Commands written in Python, called by ImageJ's own `run("Name...", "key=value")`.

ImageJ asks every `ij.CommandListener` before it executes a command; ours answers those of the table in
`edgepsf.commands` and lets all others pass.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Any

from ..commands import BY_NAME, Command
from ..errors import EdgeError, EngineError, InputError
from ..operations import SOURCE
from ..options import parse_options
from . import dialogs, menu, progress, results, windows
from .engines import calls, dropin, inside
from .session import Session, session

_listener: Any = None


def register(running: Session | None = None) -> Session:
    """Make the commands known to the running ImageJ, once; start one if there is none.

    Returns
    -------
    Session
    """
    global _listener
    running = running or session()
    if _listener is None:
        from jpype import JClass, JImplements, JOverride

        @JImplements("ij.CommandListener")
        class Listener:
            @JOverride
            def commandExecuting(self, name):
                command = BY_NAME.get(str(name))
                if command is None and dropin.due(str(name)):
                    answer_plugin(str(name), running)
                    return None
                if command is None:
                    return name
                if menu.from_window(command.name):
                    menu.in_own_thread(command.name, lambda: answer(command, running))
                else:
                    answer(command, running)
                return None

        _listener = Listener()
        JClass("ij.Executer").addCommandListener(_listener)
        menu.install(running)
        calls.install(running)
        inside.install_commands(running)
    return running


def answer_plugin(name: str, running: Session) -> None:
    """Answer a command of a plugin that is not there; any failure stops the macro with a sentence."""
    from jpype import JClass

    _stopping(running, name, lambda: dropin.answer(name, JClass("ij.Macro").getOptions()))


def answer(command: Command, running: Session) -> None:
    """Run a command for ImageJ; any failure stops the macro with a sentence."""
    from jpype import JClass

    title = command.name.rstrip(".")
    _stopping(running, title, lambda: execute(command, JClass("ij.Macro").getOptions()))


def _stopping(running: Session, title: str, work: Callable[[], None]) -> None:
    try:
        work()
    except (InputError, EdgeError, EngineError) as error:
        running.abort_macro(f"{title}: {error}")
    except BaseException as error:
        traceback.print_exc(file=sys.stderr)
        running.abort_macro(f"{title} failed: {type(error).__name__}: {error}")


def execute(command: Command, text: Any) -> None:
    """Run the command on the current image; chosen from the window without options, it asks for them."""
    from jpype import JClass

    source = JClass("ij.WindowManager").getCurrentImage()
    if text is None and dialogs.due(command):
        dialogs.ask(command, source, lambda entered: perform(command, entered, source))
    else:
        perform(command, text, source)


def perform(command: Command, text: Any, source: Any) -> None:
    """Parse the option string, run the command on an image, show its result, let the Recorder know."""
    values = parse_options(None if text is None else str(text), command.options, macro_variable)
    if source is None and command.image == "needed":
        raise InputError("there is no image open; open or select one first")
    picture = (
        None if source is None else windows.picture_of(source, command.color or command.image == "optional")
    )
    for option in command.options:
        if option.kind == "image" and values[option.key] is not None:
            values[option.key] = windows.find_picture(values[option.key])
    origin = picture.properties.get(SOURCE) if picture is not None else None
    if origin and command.derived_as and values[command.derived_as] is None:
        values[command.derived_as] = picture
        source = windows.find_window(origin)
        picture = windows.picture_of(source)
    with dialogs.recorded(command, text):
        with progress.shown(command) as reports:
            result = command.function(picture, **values, **reports)
        results.show(result, source)
        if result.refusal:
            raise EdgeError(result.refusal)


def macro_variable(name: str) -> Any:
    """Value of a variable of the running macro: float, str, or None when there is none."""
    from jpype import JClass

    interpreter = JClass("ij.macro.Interpreter").getInstance()
    if interpreter is None:
        return None
    text = interpreter.getStringVariable(name)
    if text is not None:
        return str(text)
    number = float(interpreter.getVariable2(name))
    return None if number != number else number
