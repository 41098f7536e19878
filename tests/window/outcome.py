"""A picture for a command in the window, and the images, rows and lines of the Recorder that the command makes."""

from __future__ import annotations

import contextlib

from edges import EDGE
from recorder.awt import post, recorded, select
from recorder.imagej_state import java


def show(imagej, array=EDGE, title="img"):
    """Open an array as an image with a region, and wait until it is the current one for good."""
    imp = imagej.to_imageplus(array, title)
    imp.show()
    imp.setRoi(20, 10, 100, 100)
    # A late event of this window would make it the current image again between two commands of a macro.
    select(title)
    return imp


def images():
    """The open images by title."""
    manager = java("ij.WindowManager")
    found = [manager.getImage(n) for n in manager.getIDList() or ()]
    return {str(imp.getTitle()): imp for imp in found}


def rows():
    """The rows of the Results table as texts."""
    table = java("ij.measure.ResultsTable").getResultsTable()
    return [str(table.getRowAsString(i)).split("\t")[1:] for i in range(table.size())]


def close(window):
    """Close a window by its own button."""
    post(java("java.awt.event.WindowEvent")(window, 201))


@contextlib.contextmanager
def outcome(imagej):
    """New images by title, new rows, new lines of the Recorder, once the block has ended; the images are closed."""
    before, count, text = images(), len(rows()), recorded()
    made = {}
    yield made
    new = {title: imp for title, imp in images().items() if title not in before}
    made["images"] = {title: imagej.to_numpy(imp) for title, imp in new.items()}
    made["rows"], made["lines"] = rows()[count:], recorded()[len(text) :]
    for imp in new.values():
        imp.changes = False
        imp.close()
