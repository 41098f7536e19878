"""Plots of a PSF."""

from __future__ import annotations

import numpy as np

from ..pictures.graph import Curve, Graph
from .pointspread import PointSpread


def psf_graph(title: str, psf: PointSpread) -> Graph:
    """P(r) out to 99.9 % of the energy; the title of the plot begins with `title`."""
    r = np.linspace(0, psf.default_size / 2, 201)
    return Graph(f"{title}-P(r)", "radius r (px)", "P(r) (px^-2)", (Curve(r, psf.radial(r), "P(r)"),))
