"""The menu Plugins > Edge PSF in ImageJ's window, and the window itself."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from ...commands import COMMANDS
from ...errors import EngineError
from ..launch.java import ON_MAC

TITLE = "Edge PSF"
_PATIENCE = 10.0  # s for ImageJ to quit


def install(running: Any) -> None:
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
    # The macros of `edgepsf fiji install` have put some of the commands there already; ours answer to the same names.
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
    """Whether the command was chosen from ImageJ's window: ImageJ names the thread that it starts after it.

    `run("Name...")` in a macro or a script has a thread whose name begins with "Run$_".
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


def open_window() -> None:
    """Open ImageJ's window with the menu and wait until the user quits ImageJ.

    Raises
    ------
    EngineError
        There is no display or no Java, or this is macOS.
    """
    if sys.platform == "darwin":
        raise EngineError(ON_MAC)
    from ..bridge import register
    from ..launch.session import start

    running = register(start(headless=False))
    from jpype import JClass, JVMNotRunning

    if threading.current_thread() is threading.main_thread():
        # Java took Ctrl-C over when it started, and would end under our feet.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    imagej = JClass("ij.IJ")
    with contextlib.suppress(JVMNotRunning):
        while imagej.getInstance() is not None:
            time.sleep(0.2)
    if running.gateway is not None:
        _let_java_end_the_process()


def await_quit(ends_process: bool) -> None:
    """Wait until ImageJ has closed its window and is done, if it was told to quit.

    Its thread for this needs Java's event thread: were Java shut down meanwhile, both would wait for ever.

    Parameters
    ----------
    ends_process : bool
        Whether this ImageJ ends the process when it is quit, as ImageJ2 does.
    """
    from jpype import isJVMStarted

    end = time.monotonic() + _PATIENCE
    while isJVMStarted() and _quitting() and time.monotonic() < end:
        if ends_process:
            _let_java_end_the_process()
        time.sleep(0.05)


def _quitting() -> bool:
    """Whether ImageJ's thread that quits is at work."""
    from jpype import JClass

    threads = JClass("java.lang.Thread").getAllStackTraces().keySet()
    return "Quit" in [str(thread.getName()) for thread in threads]


def _let_java_end_the_process() -> None:
    """Two must not end it at a time, and nobody may call into a Java that ends."""
    sys.stdout.flush()
    time.sleep(_PATIENCE)
