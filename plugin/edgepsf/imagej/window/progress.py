"""ImageJ's progress bar, status line and Esc key for commands that take long."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from ...commands import Command
from ...errors import InputError
from ..session.current import running


def callback(title: str) -> Callable[[int, int, dict[str, Any]], None]:
    """A callback(i, n, info) for `edgepsf.deconvolve` that shows the progress and heeds Esc.

    Parameters
    ----------
    title : str
        Text of the status line in front of the count.

    Raises
    ------
    InputError
        From the callback: Esc was pressed and iterations are left.
    KeyboardInterrupt
        From the callback: Ctrl-C stopped the macro that runs the command.
    """
    from jpype import JClass

    imagej, started = JClass("ij.IJ"), running()
    imagej.resetEscape()

    def report(i: int, n: int, info: dict[str, Any]) -> None:
        if started is not None and started.interrupted:
            raise KeyboardInterrupt
        if i < n and imagej.escapePressed():
            raise InputError(f"cancelled with Esc after {i} of {n} iterations; nothing was made")
        if imagej.getInstance() is not None:
            imagej.showProgress(i / n)
            stage = info.get("stage", "restoring")
            imagej.showStatus(f"{title}: {stage}, {i} of {n} iterations (Esc cancels)")

    return report


@contextlib.contextmanager
def shown(command: Command) -> Iterator[dict[str, Any]]:
    """The arguments by which a command reports its progress, if it does; afterwards the bar is gone."""
    from jpype import JClass

    if not command.reports_progress:
        yield {}
        return
    try:
        yield {"callback": callback(command.title)}
    finally:
        if JClass("ij.IJ").getInstance() is not None:
            JClass("ij.IJ").showProgress(1.0)
            JClass("ij.IJ").showStatus("")
