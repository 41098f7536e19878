"""The contents of the report page of a fitted edge: residuals, E(d) over the pixels, and words."""

from __future__ import annotations

import numpy as np

from ...pictures.graph import Curve
from ...pictures.region import Region
from ..page import Band, Page, Plot
from ..radial import mtf_plot, radial_plot
from .fitted import FittedEdge

_DOTS = 3000  # of the pixels shown


def edge_page(fit: FittedEdge, region: Region) -> Page:
    """Residuals in percent of the step, E(d), P(r), MTF with their bands, and the words around the figures."""
    return Page(
        title="PSF from an edge",
        region_title="Region with the fitted edge",
        residual=_residual(fit, region),
        residual_unit="% of the step",
        plots=(
            _esf_plot(fit, region),
            radial_plot(fit.psf, fit.model, lambda r: fit.band("radial", r)),
            mtf_plot(fit.psf, fit.model, lambda nu: fit.band("mtf", nu)),
        ),
        aspect=fit.aspect,
        line_labels={"edge": "edge", "band-": "E = 2 %, 98 %"},
        head=(f"model      {fit.model} (pixel: {fit.psf.pixel})",),
        notes=tuple(_notes(fit)),
    )


def _positions(region: Region) -> tuple[np.ndarray, np.ndarray]:
    """Whole-image coordinates x, y of the pixels of the region's bounding box."""
    y, x = np.mgrid[: region.shape[0], : region.shape[1]]
    return x + region.origin[0], y + region.origin[1]


def _residual(fit: FittedEdge, region: Region) -> np.ndarray:
    x, y = _positions(region)
    step = fit.v2 - fit.v1
    model = fit.v1 + step * fit.seen(fit.distance(x, y)) + fit.gradient(x, y)
    return np.where(region.mask, 100 * (region.values - model) / abs(step), np.nan)


def _esf_plot(fit: FittedEdge, region: Region) -> Plot:
    span = 2.5 * fit.psf.model.half_width() + 2
    step = fit.v2 - fit.v1
    d, flat = _pixels(fit, region, span)
    line = np.linspace(-span, span, 401)
    low, high = np.sort((np.array(fit.band("esf", line)) - fit.v1) / step, axis=0)
    return Plot(
        "Edge spread function E(d)",
        "distance to the edge d / px",
        "(gray value − v1) / (v2 − v1)",
        (
            Curve(d, (flat - fit.v1) / step, "pixels", dots=True),
            Curve(line, fit.seen(line), f"fit, {fit.model}"),
        ),
        Band(line, low, high),
        x_range=(-span, span),
    )


def _pixels(fit: FittedEdge, region: Region, span: float) -> tuple[np.ndarray, np.ndarray]:
    """Distances and gray values, without the gradients, of pixels near the edge; a random choice of many."""
    x, y = _positions(region)
    use = region.mask & np.isfinite(region.values)
    x, y, values = x[use], y[use], region.values[use]
    near = np.abs(fit.distance(x, y)) < span
    x, y, values = (each[near] for each in (x, y, values))
    chosen = np.random.default_rng(0).permutation(len(x))[:_DOTS]
    return fit.distance(x, y)[chosen], (values - fit.gradient(x, y))[chosen]


def _notes(fit: FittedEdge) -> list[str]:
    """Lines of text below the figures."""
    step = abs(fit.v2 - fit.v1)
    lines = [f"noise      {100 * fit.noise / step:.3g} % of the step, {fit.n} pixels"]
    if fit.curvature:
        lines.append(f"curved     radius {1 / abs(fit.curvature):.4g} px")
    if any(fit.gradients):
        lines.append("gradients  fitted on the plateaus")
    return lines
