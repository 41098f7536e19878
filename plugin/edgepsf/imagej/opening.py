"""`edgepsf fiji open`: ImageJ's window with the menu, until the user quits ImageJ."""

from __future__ import annotations

import contextlib
import sys
import time

from ..errors import EngineError
from .bridge import register
from .launch.jvm import ON_MAC
from .session.quitting import let_java_end_the_process
from .session.starting import start


def open_window() -> None:
    """Open ImageJ's window with the menu and wait until the user quits ImageJ.

    Raises
    ------
    EngineError
        If there is no display or no Java, or this is macOS.
    """
    if sys.platform == "darwin":
        raise EngineError(ON_MAC)
    running = register(start(headless=False))
    from jpype import JClass, JVMNotRunning

    imagej = JClass("ij.IJ")
    with contextlib.suppress(JVMNotRunning):
        while imagej.getInstance() is not None:
            time.sleep(0.2)
    if running.gateway is not None:
        let_java_end_the_process()
