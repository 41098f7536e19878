"""Java's output streams, ending in Python, and Ctrl-C, reaching a running macro."""

from __future__ import annotations

import atexit
import codecs
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

# ij.Macro.MACRO_CANCELED: the message by which ImageJ knows its own "stop here" from a real exception.
CANCELED = "Macro canceled"


class Listener:
    """What hears Java's output; at first it drops it."""

    def __init__(self, heard: Callable[[str], bool] = lambda text: False) -> None:
        self.heard = heard

    def __call__(self, text: str) -> bool:
        return self.heard(text)


class Output:
    """The Python end of one of Java's two output streams, "setOut" or "setErr" by the name of its setter."""

    def __init__(self, heard: Callable[[str], bool], setter: str) -> None:
        self._heard = heard
        self._setter = setter
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def write(self, source: Any) -> int:
        """Take the bytes of a java.nio.ByteBuffer; raises ImageJ's own "stop here" where it has to stop."""
        from jpype import JByte, JClass

        count = int(source.remaining())
        data = JByte[count]
        source.get(data)
        text = self._decode(bytes(memoryview(data)))
        if text and self._heard(text):
            self.install()  # the stream left by an exception would repeat its unfinished line
            raise JClass("java.lang.RuntimeException")(CANCELED)
        return count

    def install(self) -> None:
        """Become the end of Java's stream."""
        from jpype import JClass, JImplements, JOverride

        take = self.write

        @JImplements("java.nio.channels.WritableByteChannel")
        class Channel:
            @JOverride
            def write(self, source: Any) -> int:
                return take(source)

            @JOverride
            def isOpen(self) -> bool:
                return True

            @JOverride
            def close(self) -> None:
                pass

        stream = JClass("java.nio.channels.Channels").newOutputStream(Channel())
        getattr(JClass("java.lang.System"), self._setter)(
            JClass("java.io.PrintStream")(stream, True, "UTF-8")
        )


def redirect_output(heard: Callable[[str], bool]) -> None:
    """Let both of Java's streams end in `heard`, until Python ends; True from it stops the writing code."""
    from jpype import JClass, isJVMStarted

    system = JClass("java.lang.System")
    originals = system.out, system.err
    for setter in ("setOut", "setErr"):
        Output(heard, setter).install()

    def restore() -> None:
        if not isJVMStarted():  # ImageJ2 has shut Java down itself, when it was quit
            return
        system.setOut(originals[0])
        system.setErr(originals[1])

    # Before Java is shut down: a Java thread must not call into an ending Python.
    atexit.register(restore)


@contextlib.contextmanager
def interruptible(runs: list[Any]) -> Iterator[None]:
    """Let Ctrl-C stop the macro: Python itself sees a signal only after Java has returned, if ever."""
    from jpype import JClass, JImplements, JOverride

    if threading.current_thread() is not threading.main_thread() or len(runs) > 1:
        yield
        return
    done = JClass("ij.macro.Interpreter").class_.getDeclaredField("done")
    done.setAccessible(True)

    @JImplements("sun.misc.SignalHandler")
    class Handler:
        @JOverride
        def handle(_, sent: Any) -> None:  # called in a thread of Java's
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
