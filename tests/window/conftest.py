"""The ImageJ of this process, with its window and its Recorder open."""

from __future__ import annotations

import pytest

from recorder.awt import showing, wait
from recorder.imagej_state import java

from .outcome import close


@pytest.fixture(scope="session")
def imagej():
    """The ImageJ of this process, with a window, with the commands."""
    from edgepsf.imagej.bridge import register
    from edgepsf.imagej.session import start

    running = register(start(headless=False))
    java("ij.Prefs").set("recorder.mode", "Macro")
    java("ij.IJ").run("Record...")
    wait(java("ij.plugin.frame.Recorder").getInstance)
    return running


@pytest.fixture(autouse=True)
def tidy(imagej):
    """Afterwards no dialog and no image is open, and the Results table is empty."""
    yield
    for window in showing():
        close(window)
        wait(lambda window=window: not window.isShowing())
    imagej.run_macro('run("Close All"); run("Clear Results");')
