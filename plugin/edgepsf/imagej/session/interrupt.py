"""Ctrl-C, which has to reach a running macro."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

from .interpreter import MacroRun


@contextlib.contextmanager
def interruptible(runs: list[MacroRun]) -> Iterator[None]:
    """Let Ctrl-C stop the macro: Python itself sees a signal only after Java has returned, if ever.

    Parameters
    ----------
    runs : list of MacroRun
        The running calls of `Session.run_macro`, the innermost last.
    """
    from jpype import JClass, JImplements, JOverride

    if threading.current_thread() is not threading.main_thread() or len(runs) > 1:
        yield
        return
    done = JClass("ij.macro.Interpreter").class_.getDeclaredField("done")
    done.setAccessible(True)

    @JImplements("sun.misc.SignalHandler")
    class Handler:
        @JOverride
        def handle(self, sent: Any) -> None:
            """Stop all running macros; Java calls this in a thread of its own."""
            pending = list(runs)
            for run in pending:
                run.interrupted = True
                run.interpreter.setIgnoreErrors(True)
            # The interpreter overwrites the flag while it reads tokens: set it until it has been seen.
            while not all(run.over for run in pending):
                for run in pending:
                    done.setBoolean(run.interpreter, True)
                time.sleep(0.002)

    before = signal.getsignal(signal.SIGINT)
    interrupt = JClass("sun.misc.Signal")("INT")
    java_before = JClass("sun.misc.Signal").handle(interrupt, Handler())
    try:
        yield
    finally:
        JClass("sun.misc.Signal").handle(interrupt, java_before)
        if before is not None:
            signal.signal(signal.SIGINT, before)
