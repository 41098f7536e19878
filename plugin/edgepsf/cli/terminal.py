"""The terminal: names that it cannot show, and signals that end the program."""

from __future__ import annotations

import io
import signal
import sys
import threading
from types import FrameType

# A terminal that closes, and `kill`: both end the program in order, so that it can tidy up.
_NAMES = ("SIGTERM", "SIGHUP")


def show_every_name() -> None:
    """Let stdout and stderr write a character that their encoding lacks as \\xe4, not as an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def ended_by_signals() -> None:
    """Let SIGTERM and SIGHUP end the program as Ctrl-C does, with 128 + their number as the exit code."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in _NAMES:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup ignores SIGHUP
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
