"""A picture of one edge fit: region and line, residuals, E(d), P(r) and MTF with their confidence bands."""

from __future__ import annotations

import contextlib
import os
import textwrap

import numpy as np

from ..errors import EdgeError, InputError
from ..measure.edge.result import EdgeFit
from ..pictures import files as io
from ..pictures.region import Region, take_region
from . import drawing

_INK, _FIT, _BAND, _LINE = "#333333", "#c8102e", "#f0a3ad", "#ffb000"
_DOTS = 3000  # of the data points shown
_KINDS = ("radial", "mtf", "esf")
_SHAPE = 4  # index of the first shape number in EdgeFit.covariance, behind v1, v2, angle and offset


def band(fit: EdgeFit, kind: str, x, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise confidence band of a curve of an edge fit.

    The covariance of the fit goes through the shape numbers, by differences of one standard deviation to
    each side, so that a jump of P(r), as that of a disk, has a band too. How far other models that explain the
    pixels lie apart in FWHM (for P) or MTF50 (for MTF and gray values) enters as a change of width, which
    makes the bands agree with the intervals of those figures.

    Parameters
    ----------
    fit : EdgeFit
    kind : {"radial", "mtf", "esf"}
        P(r), px⁻²; MTF(ν); or the gray value over d, with its levels uncertain too.
    x : array_like
        Radii (px), frequencies (cycles/px) or distances (px).
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    (low, high) : arrays

    Raises
    ------
    InputError
        If the kind is unknown or the level not between 0 and 1.
    """
    from scipy.stats import norm

    if kind not in _KINDS:
        raise InputError(f'unknown curve "{kind}": use one of {", ".join(_KINDS)}')
    if not 0 < level < 1:
        raise InputError(f"level must lie between 0 and 1, not {level}")
    x = np.asarray(x, dtype=np.float64)
    used = (
        [0, 1, *range(_SHAPE, len(fit.covariance))] if kind == "esf" else range(_SHAPE, len(fit.covariance))
    )
    numbers = np.concatenate([[fit.v1, fit.v2] if kind == "esf" else [], fit.shape])
    values, vectors = np.linalg.eigh(fit.covariance[np.ix_(used, used)])
    center = _curve(fit, kind, numbers, x)
    variance = np.zeros_like(center)
    for size, vector in zip(np.sqrt(np.clip(values, 0, None)), vectors.T, strict=True):
        variance += _difference(fit, kind, numbers, size * vector, x, center) ** 2
    variance += _widening(fit, kind, x) ** 2
    half = float(norm.ppf(0.5 + level / 2)) * np.sqrt(variance)
    return center - half, center + half


def _seen(fit: EdgeFit, shape: np.ndarray, d) -> np.ndarray:
    """E(d) as the pixels see it, with their box where the PSF is that of the optics alone."""
    d = np.asarray(d, dtype=np.float64)
    return fit.shape_family.esf_and_gradient(shape, d.ravel())[0].reshape(d.shape)


def _curve(fit: EdgeFit, kind: str, numbers: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The curve for other levels and shape numbers than those of the fit."""
    if kind == "esf":
        return numbers[0] + (numbers[1] - numbers[0]) * _seen(fit, numbers[2:], x)
    return getattr(fit.shape_family.model(numbers), kind)(x)


def _difference(fit, kind, numbers, step, x, center) -> np.ndarray:
    """Change of the curve by one standard deviation; one-sided where the other side is out of bounds."""
    family = fit.shape_family
    size = float(np.linalg.norm(step))
    if size == 0:
        return np.zeros_like(center)
    first = len(numbers) - len(fit.shape)
    sides = []
    for sign in (1.0, -1.0):
        wanted = numbers + sign * step
        moved = np.concatenate([wanted[:first], np.clip(wanted[first:], family.lower, family.upper)])
        with contextlib.suppress(EdgeError):  # no PSF there
            change = sign * (_curve(fit, kind, moved, x) - center)
            sides.append((np.linalg.norm(moved - wanted) / size, change))
    inside = [change for cut, change in sides if cut < 0.1]
    chosen = inside or [change for _, change in sides]
    return np.mean(chosen, axis=0) if chosen else np.zeros_like(center)


def _widening(fit: EdgeFit, kind: str, x: np.ndarray) -> np.ndarray:
    """Change of the curve when the PSF gets wider by the spread of the other models."""
    name = "fwhm" if kind == "radial" else "mtf50"
    share = fit.model_spread.get(name, 0.0) / fit.value(name)
    wide, narrow = 1.0 + share / 2, 1.0 - share / 2
    if kind == "radial":
        return fit.psf.radial(x / wide) / wide**2 - fit.psf.radial(x / narrow) / narrow**2
    if kind == "mtf":
        return fit.psf.mtf(x * wide) - fit.psf.mtf(x * narrow)
    return fit.esf(x / wide) - fit.esf(x / narrow)


def report(image, fit: EdgeFit, roi, path: str | os.PathLike, *, title: str = "") -> None:
    """Draw a fit as one PNG, written complete or not at all.

    Parameters
    ----------
    image : array_like, shape (ny, nx)
        The image that was fitted.
    fit : EdgeFit
    roi : None, (x, y, width, height) or mask
        The region that was fitted.
    path : path of the PNG
    title : str
        What stands above, such as the name of the image.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    region = take_region(image, roi)
    figure = Figure(figsize=(13.2, 8.6), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    above, below = figure.subfigures(2, 1, height_ratios=[1.04, 1])
    above.suptitle(f"PSF from an edge{': ' if title else ''}{title}", weight="bold")
    shown, residual, bar, text = above.subplots(1, 4, width_ratios=[1, 1, 0.045, 1.15])
    _draw_region(shown, fit, region)
    _draw_residual(figure, residual, bar, fit, region)
    _draw_text(text, fit)
    edge, radial, mtf = below.subplots(1, 3)
    _draw_edge(edge, fit, region)
    _draw_radial(radial, fit)
    _draw_mtf(mtf, fit)
    with io.atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png")


def _positions(region: Region) -> tuple[np.ndarray, np.ndarray]:
    """Whole-image coordinates x, y of the pixels of the region's bounding box."""
    y, x = np.mgrid[: region.shape[0], : region.shape[1]]
    return x + region.origin[0], y + region.origin[1]


def _gradient(fit: EdgeFit, x, y) -> np.ndarray:
    """What the brightness gradients add to the two plateaus, in gray values."""
    d, angle = fit.distance(x, y), np.radians(fit.normal_angle)
    along = (y * fit.aspect - fit.center[1]) * np.cos(angle) - (x - fit.center[0]) * np.sin(angle)
    across1, along1, across2, along2 = fit.gradients
    esf = _seen(fit, fit.shape, d)
    return (across1 * d + along1 * along) * (1 - esf) + (across2 * d + along2 * along) * esf


def _extent(region: Region) -> tuple[float, float, float, float]:
    (x, y), (height, width) = region.origin, region.shape
    return x - 0.5, x + width - 0.5, y + height - 0.5, y - 0.5


def _draw_lines(axes, fit: EdgeFit, region: Region, color: str) -> None:
    lines = drawing.fit_lines(fit, region.origin, region.shape)
    for name, points in lines.items():
        edge = name == "edge"
        label = "edge" if edge else "E = 2 %, 98 %" if name == "band-" else None
        axes.plot(*points.T, color=color, lw=1.4 if edge else 1.0, ls="-" if edge else "--", label=label)


def _frame(axes, fit: EdgeFit, region: Region, title: str) -> None:
    left, right, bottom, top = _extent(region)
    axes.set(title=title, xlabel="x / px", ylabel="y / px", xlim=(left, right), ylim=(bottom, top))
    axes.set_aspect(fit.aspect)
    axes.locator_params(integer=True, nbins=6)


def _draw_region(axes, fit: EdgeFit, region: Region) -> None:
    inside = region.values[region.mask & np.isfinite(region.values)]
    low, high = np.percentile(inside, [0.2, 99.8])
    values = np.where(region.mask, region.values, np.nan)
    axes.set_facecolor("#b9c7d6")  # pixels that do not belong to the region
    axes.imshow(values, cmap="gray", vmin=low, vmax=high, extent=_extent(region), interpolation="nearest")
    _draw_lines(axes, fit, region, _FIT)
    _frame(axes, fit, region, "Region with the fitted edge")
    axes.legend(loc="best", fontsize=8, framealpha=0.9)


def _draw_residual(figure, axes, bar, fit: EdgeFit, region: Region) -> None:
    x, y = _positions(region)
    step = fit.v2 - fit.v1
    model = fit.v1 + step * _seen(fit, fit.shape, fit.distance(x, y)) + _gradient(fit, x, y)
    percent = 100 * (region.values - model) / abs(step)
    percent = np.where(region.mask, percent, np.nan)
    limit = max(float(np.nanpercentile(np.abs(percent), 99.5)), 1e-6)
    axes.set_facecolor("#b9c7d6")
    shown = axes.imshow(
        percent, cmap="RdBu_r", vmin=-limit, vmax=limit, extent=_extent(region), interpolation="nearest"
    )
    _draw_lines(axes, fit, region, "#222222")
    _frame(axes, fit, region, "Residuals, image − fit")
    figure.colorbar(shown, cax=bar, label="% of the step")


def _draw_edge(axes, fit: EdgeFit, region: Region) -> None:
    x, y = _positions(region)
    use = region.mask & np.isfinite(region.values)
    x, y, values = x[use], y[use], region.values[use]
    span = 2.5 * _half_width(fit) + 2
    near = np.abs(fit.distance(x, y)) < span
    x, y, values = (each[near] for each in (x, y, values))
    chosen = np.random.default_rng(0).permutation(len(x))[:_DOTS]
    d, flat = fit.distance(x, y)[chosen], (values - _gradient(fit, x, y))[chosen]
    step = fit.v2 - fit.v1
    line = np.linspace(-span, span, 401)
    low, high = np.sort((np.array(band(fit, "esf", line)) - fit.v1) / step, axis=0)
    axes.plot(d, (flat - fit.v1) / step, ".", ms=3.5, color=_INK, alpha=0.4, label="pixels", mew=0)
    axes.fill_between(line, low, high, color=_BAND, lw=0)
    axes.plot(line, _seen(fit, fit.shape, line), color=_FIT, lw=1.1, label=f"fit, {fit.model}")
    axes.set(
        title="Edge spread function E(d)",
        xlabel="distance to the edge d / px",
        ylabel="(gray value − v1) / (v2 − v1)",
        xlim=(-span, span),
    )
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=8, loc="upper right")


