"""The places in which a macro is tried, and what it leaves there."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from children import child

from .inputs import write_inputs

HERE = Path(__file__).parent
ENDING = "argument_and_exit"  # this macro ends the process
NAMES = tuple(sorted(path.stem for path in HERE.glob("*.ijm") if path.stem != ENDING))
PATIENCE = 120.0  # s after which a macro is given up


@dataclass(frozen=True)
class Place:
    """An ImageJ and the variables that it is started with.

    Attributes
    ----------
    fiji : str or None
        The folder of its Fiji; None for the embedded ImageJ.
    plugins : str or None
        The folder that EDGEPSF_PLUGINS names.
    display : str or None
        The display of its window; None without a window.
    """

    fiji: str | None = None
    plugins: str | None = None
    display: str | None = None

    @property
    def variables(self) -> dict[str, str | None]:
        """The environment."""
        own = {"EDGEPSF_PLUGINS": self.plugins, "EDGEPSF_FIJI": None}
        return own | ({"DISPLAY": self.display} if self.display else {})


@dataclass
class Answer:
    """What a macro has left.

    Attributes
    ----------
    value, stopped : str or None
        The value that it returned, or the sentence with which it stopped.
    images : dict
        By title: bits, size, scale, pixels.
    files : dict
        By name: the pixels of pictures, else the text.
    log : list of str
    """

    value: str | None
    stopped: str | None
    images: dict[str, dict[str, Any]]
    files: dict[str, Any]
    log: list[str] = field(default_factory=list)


@dataclass
class Visit:
    """All answers of one process, its exit code, and the seconds from its last line to its end."""

    answers: dict[str, Answer]
    code: int
    ending: float
    told: str


def visit(place: Place, folder: Path, names: tuple[str, ...] = NAMES) -> Visit:
    """Run macros in one process at a place; `folder` is new and empty."""
    macros = []
    for name in names:
        (folder / name).mkdir()
        write_inputs(folder / name)
        macros.append([name, str(HERE / f"{name}.ijm"), argument(name, folder / name)])
    before = {name: _listed(folder / name) for name in names}
    job = {"fiji": place.fiji, "headless": place.display is None, "seconds": PATIENCE, "macros": macros}
    (folder / "job.json").write_text(json.dumps(job))
    done = child(str(HERE / "worker.py"), str(folder / "job.json"), **place.variables)
    last = folder / "end"
    ending = seconds_since(last) if last.exists() else float("nan")
    answers = {name: _answer(folder, name, before[name]) for name in names}
    return Visit(answers, done.returncode, ending, done.stdout + done.stderr)


def seconds_since(file: Path) -> float:
    """The seconds since a file was written; the clock of the files, as Java's and Python's may be others."""
    now = file.with_name(f"{file.name}-now")
    now.touch()
    return now.stat().st_mtime - file.stat().st_mtime


def argument(name: str, folder: Path) -> str:
    """What getArgument() returns: the folder, or the words of the batch."""
    if name == ENDING:
        return f"{folder}/cell.tif {folder}/psf.tif {folder}/ restored"
    return f"{folder}{os.sep}"


def _listed(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def _answer(folder: Path, name: str, before: set[Path]) -> Answer:
    """Read what the worker and the macro wrote."""
    home = folder / name
    files = {str(p.relative_to(home)): _content(p) for p in sorted(_listed(home) - before)}
    path = folder / f"{name}.json"
    if not path.exists():
        return Answer(None, None, {}, files)
    told = json.loads(path.read_text())
    images = {
        entry["title"]: entry | {"pixels": np.load(folder / f"{name}-{k}.npy")}
        for k, entry in enumerate(told["images"])
    }
    return Answer(told.get("value"), told.get("stopped"), images, files, told["log"])


def _content(path: Path) -> Any:
    """The pixels and the scale of a picture, or the text of a file."""
    if path.suffix not in (".tif", ".tiff"):
        return path.read_text(errors="backslashreplace")
    with tifffile.TiffFile(path) as file:
        notes = file.imagej_metadata or {}
        kept = {k: notes[k] for k in ("unit", "spacing", "channels", "slices", "frames") if k in notes}
        return {"pixels": file.asarray(), "notes": kept}
