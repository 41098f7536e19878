"""Part 2 of the demo: a really defocused background, its PSF read from an edge at that depth, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..deconvolve import best_unsharp_mask, deconvolve
from ..measure.edge.fit import fit_edge
from ..pictures import files
from ..pictures.picture import Picture
from . import photographs
from .words import described


@dataclass(frozen=True)
class Real:
    """A photograph with a defocused background, restored.

    Attributes
    ----------
    picture, restored : ndarray, shape (ny, nx, 3)
        Linear light.
    masks : tuple of (radius, amount)
        The unsharp mask of each channel.
    """

    picture: np.ndarray
    restored: np.ndarray
    masks: tuple[tuple[float, float], ...]


def real_defocus(folder: Path) -> Real:
    """Restore the photograph, write the channels into a folder and print the figures."""
    picture = photographs.astronaut()
    print("\n2. A really defocused background: the flag behind the astronaut, one channel at a time")
    x, y, width, height = photographs.FLAG_VIEW
    view = (slice(y, y + height), slice(x, x + width))
    channels, masks = [], []
    for i, name in enumerate(("red", "green", "blue")):
        fit = fit_edge(picture[..., i], photographs.FLAG_EDGE)
        print(f"   {name:<6} PSF from the edge in {photographs.FLAG_EDGE}: {described(fit)}")
        channels.append(deconvolve(picture[..., i], fit.psf, iterations=20))
        # No truth is known here: the unsharp mask is the one that comes nearest to the restored view.
        _, radius, amount = best_unsharp_mask(picture[..., i][view], channels[-1][view])
        masks.append((radius, amount))
        files.write_picture(folder / f"flag_psf_{name}.tif", Picture(fit.psf.kernel()))
        files.write_picture(folder / f"flag_restored_{name}.tif", Picture(channels[-1]))
    return Real(picture, np.stack(channels, axis=-1), tuple(masks))
