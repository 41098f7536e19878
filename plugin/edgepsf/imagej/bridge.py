"""Commands written in Python, called by ImageJ's own `run("Name...", "key=value")`.

ImageJ asks every `ij.CommandListener` before it executes a command; ours answers the commands that
`edgepsf.commands` declares, those of plugins that are not there, and some that need a window without need; it lets all
others pass.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Any

from ..commands import BY_NAME, Command
from ..errors import EdgeError, EngineError, InputError
from ..options import split_options
from .exchange import results
from .exchange.calls import behind, prepare
from .plugins import dl2_macros, id3d_macros, inside, pid_macros
from .session import Session, adopt, session, windowless
from .session.exits import answer_scripts
from .window import dialogs, menu, progress

_PLUGINS = (
    dl2_macros,
    pid_macros,
    id3d_macros,
)  # each knows its commands (due) and answers them (answer_run)
_listener: Any = None


def register(running: Any = None) -> Session:
    """Make the commands known to the running ImageJ, once; start one if there is none.

    Parameters
    ----------
    running : Session or net.imagej.ImageJ, optional
        The session, or the gateway that pyimagej's ``imagej.init()`` gave; also as
        ``imagej.when_imagej_starts(edgepsf.imagej.register)`` before it.

    Returns
    -------
    Session

    Raises
    ------
    EngineError
        No ImageJ can be started, or the gateway is none that runs the original ImageJ.
    """
    global _listener
    if running is None:
        running = session()
    elif not isinstance(running, Session):
        running = adopt(running)
    if _listener is None:
        from jpype import JClass, JImplements, JOverride

        @JImplements("ij.CommandListener")
        class Listener:
            @JOverride
            def commandExecuting(self, name: Any) -> Any:
                """Answer our commands; hand every other name back to ImageJ."""
                command = BY_NAME.get(str(name))
                if command is None and answer_plugin(str(name), running):
                    return None
                if command is None:
                    dl2_macros.warn(str(name), JClass("ij.Macro").getOptions())
                    instead = windowless.answer_for(str(name), running)
                    return name if instead is None else instead()
                if menu.from_window(command.name):
                    menu.in_own_thread(command.name, lambda: answer(command, running))
                else:
                    answer(command, running)
                return None

        _listener = Listener()
        JClass("ij.Executer").addCommandListener(_listener)
        menu.add_menu(running)
        pid_macros.make_classes(running)
        answer_scripts(running)
        inside.list_commands(running)
        id3d_macros.list_command(running)
    return running


def answer_plugin(name: str, running: Session) -> bool:
    """Answer a command of a plugin that cannot work here; any failure stops the macro with a sentence.

    Returns
    -------
    bool
        Whether this was such a command.
    """
    from jpype import JClass

    plugin = next((each for each in _PLUGINS if each.due(name, running)), None)
    if plugin is None:
        return False
    _stopping(running, name, lambda: plugin.answer_run(name, JClass("ij.Macro").getOptions(), running))
    return True


def answer(command: Command, running: Session) -> None:
    """Run a command for ImageJ; any failure stops the macro with a sentence."""
    from jpype import JClass

    _stopping(running, command.title, lambda: execute(command, JClass("ij.Macro").getOptions()))


def _stopping(running: Session, title: str, work: Callable[[], None]) -> None:
    try:
        work()
    except (InputError, EdgeError, EngineError) as error:
        running.abort_macro(f"{title}: {error}")
    except KeyboardInterrupt:
        running.abort_macro(f"{title}: interrupted")
    except SystemExit:  # of a macro inside this command; it has stopped the outer ones as well
        return
    except BaseException as error:
        traceback.print_exc(file=sys.stderr)
        running.abort_macro(f"{title} failed: {type(error).__name__}: {error}")


def execute(command: Command, text: Any) -> None:
    """Run the command on the current image; chosen from the window without options, it asks for them."""
    from jpype import JClass

    source = JClass("ij.WindowManager").getCurrentImage()
    if text is None and dialogs.due(command):
        source = behind(command, source)
        dialogs.ask(command, source, lambda entered: perform(command, entered, source))
    else:
        perform(command, text, source)


def perform(command: Command, text: Any, source: Any) -> None:
    """Parse the option string, run the command on an image, show its result, let the Recorder know.

    Parameters
    ----------
    command : Command
    text : str or None
        The option string.
    source : ij.ImagePlus or None
        The image.

    Raises
    ------
    InputError
        An option or the image is unusable.
    EdgeError
        No PSF can be read from the image.
    """
    pairs = split_options("" if text is None else str(text))
    picture, values, source = prepare(command, pairs, source)
    with dialogs.recorded(command, pairs):
        with progress.shown(command) as reports:
            result = command.run(picture, values, **reports)
        results.show(result, source)
        if result.refusal:
            raise EdgeError(result.refusal)
