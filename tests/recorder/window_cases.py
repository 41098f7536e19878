"""Dialogs in ImageJ's own window, in a process of its own on a display without a screen.

`python -m tests.recorder.window_cases OUT.json` is that process.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import awt
from . import imagej_state as state
from .case import Case, plain

BOX = "makeRectangle(20, 8, 56, 60);"
F = f'{BOX} run("Edge f...", "v1=30 v2=100"); run("Fit Edge Plane");'
PSF = 'run("PSF from Profile...", "p1=1.2 size=9"); rename("PSF");'
# Command: what is run before on edge.tif, the image to work on, a sign that the preview is done, entries.
COMMANDS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "Linear Channels...": ("", "edge.tif", "", {"gamma": "2.2", "maximum": "255"}),
    "Edge g...": (BOX, "edge.tif", "", {"v1": "30", "v2": "100"}),
    "Edge f...": (BOX, "edge.tif", "", {"v1": "30", "v2": "100"}),
    "Edge Distance Map": (F, "edge-f", ", p ", {"a": "-30", "b": "1", "c": "0.1"}),
    "Fit Edge Profile...": (F, "edge-f", ", n ", {"degree": "3"}),
    "PSF from Profile...": ("", "edge.tif", "missing", {"p1": "1.2", "p3": "0.01"}),
    "PSF from Edge...": (BOX, "edge.tif", "FWHM", {"model": "logistic"}),
    "Deconvolve...": (PSF, "edge.tif", "", {"psf": "PSF", "iterations": "3"}),
    "Compare Sharpening...": (PSF, "edge.tif", "", {"psf": "PSF", "method": "wiener"}),
}
WRONG = {
    "word": {"v1": "thirty", "v2": "100"},
    "one": {"v1": "30", "v2": ""},
    "variable": {"v1": "&x", "v2": "100"},
    "alike": {"v1": "9", "v2": "9"},
}


def prepare(session: Any, root: Path, name: str) -> None:
    """Open the picture of a command, and what else it needs."""
    state.tidy(session)
    before, title, _, _ = COMMANDS[name]
    session.run_macro(f'open("{root / "edge.tif"}"); {before}')
    awt.select(title)


def of_command(session: Any, root: Path, name: str) -> dict[str, Any]:
    """The dialog of a command as it opens, and what comes of it: the line of the Recorder, images, rows."""
    prepare(session, root, name)
    seen, text = state.identities(), awt.recorded()
    awt.choose(name)
    window = awt.dialog()
    words = awt.settled(window, COMMANDS[name][2])
    out = {"title": str(window.getTitle()), "texts": plain(words, root), "fields": awt.entries(window)}
    awt.fill(window, COMMANDS[name][3])
    awt.press(window)
    awt.finished(name)
    lines = awt.recorded()[len(text) :].splitlines()
    out["recorded"] = [line for line in lines if not line.startswith("selectImage")]
    return out | {"images": state.opened(session, root, seen), "results": state.results()}


def plane(session: Any, root: Path) -> dict[str, Any]:
    """The command that has no dialog."""
    prepare(session, root, "Fit Edge Profile...")
    text = awt.recorded()
    awt.choose("Fit Edge Plane")
    awt.finished("Fit Edge Plane")
    lines = awt.recorded()[len(text) :].splitlines()
    return {"recorded": [line for line in lines if not line.startswith("selectImage")],
            "results": state.results()}  # fmt: skip


def wrong(session: Any, root: Path, entries: dict[str, str]) -> dict[str, Any]:
    """The dialog that comes back with the sentence after a wrong entry."""
    prepare(session, root, "Edge g...")
    text = awt.recorded()
    awt.choose("Edge g...")
    first = awt.dialog()
    awt.fill(first, entries)
    awt.press(first)
    second = awt.dialog(but=first)
    out = {"texts": awt.settled(second), "fields": awt.entries(second)}
    awt.press(second, "Cancel")
    awt.finished("Edge g...")
    return out | {"recorded": awt.recorded()[len(text) :]}


def message(session: Any, root: Path) -> dict[str, Any]:
    """The message where no image is open."""
    state.tidy(session)
    awt.choose("Edge g...")
    box = awt.dialog("ij.gui.MessageDialog")
    words = awt.settled(box)
    awt.press(box)
    awt.finished("Edge g...")
    return {"texts": words}


def menu(session: Any, root: Path) -> dict[str, Any]:
    """The entries of the menu."""
    found = awt.menu_of_plugins()
    return {"labels": [str(found.getItem(i).getLabel()) for i in range(found.getItemCount())]}


def steps() -> dict[str, Callable[[Any, Path], dict[str, Any]]]:
    """What is done in the window, by name."""
    out: dict[str, Any] = {"menu": menu, "no image": message, "Fit Edge Plane": plane}
    out |= {name: lambda s, r, n=name: of_command(s, r, n) for name in COMMANDS}
    return out | {f"wrong {name}": lambda s, r, e=given: wrong(s, r, e) for name, given in WRONG.items()}


def in_window(target: Path) -> None:
    """Do all steps in a window, and write what happened."""
    from edgepsf.imagej import register, start

    session = register(start(headless=False))
    state.java("ij.Prefs").set("recorder.mode", "Macro")
    state.java("ij.IJ").run("Record...")
    awt.wait(state.java("ij.plugin.frame.Recorder").getInstance)
    out = {}
    for name, step in steps().items():
        try:
            out[name] = step(session, Path.cwd())
        except Exception as error:
            out[name] = {"error": f"{type(error).__name__}: {error}"}
            for window in awt.showing():
                awt.post(state.java("java.awt.event.WindowEvent")(window, 201))
    target.write_text(json.dumps(out), encoding="utf-8")


def window(root: Path) -> dict[str, Any]:
    """Run the steps under Xvfb."""
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    target = root / "window.json"
    try:
        if not select.select([server.stdout], [], [], 30)[0]:
            return {"error": "Xvfb did not start"}
        display = f":{server.stdout.readline().decode().strip()}"
        own = Path(__file__).resolve().parents[2]
        path = os.pathsep.join(p for p in (os.environ.get("PYTHONPATH", ""), str(own)) if p)
        done = subprocess.run(
            [sys.executable, "-m", "tests.recorder.window_cases", str(target)],
            env={**os.environ, "DISPLAY": display, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if not target.is_file():
            return {"error": done.stderr[-2000:]}
        return {"front": "window", "steps": json.loads(target.read_text()), "log": plain(done.stderr, root)}
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()
        target.unlink(missing_ok=True)


def all_cases() -> list[Case]:
    """The case of the window, where there is an Xvfb to open it on."""
    return [Case("window/dialogs", window)] if shutil.which("Xvfb") else []


if __name__ == "__main__":
    in_window(Path(sys.argv[1]))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # not through Java's end, which waits for the window
