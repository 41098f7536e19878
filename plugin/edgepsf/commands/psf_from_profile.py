"""`PSF from Profile...`: the PSF of an odd polynomial f(d)."""

from __future__ import annotations

from ..options import Number
from ..pictures.picture import Picture
from ..pictures.result import Result
from ..psf.checkin import light_lost
from ..psf.graphs import psf_graph
from ..psf.pointspread import from_profile
from .command import command, figures
from .shared import PLOT, PROFILE, SIZE, kernel_image, noted

_COEFFICIENTS = tuple(
    Number(f"p{k}", f"coefficient of d^{k} in f(d)", unit=f"px^-{k}", rare=k > 7) for k in range(1, 16, 2)
)
_KEYS = tuple(option.key for option in _COEFFICIENTS)


@command(
    "PSF from Profile...",
    cli="psf profile",
    place=70,
    help="P(r) of f(d) = p1 d + p3 d^3 + ... by the regular integral, written as a kernel image of sum 1.",
    options=(*_COEFFICIENTS, SIZE, PLOT),
    image="optional",
    output="both",
    suffixes=("PSF",),
    entries=lambda picture: noted(picture, PROFILE, _KEYS),
    preview=figures("fwhm", "mtf50", "energy_outside"),
    example="p1=1.2 p3=0.01",
)
def psf_from_profile(
    picture: Picture | None, size: int | None = None, plot: bool = False, **coefficients: float | None
) -> Result:
    """P(r) and kernel image of f(d) = p1 d + p3 d³ + …; without p1, of the profile last fitted.

    Raises
    ------
    InputError
        There are no coefficients, f(d) does not rise, or 10 % of the light or more would lie outside the kernel.
    """
    given = {k: v for k, v in coefficients.items() if v is not None}
    kept = picture.numbers(PROFILE) if picture is not None else None
    if not given and kept:
        given = {f"p{2 * i + 1}": v for i, v in enumerate(kept)}
    psf = from_profile(aspect=picture.calibration.aspect if picture else 1.0, **given)
    lost = light_lost(psf.crop_loss(size), "give a larger size, or reduce the picture first")
    row = psf.parameters | {"fwhm": psf.fwhm, "mtf50": psf.mtf50, "energy_outside": psf.crop_loss(size)}
    if picture is not None:
        row |= picture.calibration.in_units(row, {"fwhm": 1, "mtf50": -1})
    result = Result(
        [kernel_image(psf, size, picture)], row, psf.summary(size), warnings=[*psf.warnings, *lost]
    )
    if plot:
        result.graphs.append(psf_graph(picture.base if picture else "PSF", psf))
    return result
