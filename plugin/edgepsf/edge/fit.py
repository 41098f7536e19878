"""fit_edge: the PSF from one edge, by a least-squares fit of the *intensity*.

Levels, angle, offset and shape are free together: v = v1 + (v2 − v1) E(d; shape), d = distance to the
line. The transforms g and f with their plane fit give the start; the intensity fit gives the answer, since
its noise is uniform where that of f is not.
"""

from __future__ import annotations

import numpy as np

from ..errors import EdgeError, InputError
from ..psf.families import family, library
from ..psf.pointspread import PointSpread, check_pixel
from ..region import take_region, usable_pixels
from .checks import check_plateaus, check_structure
from .defects import check_clipping, clipped
from .problem import EdgeProblem, model_spread
from .result import EdgeFit
from .scene import V1, V2, Candidate
from .transform import check_levels


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
        "gaussian", "logistic", "logistic3", "logistic5", any other odd degree, "disk", "moffat", "airy", "free"
        (non-negative P(r) without a model), or "auto": chosen among the models by the Bayesian information
        criterion (BIC), and free where none of them fits.
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
    check_pixel(pixel)
    if pixel == "optical" and model == "free":
        raise InputError('the free model holds the pixel: use pixel="sampled", or a model')
    if not (np.isfinite(aspect) and aspect > 0):
        raise InputError(f"aspect must be a positive number, not {aspect}")
    families = list(library().values()) if model in ("auto", "free") else [family(model)]
    levels, dtype = _given_levels(v1, v2), np.asarray(image).dtype
    region = take_region(image, roi)
    use, warnings = usable_pixels(region)
    problem = EdgeProblem(region, use, levels, float(aspect), pixel)
    problem.find_start()
    problem, clipping = _without_clipped(problem, dtype)
    first = problem.first_fit()
    problem.check_contrast(first)
    rejected = problem.reject_outliers(first)
    if rejected:
        warnings.append(f"{rejected} hot or dead pixels were left out")
        first = problem.first_fit()
    problem.measure_noise(first)
    candidates = problem.candidates(families)
    candidate = _choose(candidates, explicit=model not in ("auto", "free"))
    problem.check_contrast(candidate)
    encoded = problem.looks_encoded(candidate, first, dtype)
    candidate = problem.polish(candidate)
    noise = problem.measure_noise(candidate)
    free = problem.try_free(candidate, always=model == "free") if _may_be_free(model, pixel) else None
    if free is not None:
        candidate, candidates = free.candidate, []
        noise = problem.measure_noise(candidate)
    psf = PointSpread(candidate.family.model(candidate.shape), pixel, aspect)
    if levels is None and not candidate.parameters[V2] > candidate.parameters[V1]:
        raise EdgeError(
            "no single edge: the fit turns dark and bright around; choose a region with one edge only"
        )
    fit = problem.result(candidate, psf, problem.covariance(candidate, noise, free))
    fit.warnings.extend(warnings + clipping + psf.warnings)
    x, y = problem.x + problem.center[0], (problem.y + problem.center[1]) / aspect
    check_plateaus(fit, x, y)
    fit.model_spread = model_spread(psf, candidates)
    check_structure(fit, problem.residuals(candidate)[0], problem.rows, problem.columns, noise)
    if not candidate.solution.converged:
        fit.warnings.append("the fit did not settle fully; its numbers are less certain than stated")
    if encoded:
        fit.warnings.append(
            "the picture looks gamma-encoded (the edge is lopsided, and not once the sRGB curve is undone): "
            "make it linear first (Linear Channels..., edgepsf linear)"
        )
    return fit


def _may_be_free(model: str, pixel: str) -> bool:
    return model in ("auto", "free") and pixel == "sampled"


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
