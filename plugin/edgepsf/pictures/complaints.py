"""What a library logs about a damaged file, kept off the terminal and at hand."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Keeper(logging.Handler):
    """Keeps the messages of a level and above."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message, less the name of the object that it is about."""
        text = record.getMessage()
        self.kept.append(text[text.find(">") + 1 :].strip() if text.startswith("<") else text)


@contextmanager
def complaints(library: str, level: int = logging.ERROR) -> Iterator[list[str]]:
    """The messages that a library logs meanwhile; none of them reaches the terminal.

    Parameters
    ----------
    library : str
        Name of its logger.
    level : int
        The least level of the messages that are kept.
    """
    logger, keeper = logging.getLogger(library), _Keeper(level)
    before, logger.propagate = logger.propagate, False
    logger.addHandler(keeper)
    try:
        yield keeper.kept
    finally:
        logger.removeHandler(keeper)
        logger.propagate = before
