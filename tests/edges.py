"""The edges that several test modules use, as pictures and as files."""

from __future__ import annotations

import numpy as np
import tifffile

import edgepsf as ep
from edgepsf.testing import edge_image

EDGE = edge_image(ep.psf.Logistic(1.1, 0.03), noise=0.01).astype(np.float32)


def write_edge(path, scale=None):
    """Write the edge that the chain macro is tried on, and its pixels' size in um where it has one."""
    image = edge_image(ep.psf.from_profile(p1=1.2, p3=0.03).model, noise=0.01)
    size = {"resolution": (1 / scale[0], 1 / scale[1]), "metadata": {"unit": "um"}} if scale else {}
    tifffile.imwrite(path, image.astype(np.float32), imagej=True, **size)
    return path


def write_blurred(folder):
    """Write blurred.tif as the macros restore_*.ijm want it, with an edge in their region; its pixels."""
    image = edge_image(ep.psf.Gaussian(1.3), (201, 200), center=(100, 120), noise=0.005).astype(np.float32)
    tifffile.imwrite(folder / "blurred.tif", image, imagej=True)
    return image
