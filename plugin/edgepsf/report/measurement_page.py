"""A picture of one measurement: region and lines, residuals, figures, and its plots with their confidence bands."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..measure.measurement import Measurement
from ..measure.page import Page, Plot, Quantity
from ..pictures.region import Region, take_region
from .canvas import new_figure, write_png
from .shades import Shades, shades

if TYPE_CHECKING:  # slow to import
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

_INK, _FIT, _BAND, _RESIDUAL, _OUTSIDE = "#333333", "#c8102e", "#f0a3ad", "#222222", "#b9c7d6"


def write_page(
    image: npt.ArrayLike,
    measurement: Measurement,
    roi: Any,
    path: str | os.PathLike[str],
    *,
    title: str = "",
    light: bool = False,
) -> None:
    """Draw a measurement as one PNG, written complete or not at all.

    Parameters
    ----------
    image : array_like, shape (ny, nx)
        The image that was measured.
    measurement : Measurement
    roi : None, (x, y, width, height) or mask
        The region that was measured.
    path : path of the PNG
    title : str
        Added to the heading, such as the name of the image.
    light : bool
        Whether the image is linear light made from an encoded one; the region is drawn with the sRGB curve then.
    """
    region = take_region(image, roi)
    page = measurement.page(region)
    figure = new_figure(13.2, 8.9)
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.12, 1]).flat
    above.suptitle(f"{page.title}{': ' if title else ''}{title}", weight="bold")
    _draw_above(above, measurement, page, region, light)
    for axes, plot in zip(below.subplots(1, len(page.plots), squeeze=False)[0], page.plots, strict=True):
        _draw_plot(axes, plot)
    write_png(figure, path, dpi=110)


def _draw_above(figure: SubFigure, measurement: Measurement, page: Page, region: Region, light: bool) -> None:
    """The region, the residuals and the text, each with the lines of the measurement."""
    shown, residual, bar, text = figure.subplots(1, 4, width_ratios=[1, 1, 0.045, 1.15])
    lines = measurement.lines(region.origin, region.shape)
    scale = _draw_region(shown, region, light)
    _draw_lines(shown, lines, page.line_labels, _FIT)
    _frame(shown, page, region, scale.heading(page.region_title))
    shown.legend(loc="best", fontsize=8, framealpha=0.9)
    image = _draw_residual(residual, page, region)
    _draw_lines(residual, lines, page.line_labels, _RESIDUAL)
    _frame(residual, page, region, "Residuals, image − fit")
    figure.colorbar(image, cax=bar, label=page.residual_unit)
    text.axis("off")
    words = _words(measurement, page)
    text.text(0.0, 1.0, words, va="top", family="monospace", fontsize=10, transform=text.transAxes)


def _extent(region: Region) -> tuple[float, float, float, float]:
    (x, y), (height, width) = region.origin, region.shape
    return x - 0.5, x + width - 0.5, y + height - 0.5, y - 0.5


def _draw_lines(axes: Axes, lines: dict[str, np.ndarray], labels: dict[str, str], color: str) -> None:
    for name, points in lines.items():
        band = name.startswith("band")
        width, style = (1.0, "--") if band else (1.4, "-")
        axes.plot(*points.T, color=color, lw=width, ls=style, label=labels.get(name))


def _frame(axes: Axes, page: Page, region: Region, title: str) -> None:
    left, right, bottom, top = _extent(region)
    axes.set(title=title, xlabel="x / px", ylabel="y / px", xlim=(left, right), ylim=(bottom, top))
    axes.set_aspect(page.aspect)
    axes.locator_params(integer=True, nbins=6)


def _draw_region(axes: Axes, region: Region, light: bool) -> Shades:
    """Draw the region; gives its shades."""
    inside = region.values[region.mask & np.isfinite(region.values)]
    scale = shades(inside, (0.2, 99.8), light)
    low, high = scale.limits
    values = np.where(region.mask, region.values, np.nan)
    axes.set_facecolor(_OUTSIDE)
    axes.imshow(
        scale.drawn(values),
        cmap="gray",
        vmin=low,
        vmax=high,
        extent=_extent(region),
        interpolation="nearest",
    )
    return scale


def _draw_residual(axes: Axes, page: Page, region: Region) -> Any:
    """Draw the residuals; gives the image for the colour bar."""
    limit = max(float(np.nanpercentile(np.abs(page.residual), 99.5)), 1e-6)
    axes.set_facecolor(_OUTSIDE)
    return axes.imshow(
        page.residual,
        cmap="RdBu_r",
        vmin=-limit,
        vmax=limit,
        extent=_extent(region),
        interpolation="nearest",
    )


def _draw_plot(axes: Axes, plot: Plot) -> None:
    """Data, band, curves and mark, one above the other."""
    for curve in (c for c in plot.curves if c.dots):
        axes.plot(curve.x, curve.y, ".", ms=3.5, color=_INK, alpha=0.4, label=curve.label, mew=0)
    if plot.band:
        band = plot.band
        axes.fill_between(band.x, band.low, band.high, color=_BAND, lw=0, label=band.label or None)
    for curve in (c for c in plot.curves if not c.dots):
        axes.plot(curve.x, curve.y, color=_FIT, lw=1.1, label=curve.label)
    if plot.mark:
        height = 3 if plot.mark_in_front else 2  # the frame is at 2.5
        axes.plot(plot.mark.x, plot.mark.y, ":", color=_INK, lw=1.3, label=plot.mark.label, zorder=height)
    axes.set(title=plot.title, xlabel=plot.x_label, ylabel=plot.y_label, xlim=plot.x_range)
    if plot.y_range:
        axes.set_ylim(plot.y_range)
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=8, loc="upper right")


def _words(measurement: Measurement, page: Page) -> str:
    """The quantities with their 95 % intervals between the lines of the page, and the warnings."""
    table = [f"{'':10} {'value':>10}   95 % interval"]
    table += [_interval_line(measurement, quantity) for quantity in measurement.quantities]
    lines = [*page.head, *([""] if page.head else []), *table]
    lines += ["", *page.notes] if page.notes else []
    for warning in measurement.warnings:
        lines += ["", *textwrap.wrap(f"! {warning}", 48, subsequent_indent="  ")]
    return "\n".join(lines)


def _interval_line(measurement: Measurement, quantity: Quantity) -> str:
    value, (low, high) = measurement.value(quantity.name), measurement.interval(quantity.name)
    digits = _digits(high - low, value)
    text = f"{low:.{digits}f} … {high:.{digits}f} {quantity.unit}".rstrip()
    return f"{quantity.label:10} {value:>10.{digits}f}   {text}"


def _digits(width: float, value: float) -> int:
    """Decimals that show two digits of an interval's width."""
    size = width if np.isfinite(width) and width > 0 else abs(value) * 1e-3 or 1.0
    return int(np.clip(1 - np.floor(np.log10(size)), 0, 8))
