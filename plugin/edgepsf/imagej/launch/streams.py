"""Java's two output streams, which end in Python."""

from __future__ import annotations

import atexit
import codecs
from collections.abc import Callable
from typing import Any

# ij.Macro.MACRO_CANCELED: the message by which ImageJ knows its own "stop here" from a real exception.
CANCELED = "Macro canceled"


class Listener:
    """Hears Java's output; at first it drops the output.

    Attributes
    ----------
    heard : callable
        Takes a text that Java wrote; True stops the Java code that wrote it.
    """

    def __init__(self, heard: Callable[[str], bool] = lambda text: False) -> None:
        self.heard = heard

    def __call__(self, text: str) -> bool:
        """Pass the text on to `heard`."""
        return self.heard(text)


class JavaStream:
    """The Python end of one of Java's two output streams.

    Parameters
    ----------
    heard : callable
        Takes each text; True stops the Java code that wrote it.
    setter : {"setOut", "setErr"}
        The setter of the stream in java.lang.System.
    """

    def __init__(self, heard: Callable[[str], bool], setter: str) -> None:
        self._heard = heard
        self._setter = setter
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def write(self, source: Any) -> int:
        """Take the bytes of a java.nio.ByteBuffer; gives their number.

        Raises
        ------
        java.lang.RuntimeException
            ImageJ's own "stop here", where the Java code is to be stopped.
        """
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
    """Let both of Java's streams end in `heard`, until Python ends.

    Parameters
    ----------
    heard : callable
        Takes each text; True stops the Java code that wrote it.
    """
    from jpype import JClass, isJVMStarted

    system = JClass("java.lang.System")
    originals = system.out, system.err
    for setter in ("setOut", "setErr"):
        JavaStream(heard, setter).install()

    def give_back() -> None:
        """Give Java its own streams again."""
        if not isJVMStarted():  # ImageJ2 has shut Java down itself, when it was quit
            return
        system.setOut(originals[0])
        system.setErr(originals[1])

    # Before Java is shut down: a Java thread must not call into an ending Python.
    atexit.register(give_back)
