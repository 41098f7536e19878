"""Plots of a radial PSF with confidence bands, for the page of a measurement: P(r) and MTF."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..pictures.graph import Curve
from ..psf.pointspread import PointSpread
from .page import Band, Plot

_BAND = "95 % band"
Limits = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def radial_plot(psf: PointSpread, model: str, limits: Limits) -> Plot:
    """P(r) with its band and half of the FWHM.

    Parameters
    ----------
    psf : PointSpread
    model : str
        Name of the model, for the legend.
    limits : callable
        Radii (px) → lower and upper limit of P(r), px⁻², at 95 %.
    """
    r = np.linspace(0, max(psf.default_size / 2, 1.2 * psf.fwhm), 401)
    p = psf.radial(r)
    low, high = limits(r)
    half = psf.fwhm / 2
    return Plot(
        "PSF P(r)",
        "radius r / px",
        "P / px⁻²",
        (Curve(r, p, f"P(r), {model}"),),
        Band(r, np.clip(low, 0, None), high, _band_label(low[0], high[0], p[0])),
        Curve(np.array([half, half]), np.array([0.0, float(p[0]) / 2]), "FWHM / 2"),
        mark_in_front=True,
        x_range=(0.0, float(r[-1])),
        # Where P jumps, the band around the jump reaches beyond all that is plausible.
        y_range=(min(0.0, float(p.min())), 1.12 * max(float(p.max()), _finite(high[0]))),
    )


def _band_label(low: float, high: float, value: float) -> str:
    """Entry of the band in the legend, with its half width at the centre where P is known to be above zero there."""
    if not (0 < low <= value and np.isfinite(high)):
        return _BAND
    return f"{_BAND}, ± {50 * (high - low) / value:.2g} % at r = 0"


def _finite(number: float) -> float:
    """The number; 0 where it is not finite, so that a plot has finite ends."""
    return float(number) if np.isfinite(number) else 0.0


def mtf_plot(psf: PointSpread, model: str, limits: Limits) -> Plot:
    """MTF with its band and MTF50.

    Parameters
    ----------
    psf : PointSpread
    model : str
        Name of the model, for the legend.
    limits : callable
        Frequencies (cycles/px) → lower and upper limit of the MTF at 95 %.
    """
    end, middle = float(min(0.5, 4 * psf.mtf50)), psf.mtf50
    nu = np.linspace(0, end, 301)
    low, high = limits(nu)
    below, above = limits(np.array([middle]))
    half = float(above[0] - below[0]) / 2
    label = f"{_BAND}, ± {half:.2g} at MTF50" if np.isfinite(half) else _BAND
    mark = Curve(np.array([middle, middle]), np.array([0.0, 0.5]), "MTF50") if middle <= end else None
    return Plot(
        "MTF",
        "spatial frequency ν / cycles per px",
        "MTF",
        (Curve(nu, psf.mtf(nu), f"MTF, {model}"),),
        Band(nu, np.clip(low, 0, 1), np.clip(high, 0, 1), label),
        mark,
        x_range=(0.0, end),
        y_range=(0.0, 1.05),
    )
