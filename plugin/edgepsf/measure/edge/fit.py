"""fit_edge: the PSF from one edge, by a least-squares fit of the *intensity*.

Levels, angle, offset and shape are free together: v = v1 + (v2 − v1) E(d; shape), d = distance to the
line. The transforms g and f with their plane fit give the start. The intensity fit gives the answer, because
its noise is uniform where the noise of f is not.

An image passes through stages. Each stage is a frozen value, made from the stages before it:

1. `Pixels` (pixels.py): the usable pixels of the region, centred.
2. `Start` (start.py): first levels, direction, offset and slope. Clipped pixels are dropped here
   (`Pixels.without`), and the start is made again without them.
3. `Views` of two `Scene`s (views.py, scene.py): the samples and the fits on them. `FirstFits` (library.py) fits
   every model; hot and dead pixels show in its `Residuals` (residuals.py) and are dropped here, and the views are
   made again without them.
4. `Noise` (noise.py): deviations and correlation, from the residuals of the best first fit. `Bic` (candidate.py)
   holds the two numbers of it that the choice of a model needs.
5. `Candidate`s (candidate.py): the models of the library that are asked for (library.py). One is chosen, checked
   and fitted once more to every pixel.
6. `Answer` (answer.py): that candidate with its residuals and noise, or one from beyond the library (beyond.py).
7. `EdgeFit` (finish.py, result.py): the answer in gray values and whole-image coordinates, checked (checks.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...options.arguments import ASPECT, no_masked_pixels, optional, real, takes, text
from ...pictures.region import Roi, take_region, usable_pixels
from ...psf.families import family, library
from ...psf.model import ShapeFamily
from ...psf.pointspread import PointSpread, check_pixel
from .answer import Answer
from .beyond import beyond_library, may_leave_library
from .candidate import Bic
from .checks import check_contrast, check_fit, check_given
from .defects import check_clipping, clipped, outliers
from .early import check_many
from .encoded import WARNING as ENCODED
from .encoded import looks_encoded
from .finish import edge_fit
from .irregular import noise_of
from .library import FirstFits, choose, library_fits, polished
from .pixels import Pixels
from .residuals import Residuals
from .result import EdgeFit
from .sides import check_sides
from .start import Start, find_start
from .straight import straightened
from .transform import check_levels
from .views import Views

_ANY = ("auto", "free")


@dataclass(frozen=True)
class Question:
    """The arguments of `fit_edge` that say how the edge is to be fitted.

    Attributes
    ----------
    model : str
    families : tuple of ShapeFamily
        The models to try.
    pixel : {"sampled", "optical"}
    levels : (v1, v2) or None
        Levels that the caller gives.
    aspect : float
        Height of a pixel divided by its width.
    """

    model: str
    families: tuple[ShapeFamily, ...]
    pixel: str
    levels: tuple[float, float] | None
    aspect: float

    @property
    def beyond(self) -> bool:
        """Whether the PSF may lie beyond the library."""
        return self.model in _ANY and self.pixel == "sampled"


@takes(image=no_masked_pixels, model=text, pixel=text, v1=optional(real), v2=optional(real), aspect=ASPECT)
def fit_edge(
    image: npt.ArrayLike,
    roi: Roi | None = None,
    model: str = "auto",
    pixel: str = "sampled",
    v1: float | None = None,
    v2: float | None = None,
    *,
    aspect: float = 1.0,
) -> EdgeFit:
    """Read the isotropic PSF from one straight contrast edge.

    Parameters
    ----------
    image : array_like, shape (ny, nx)
        Gray values of one channel in linear light.
    roi : None, (x, y, width, height) or bool array of shape (ny, nx)
        Region with the edge and both plateaus, in whole-image pixels; None is the whole image.
    model : str
        A name of the library (`edgepsf.psf.families.names()`; "logistic" takes any odd degree), "free"
        (no model of the library: a composition of several, or a smooth non-negative P(r)), or "auto": chosen
        among the models by the Bayesian information criterion (BIC), and free where none of them fits.
    pixel : {"sampled", "optical"}
        "sampled": the PSF holds the pixel box. "optical": the PSF of the optics alone, the box taken off.
        Either way its kernel is the one for deconvolution on the same grid.
    v1, v2 : float, optional
        Plateau levels, v1 on the side d > 0. Without them both are fitted and v1 is the darker side.
    aspect : float
        Height of a pixel divided by its width; lengths are in pixel widths.

    Returns
    -------
    EdgeFit

    Raises
    ------
    EdgeError
        If no PSF can be had from this region; the message says why.
    InputError
        If the image, region, model or levels are unusable.
    """
    question, dtype = _question(model, pixel, v1, v2, aspect), np.asarray(image).dtype
    region = take_region(image, roi)
    use, missing = usable_pixels(region)
    pixels = Pixels.of(region, use, question.aspect)
    check_given(question.levels, pixels.values)
    pixels, start, cut = _unclipped(pixels, question, dtype)
    views, first, hot = _without_defects(Views.of(pixels, start, pixel))
    views, first, rough = straightened(views, first)
    answer, encoded = _library_answer(views, first, question, dtype)
    sides = [] if encoded else check_sides(views, answer)
    if question.beyond and (model == "free" or (not sides and may_leave_library(views, answer))):
        answer = beyond_library(views, answer, only=model == "free")
    psf = PointSpread(answer.candidate.model, pixel, aspect)
    fit = edge_fit(views, answer, psf, [*missing, *hot, *cut, *rough])
    shown = check_fit(fit, answer, start)
    return replace(fit, warnings=[*fit.warnings, *([ENCODED] if encoded else []), *sides, *shown])


def _question(model: str, pixel: str, v1: float | None, v2: float | None, aspect: float) -> Question:
    """The arguments of `fit_edge`, checked; impossible ones are refused."""
    check_pixel(pixel)
    if pixel == "optical" and model == "free":
        raise InputError('the free model holds the pixel: use pixel="sampled", or a model')
    if not (np.isfinite(aspect) and aspect > 0):
        raise InputError(f"aspect must be a positive number, not {aspect}")
    families = tuple(library().values()) if model in _ANY else (family(model),)
    return Question(model, families, pixel, _given_levels(v1, v2), float(aspect))


def _given_levels(v1: float | None, v2: float | None) -> tuple[float, float] | None:
    """Both levels, or None."""
    if v1 is None and v2 is None:
        return None
    if v1 is None or v2 is None:
        raise InputError("give both plateau levels v1 and v2, or neither")
    check_levels(v1, v2)
    return float(v1), float(v2)


def _unclipped(pixels: Pixels, question: Question, dtype: np.dtype) -> tuple[Pixels, Start, list[str]]:
    """The pixels that are not clipped, a start made from them, and a warning of the others."""
    start = find_start(pixels, question.levels)
    mask = clipped(pixels.values, dtype, *start.levels)
    warnings = check_clipping(mask, pixels, start)
    if not warnings:
        return pixels, start, []
    pixels = pixels.without(mask)
    return pixels, find_start(pixels, question.levels), warnings


def _without_defects(views: Views) -> tuple[Views, FirstFits, list[str]]:
    """The views without hot and dead pixels, the first fits of them, and a warning of these pixels."""
    check_many(views)
    first, start = FirstFits.of(views), views.start
    check_contrast(first.best, first.residuals, start, Bic(views.floor))
    bad = outliers(first.residuals)
    if not bad.any():
        return views, first, []
    views = Views.of(views.pixels.without(bad), start, views.pixel)
    return views, FirstFits.of(views), [f"{int(bad.sum())} hot or dead pixels were left out"]


def _library_answer(
    views: Views, first: FirstFits, question: Question, dtype: np.dtype
) -> tuple[Answer, bool]:
    """The best model of the library, and whether the picture looks gamma-encoded."""
    start = views.start
    noise = noise_of(views, first.best, first.residuals)
    bic = Bic(views.floor, noise.inflation)
    candidates = library_fits(views, question.families, first, bic)
    chosen = choose(candidates, bic, explicit=question.model not in _ANY)
    check_contrast(chosen, Residuals.of(views, chosen), start, bic)
    encoded = looks_encoded(views, chosen, first.best, noise, dtype)
    return Answer.of(views, polished(views, chosen), candidates, bic), encoded