def _half_width(fit: EdgeFit) -> float:
    """Distance at which E has fallen to 2 %, px."""
    return fit.psf.model.half_width()


def _draw_radial(axes, fit: EdgeFit) -> None:
    r = np.linspace(0, max(fit.psf.default_size / 2, 1.2 * fit.psf.fwhm), 401)
    p = fit.psf.radial(r)
    low, high = band(fit, "radial", r)
    share = 50 * (high[0] - low[0]) / p[0]
    label = f"95 % band, ± {share:.2g} % at r = 0"
    axes.fill_between(r, np.clip(low, 0, None), high, color=_BAND, lw=0, label=label)
    axes.plot(r, p, color=_FIT, lw=1.1, label=f"P(r), {fit.model}")
    half = fit.psf.fwhm / 2
    axes.plot([half, half], [0, float(p[0]) / 2], ":", color=_INK, lw=1.3, label="FWHM / 2", zorder=3)
    axes.set(title="PSF P(r)", xlabel="radius r / px", ylabel="P / px⁻²", xlim=(0, r[-1]))
    # Where P jumps, the band around the jump reaches beyond all that is plausible.
    axes.set_ylim(min(0.0, float(p.min())), 1.12 * max(float(p.max()), float(high[0])))
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=8, loc="upper right")


