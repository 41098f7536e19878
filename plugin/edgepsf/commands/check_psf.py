"""`Check PSF...`: a measured PSF made ready for deconvolution, or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import InputError
from ..options import Choice, Image
from ..pictures.picture import Picture
from ..pictures.result import Result
from ..psf.prepared import CENTRES, PreparedPsf
from .checked_psf import CHECKED, PSF_BACKGROUND, checked_psf, digest
from .command import command, figures
from .shared import STACK, new_image


@command(
    "Check PSF...",
    cli="psf check",
    place=75,
    help="Checks a measured PSF: centre, order, level, negative values, energy outside, pixels; mends or refuses it.",
    options=(
        replace(PSF_BACKGROUND, rare=False),
        Choice("centre", "auto, or where the centre is", CENTRES, default="auto"),
        Image(
            "blurred",
            "the picture to restore: the PSF is resampled to its pixels, and a swap of both is noticed",
        ),
        STACK,
    ),
    region=False,
    output="both",
    suffixes=("PSF",),
    preview=figures("fwhm", "background", "energy_outside"),
    makes="the mended kernel image, its sum 1, and a row of figures; warnings tell what was mended",
    example="psf_background=auto",
)
def check_psf(
    picture: Picture,
    psf_background: str | None = None,
    centre: str = "auto",
    *,
    blurred: Picture | None = None,
    stack: bool = False,
) -> Result:
    """The kernel of a measured PSF, mended.

    Parameters
    ----------
    picture : Picture
        The PSF.
    psf_background : str, optional
        "auto", which is also taken when nothing is given, "none", or a gray value.
    centre : str
        As in `edgepsf.prepare_psf`.
    blurred : Picture, optional
        The picture that is to be restored.
    stack : bool
        All planes are one PSF of three dimensions.

    Raises
    ------
    InputError
        The PSF cannot be used.
    """
    if picture.plane_count > 1 and not stack:
        raise InputError(
            f'the PSF "{picture.title}" has {picture.plane_count} planes: give stack for a PSF of three dimensions'
        )
    kernel = picture.all_planes() if stack else picture.data
    other = blurred or Picture(np.zeros((1,) * kernel.ndim), title="")
    told = checked_psf(picture, kernel, other, other.data, psf_background or "auto", centre)
    out = new_image(picture, told.kernel(), "-PSF")
    if blurred is not None and blurred.calibration.calibrated and picture.calibration.calibrated:
        out.calibration = blurred.calibration
    out.roi, out.properties = None, {CHECKED: digest(told.kernel())}
    if out.data.ndim == 3:
        out.dimensions = (1, len(out.data), 1)
    row = _row(told)
    row |= out.calibration.in_units(row, {"fwhm": 1})
    return Result([out], row, {"shape": list(told.shape)}, warnings=list(told.warnings))


def _row(told: PreparedPsf) -> dict[str, Any]:
    """The figures of the check."""
    nan = float("nan")
    centre = told.figures.get("core", [nan, nan])
    return {
        "fwhm": told.fwhm,
        "background": told.figures.get("background", nan),
        "background_share": told.figures.get("background_share", nan),
        "off_x": centre[-1],
        "off_y": centre[-2],
        "energy_outside": told.figures.get("energy_outside", nan),
        "mended": float(len(told.warnings)),
    }
