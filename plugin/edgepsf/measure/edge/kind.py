"""An edge as a kind of measurement: its declaration."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from ...options import Option
from ..registry import measurement
from .fit import fit_edge
from .result import EdgeFit

V1 = Option("v1", "number", None, "plateau level on the side d > 0; estimated when not given", "gray value")
V2 = Option("v2", "number", None, "plateau level on the other side", "gray value")
_MODEL = Option(
    "model", "text", "auto", "auto, gaussian, logistic, logistic3, logistic5, disk, moffat, airy or free"
)
_PIXEL = Option(
    "pixel", "choice", "sampled", "optical takes the pixel box off the PSF", "", ("sampled", "optical")
)


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
