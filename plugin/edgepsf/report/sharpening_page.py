"""A picture of a comparison: results side by side in one gray scale, a detail, a profile through it, the table."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from .canvas import new_figure, write_png
from .compared import LABELS, ComparedPictures
from .shades import Shades, shades

if TYPE_CHECKING:  # slow to import
    from matplotlib.axes import Axes

COLORS = ("#555555", "#c8102e", "#1f77b4", "#2a8a3e")  # blurred, unsharp mask, deconvolved, truth
_MARK = "#ffb000"
_DETAIL = 88  # px, side of the detail


@dataclass(frozen=True)
class Detail:
    """A part of the picture, and the row or column in it along which the profile runs, in whole-image pixels."""

    rows: slice
    columns: slice
    line: int
    along_x: bool

    @property
    def index(self) -> tuple[int | slice, int | slice]:
        """Index of the profile's pixels."""
        return (self.line, self.columns) if self.along_x else (self.rows, self.line)

    @property
    def positions(self) -> np.ndarray:
        """Coordinates of the profile's pixels along the line."""
        along = self.columns if self.along_x else self.rows
        return np.arange(along.start, along.stop)


def find_detail(compared: ComparedPictures, side: int = _DETAIL) -> Detail:
    """A square around the region, or the square with most edges in a larger region.

    The line runs through the steepest place of the square.
    """
    rows, columns = (np.nonzero(compared.region.any(axis=axis))[0] for axis in (1, 0))
    steep = scipy.ndimage.gaussian_gradient_magnitude(compared.blurred.astype(float), 1.0)
    if max(np.ptp(rows), np.ptp(columns)) < side:
        side = max(int(np.ptp(rows)), int(np.ptp(columns)), 31) + 1
        y, x = (rows[0] + rows[-1] + 1) // 2, (columns[0] + columns[-1] + 1) // 2
    else:
        edges = scipy.ndimage.uniform_filter(np.where(compared.region, steep, 0), side, mode="constant")
        y, x = np.unravel_index(np.argmax(edges), edges.shape)
    part = _around(int(y), side, steep.shape[0]), _around(int(x), side, steep.shape[1])
    return Detail(*part, *_steepest(compared.blurred, part))


