"""The window of the Results table: wide enough for its columns, digits that tell something, units that can be found."""

from __future__ import annotations

import numpy as np
import pytest

from edgepsf.imagej.exchange.table import decimals
from recorder.awt import wait
from recorder.imagej_state import java

from .outcome import rows, show


def window():
    return java("ij.WindowManager").getWindow("Results")


@pytest.fixture(autouse=True)
def without_window(imagej):
    """Begin without the window, so that it opens anew."""
    if window() is not None:
        imagej.run_macro('close("Results");')
        wait(lambda: window() is None)


def needed(found):
    """Width of the texts in all columns, px."""
    panel = found.getTextPanel()
    font = panel.getFontMetrics(panel.getFont())
    lines = [
        str(panel.getColumnHeadings()),
        *(str(panel.getLine(i)) for i in range(int(panel.getLineCount()))),
    ]
    cells = [line.split("\t") for line in lines]
    return sum(
        max(int(font.stringWidth(row[i])) for row in cells if i < len(row)) for i in range(len(cells[0]))
    )


def check_all_columns_are_seen(imagej):
    show(imagej)
    imagej.run_macro('run("PSF from Edge...", "model=logistic");')
    found = wait(window)
    columns = str(found.getTextPanel().getColumnHeadings()).split("\t")
    assert len(columns) > 10
    screen = java("ij.gui.GUI").getMaxWindowBounds(found)
    assert int(found.getWidth()) >= min(needed(found), int(screen.width))
    place = found.getBounds()
    assert int(place.x) >= int(screen.x)
    assert int(place.x) + int(place.width) <= int(screen.x) + int(screen.width)


def check_a_width_of_the_user_stays(imagej):
    show(imagej)
    imagej.run_macro('run("PSF from Edge...", "model=logistic");')
    wait(window).setSize(300, 200)
    imagej.run_macro('selectImage("img"); run("PSF from Edge...", "model=logistic");')
    assert int(window().getWidth()) == 300
    imagej.run_macro('selectImage("img"); run("Edge f...", "v1=30 v2=100"); run("Fit Edge Plane");')
    assert int(window().getWidth()) > 300, "new columns"


def check_digits_and_units(imagej):
    show(imagej)
    fwhm = float(
        imagej.run_macro('run("PSF from Edge...", "model=logistic"); return d2s(getResult("fwhm", 0), 9);')
    )
    row = rows()[-1]
    assert f"{fwhm:.5f}" in row, "six digits"
    assert "Results: fwhm px" in str(java("ij.ImageJ").getStatusBarText())
    assert not any(text.endswith("000000") for text in row)


@pytest.mark.parametrize(
    ("numbers", "places"),
    [
        ([3.2], 5),
        ([123.4], 3),
        ([0.0123], 7),
        ([0.0123, 1000.0], 5),
        ([1.0, 1e6], 3),
        ([1e-6, 2.0], -5),
        ([3e9], -5),
        ([0.0, np.nan, np.inf], 0),
        ([], 0),
    ],
)
def check_decimals(numbers, places):
    assert decimals(np.array(numbers, dtype=float)) == places
