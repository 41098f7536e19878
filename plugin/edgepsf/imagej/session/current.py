"""The one running ImageJ of this process."""

from __future__ import annotations

from .running import Session

_session: Session | None = None


def running() -> Session | None:
    """The running ImageJ; None where there is none."""
    return _session


def keep(session: Session) -> None:
    """Make a session the running one; one process has one ImageJ."""
    global _session
    _session = session
