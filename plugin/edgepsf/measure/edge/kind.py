"""An edge as a kind of measurement: its declaration."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from ...options import Choice, Text
from ...pictures.picture import Picture
from ..registry import measurement
from .fit import fit_edge
from .plateaus import V1, V2, suggested_levels
from .result import EdgeFit

_MODEL = Text(
    "model", "auto, gaussian, logistic, logistic3, logistic5, disk, moffat, airy or free", default="auto"
)
_PIXEL = Choice("pixel", "optical takes the pixel box off the PSF", ("sampled", "optical"), default="sampled")


def _hints(picture: Picture) -> dict[str, str]:
    """Levels estimated in the region, to be read only: levels that are given are not fitted."""
    return {key: f"(about {value:.4g})" for key, value in suggested_levels(picture).items()}


@measurement(
    "PSF from Edge...",
    cli="psf edge",
    place=80,
    help="Full intensity fit of the edge in the region: levels, line and shape together; kernel image and numbers.",
    options=(_MODEL, _PIXEL, V1, V2),
    hints=_hints,
    report="picture of the fit: region, residuals, E, P, MTF",
    example="model=logistic",
)
def measure_edge(image: npt.ArrayLike, roi: Any = None, *, aspect: float = 1.0, **options: Any) -> EdgeFit:
    """The edge in a region of an image: `fit_edge` with the options of the declaration."""
    return fit_edge(image, roi, aspect=aspect, **options)
