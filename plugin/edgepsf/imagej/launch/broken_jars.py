"""Jars in a Fiji that are damaged or incomplete: Java passes over them in silence, and fails elsewhere."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

from ...errors import EngineError
from .class_path import in_order

_IMGLYB = "net/imglib2/python/Helpers.class"  # by this class imglyb starts
_MEND = "put the file from a fresh Fiji in its place, or update Fiji (Help > Update...)."


def damaged(jars: Iterable[Path]) -> list[Path]:
    """The jars that Java cannot read: empty, or cut short by a broken download or copy."""
    return [jar for jar in jars if not zipfile.is_zipfile(jar)]


def imglyb_of(folder: Path, broken: list[Path]) -> Path | None:
    """The jar of imglyb in a Fiji, checked to have the class by which Python starts; None where there is none.

    Raises
    ------
    EngineError
        If it is damaged or lacks the class.
    """
    jar = next(
        (j for j in in_order(folder.glob("jars/**/imglib2-imglyb*.jar")) if not j.name.startswith(".")), None
    )
    if jar is None or jar in broken:
        seen = "cannot be read (an empty file, or a broken download or copy)"
    else:
        with zipfile.ZipFile(jar) as file:
            seen = "" if _IMGLYB in file.namelist() else f"is incomplete: it has no {_IMGLYB}"
    if jar is not None and seen:
        raise EngineError(f"{jar}, which Python needs, {seen}: {_MEND}")
    return jar


def mention(broken: list[Path]) -> None:
    """Tell on stderr of jars without which ImageJ has started."""
    if broken:
        print(f"edgepsf: {_cannot_be_read(broken)}, so ImageJ works without: {_MEND}", file=sys.stderr)


def with_damaged(error: EngineError, broken: list[Path]) -> EngineError:
    """An error of the start; where jars are damaged, these are told as its reason."""
    if not broken:
        return error
    seen = str(error).partition(":")[0]
    return EngineError(f"{_cannot_be_read(broken)}: {_MEND} ImageJ2 does not start as it is ({seen}).")


def _cannot_be_read(broken: list[Path]) -> str:
    return f"{', '.join(str(jar) for jar in broken)} cannot be read (an empty file, or a broken download or copy)"
