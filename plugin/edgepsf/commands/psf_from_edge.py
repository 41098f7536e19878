"""`PSF from Edge...`: the full intensity fit of the edge in a region, or of every edge in a set of regions."""

from __future__ import annotations

from typing import Any

from ..errors import InputError
from ..measure.edge.fit import fit_edge
from ..measure.regions import fit_regions
from ..options import Choice, Flag, Text
from ..pictures.picture import Picture
from ..pictures.region import take_region
from ..pictures.result import Result
from ..report.measurement_page import write_page
from .command import Preview, Regions, Row, command
from .overlay import fit_overlay
from .shared import PLOT, SIZE, V1, V2, kernel_image, suggested_levels


def _headline(row: Row) -> str:
    width = f"FWHM {row['fwhm']:.4g} px ({row['fwhm_low']:.4g} to {row['fwhm_high']:.4g})"
    if "fwhm_unit" in row:
        width += f" = {row['fwhm_unit']:.4g} {row['unit']}"
    return f"{width}, MTF50 {row['mtf50']:.4g} per px, model {row['model']}, angle {row['angle']:.2f} deg"


def _hints(picture: Picture) -> dict[str, str]:
    """Levels estimated in the region, to be read only: levels that are given are not fitted."""
    return {key: f"(about {value:.4g})" for key, value in suggested_levels(picture).items()}


@command(
    "PSF from Edge...",
    cli="psf edge",
    place=80,
    help="Full intensity fit of the edge in the region: levels, line and shape together; kernel image and numbers.",
    options=(
        Text(
            "model",
            "auto, gaussian, logistic, logistic3, logistic5, disk, moffat, airy or free",
            default="auto",
        ),
        Choice("pixel", "optical takes the pixel box off the PSF", ("sampled", "optical"), default="sampled"),
        V1,
        V2,
        SIZE,
        PLOT,
        Flag("overlay", "every area of the image's overlay instead, a row each and no kernel image"),
    ),
    output="both",
    suffixes=("PSF",),
    hints=_hints,
    preview=Preview(_headline, "line in the image, figures"),
    regions=Regions(fit_regions, single=("size",)),
    report="picture of the fit: region, residuals, E, P, MTF",
    example="model=logistic",
)
def psf_from_edge(
    picture: Picture,
    model: str = "auto",
    *,
    size: int | None = None,
    plot: bool = False,
    overlay: bool = False,
    report: str | None = None,
    **options: Any,
) -> Result:
    """The full intensity fit of the edge in the region: kernel image and table row.

    Parameters
    ----------
    picture : Picture
    model : str
        As in `fit_edge`.
    size : int, optional
        Side of the kernel image, px.
    plot : bool
        Add plots of the edge and of P(r).
    overlay : bool
        Fit every area in the overlay of an image open in ImageJ, and give rows only.
    report : path, optional
        A PNG to write.
    **options
        Further arguments of `fit_edge`: pixel, v1, v2.

    Raises
    ------
    InputError
        An option or the region is unusable.
    EdgeError
        There is no edge in the region.
    """
    if overlay:
        return _overlay_rows(picture, size, plot, report, model=model, **options)
    fit = fit_edge(picture.data, picture.roi, model=model, aspect=picture.calibration.aspect, **options)
    region = take_region(picture.data, picture.roi)
    result = Result(
        [kernel_image(fit.psf, size, picture)],
        fit.row(picture.calibration),
        fit.summary(size),
        lines=fit.lines(region.origin, region.shape),
        warnings=list(fit.warnings),
    )
    if report is not None:
        write_page(picture.data, fit, picture.roi, report, title=picture.title)
    if plot:
        result.graphs += fit.graphs(picture.base, region)
    return result


def _overlay_rows(
    picture: Picture, size: int | None, plot: bool, report: str | None, **options: Any
) -> Result:
    if size is not None or plot or report is not None:
        raise InputError("overlay makes rows of figures only: leave size, plot and report out")
    return fit_overlay(picture, **options)
