"""One ImageJ that runs macros one after another and writes down what each leaves: a process of its own.

    python worker.py JOB

JOB is a JSON file: {"fiji": folder or null, "headless": bool, "seconds": the longest time of a macro, "macros": a
list of [name, path, argument]}. For each macro NAME.json is written beside it, with the pixels as NAME-k.npy.
"""

from __future__ import annotations

import io
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from edgepsf.errors import MacroError
from edgepsf.imagej.bridge import register
from edgepsf.imagej.launch.sources import EMBEDDED, Source
from edgepsf.imagej.session import Session, start

# In a window "Clear Results" keeps columns that a later table would show again.
EMPTY = 'run("Close All"); run("Clear Results"); if (isOpen("Results")) { selectWindow("Results"); run("Close"); }'


def java(name: str) -> Any:
    """A Java class."""
    from jpype import JClass

    return JClass(name)


def give_up(session: Session, sentence: str) -> None:
    """Stop the macro, and close the dialogs that it may wait for."""
    if not session.headless:
        for window in java("java.awt.Window").getWindows():
            if window.isShowing() and isinstance(window, java("java.awt.Dialog")):
                sentence += f"; a dialog: {window.getTitle()}: {words(window)}"
                window.dispose()
    session.abort_macro(sentence)


def words(container: Any) -> str:
    """All words in a dialog."""
    out = []
    for part in container.getComponents():
        if hasattr(part, "getComponents"):
            out.append(words(part))
        elif hasattr(part, "getText"):
            out.append(str(part.getText()))
        elif isinstance(part, java("ij.gui.MultiLineLabel")):
            lines = part.getClass().getDeclaredField("lines")
            lines.setAccessible(True)
            out.extend(str(line) for line in lines.get(part))
    return " ".join(" ".join(out).split())


def run(session: Session, path: Path, argument: str, seconds: float) -> dict[str, Any]:
    """Run a macro: its value or the sentence with which it stopped, and the lines that it logged."""
    told, screen = io.StringIO(), sys.stderr
    late = threading.Timer(seconds, give_up, [session, f"not done after {seconds:g} s"])
    late.start()
    begin = time.perf_counter()
    sys.stderr = told
    try:
        end: dict[str, Any] = {"value": session.run_macro(path, argument)}
    except MacroError as error:
        end = {"stopped": str(error)}
    finally:
        sys.stderr = screen
        late.cancel()
    window = "" if session.headless else str(java("ij.IJ").getLog() or "")
    return end | {"log": (told.getvalue() + window).splitlines(), "seconds": time.perf_counter() - begin}


def images(session: Session, place: Path, name: str) -> list[dict[str, Any]]:
    """The open images by title; their pixels are written as float32."""
    manager = java("ij.WindowManager")
    found = sorted(
        (manager.getImage(n) for n in manager.getIDList() or ()), key=lambda imp: str(imp.getTitle())
    )
    out = []
    for k, imp in enumerate(found):
        np.save(place / f"{name}-{k}.npy", session.to_numpy(imp).astype(np.float32))
        scale = imp.getCalibration()
        sizes = [round(float(getattr(scale, f"pixel{side}")), 9) for side in ("Width", "Height", "Depth")]
        size = [int(n) for n in imp.getDimensions()]
        out.append(
            {
                "title": str(imp.getTitle()),
                "bits": int(imp.getBitDepth()),
                "size": size,
                "scale": [*sizes, str(scale.getUnit())],
            }
        )
    return out


def main(job: Path) -> None:
    """Do the job."""
    told = json.loads(job.read_text())
    source = Source("directory", told["fiji"]) if told["fiji"] else EMBEDDED
    session = register(start(headless=told["headless"], source=source))
    for name, path, argument in told["macros"]:
        answer = run(session, Path(path), argument, told["seconds"])
        answer["images"] = images(session, job.parent, name)
        (job.parent / f"{name}.json").write_text(json.dumps(answer))
        session.run_macro(EMPTY)
        if not session.headless:
            java("ij.IJ").log("\\Clear")
    (job.parent / "end").touch()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
