"""Lines of Iterative Deconvolve 3D in a window that does not have the plugin."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from blurred import spot
from edgepsf.errors import MacroError
from edgepsf.plugins.compat import damas3
from recorder.imagej_state import java

from .outcome import images, show

IMAGE = np.random.default_rng(5).uniform(10, 100, (40, 37)).astype(np.float32)
PSF = spot((7, 7), 3).astype(np.float32)
LINE = 'run("Iterative Deconvolve 3D", "image=y point=h output=D {}");'


@pytest.fixture(autouse=True)
def without_the_plugin():
    """ImageJ does not list the plugin, whatever the environment names."""
    commands = java("ij.Menus").getCommands()
    kept = commands.remove("Iterative Deconvolve 3D")
    yield
    if kept is not None:
        commands.put("Iterative Deconvolve 3D", kept)


@pytest.fixture
def opened():
    """The titles of the images that are opened meanwhile."""
    from jpype import JProxy

    titles = []
    events = {
        "imageOpened": lambda imp: titles.append(str(imp.getTitle())),
        "imageClosed": lambda imp: None,
        "imageUpdated": lambda imp: None,
    }
    listener = JProxy("ij.ImageListener", dict=events)
    java("ij.ImagePlus").addImageListener(listener)
    yield titles
    java("ij.ImagePlus").removeImageListener(listener)


def await_titles(opened, last):
    """Wait until the window tells of its last image; it does so in its own time."""
    for _ in range(300):
        if last in opened:
            return
        time.sleep(0.1)


def check_the_iterations_are_shown_and_logged(imagej, opened):
    # The plugin appends its lines to the Results window, whatever that holds.
    imagej.run_macro('if (isOpen("Results")) { selectWindow("Results"); run("Close"); }')
    show(imagej, IMAGE, "y")
    show(imagej, PSF, "h")
    imagej.run_macro(LINE.format("normalize show log perform maximum=5"))
    want = damas3(IMAGE, PSF, normalize=True, iterations=5)
    await_titles(opened, "D_5")
    assert opened[-2:] == ["DTemp", "D_5"]
    assert set(images()) == {"y", "h", "D_5"}
    np.testing.assert_array_equal(imagej.to_numpy(images()["D_5"]), want.image)
    lines = str(java("ij.IJ").getTextPanel().getText()).split("\n")
    assert [float(line) for line in lines if line] == pytest.approx(want.changes, rel=1e-6)
    assert "native engine answered Iterative Deconvolve 3D" in str(java("ij.IJ").getLog())


def check_without_show_no_other_window_opens(imagej, opened):
    show(imagej, IMAGE, "y")
    show(imagej, PSF, "h")
    imagej.run_macro(LINE.format("maximum=3"))
    await_titles(opened, "D_3")
    assert opened == ["y", "h", "D_3"]


def press_escape_over(title):
    """Press Esc as soon as an image of this title is open; it counts only while a plugin works."""
    for _ in range(3000):
        if title in images():
            java("ij.IJ").setKeyDown(27)
            return
        time.sleep(0.1)


def check_escape_stops_the_macro_and_takes_the_window_away(imagej):
    show(imagej, np.tile(IMAGE, (8, 8)), "y")
    show(imagej, PSF, "h")
    escape = threading.Thread(target=press_escape_over, args=("DTemp",))
    escape.start()
    with pytest.raises(MacroError, match="Iterative Deconvolve 3D: cancelled with Esc after"):
        imagej.run_macro(LINE.format("show maximum=100000 terminate=-1000") + 'print("went on");')
    escape.join()
    assert set(images()) == {"y", "h"}
