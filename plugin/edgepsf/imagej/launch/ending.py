"""The end of Java with this process: a plugin's threads must not keep the process alive.

Java's orderly end waits for every thread that is no daemon. DeconvolutionLab2 leaves such threads, which wait for ever.
"""

from __future__ import annotations

import atexit
import sys
import time
from typing import Any

_PATIENCE = 1.0  # s for threads to end by themselves
_POLL = 0.02
_registered = False


def end_in_time() -> None:
    """Let Java, which runs, end with this process whatever its threads do.

    To be called before other handlers of the end of ImageJ are registered: they have to work before this one.
    """
    global _registered
    if not _registered:
        _registered = True
        atexit.register(_settle)


def _settle() -> None:
    """Wait for Java's threads for a moment; where one stays, let Java end without waiting for it."""
    import jpype

    if not jpype.isJVMStarted():
        return
    _close_windows()
    end = time.monotonic() + _PATIENCE
    while left := threads_left():
        if time.monotonic() > end:
            _leave(left)
            return
        time.sleep(_POLL)


def threads_left() -> list[Any]:
    """The java.lang.Threads for which Java's orderly end would wait."""
    from jpype import JClass

    thread = JClass("java.lang.Thread")
    own = thread.currentThread().getId()
    return [
        t
        for t in thread.getAllStackTraces().keySet()
        if t.isAlive() and not t.isDaemon() and t.getId() != own
    ]


def _close_windows() -> None:
    """Close all windows: an open one keeps Java's event thread alive."""
    from jpype import JClass, JException

    if JClass("java.awt.GraphicsEnvironment").isHeadless():
        return
    for window in JClass("java.awt.Window").getWindows():
        try:
            window.dispose()
        except JException:  # a plugin's own code may run here
            continue


def _leave(threads: list[Any]) -> None:
    """Give up the orderly end: no Java thread may call into a Python that ends."""
    import jpype

    jpype.config.destroy_jvm = False
    busy = sorted(str(thread.getName()) for thread in threads if str(thread.getState()) == "RUNNABLE")
    if busy:
        print(f"edgepsf: Java threads were still at work at the end: {', '.join(busy)}", file=sys.stderr)
    for thread in threads:
        thread.interrupt()
    jpype.JClass("org.jpype.ref.JPypeReferenceQueue").getInstance().stop()
