"""Makes the pictures of ImageJ's window in docs/images/, on a display without a screen: python docs/screenshots.py

Needs Xvfb, and fluxbox for the frames of the windows (apt install xvfb fluxbox).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "images"
SCREEN = (1160, 760)
DESKTOP = "#7a8ba0"


def main() -> int:
    """Start a display and, in a Python of its own, ImageJ on it."""
    if "--here" in sys.argv:
        from edgepsf.imagej.bridge import register
        from edgepsf.imagej.session import start

        FOLDER.mkdir(exist_ok=True)
        take_all(register(start(headless=False)))
        return 0
    if shutil.which("Xvfb") is None:
        print("screenshots.py: needs Xvfb (apt install xvfb fluxbox)", file=sys.stderr)
        return 4
    with display() as name:
        return subprocess.call([sys.executable, __file__, "--here"], env={**os.environ, "DISPLAY": name})


@contextlib.contextmanager
def display() -> Iterator[str]:
    """A display without a screen, with a window manager where there is one; its name."""
    screen = f"{SCREEN[0]}x{SCREEN[1]}x24"
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", screen, "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        name = f":{server.stdout.readline().strip()}"
        frames = None
        if shutil.which("fluxbox"):
            quiet = {"env": {**os.environ, "DISPLAY": name}, "stderr": subprocess.DEVNULL}
            frames = subprocess.Popen(["fluxbox"], stdout=subprocess.DEVNULL, **quiet)
            time.sleep(2)
            subprocess.call(["fbsetroot", "-solid", DESKTOP], **quiet)
        try:
            yield name
        finally:
            if frames is not None:
                frames.kill()
                frames.wait()
            server.terminate()


def take_all(running: Any) -> None:
    java("ij.IJ").getInstance().setLocation(10, 30)
    show_edge(running)
    if running.gateway is not None:  # EDGEPSF_FIJI names a Fiji: one picture of its window
        take_menu("menu-in-imagej2")
        return
    take_menu()
    take_dialog("PSF from Edge...", "preview-psf-from-edge", whole_screen=True)
    take_dialog("PSF from Edge...", "help-psf-from-edge", with_help=True)
    for name in ("Linear Channels...", "Edge g...", "Edge f...", "PSF from Edge..."):
        take_dialog(name, file_name(name))
    running.run_macro('run("Edge f...", "v1=30 v2=100"); run("Fit Edge Plane");')
    take_dialog("Edge Distance Map", file_name("Edge Distance Map"))
    running.run_macro('run("Edge Distance Map");')
    java("ij.IJ").selectWindow("edge-f")
    take_dialog("Fit Edge Profile...", file_name("Fit Edge Profile..."))
    running.run_macro('selectImage("edge-f"); run("Fit Edge Profile...", "degree=3");')
    take_dialog("PSF from Profile...", file_name("PSF from Profile..."))
    running.run_macro(
        'close("edge-f"); close("edge-distance"); run("Clear Results"); selectImage("edge.tif");'
    )
    running.run_macro('run("PSF from Edge...", "model=auto plot");')
    arrange()
    save("results-psf-from-edge")
    for name in ("Deconvolve...", "Compare Sharpening..."):
        java("ij.IJ").selectWindow("edge.tif")
        take_dialog(name, file_name(name))
    java("ij.IJ").selectWindow("edge.tif")
    take_dialog("Deconvolve...", "dialog-deconvolve-more", more=True)


def file_name(command: str) -> str:
    return "dialog-" + command.rstrip(".").lower().replace(" ", "-")


def show_edge(running: Any) -> None:
    """An edge with some noise, and a region on it."""
    import edgepsf as ep
    from edgepsf.testing import edge_image

    image = edge_image(ep.psf.Logistic(0.9, 0.01), (256, 256), noise=0.01, angle=8)
    imp = running.to_imageplus(np.round(image).astype(np.uint8), "edge.tif")
    imp.show()
    imp.getWindow().setLocation(10, 150)
    imp.setRoi(70, 60, 120, 130)
    imp.getWindow().toFront()
    time.sleep(1)


def take_menu(file: str = "menu") -> None:
    """The menu, opened as a user does: a click on Plugins, then the keys up (our entry is the last) and right."""
    robot, bar = java("java.awt.Robot")(), java("ij.Menus").getMenuBar()
    window = java("ij.IJ").getInstance()
    window.toFront()
    corner = window.getLocationOnScreen()
    labels = [str(bar.getMenu(i).getLabel()) for i in range(bar.getMenuCount())]
    metrics = window.getFontMetrics(bar.getFont() or window.getFont())
    left = sum(int(metrics.stringWidth(label)) + 20 for label in labels[: labels.index("Plugins")])
    robot.mouseMove(int(corner.x) + left + 30, int(corner.y) + int(window.getInsets().top) - 12)
    click = java("java.awt.event.InputEvent").BUTTON1_DOWN_MASK
    robot.mousePress(click)
    robot.mouseRelease(click)
    for key in (38, 39):
        time.sleep(0.5)
        robot.keyPress(key)
        robot.keyRelease(key)
    save(file)
    for _ in range(3):
        robot.keyPress(27)
        robot.keyRelease(27)
        time.sleep(0.2)


def take_dialog(
    name: str, file: str, with_help: bool = False, whole_screen: bool = False, more: bool = False
) -> None:
    """The dialog of a command with its preview, alone or with the screen, its Help, its rare options; then Cancel."""
    time.sleep(1)  # late window events make another image the current one
    java("ij.Executer")(name, None)
    dialog = wait_for_dialog()
    if more:
        boxes = dialog.getCheckboxes()
        next(box for box in boxes if str(box.getLabel()).startswith("More options")).setState(True)
        time.sleep(1)
        post(java("java.awt.event.ActionEvent")(dialog.getButtons()[0], 1001, "OK"))
        dialog = wait_for_dialog(but=dialog)
    while any(line == "…" or line.startswith("xxx") for line in texts(dialog)):
        time.sleep(0.1)
    buttons = dialog.getButtons()
    if whole_screen:
        dialog.setLocation(300, 160)
        save(file)
    elif with_help:
        post(java("java.awt.event.ActionEvent")(buttons[3], 1001, "Help"))
        time.sleep(1)
        windows = java("java.awt.Window").getWindows()
        box = next(w for w in windows if isinstance(w, java("ij.gui.HTMLDialog")))
        save(file, box)
        post(java("java.awt.event.WindowEvent")(box, 201))
    else:
        save(file, dialog)
    post(java("java.awt.event.ActionEvent")(buttons[1], 1001, "Cancel"))
    time.sleep(0.5)


def wait_for_dialog(but: Any = None) -> Any:
    """The dialog that is open, but not the one that was."""
    dialogs = java("ij.gui.GenericDialog")
    while (dialog := dialogs.getInstance()) is None or not dialog.isShowing() or dialog == but:
        time.sleep(0.1)
    return dialog


def texts(dialog: Any) -> list[str]:
    """The lines of the texts in a dialog."""
    lines = java("ij.gui.MultiLineLabel").class_.getDeclaredField("lines")
    lines.setAccessible(True)
    labels = [part for part in dialog.getComponents() if isinstance(part, java("ij.gui.MultiLineLabel"))]
    return [str(line) for label in labels for line in lines.get(label)]


def arrange() -> None:
    """What PSF from Edge... opens, side by side."""
    time.sleep(1)
    manager = java("ij.WindowManager")
    for number in manager.getIDList():
        window = manager.getImage(number).getWindow()
        if isinstance(window, java("ij.gui.PlotWindow")):
            window.setLocation(430, 30)
            window.toFront()
    manager.getWindow("edge-PSF").setLocation(290, 130)
    manager.getWindow("Results").setBounds(10, 550, 1140, 110)


def save(name: str, window: Any = None) -> None:
    """Write the screen, or the part of it that a window takes with its frame."""
    time.sleep(1)
    area = java("java.awt.Rectangle")(0, 0, *SCREEN) if window is None else window.getBounds()
    picture = java("java.awt.Robot")().createScreenCapture(area)
    path = FOLDER / f"{name}.png"
    java("javax.imageio.ImageIO").write(picture, "png", java("java.io.File")(str(path)))
    shrink(path)


def shrink(path: Path) -> None:
    """Cut the empty desktop off, keep few colours."""
    from PIL import Image, ImageChops

    picture = Image.open(path).convert("RGB")
    if picture.size == SCREEN:
        picture = picture.crop((0, 0, SCREEN[0], SCREEN[1] - 30))  # without the window manager's bar
        empty = Image.new("RGB", picture.size, DESKTOP)
        _, _, right, bottom = ImageChops.difference(picture, empty).getbbox() or (0, 0, *picture.size)
        picture = picture.crop((0, 20, min(right + 10, SCREEN[0]), bottom + 10))
    picture.quantize(256).save(path, optimize=True)


def post(event: Any) -> None:
    java("java.awt.Toolkit").getDefaultToolkit().getSystemEventQueue().postEvent(event)


def java(name: str) -> Any:
    from jpype import JClass

    return JClass(name)


if __name__ == "__main__":
    sys.exit(main())
