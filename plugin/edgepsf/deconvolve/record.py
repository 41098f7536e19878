"""Progress of a method for a callback, and a small record of its work."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import Any


class Log:
    """Progress and record of one run.

    Parameters
    ----------
    method : str
    callback : callable, optional
        callback(i, n, info) after every iteration, with n the most iterations and info a dict of method,
        stage and, where the method computes them, objective and residual; False stops there.

    Attributes
    ----------
    record : dict
        method, iterations, objective and residual (lists, one entry an iteration), seconds, memory (bytes by
        which the process grew at its peak; None where the system does not tell, or where the process had used more
        before) and the numbers that a method chose.
    full : bool
        Whether the record is asked for: costly figures are left out otherwise.
    exponent : int
        Of the scale of the picture: methods tell their figures in units of 2**exponent gray values.
    stopped : bool
        Whether the callback wanted to stop: it is not called again.
    gray : set of str
        Names of the figures that are gray values; they are converted for callback and record.
    """

    def __init__(self, method: str, callback: Callable[..., Any] | None = None, full: bool = False):
        self.callback, self.full = callback, full
        self.exponent, self.gray, self.stopped = 0, {"objective"}, False
        self.record: dict[str, Any] = {"method": method, "iterations": 0}
        self._started = time.perf_counter()
        self._memory, self._peak = memory_now(), memory_peak()

    def note(self, **chosen: Any) -> None:
        """Write into the record."""
        self.record |= self._in_gray(chosen)

    def warn(self, sentence: str) -> None:
        """Tell the user of a doubt that the picture raised."""
        self.record.setdefault("warnings", []).append(sentence)

    def iteration(self, i: int, n: int, stage: str = "restoring", **figures: float) -> bool:
        """Report iteration i of at most n; False when the callback wants to stop, or wanted so before."""
        if self.stopped:
            return False
        figures = self._in_gray(figures)
        if stage == "restoring":
            self.record["iterations"] = i
            for name, value in figures.items():
                self.record.setdefault(name, []).append(float(value))
        if self.callback is None:
            return True
        info = {"method": self.record["method"], "stage": stage, **figures}
        self.stopped = self.callback(i, n, info) is False
        return not self.stopped

    def finish(self) -> dict[str, Any]:
        """The record with time and memory."""
        return self.record | {"seconds": time.perf_counter() - self._started, "memory": self._grown()}

    def _in_gray(self, figures: dict[str, Any]) -> dict[str, Any]:
        """The figures, those of the picture's scale in gray values."""
        return {
            name: math.ldexp(value, self.exponent) if name in self.gray else value
            for name, value in figures.items()
        }

    def _grown(self) -> int | None:
        """Bytes by which the process grew at its peak."""
        peak = memory_peak()
        if peak is None or self._peak is None or self._memory is None:
            return None
        return peak - self._memory if peak > max(self._peak, self._memory) else None


def memory_peak() -> int | None:
    """Largest memory that the process ever used, bytes; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def memory_now() -> int | None:
    """Memory in use, bytes; its peak where only this is known (macOS)."""
    try:
        import resource

        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (ImportError, OSError):
        return memory_peak()
