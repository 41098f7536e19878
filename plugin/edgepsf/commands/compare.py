"""`Compare Sharpening...`: the best unsharp mask beside deconvolution, as a command."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..pictures.picture import Curve, Graph, Picture, Result
from ..report.sharpening import LABELS, Comparison, compare_sharpening
from .operations import new_image


def compare(
    picture: Picture,
    psf: Picture,
    method="richardson_lucy",
    iterations=None,
    regularization=None,
    stop=None,
    truth: Picture | None = None,
    plot=False,
    report=None,
    callback=None,
) -> Result:
    """Stack of blurred, unsharp mask and deconvolved, and a row of figures each; `report` is the path of a PNG."""
    if psf.plane_count > 1:
        raise InputError(
            f'the PSF "{psf.title}" has {psf.plane_count} planes; one plane is compared with a 2-D PSF'
        )
    options = {} if regularization is None else {"regularization": regularization}
    options |= {"stop": stop} if stop else {}
    compared = compare_sharpening(
        picture.data,
        psf.data,
        method,
        iterations,
        truth=None if truth is None else truth.data,
        roi=picture.roi,
        callback=callback,
        **options,
    )
    stack = new_image(picture, np.stack(compared.pictures), "-compared")
    stack.dimensions, stack.labels, stack.display = (1, len(LABELS), 1), LABELS, compared.display
    summary = {"noise": compared.noise, "searched_against": "wiener" if truth is None else truth.title}
    chosen = {k: v for k, v in compared.record.items() if k not in ("objective", "residual")}
    result = Result([stack], summary=summary | chosen, warnings=list(compared.warnings))
    result.rows = compared.rows
    if report is not None:
        compared.report(report, picture.title)
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
