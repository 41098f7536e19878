"""Commands around the work of a macro that ImageJ lacks, or that need a window without need: nothing is lost by them.

ImageJ itself stops a macro there: "Unrecognized command", or an exception about a missing screen.
"""

from __future__ import annotations

from collections.abc import Callable

from .running import Session

_NO_WINDOW = "opens a window, and there is none here; the macro goes on"
# Windows for the eye and the mouse: a macro gets nothing from them.
_TOOLS = (
    "Channels Tool...",
    "Color Balance...",
    "Console",
    "Monitor Memory...",
    "Record...",
    "Synchronize Windows",
    "Threshold...",
)


def answer_for(name: str, running: Session) -> Callable[[], None] | None:
    """What to do in the place of ImageJ's own command; None where ImageJ can do it.

    Parameters
    ----------
    name : str
        The command.
    running : Session
    """
    from jpype import JClass

    if name == "Collect Garbage" and JClass("ij.Menus").getCommands().get(name) is None:
        return JClass("java.lang.System").gc
    if name in _TOOLS and running.headless:
        return lambda: JClass("ij.IJ").log(f'edgepsf: "{name}" {_NO_WINDOW}')
    return None