def _draw_mtf(axes, fit: EdgeFit) -> None:
    end, middle = float(min(0.5, 4 * fit.psf.mtf50)), fit.psf.mtf50
    nu = np.linspace(0, end, 301)
    low, high = band(fit, "mtf", nu)
    half = float(np.subtract(*band(fit, "mtf", [middle])[::-1])[0]) / 2
    label = f"95 % band, ± {half:.2g} at MTF50"
    axes.fill_between(nu, np.clip(low, 0, 1), np.clip(high, 0, 1), color=_BAND, lw=0, label=label)
    axes.plot(nu, fit.psf.mtf(nu), color=_FIT, lw=1.1, label=f"MTF, {fit.model}")
    if middle <= end:
        axes.plot([middle, middle], [0, 0.5], ":", color=_INK, lw=1.3, label="MTF50")
    axes.set(
        title="MTF", xlabel="spatial frequency ν / cycles per px", ylabel="MTF", xlim=(0, end), ylim=(0, 1.05)
    )
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=8, loc="upper right")


def _draw_text(axes, fit: EdgeFit) -> None:
    axes.axis("off")
    axes.text(0.0, 1.0, _figures(fit), va="top", family="monospace", fontsize=10, transform=axes.transAxes)


def _figures(fit: EdgeFit) -> str:
    """The numbers with their 95 % intervals, and the warnings."""
    lines = [f"model      {fit.model} (pixel: {fit.psf.pixel})", "", f"{'':10} {'value':>10}   95 % interval"]
    names = {"fwhm": "px", "mtf50": "c/px", **dict.fromkeys(fit.parameters, "")}
    names |= {"v1": "", "v2": "", "normal_angle": "°", "offset": "px"}
    lines += [_interval_line(fit, name, unit) for name, unit in names.items()]
    step = abs(fit.v2 - fit.v1)
    lines += ["", f"noise      {100 * fit.noise / step:.3g} % of the step, {fit.n} pixels"]
    if fit.curvature:
        lines.append(f"curved     radius {1 / abs(fit.curvature):.4g} px")
    if any(fit.gradients):
        lines.append("gradients  fitted on the plateaus")
    for warning in fit.warnings:
        lines += ["", *textwrap.wrap(f"! {warning}", 48, subsequent_indent="  ")]
    return "\n".join(lines)


def _interval_line(fit: EdgeFit, name: str, unit: str) -> str:
    low, high = fit.interval(name)
    digits = _digits(high - low, fit.value(name))
    text = f"{low:.{digits}f} … {high:.{digits}f} {unit}".rstrip()
    label = {"normal_angle": "angle", "fwhm": "FWHM", "mtf50": "MTF50"}.get(name, name)
    return f"{label:10} {fit.value(name):>10.{digits}f}   {text}"


def _digits(width: float, value: float) -> int:
    """Decimals that show two digits of an interval's width."""
    size = width if np.isfinite(width) and width > 0 else abs(value) * 1e-3 or 1.0
    return int(np.clip(1 - np.floor(np.log10(size)), 0, 8))
