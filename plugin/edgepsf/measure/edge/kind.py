"""An edge as a kind of measurement: its declaration."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from ...options import Choice, Number, Text
from ..registry import measurement
from .fit import fit_edge
from .result import EdgeFit

V1 = Number("v1", "plateau level on the side d > 0; estimated when not given", unit="gray value")
V2 = Number("v2", "plateau level on the other side", unit="gray value")
_MODEL = Text(
    "model", "auto, gaussian, logistic, logistic3, logistic5, disk, moffat, airy or free", default="auto"
)
_PIXEL = Choice("pixel", "optical takes the pixel box off the PSF", ("sampled", "optical"), default="sampled")


@measurement(
    command="PSF from Edge...",
    cli="psf edge",
    help="Full intensity fit of the edge in the region: levels, line and shape together; kernel image and numbers.",
    options=(_MODEL, _PIXEL, V1, V2),
    place=80,
    example="model=logistic",
    report="picture of the fit: region, residuals, E, P, MTF",
)
def measure(image: npt.ArrayLike, roi: Any = None, *, aspect: float = 1.0, **options: Any) -> EdgeFit:
    """The edge in a region of an image; `fit_edge` with the options of the declaration."""
    return fit_edge(image, roi, aspect=aspect, **options)
