"""The curves of a fitted edge at places that show them whole."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..curves import Sampled
from .fitted import FittedEdge

_POINTS = 401
_HIGHEST = 1.0  # cycles/px, twice the Nyquist frequency


def edge_curves(fit: FittedEdge) -> tuple[Sampled, ...]:
    """E(d) in gray values, LSF (px⁻¹), P(r) (px⁻²) and MTF of a fitted edge with their 95 % bands."""
    span = 2.5 * fit.psf.model.half_width() + 2
    across, outward = np.linspace(-span, span, _POINTS), np.linspace(0.0, span, _POINTS)

    def sampled(name: str, kind: str, x: np.ndarray, curve: Callable, unit: str = "px") -> Sampled:
        low, high = fit.band(kind, x)
        return Sampled(name, x, np.asarray(curve(x)), low, high, unit)

    return (
        sampled("esf", "esf", across, fit.esf),
        sampled("lsf", "lsf", across, fit.psf.lsf),
        sampled("psf", "radial", outward, fit.psf.radial),
        sampled("mtf", "mtf", np.linspace(0.0, _HIGHEST, 201), fit.psf.mtf, "cycles/px"),
    )
