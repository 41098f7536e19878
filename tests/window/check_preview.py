"""The preview in the dialog of the fit: the line in the picture, the numbers, the reason where there are none."""

from __future__ import annotations

import numpy as np

import edgepsf as ep
from edges import EDGE
from recorder.awt import choose, dialog, fields, fill, finished, post, press, texts, wait
from recorder.imagej_state import java

from .outcome import outcome, show


def toggle(window, key):
    """Click a checkbox."""
    box = fields(window)[key]
    box.setState(not box.getState())
    post(java("java.awt.event.ItemEvent")(box, 701, box.getLabel(), 1 if box.getState() else 2))


def pick(window, key, item):
    """Choose an item of a list."""
    choice = fields(window)[key]
    choice.select(item)
    post(java("java.awt.event.ItemEvent")(choice, 701, item, 1))


def line_names(imp):
    overlay = imp.getOverlay()
    return [] if overlay is None else [str(overlay.get(i).getName()) for i in range(overlay.size())]


def check_preview_of_the_fit(imagej):
    imp = show(imagej)
    imagej.run_macro(
        'makeRectangle(1, 1, 5, 5); Overlay.addSelection("blue"); makeRectangle(20, 10, 100, 100);'
    )
    own = line_names(imp)
    assert len(own) == 1
    with outcome(imagej) as made:
        choose("PSF from Edge...")
        window = dialog()
        fit = ep.fit_edge(EDGE, (20, 10, 100, 100))
        wait(lambda: f"FWHM {fit.psf.fwhm:.4g} px" in texts(window))
        assert f"model {fit.model}" in texts(window)
        assert [name for name in line_names(imp) if name not in own] == [
            "edgepsf edge",
            "edgepsf band-",
            "edgepsf band+",
        ]
        x, y = (
            float(v[0]) for v in (lambda p: (p.xpoints, p.ypoints))(imp.getOverlay().get(1).getFloatPolygon())
        )
        assert abs(fit.distance(x, y)) < 0.02, "the line that is drawn is the edge"
        pick(window, "model", "gaussian")
        wait(lambda: "model gaussian" in texts(window))
        fill(window, {"or": "cauchy"})
        wait(lambda: "unknown edge model" in texts(window))
        assert line_names(imp) == own
        fill(window, {"or": ""})
        wait(lambda: "model gaussian" in texts(window))
        pick(window, "model", "logistic")
        wait(lambda: "model logistic" in texts(window))
        toggle(window, "preview")
        wait(lambda: line_names(imp) == own)
        assert "FWHM" not in texts(window)
        toggle(window, "preview")
        wait(lambda: "model logistic" in texts(window))
        press(window, "Cancel")
        finished("PSF from Edge...")
    assert line_names(imp) == own, "the image has its own overlay again"
    assert (made["images"], made["rows"], made["lines"]) == ({}, [], "")


def check_preview_says_why_there_is_no_psf(imagej):
    show(imagej, np.zeros_like(EDGE))
    choose("PSF from Edge...")
    window = dialog()
    sentence = ""
    try:
        ep.fit_edge(np.zeros_like(EDGE), (20, 10, 100, 100))
    except ep.EdgeError as error:
        sentence = str(error)
    assert sentence
    wait(lambda: sentence[:40] in texts(window))
    press(window, "Cancel")
    finished("PSF from Edge...")


def check_preview_waits_where_the_region_is_large(imagej):
    imp = show(imagej, np.tile(EDGE, (4, 4)))
    imp.deleteRoi()
    choose("PSF from Edge...")
    window = dialog()
    assert not fields(window)["preview"].getState()
    press(window, "Cancel")
    finished("PSF from Edge...")
    assert line_names(imp) == []
