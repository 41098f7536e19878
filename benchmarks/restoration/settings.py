"""What the command line says, as every section gets it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Methods by name or label (all where none is given), seeds of the noise, paths; `quick` for tiny pictures."""

    methods: tuple[str, ...] = ()
    seeds: tuple[int, ...] = (1,)
    photographs: tuple[Path, ...] = ()
    jpegs: tuple[Path, ...] = ()
    quick: bool = False
    save: Path | None = None
    before: Path | None = None
    picture: Path | None = None
