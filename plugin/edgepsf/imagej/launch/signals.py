"""Signals while Java starts: it takes them over, and would end the process while Python still calls it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Give the signals that Python handles or ignores back to it at the end; Java keeps all others."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]  # Windows has no SIGHUP
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None and handler != signal.SIG_DFL:
                signal.signal(number, handler)
