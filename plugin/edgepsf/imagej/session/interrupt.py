"""Ctrl-C and other signals that end the program, which have to reach a running macro."""

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
    """Let a signal stop the macro: Python itself sees a signal only after Java has returned, if ever.

    The signals are Ctrl-C, and SIGTERM and SIGHUP where Python has a handler for them.

    Parameters
    ----------
    runs : list of MacroRun
        The running calls of `Session.run_macro`, the innermost last.
    """
    from jpype import JClass

    if threading.current_thread() is not threading.main_thread() or len(runs) > 1:
        yield
        return
    handler, thread = _handler(runs), JClass("java.lang.Thread")
    signals = JClass("sun.misc.Signal")
    before = {name: _python_handler(name) for name in ("INT", "TERM", "HUP")}
    java_before = {
        name: signals.handle(signals(name), handler)
        for name, python in before.items()
        if python is not None and (name == "INT" or callable(python))
    }
    try:
        yield
    finally:
        for name, java in java_before.items():
            signals.handle(signals(name), java)
            signal.signal(getattr(signal, f"SIG{name}"), before[name])
        thread.interrupted()  # forget an interruption that came too late


def _python_handler(name: str) -> Any:
    """Python's handler of a signal; None where the system has no such signal, or other code handles it."""
    number = getattr(signal, f"SIG{name}", None)
    return None if number is None else signal.getsignal(number)


def _handler(runs: list[MacroRun]) -> Any:
    """A handler for Java that stops all running macros."""
    from jpype import JClass, JImplements, JOverride

    done = JClass("ij.macro.Interpreter").class_.getDeclaredField("done")
    done.setAccessible(True)
    caller = JClass("java.lang.Thread").currentThread()

    @JImplements("sun.misc.SignalHandler")
    class Handler:
        @JOverride
        def handle(self, sent: Any) -> None:
            """Stop all running macros; Java calls this in a thread of its own."""
            pending = list(runs)
            for run in pending:
                run.interrupted, run.signal = True, int(sent.getNumber())
                run.interpreter.setIgnoreErrors(True)
            # The interpreter overwrites the flag while it reads tokens: set it until it has been seen.
            while not all(run.over for run in pending):
                for run in pending:
                    done.setBoolean(run.interpreter, True)
                caller.interrupt()  # it may be asleep in wait()
                time.sleep(0.002)

    return Handler()


def ending(run: MacroRun) -> BaseException:
    """The exception for the signal that stopped a macro."""
    return KeyboardInterrupt() if run.signal == signal.SIGINT else SystemExit(128 + run.signal)
