"""Lines for DeconvolutionLab2 with pictures, run in an ImageJ of this process; what they show and save.

    python dl2_lines.py WORK

The child process of test_dl2_in_a_window: an ImageJ with a window and the plugin on its class path runs the lines of
WORK/tasks.json and writes what each showed and saved beside them. The plugin's threads keep Java alive: the process
ends by os._exit.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from blurred import spot

RNG = np.random.default_rng(11)
PICTURES = {
    "y": RNG.uniform(10, 100, (40, 36)).astype(np.float32),
    "v": RNG.uniform(10, 100, (6, 20, 24)).astype(np.float32),
    "h": np.pad(spot((7, 7), 3).astype(np.float32), (1, 0)),  # even, as the pictures, symmetric about n // 2
    "h3": np.pad(spot((3, 7, 7), 3).astype(np.float32), (1, 0)),
    "y8": RNG.integers(10, 200, (40, 36)).astype(np.uint8),
    "y16": RNG.integers(10, 40000, (40, 36)).astype(np.uint16),
}


@dataclass(frozen=True)
class Line:
    """One line with the pictures that are open before it.

    Attributes
    ----------
    options : str
        The option string; {in} is the folder of the pictures, {out} an empty folder.
    opened : dict
        Title of an open image: the name of its picture, with macro code behind a blank that changes it.
    """

    options: str
    opened: dict[str, str] = field(default_factory=lambda: {"y": "y", "h": "h"})


@dataclass
class Outcome:
    """What a line showed and saved.

    Attributes
    ----------
    shown : dict
        Title: (planes, number of the shown plane, range of gray values shown, lines of the overlay).
    saved : dict
        Path below the folder: planes; None for a table.
    error : str
        The sentence that stopped the macro.
    """

    shown: dict[str, Any] = field(default_factory=dict)
    saved: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def write_pictures(folder: Path) -> None:
    """Write the pictures, and one as a folder of slices with a text file among them."""
    (folder / "z slices").mkdir(parents=True)
    for name, picture in PICTURES.items():
        tifffile.imwrite(folder / f"{name}.tif", picture, imagej=True)
    for k, plane in enumerate(PICTURES["v"]):
        tifffile.imwrite(folder / "z slices" / f"s{k}.tif", plane)
    (folder / "z slices" / "notes.txt").write_text("no image")


def run_line(imagej: Any, line: Line, pictures: Path, out: Path, wait: Any = lambda: None) -> Outcome:
    """Open the pictures of a line, run it, wait, and collect what it showed and saved."""
    from jpype import JClass

    from edgepsf.errors import MacroError

    (out / "sub").mkdir(parents=True)
    before = ""
    for title, source in line.opened.items():
        name, _, change = source.partition(" ")
        before += f'open("{pictures}/{name}.tif"); rename("{title}"); {change}\n'
    imagej.run_macro(before)
    options = line.options.replace("{in}", str(pictures)).replace("{out}", str(out))
    options = options.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    done = Outcome()
    try:
        imagej.run_macro(f'run("DeconvolutionLab2 Run", "{options}");')
    except MacroError as error:
        done.error = str(error)
    wait()
    manager = JClass("ij.WindowManager")
    for number in manager.getIDList() or ():
        imp = manager.getImage(int(number))
        if str(imp.getTitle()) not in line.opened:
            ranged = float(imp.getDisplayRangeMin()), float(imp.getDisplayRangeMax())
            lines = [str(roi.getBounds()) for roi in imp.getOverlay() or ()]
            done.shown[str(imp.getTitle())] = (
                imagej.to_numpy(imp),
                int(imp.getCurrentSlice()),
                ranged,
                lines,
            )
    for file in sorted(out.rglob("*.*")):
        planes = tifffile.imread(file) if file.suffix == ".tif" else None
        done.saved[str(file.relative_to(out))] = planes
    imagej.run_macro('run("Close All");')
    return done


def _wait_for_plugin() -> None:
    """Wait until no thread of DeconvolutionLab2 works."""
    from jpype import JClass

    thread, end = JClass("java.lang.Thread"), time.monotonic() + 60
    quiet = 0
    while quiet < 3 and time.monotonic() < end:
        time.sleep(0.05)
        frames = [f for stack in thread.getAllStackTraces().values() for f in stack]
        busy = any(
            str(f.getClassName()).startswith(("deconvolution.Deconvolution", "deconvolution.algorithm"))
            for f in frames
        )
        quiet = 0 if busy else quiet + 1


def _plugin_shape(text: str) -> np.ndarray:
    """The picture that the plugin makes from a formula."""
    from jpype import JClass

    made = JClass("signal.factory.SignalFactory").createFromCommand(text)
    return np.stack([np.array(made.getXY(z)).reshape(made.ny, made.nx) for z in range(made.nz)])


def main(work: Path) -> None:
    """Run the lines and make the pictures that WORK/tasks.json names."""
    from edgepsf.imagej.bridge import register
    from edgepsf.imagej.session import start

    imagej = register(start(headless=False))
    tasks = json.loads((work / "tasks.json").read_text())
    lines = [
        run_line(imagej, Line(**line), work / "in", work / f"plugin-{k}", _wait_for_plugin)
        for k, line in enumerate(tasks["lines"])
    ]
    shapes = [_plugin_shape(text) for text in tasks["shapes"]]
    (work / "done").write_bytes(pickle.dumps(([asdict(line) for line in lines], shapes, _log())))


def _log() -> str:
    """The text of ImageJ's Log window."""
    from jpype import JClass

    return str(JClass("ij.IJ").getLog() or "")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stderr.flush()
    os._exit(0)
