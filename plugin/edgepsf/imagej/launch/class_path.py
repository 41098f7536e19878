"""The order in which Java must see jars, and what the jars hold that edgepsf looks for.

Of two jars with the same class Java takes the class of the first one.
"""

from __future__ import annotations

import functools
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ...plugins import PROGRAMS

# A class that only the jar of that plugin or library holds.
MARKS = {
    "DeconvolutionLab2": "DeconvolutionLab2_Run.class",
    "Parallel Iterative": "edu/emory/mathcs/restoretools/iterative/ParallelIterativeDeconvolution2D.class",
    "ImageJ": "ij/IJ.class",
    "Parallel Colt": "cern/colt/matrix/tdouble/DoubleMatrix2D.class",
    "JTransforms 2": "edu/emory/mathcs/jtransforms/fft/DoubleFFT_2D.class",
    "JTransforms 3": "org/jtransforms/fft/FloatFFT_3D.class",
}
# Parallel Colt, JTransforms 2 and jplasma hold a ConcurrencyUtils of the same name; only that of the first one has
# all methods that the plugins call, that of the last one lacks those of both.
_FIRST = ("ImageJ", "Parallel Colt", *PROGRAMS, "JTransforms 2")
_NAME = re.compile(r"(?P<stem>.+?)[-_](?P<version>\d+(\.\d+)*)(?P<rest>\D.*)?\.jar")


def fiji_jars(folder: Path) -> list[Path]:
    """All jars of a Fiji, in the order for Java's class path; those in subfolders too."""
    jars = [*folder.glob("jars/**/*.jar"), *folder.glob("plugins/**/*.jar")]
    return in_order(
        jar for jar in jars if not jar.name.startswith(".")
    )  # a Mac adds ._NAME.jar, which is none


def in_order(jars: Iterable[Path]) -> list[Path]:
    """Jars in the order for Java's class path.

    The jars of ImageJ, Parallel Colt, the plugins and JTransforms 2 come first, then all others by their path. Of
    several jars that differ only in the version in their names, the newest comes before the others.

    Parameters
    ----------
    jars : iterable of Path

    Returns
    -------
    list of Path
    """
    newest = _newest_first(jar for jar in jars if jar.is_file())  # a link may lead nowhere
    first = [jar for name, jar in holders(newest).items() if name in _FIRST]
    return list(dict.fromkeys([*first, *newest]))


def holders(jars: Iterable[Path]) -> dict[str, Path]:
    """The first jar that holds a plugin or library, by the keys of `MARKS`, in the order of the class path."""
    found: dict[str, Path] = {}
    for jar in jars:
        for name in _contents(jar, jar.stat().st_mtime_ns):
            found.setdefault(name, jar)
    return {name: found[name] for name in dict.fromkeys([*_FIRST, *MARKS]) if name in found}


def _newest_first(jars: Iterable[Path]) -> list[Path]:
    """Jars by their path; those that differ only in their versions lie together, the newest first."""
    groups: dict[str, list[Path]] = {}
    for jar in sorted(jars):
        found = _NAME.fullmatch(jar.name)
        groups.setdefault(found["stem"] if found else jar.stem, []).append(jar)
    return [jar for group in groups.values() for jar in sorted(group, key=_version, reverse=True)]


def _version(jar: Path) -> tuple[tuple[int, ...], bool]:
    """A key that is larger for newer versions: without a number, 1.0, 1.0.1-beta, 1.0.1, 1.10."""
    found = _NAME.fullmatch(jar.name)
    if found is None:
        return (), False
    return tuple(int(n) for n in found["version"].split(".")), not found["rest"]


@functools.lru_cache(maxsize=4096)
def _contents(jar: Path, changed: int) -> frozenset[str]:
    """The plugins and libraries that a jar holds; `changed` is its time, so that a new file is read again."""
    try:
        with zipfile.ZipFile(jar) as file:
            names = set(file.namelist())
    except (OSError, zipfile.BadZipFile):
        return frozenset()
    return frozenset(name for name, mark in MARKS.items() if mark in names)
