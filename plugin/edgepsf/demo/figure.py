"""The overview picture of the demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit

from ..deconvolve import unsharp_mask
from ..pictures.light import linear_to_srgb
from ..psf import PointSpread
from ..report.canvas import new_figure, write_png
from . import photographs
from .known import Known
from .real import Real
from .words import psnr

if TYPE_CHECKING:  # slow to import
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

_INK, _FIT, _TRUTH, _MARK = "#333333", "#c8102e", "#1f77b4", "#ffb000"

Rectangle = tuple[int, int, int, int]


def overview(known: Known, real: Real, path: Path) -> None:
    """Edge, g and f with the fit, P(r) and MTF, and both photographs before, sharpened and restored, as one PNG."""
    figure = new_figure(13.2, 13.4)
    rows = figure.subfigures(3, 1, squeeze=False, height_ratios=[0.82, 1.12, 1.42])
    top, middle, bottom = rows.flat
    _method(top, known)
    _known_row(middle, known)
    _real_row(bottom, real)
    write_png(figure, path, dpi=110)


def _view(image: np.ndarray, rectangle: Rectangle) -> np.ndarray:
    x, y, width, height = rectangle
    return np.clip(linear_to_srgb(np.clip(image[y : y + height, x : x + width], 0, 1)), 0, 1)


def _method(figure: SubFigure, known: Known) -> None:
    edge, transform, profile, spread, modulation = figure.subplots(1, 5, width_ratios=[1, 1.1, 1.1, 1.1, 1.1])
    figure.suptitle("From one edge to the PSF", x=0.01, ha="left", weight="bold")
    _draw_edge(edge, known)
    _draw_transforms(transform, profile, known)
    _draw_psf(spread, modulation, known.fit.psf, known.scene.psf)


def _draw_transforms(transform: Axes, profile: Axes, known: Known) -> None:
    """g and f of the pixels over their distance, with the fit and the plane."""
    fit, chain = known.fit, known.chain
    x, y, width, height = photographs.CAMERA_EDGE
    yy, xx = np.mgrid[y : y + height, x : x + width]
    d = fit.distance(xx, yy).ravel()
    part = (slice(y, y + height), slice(x, x + width))
    line = np.linspace(-12, 12, 400)
    near = np.abs(d) < 12
    for axes, name in ((transform, "g"), (profile, "f")):
        values = chain.pictures[name].data[part].ravel()
        axes.plot(d[near], values[near], ".", ms=2, color=_INK, alpha=0.4)
        axes.set_xlabel("distance to the edge d / px")
    transform.plot(line, 0.5 * fit.psf.esf(line), color=_FIT)
    transform.set(title="g(d) and the fit", ylim=(-0.06, 0.56))
    f = logit(1 - np.clip(fit.psf.esf(line), 1e-9, 1 - 1e-9))
    profile.plot(line, f, color=_FIT, label="intensity fit")
    profile.plot(line, chain.numbers["p"] * line, "--", color=_TRUTH, label="plane, f = p d")
    profile.set(title="f(d) = log(1/(2g) − 1)", xlim=(-9, 9), ylim=(-7, 7))
    profile.legend(loc="upper left", frameon=False, fontsize=8)


def _draw_edge(axes: Axes, known: Known) -> None:
    x, y, width, height = photographs.CAMERA_EDGE
    margin = 24
    around = (x - margin, y - margin, width + 2 * margin, height + 2 * margin)
    axes.imshow(
        _view(known.scene.blurred, around), cmap="gray", vmin=0, vmax=1,
        extent=(around[0] - 0.5, around[0] + around[2] - 0.5, around[1] + around[3] - 0.5, around[1] - 0.5),
    )  # fmt: skip
    axes.plot(
        [x - 0.5, x + width - 0.5, x + width - 0.5, x - 0.5, x - 0.5],
        [y - 0.5, y - 0.5, y + height - 0.5, y + height - 0.5, y - 0.5],
        color=_MARK, lw=1.2,
    )  # fmt: skip
    yy, xx = np.mgrid[y : y + height, x : x + width]
    axes.contour(xx, yy, known.fit.distance(xx, yy), [0], colors=_FIT, linewidths=1.4)
    axes.set(title="the edge", xticks=[], yticks=[])


def _draw_psf(spread: Axes, modulation: Axes, psf: PointSpread, truth: PointSpread) -> None:
    r = np.linspace(0, 8, 200)
    spread.plot(r, psf.radial(r), color=_FIT, label="from the edge")
    spread.plot(r, truth.radial(r), "--", color=_TRUTH, label="truth")
    spread.set(title="PSF P(r)", xlabel="r / px", xlim=(0, 8), ylim=(0, None))
    spread.legend(frameon=False, fontsize=8)
    nu = np.linspace(0, 0.5, 200)
    modulation.plot(nu, psf.mtf(nu), color=_FIT, label="from the edge")
    modulation.plot(nu, truth.mtf(nu), "--", color=_TRUTH, label="truth")
    modulation.set(title="MTF", xlabel="frequency / cycles per px", xlim=(0, 0.5), ylim=(0, 1))
    modulation.legend(frameon=False, fontsize=8)
    for axes in (spread, modulation):
        axes.grid(alpha=0.25)


def _known_row(figure: SubFigure, known: Known) -> None:
    scene = known.scene
    figure.suptitle("Known defocus: the cameraman", x=0.01, ha="left", weight="bold")
    titles = (
        ("truth", scene.truth),
        ("defocused, with noise", scene.blurred),
        ("best unsharp mask", known.unsharp),
        ("restored (Richardson–Lucy)", known.restored),
    )
    for axes, (title, image) in zip(figure.subplots(1, 4), titles, strict=True):
        axes.imshow(_view(image, photographs.CAMERA_VIEW), cmap="gray", vmin=0, vmax=1)
        score = "" if image is scene.truth else f", {psnr(image, scene.truth):.1f} dB"
        axes.set(title=title + score, xticks=[], yticks=[])


def _real_row(figure: SubFigure, real: Real) -> None:
    figure.suptitle("Real defocus: the flag behind the astronaut", x=0.01, ha="left", weight="bold")
    picture = real.picture
    masked = np.stack([unsharp_mask(picture[..., i], *real.masks[i]) for i in range(3)], axis=-1)
    shown = (
        ("as photographed", picture),
        ("unsharp mask", masked),
        ("restored (Richardson–Lucy)", real.restored),
    )
    axes = figure.subplots(1, 3)
    for each, (title, image) in zip(axes, shown, strict=True):
        each.imshow(_view(image, photographs.FLAG_VIEW), interpolation="bicubic")
        each.set(title=title, xticks=[], yticks=[])
    x, y, width, height = photographs.FLAG_EDGE
    axes[0].plot(
        [x, x + width, x + width, x, x], [y, y, y + height, y + height, y], color=_MARK, lw=1.2
    )  # fmt: skip
    axes[0].text(x, y - 2, "the edge", color=_MARK, fontsize=9)
