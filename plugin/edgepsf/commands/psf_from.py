"""`PSF from …`: a command for every kind of measurement, made from its declaration in `edgepsf.measure`."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..measure.curves import write_curves
from ..measure.measurement import mtf_columns, units_of
from ..measure.regions import fit_regions
from ..measure.registry import Kind, kinds
from ..options import Flag, Number, OutputFile
from ..pictures.picture import Picture
from ..pictures.region import take_region
from ..pictures.result import Result
from ..pictures.writing import check_writable
from ..psf.checkin import light_lost
from ..psf.pointspread import PointSpread
from ..report.measurement_page import write_page
from .command import Command, Preview, Regions, declare
from .overlay import fit_overlay
from .shared import LIGHT, PLOT, SIZE, kernel_image

_OVERLAY = Flag("overlay", "every area of the image's overlay instead, a row each and no kernel image")

_MTF_AT = Number("mtf_at", "frequency at which the row has the MTF", unit="cycles/px", minimum=0, rare=True)
_CURVES = OutputFile(
    "curves", "file for the curves: ESF, LSF, PSF, MTF with their 95 % bands", ending=".csv", rare=True
)


def psf_from(
    kind: Kind,
    picture: Picture,
    *,
    size: int | None = None,
    plot: bool = False,
    overlay: bool = False,
    mtf_at: float | None = None,
    curves: str | None = None,
    report: str | os.PathLike[str] | None = None,
    **options: Any,
) -> Result:
    """The PSF in the region of a picture: kernel image, table row, and lines in the picture.

    Parameters
    ----------
    kind : Kind
        The kind of measurement.
    picture : Picture
    size : int, optional
        Side of the kernel image, px.
    plot : bool
        Add the plots of the measurement.
    overlay : bool
        Measure in every area in the overlay of an image open in ImageJ, and give rows only.
    mtf_at : float, optional
        Frequency at which the row has the MTF, cycles/px.
    curves : str, optional
        A CSV file to write the curves to.
    report : path, optional
        A PNG to write.
    **options
        Options of the kind.

    Raises
    ------
    InputError
        An option or the region is unusable.
    EdgeError
        No PSF can be read from the region.
    """
    if curves is not None:
        check_writable(Path(curves), overwrite=True)
    if overlay:
        if size is not None or plot or report is not None or curves is not None:
            raise InputError("overlay makes rows of figures only: leave size, plot, curves and report out")
        return fit_overlay(picture, kind=kind.name, mtf_at=mtf_at, **options)
    found = kind.measure(picture.data, picture.roi, aspect=picture.calibration.aspect, **options)
    region = take_region(picture.data, picture.roi)
    result = Result(
        [kernel_image(found.psf, size, picture)],
        found.row(picture.calibration) | mtf_columns(found, mtf_at),
        found.summary(size),
        lines=found.lines(region.origin, region.shape),
        warnings=list(found.warnings),
    )
    result.units = units_of(found, result.row)
    if isinstance(found.psf, PointSpread):
        remedy = (
            "deconvolution refuses kernels that lack 10 %; give a larger size, or reduce the picture first"
        )
        result.warnings += light_lost(found.psf.crop_loss(size), remedy, refuse=False)
    if curves is not None:
        write_curves(curves, found.curves())
    if report is not None:
        write_page(
            picture.data, found, picture.roi, report, title=picture.title, light=LIGHT in picture.properties
        )
    if plot:
        result.graphs += found.graphs(picture.base, region)
    return result


for _kind in kinds().values():
    declare(
        Command(
            _kind.command,
            _kind.cli,
            partial(psf_from, _kind),
            _kind.help,
            _kind.place,
            options=(*_kind.options, SIZE, _MTF_AT, _CURVES, PLOT, _OVERLAY),
            output="both",
            suffixes=("PSF",),
            hints=_kind.hints,
            preview=Preview(_kind.headline, "line in the image, figures"),
            regions=Regions(partial(fit_regions, kind=_kind.name), single=("size", "curves")),
            report=_kind.report,
            example=_kind.example,
        )
    )
