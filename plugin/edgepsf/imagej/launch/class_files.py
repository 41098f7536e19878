"""Plugins that are class files without a jar, as Iterative Deconvolve 3D is given out.

An ImageJ that Python starts lists them, but it can load them only if their folders are on Java's class path.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

ITERATIVE_DECONVOLVE = "Iterative_Deconvolve_3D.class"


def class_folders(folder: Path) -> list[Path]:
    """The folders with class files, for the class path; `folder` is a Fiji or a folder of plugins."""
    root = _plugins(folder)
    holders = {file.parent for file in root.glob("**/*.class")}
    return sorted(holders | {root}) if holders else []


def holder(folder: Path, name: str) -> Path | None:
    """The class file of a name, or the jar with it at its top; `folder` is a Fiji or a folder of plugins."""
    root = _plugins(folder)
    loose = sorted(root.glob(f"**/{name}"))
    return (
        loose[0] if loose else next((jar for jar in sorted(root.glob("**/*.jar")) if _holds(jar, name)), None)
    )


def _plugins(folder: Path) -> Path:
    return folder / "plugins" if (folder / "plugins").is_dir() else folder


def _holds(jar: Path, name: str) -> bool:
    try:
        with zipfile.ZipFile(jar) as file:
            return name in file.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
