"""An edge as a kind of measurement: its declaration."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...options import Choice
from ...pictures.picture import Picture
from ...psf.families import names
from ...psf.models.logistic import Logistic
from ..registry import measurement
from .fit import fit_edge
from .plateaus import V1, V2, suggested_levels
from .result import EdgeFit

_MODEL = Choice(
    "model",
    "shape of the edge; logistic7 and so on too",
    ("auto", *names(), "free"),
    default="auto",
    free=True,
)
_PIXEL = Choice(
    "pixel", "optical takes the pixel box off the PSF", ("sampled", "optical"), default="sampled", rare=True
)


def _hints(picture: Picture) -> dict[str, str]:
    """Levels estimated in the region, to be read only: levels that are given are not fitted."""
    return {key: f"(about {value:.4g})" for key, value in suggested_levels(picture).items()}


def _sample() -> np.ndarray:
    """An edge between the levels 100 and 30, blurred by the PSF of a logistic edge, with some noise."""
    y, x = np.mgrid[:64, :64]
    d = np.cos(0.2) * (x - 32) + np.sin(0.2) * (y - 32)
    return 100 - 70 * Logistic(1.2).esf(d) + np.random.default_rng(0).normal(0, 0.7, d.shape)


@measurement(
    "PSF from Edge...",
    cli="psf edge",
    place=80,
    help="Full intensity fit of the edge in the region: levels, line and shape together; kernel image and numbers.",
    sample=_sample,
    options=(_MODEL, _PIXEL, V1, V2),
    hints=_hints,
    report="picture of the fit: region, residuals, E, P, MTF",
    example="model=logistic",
)
def measure_edge(image: npt.ArrayLike, roi: Any = None, *, aspect: float = 1.0, **options: Any) -> EdgeFit:
    """The edge in a region of an image: `fit_edge` with the options of the declaration."""
    return fit_edge(image, roi, aspect=aspect, **options)
