"""Dialogs in ImageJ's own window."""

from __future__ import annotations

from .case import Case


def all_cases() -> list[Case]:
    """Every case of this module."""
    return []
