"""Which ImageJ a session runs: the embedded one, a Fiji on this machine, or one named by Maven coordinates."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from ...errors import InputError

_ENDPOINT = re.compile(r"[\w.-]+:[\w.-]+(:[\w.-]+)*(\+[\w.-]+:[\w.-]+(:[\w.-]+)*)*")


@dataclass(frozen=True)
class Source:
    """Where an ImageJ comes from.

    Attributes
    ----------
    kind : {"embedded", "directory", "endpoint"}
    value : str
        The folder of a Fiji, or Maven coordinates such as ``"sc.fiji:fiji:2.16.0"``; empty for the embedded ImageJ.
    """

    kind: str
    value: str = ""

    def __str__(self) -> str:
        names = {"embedded": "the embedded ImageJ", "directory": "the Fiji in", "endpoint": "Maven's"}
        return f"{names[self.kind]} {self.value}".strip()


EMBEDDED = Source("embedded")
VARIABLE = "EDGEPSF_FIJI"
_chosen: Source | None = None


def choose(fiji: str | None = None, imagej: str | None = None) -> None:
    """Choose the ImageJ that `session()` starts; without a choice EDGEPSF_FIJI counts, else the embedded one.

    With neither argument an earlier choice stays.

    Parameters
    ----------
    fiji : str, optional
        Folder of a Fiji; EDGEPSF_FIJI is set to it.
    imagej : str, optional
        Maven coordinates, or "embedded".

    Raises
    ------
    InputError
        If both are given, or `imagej` is neither.
    """
    global _chosen
    if fiji is not None and imagej is not None:
        raise InputError("give --fiji or --imagej, not both")
    if fiji is not None:
        os.environ[VARIABLE] = fiji  # child processes and the search for plugins see it there
        _chosen = None
    elif imagej is not None:
        _chosen = EMBEDDED if imagej == "embedded" else endpoint(imagej)


def endpoint(text: str) -> Source:
    """Maven coordinates as a source.

    Raises
    ------
    InputError
        If they do not have the form GROUP:ARTIFACT[:VERSION].
    """
    if not _ENDPOINT.fullmatch(text):
        raise InputError(
            f'"{text}" names no ImageJ: give Maven coordinates such as sc.fiji:fiji:2.16.0, or the word embedded'
        )
    return Source("endpoint", text)


def wanted() -> Source:
    """The source of the session to start."""
    if _chosen is not None:
        return _chosen
    folder = os.environ.get(VARIABLE)
    return Source("directory", folder) if folder else EMBEDDED
