"""Progress of a long command in the window, and Esc, which ends it."""

from __future__ import annotations

import numpy as np
import pytest

import edgepsf as ep
from edges import EDGE
from recorder.awt import choose, dialog, fill, finished, press, select, texts, wait
from recorder.imagej_state import java

from .outcome import images, outcome, show


def check_progress_escape_and_other_commands_meanwhile(imagej):
    show(imagej, np.tile(EDGE, (4, 4)))
    imagej.run_macro('run("PSF from Profile...", "p1=1.2"); rename("PSF");')
    select("img")
    with outcome(imagej) as made:
        choose("Deconvolve...")
        first = dialog()
        fill(first, {"iterations": "100000"})
        press(first)
        status = java("ij.ImageJ").getStatusBarText
        wait(lambda: "of 100000 iterations (Esc cancels)" in str(status()))
        java("ij.Executer")("Select All", None)  # another command does not have to wait
        wait(lambda: int(images()["img"].getRoi().getBounds().width) == 512, 5)
        assert "of 100000" in str(status())
        java("ij.IJ").setKeyDown(27)
        second = dialog(but=first)
        assert "cancelled with Esc after" in texts(second)
        assert "of 100000 iterations; nothing was made" in texts(second)
        assert "of 100000" not in str(status())
        press(second, "Cancel")
        finished("Deconvolve...")
    assert made["images"] == {}
    assert "Deconvolve" not in made["lines"]


def check_escape_stops_a_macro_with_the_sentence(imagej):
    import threading

    show(imagej, np.tile(EDGE, (4, 4)))
    imagej.run_macro('run("PSF from Profile...", "p1=1.2"); rename("PSF");')
    select("img")
    timer = threading.Timer(1, java("ij.IJ").setKeyDown, [27])
    timer.start()
    with pytest.raises(ep.errors.MacroError, match="Deconvolve: cancelled with Esc after"):
        imagej.run_macro('run("Deconvolve...", "psf=PSF iterations=100000"); print("went on");')
    timer.join()
