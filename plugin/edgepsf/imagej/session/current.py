"""The one running ImageJ of this process."""

from __future__ import annotations

from typing import Any

from .running import Session

_session: Session | None = None


def running() -> Session | None:
    """The running ImageJ; None where there is none."""
    return _session


def heed_interrupt(*progress: Any) -> None:
    """Stop the work where Ctrl-C or another signal has come meanwhile; a callback of restorations.

    Raises
    ------
    KeyboardInterrupt
        If it has come.
    """
    if _session is not None and _session.interrupted:
        raise KeyboardInterrupt


def keep(session: Session) -> None:
    """Make a session the running one; one process has one ImageJ."""
    global _session
    _session = session
