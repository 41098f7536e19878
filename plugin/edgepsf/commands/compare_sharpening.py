"""`Compare Sharpening...`: the best unsharp mask beside deconvolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..deconvolve.methods import METHODS
from ..errors import InputError
from ..options import Choice, Count, Flag, Image, Number
from ..pictures.graph import Curve, Graph
from ..pictures.metadata import Metadata
from ..pictures.picture import Picture
from ..pictures.result import Result
from ..report.sharpening import LABELS, Comparison, compare_sharpening
from .checked_psf import PSF_BACKGROUND, checked_psf
from .command import command
from .shared import KERNEL, KERNEL_OF, LIGHT, light_note, new_image


@command(
    "Compare Sharpening...",
    cli="compare",
    place=100,
    help="The best unsharp mask, its radius and amount searched, beside deconvolution; figures of the region.",
    options=(
        KERNEL,
        Choice("method", "method of the deconvolution", tuple(METHODS), default="richardson_lucy"),
        Count("iterations", "of an iterative method; 20 when not given"),
        Number("regularization", "of the method; chosen from the data when not given", minimum=0),
        Choice("stop", "for richardson_lucy: auto chooses the iterations from the picture", ("auto",)),
        PSF_BACKGROUND,
        Image("truth", "sharp picture of the same scene, where there is one"),
        Flag("plot", "show a profile through the three pictures too", windows=True),
    ),
    output="both",
    derived_as="psf",
    derived_note=KERNEL_OF,
    suffixes=("compared",),
    report="the pictures side by side with a detail, a profile and the table",
    makes="a stack of three slices (blurred, unsharp mask, deconvolved) in one display range, and a row of the "
    "Results table for each",
    example="psf=PSF method=wiener",
)
def compare(
    picture: Picture,
    psf: Picture,
    method: str = "richardson_lucy",
    iterations: int | None = None,
    *,
    truth: Picture | None = None,
    plot: bool = False,
    report: str | None = None,
    callback: Callable[..., Any] | None = None,
    **options: Any,
) -> Result:
    """Stack of blurred, unsharp mask and deconvolved, and a row of figures each.

    Parameters
    ----------
    picture, psf : Picture
    method, iterations, callback, **options
        As in `compare_sharpening`; an option that is None is not given.
    truth : Picture, optional
        Sharp picture of the same scene.
    plot : bool
        Add a profile through the three pictures.
    report : path, optional
        A PNG to write.

    Raises
    ------
    InputError
        A picture or an option is unusable.
    """
    if psf.plane_count > 1:
        raise InputError(
            f'the PSF "{psf.title}" has {psf.plane_count} planes; one plane is compared with a 2-D PSF'
        )
    compared = compare_sharpening(
        picture.data,
        checked_psf(psf, psf.data, picture, picture.data, options.pop("psf_background", None)),
        method,
        iterations,
        truth=None if truth is None else truth.data,
        roi=picture.roi,
        callback=callback,
        **{key: value for key, value in options.items() if value is not None},
    )
    stack = new_image(picture, np.stack(compared.pictures), "-compared")
    stack.properties |= light_note(picture)
    stack.meta = Metadata()
    stack.dimensions, stack.labels, stack.display = (1, len(LABELS), 1), LABELS, compared.display
    summary = {"noise": compared.noise, "searched_against": "wiener" if truth is None else truth.title}
    chosen = {k: v for k, v in compared.record.items() if k not in ("objective", "residual", "warnings")}
    result = Result([stack], summary=summary | chosen, warnings=list(compared.warnings), rows=compared.rows)
    if report is not None:
        compared.report(report, picture.title, light=LIGHT in picture.properties)
    if plot:
        result.graphs.append(_profile(picture.base, compared))
    return result


def _profile(title: str, compared: Comparison) -> Graph:
    """The line of the report picture through the three pictures."""
    from ..report.sharpening_page import find_detail

    detail = find_detail(compared)
    curves = tuple(
        Curve(detail.positions, image[detail.index], label)
        for label, image in zip(LABELS, compared.pictures, strict=True)
    )
    fixed, moving = ("y", "x") if detail.along_x else ("x", "y")
    return Graph(f"{title}-profile", f"{moving} (px), along {fixed} = {detail.line}", "gray value", curves)
