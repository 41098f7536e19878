"""The menu Plugins > Edge PSF in ImageJ's window, and the commands chosen from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...commands import COMMANDS
from ..session.running import Session

TITLE = "Edge PSF"


def add_menu(running: Session) -> None:
    """Add all commands of the table to the menu in ImageJ's window, once; nothing where there is no window.

    Parameters
    ----------
    running : Session
        The ImageJ that runs.
    """
    from jpype import JClass

    window = None if running.headless else JClass("ij.IJ").getInstance()
    if window is None:
        return
    menus = JClass("ij.Menus")
    plugins = menus.getImageJMenu("Plugins")
    # The macros of `edgepsf fiji install` have put some of the commands there already; Python answers the same names.
    menu = next(
        (m for m in _items(plugins) if str(m.getLabel()) == TITLE and hasattr(m, "getItemCount")), None
    )
    if menu is None:
        menu = JClass("java.awt.Menu")(TITLE)
        plugins.add(menu)
    there = {str(item.getLabel()) for item in _items(menu)}
    for command in COMMANDS:
        if command.name in there:
            continue
        item = JClass("java.awt.MenuItem")(command.name)
        item.addActionListener(window)
        menu.add(item)
        # The Command Finder lists what is in this table; the value would be the class of a Java plugin.
        menus.getCommands().put(command.name, "edgepsf")


def _items(menu: Any) -> list[Any]:
    return [menu.getItem(i) for i in range(menu.getItemCount())]


def from_window(name: str) -> bool:
    """Whether the command was chosen from ImageJ's window.

    ImageJ gives the thread that it starts for such a command the name of the command. The thread of
    `run("Name...")` in a macro or a script has a name that begins with "Run$_".
    """
    from jpype import JClass

    return str(JClass("java.lang.Thread").currentThread().getName()) == name


def in_own_thread(name: str, work: Callable[[], None]) -> None:
    """Do the work of a command chosen from the window in a thread of its own, named as ImageJ names it.

    ImageJ asks its command listeners one at a time: as long as one works, no other command starts, not even Zoom.
    """
    from jpype import JClass, JProxy

    thread = JClass("java.lang.Thread")(JProxy("java.lang.Runnable", dict={"run": work}), name)
    thread.setDaemon(True)
    thread.start()