def _around(center: int, side: int, size: int) -> slice:
    """A slice of a length around a centre, within 0 … size."""
    width = min(side, size)
    start = min(max(center - width // 2, 0), size - width)
    return slice(start, start + width)


def _steepest(image: np.ndarray, part: tuple[slice, slice]) -> tuple[int, bool]:
    """The row (True) or column (False) that crosses the steepest place of the inner half of a part of an image."""
    slopes = np.abs(np.gradient(scipy.ndimage.gaussian_filter(image[part].astype(float), 1.0)))
    inner = tuple(slice(n // 4, n - n // 4) for n in slopes[0].shape)
    places = slopes[(slice(None), *inner)]
    axis, y, x = np.unravel_index(np.argmax(places), places.shape)
    row, column = (p.start + i.start + k for p, i, k in zip(part, inner, (y, x), strict=True))
    return (int(row), True) if axis == 1 else (int(column), False)


def write_page(
    compared: ComparedPictures, path: str | os.PathLike[str], *, title: str = "", light: bool = False
) -> None:
    """Draw a comparison as one PNG, written complete or not at all.

    Parameters
    ----------
    compared : Comparison
    path : path of the PNG
    title : str
        Added to the heading, such as the name of the image.
    light : bool
        Whether the pictures are linear light made from encoded ones; they are drawn with the sRGB curve then.
    """
    shown = _shown(compared)
    columns = len(shown)
    aspect = compared.blurred.shape[0] / compared.blurred.shape[1]
    whole = 4.2 * min(aspect, 1.6)
    figure = new_figure(4.4 * columns, whole + 4.4 + 4.0)
    scale = _scale(compared, light)
    heading = scale.heading(f"Unsharp mask beside deconvolution{': ' if title else ''}{title}")
    figure.suptitle(heading, weight="bold")
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=[whole + 4.4, 4.0]).flat
    grid = above.subplots(2, columns, height_ratios=[whole, 4.4])
    detail = find_detail(compared)
    for axes, (name, picture), color in zip(grid.T, shown, COLORS, strict=False):
        _draw_whole(axes[0], picture, detail, scale, compared.region)
        axes[0].set_title(name, fontsize=10.5, color=color, weight="bold")
        _draw_detail(axes[1], picture, detail, scale)
    profile, table = below.subplots(1, 2, width_ratios=[1.15, 1])
    _draw_profile(profile, shown, detail)
    _draw_table(table, compared)
    write_png(figure, path, dpi=100)


def _shown(compared: ComparedPictures) -> list[tuple[str, np.ndarray]]:
    """Names and pictures, left to right."""
    names = [LABELS[0], f"unsharp mask (radius {compared.radius:.2f} px, amount {compared.amount:.2f})"]
    names.append(f"deconvolved ({described(compared)})")
    shown = list(zip(names, compared.pictures, strict=True))
    return shown if compared.truth is None else [*shown, ("truth", compared.truth)]


def described(compared: ComparedPictures) -> str:
    """The method in words, with the number of iterations it had."""
    words = {"richardson_lucy": "Richardson–Lucy", "wiener": "Wiener"}.get(
        compared.method, compared.method.replace("_", " ")
    )
    count = compared.record.get("iterations")
    return f"{words}, {count} iterations" if count else words


def _scale(compared: ComparedPictures, light: bool) -> Shades:
    """Shades of every panel: the blurred picture's range but for its most extreme pixels."""
    found = shades(compared.blurred[compared.region], (0.1, 99.9), light)
    return found if found.high > found.low else Shades(*compared.display, light)


def _draw_whole(axes: Axes, picture: np.ndarray, detail: Detail, scale: Shades, region: np.ndarray) -> None:
    low, high = scale.limits
    axes.imshow(scale.drawn(picture), cmap="gray", vmin=low, vmax=high)
    if not region.all():
        axes.contour(region, [0.5], colors=_MARK, linewidths=0.8, linestyles="dotted")
    rows, columns = detail.rows, detail.columns
    left, right, top, bottom = (v - 0.5 for v in (columns.start, columns.stop, rows.start, rows.stop))
    axes.plot([left, right, right, left, left], [top, top, bottom, bottom, top], color=_MARK, lw=1.2)
    axes.set(xticks=[], yticks=[])


def _draw_detail(axes: Axes, picture: np.ndarray, detail: Detail, scale: Shades) -> None:
    low, high = scale.limits
    rows, columns = detail.rows, detail.columns
    extent = (columns.start - 0.5, columns.stop - 0.5, rows.stop - 0.5, rows.start - 0.5)
    axes.imshow(
        scale.drawn(picture[rows, columns]),
        cmap="gray",
        vmin=low,
        vmax=high,
        extent=extent,
        interpolation="nearest",
    )
    draw = axes.axhline if detail.along_x else axes.axvline
    draw(detail.line, color=_MARK, lw=1.0, ls=(0, (4, 4)))
    axes.set(xticks=[], yticks=[])


def _draw_profile(axes: Axes, shown: list[tuple[str, np.ndarray]], detail: Detail) -> None:
    for (name, picture), color in zip(shown, COLORS, strict=False):
        label = name.split(" (")[0]
        axes.plot(detail.positions, picture[detail.index], color=color, lw=1.6 if name != "truth" else 1.2, label=label,
                  ls="--" if name == "truth" else "-")  # fmt: skip
    fixed, moving = ("y", "x") if detail.along_x else ("x", "y")
    axes.set(
        title=f"Profile along {fixed} = {detail.line}", xlabel=f"{moving} / px", ylabel="gray value",
        xlim=(detail.positions[0], detail.positions[-1]),
    )  # fmt: skip
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, fontsize=9)


_LINES = (
    ("psnr", "PSNR / dB", "{:.2f}"),
    ("ssim", "SSIM", "{:.3f}"),
    ("contrast_50", "contrast of details blurred to 50 %", "{:.0f} %"),
    ("contrast_20", "contrast of details blurred to 20 %", "{:.0f} %"),
    ("contrast_10", "contrast of details blurred to 10 %", "{:.0f} %"),
    ("noise_gain", "noise gain", "{:.2f}"),
    ("residual", "misfit when blurred again / noise", "{:.2f}"),
    ("overshoot", "overshoot", "{:.1f} %"),
)


def _draw_table(axes: Axes, compared: ComparedPictures) -> None:
    from matplotlib.transforms import Bbox

    axes.axis("off")
    used = [line for line in _LINES if line[0] in compared.rows[0]]
    cells = [
        [label, *(form.format(row[key]) if np.isfinite(row[key]) else "–" for row in compared.rows)]
        for key, label, form in used
    ]
    table = axes.table(
        cells, colLabels=["", *LABELS], colWidths=[0.46, 0.16, 0.2, 0.19], bbox=Bbox.from_bounds(0, 0.26, 1, 0.74),
        cellLoc="right", edges="B",
    )  # fmt: skip
    table.auto_set_font_size(False)
    table.set_fontsize(9.5)
    for (row, column), cell in table.get_celld().items():
        cell.set_edgecolor("#bbbbbb")
        cell.PAD = 0.02
        if column == 0:
            cell.set_text_props(ha="left")
        elif row == 0:
            cell.set_text_props(color=COLORS[column - 1], weight="bold")
    axes.text(0.0, 0.2, _notes(compared), va="top", fontsize=8.5, color="#444444", transform=axes.transAxes,
              linespacing=1.5)  # fmt: skip


def _notes(compared: ComparedPictures) -> str:
    """The text below the table."""
    source = "against the truth" if compared.truth is not None else "nearest to a Wiener restoration"
    return (
        f"Unsharp mask: radius and amount searched, {source}.\n"
        "100 % contrast: as in the scene. Misfit 1: the result explains the data.\n"
        "Overshoot: 1 % of the pixels lie further beyond the blurred picture's local range\n"
        f"than this share of its whole range. Noise: {compared.noise:.4g} gray values."
    )
