"""The end of an ImageJ with a window: Java and Python must not end the process at the same time."""

from __future__ import annotations

import sys
import time

_PATIENCE = 10.0  # s for ImageJ to quit


def await_quit(ends_process: bool) -> None:
    """Wait until ImageJ has closed its window and is done, if it was told to quit.

    The thread of ImageJ that quits needs Java's event thread: if Java were shut down meanwhile, both would wait for
    ever.

    Parameters
    ----------
    ends_process : bool
        Whether this ImageJ ends the process when it is quit, as ImageJ2 does.
    """
    from jpype import isJVMStarted

    end = time.monotonic() + _PATIENCE
    while isJVMStarted() and _quitting() and time.monotonic() < end:
        if ends_process:
            let_java_end_the_process()
        time.sleep(0.05)


def _quitting() -> bool:
    """Whether the thread of ImageJ that quits is at work."""
    from jpype import JClass

    threads = JClass("java.lang.Thread").getAllStackTraces().keySet()
    return "Quit" in [str(thread.getName()) for thread in threads]


def let_java_end_the_process() -> None:
    """Wait for Java: two must not end the process at a time, and nobody may call into a Java that ends."""
    sys.stdout.flush()
    time.sleep(_PATIENCE)
