"""fit_edge: the PSF from one edge, by a least-squares fit of the *intensity*.

Levels, angle, offset and shape are free together: v = v1 + (v2 − v1) E(d; shape), d = distance to the
line. The transforms g and f with their plane fit give the start; the intensity fit gives the answer, since
its noise is uniform where that of f is not.
"""

from __future__ import annotations

import numpy as np

from ...errors import EdgeError, InputError
from ...pictures.region import Region, take_region, usable_pixels
from ...psf.families import family, library
from ...psf.model import ShapeFamily
from ...psf.pointspread import PointSpread, check_pixel
from .beyond import beyond_library
from .checks import check_plateaus, check_structure
from .defects import check_clipping, clipped
from .noise import Noise
from .problem import EdgeProblem
from .result import EdgeFit
from .rivals import model_spread
from .scene import V1, V2, Candidate
from .transform import check_levels

_ANY = ("auto", "free")


def fit_edge(
    image, roi=None, model: str = "auto", pixel: str = "sampled", v1=None, v2=None, *, aspect=1.0
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
    families = _families(model, pixel, aspect)
    levels, dtype = _given_levels(v1, v2), np.asarray(image).dtype
    problem, first, warnings = _prepare(take_region(image, roi), levels, float(aspect), pixel, dtype)
    candidates = problem.candidates(families)
    candidate = _choose(candidates, explicit=model not in _ANY)
    problem.check_contrast(candidate)
    encoded = problem.looks_encoded(candidate, first, dtype)
    candidate = problem.polish(candidate)
    noise, free = problem.measure_noise(candidate), None
    if model in _ANY and pixel == "sampled":
        candidate, candidates, free = beyond_library(problem, candidate, candidates, only=model == "free")
        noise = problem.measure_noise(candidate)
    psf = PointSpread(candidate.family.model(candidate.shape), pixel, aspect)
    fit = problem.result(candidate, psf, problem.covariance(candidate, noise, free))
    fit.model_spread = model_spread(psf, candidates)
    fit.warnings.extend(warnings + psf.warnings)
    _check(fit, problem, candidate, noise)
    if encoded:
        fit.warnings.append(
            "the picture looks gamma-encoded (the edge is lopsided, and not once the sRGB curve is undone): "
            "make it linear first (Linear Channels..., edgepsf linear)"
        )
    return fit


def _families(model: str, pixel: str, aspect: float) -> list[ShapeFamily]:
    """The families to try; refuses what cannot be asked for."""
    check_pixel(pixel)
    if pixel == "optical" and model == "free":
        raise InputError('the free model holds the pixel: use pixel="sampled", or a model')
    if not (np.isfinite(aspect) and aspect > 0):
        raise InputError(f"aspect must be a positive number, not {aspect}")
    return list(library().values()) if model in _ANY else [family(model)]


def _prepare(region: Region, levels, aspect: float, pixel: str, dtype: np.dtype):
    """The problem without unusable, clipped and defective pixels, a first fit of it, and warnings.

    Returns
    -------
    problem : EdgeProblem
    first : Candidate
    warnings : list of str
    """
    use, warnings = usable_pixels(region)
    problem = EdgeProblem(region, use, levels, aspect, pixel)
    problem.find_start()
    problem, clipping = _without_clipped(problem, dtype)
    first = problem.first_fit()
    problem.check_contrast(first)
    rejected = problem.reject_outliers(first)
    if rejected:
        warnings.append(f"{rejected} hot or dead pixels were left out")
        first = problem.first_fit()
    problem.measure_noise(first)
    return problem, first, warnings + clipping


def _check(fit: EdgeFit, problem: EdgeProblem, candidate: Candidate, noise: Noise) -> None:
    """Refuse a fit that is no edge; add warnings that only the finished fit shows."""
    if problem.levels is None and not candidate.parameters[V2] > candidate.parameters[V1]:
        raise EdgeError(
            "no single edge: the fit turns dark and bright around; choose a region with one edge only"
        )
    check_plateaus(fit, problem.x + problem.center[0], (problem.y + problem.center[1]) / problem.aspect)
    check_structure(fit, problem.residuals(candidate)[0], problem.rows, problem.columns, noise)
    if not candidate.solution.converged:
        fit.warnings.append("the fit did not settle fully; its numbers are less certain than stated")


def _given_levels(v1, v2):
    if (v1 is None) != (v2 is None):
        raise InputError("give both plateau levels v1 and v2, or neither")
    if v1 is None:
        return None
    check_levels(v1, v2)
    return float(v1), float(v2)


def _without_clipped(problem: EdgeProblem, dtype: np.dtype) -> tuple[EdgeProblem, list[str]]:
    """The problem without clipped pixels, refused where a whole plateau is clipped."""
    mask = clipped(problem.values, dtype, *problem.start_levels)
    warnings = check_clipping(mask, problem.values, *problem.start_levels)
    if not warnings:
        return problem, []
    use = problem.use.copy()
    use[problem.rows[mask], problem.columns[mask]] = False
    trimmed = EdgeProblem(problem.region, use, problem.levels, problem.aspect, problem.pixel)
    trimmed.find_start()
    return trimmed, warnings


def _choose(candidates: list[Candidate], *, explicit: bool) -> Candidate:
    """The candidate of lowest BIC that is a PSF."""
    reasons = []
    for candidate in sorted(candidates, key=lambda c: c.bic):
        try:
            PointSpread(candidate.family.model(candidate.shape))
        except EdgeError as error:
            reasons.append(str(error))
        else:
            return candidate
    raise EdgeError(reasons[0] if explicit else f"no model fits this edge: {reasons[0]}")
