"""The libraries below (jgo, scyjava, pyimagej): kept quiet, their errors as sentences."""

from __future__ import annotations

import contextlib
import logging
import sys
import warnings
from collections.abc import Iterator

from ...errors import EngineError


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries from writing notes ("jar tool not found") to the terminal meanwhile."""
    loggers = [logging.getLogger(name) for name in ("jgo", "scyjava", "cjdk", "urllib3", "imagej", "imglyb")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def reason(error: BaseException) -> str:
    """The kernel of a chain of network errors in a few words, without host names."""
    text = repr(error)
    for sign, words in (
        ("NameResolution", "no network: the server's name could not be resolved"),
        ("CERTIFICATE_VERIFY_FAILED", "the server's certificate was not accepted"),
        ("ProxyError", "the proxy refused the connection"),
        ("Timeout", "no answer in time"),
        ("ConnectionError", "no connection"),
        ("PermissionError", "no permission to write there"),
    ):
        if sign in text:
            return words
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else 'no message'}"


def missing_extra(error: ImportError) -> EngineError:
    """The error to raise when a package of the extra "imagej" is not installed."""
    name = error.name or error
    return EngineError(
        f'ImageJ needs the package "{name}", not installed here: pip install "edgepsf[imagej]".'
    )
