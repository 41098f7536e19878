"""The PSF of a command, checked: with the pixel sizes of PSF and picture, and with the notes of the kernel image."""

from __future__ import annotations

import hashlib
import json

import numpy as np

from ..options import Choice
from ..pictures.picture import Calibration, Picture
from ..pictures.units import ratio
from ..psf.checkin import WARNED, check_in, light_lost
from ..psf.prepared import PreparedPsf, wanted_of
from ..psf.values import axes_of

CHECKED, MADE = "edgepsf.checked", "edgepsf.psf"
PSF_BACKGROUND = Choice(
    "psf_background",
    "level of the PSF that is no light: auto takes the one at its rim, or a gray value; when not given, a level is "
    "warned of, and refused from 10 % of the light",
    ("auto", "none"),
    free=True,
    rare=True,
)


def checked_psf(
    psf: Picture,
    kernel: np.ndarray,
    picture: Picture,
    image: np.ndarray,
    psf_background: str | None = None,
    centre: str = "auto",
) -> PreparedPsf:
    """Check a PSF that comes as a picture.

    A kernel that `Check PSF...` made, and that nobody changed since, is taken as it is.

    Parameters
    ----------
    psf : Picture
    kernel : ndarray
        The plane or the planes of it that are used.
    picture : Picture
        The picture to restore.
    image : ndarray
        Its plane or planes.
    psf_background, centre
        See `edgepsf.prepare_psf`.

    Raises
    ------
    InputError
        If the PSF cannot be used.
    """
    if psf.properties.get(CHECKED) == digest(kernel):
        psf_background, centre = "0", "given"
    axes = axes_of(kernel, image)
    steps, doubts = pixel_sizes(psf.calibration, picture.calibration, axes)
    told = check_in(kernel, image, wanted_of(axes, psf_background, centre, *steps))
    if told.figures.get("energy_outside", 0.0) < WARNED:
        doubts += light_lost(_noted_loss(psf, kernel), "make the kernel larger, or reduce the picture first")
    return PreparedPsf(told.array, (*told.warnings, *doubts), told.figures)


def digest(kernel: np.ndarray) -> str:
    """A mark of a kernel's values, by which a change is noticed."""
    return hashlib.sha256(np.ascontiguousarray(kernel, np.float32).tobytes()).hexdigest()[:24]


def _noted_loss(psf: Picture, kernel: np.ndarray) -> float:
    """Share of the light outside, as the command that made the kernel noted it; 0 where the size is another one now."""
    try:
        told = json.loads(psf.properties.get(MADE, "{}"))
        sizes = np.atleast_1d(told.get("kernel_size_px", 0))
        return float(told.get("energy_outside_kernel", 0.0)) if sizes[-1] == kernel.shape[-1] else 0.0
    except (AttributeError, TypeError, ValueError):
        return 0.0


Steps = tuple[tuple[float, ...] | None, tuple[float, ...] | None]


def pixel_sizes(psf: Calibration, picture: Calibration, axes: int) -> tuple[Steps, list[str]]:
    """Pixel sizes of PSF and picture in one unit, where both have one that can be compared; else a warning."""
    if not (psf.calibrated and picture.calibrated):
        return (None, None), []
    factor = ratio(psf.unit, picture.unit)
    if factor is None:
        sentence = (
            f"the pixel sizes of the PSF ({psf.pixel_width:g} {psf.unit}) and of the picture "
            f"({picture.pixel_width:g} {picture.unit}) cannot be compared: the PSF was used pixel by pixel"
        )
        return (None, None), [sentence]
    theirs, ours = (_steps(calibration, axes) for calibration in (psf, picture))
    return (tuple(step * factor for step in theirs), ours), []


def _steps(calibration: Calibration, axes: int) -> tuple[float, ...]:
    """Pixel sizes in the order (z, y, x)."""
    return (calibration.pixel_depth, calibration.pixel_height, calibration.pixel_width)[-axes:]
