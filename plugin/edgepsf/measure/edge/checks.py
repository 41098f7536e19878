"""Whether a region can carry a PSF: contrast against noise, both plateaus in sight, one straight edge only."""

from __future__ import annotations

import numpy as np

from ...errors import EdgeError
from .answer import Answer
from .candidate import Bic, Candidate
from .pixels import Pixels
from .residuals import Residuals, robust_deviation
from .result import EdgeFit
from .start import Start

_BLOCK = 8  # px
_UNCERTAIN = 0.10  # share of the FWHM
_SHARPEST = 0.4  # px, FWHM; the pixel box alone gives about 0.7


def check_contrast(candidate: Candidate, residuals: Residuals, start: Start, bic: Bic) -> None:
    """Refuse a step that is lost in the noise, or no step at all.

    The best split of pure noise explains some tens of noise variances; a real edge explains
    n/4 (step/noise)².

    Parameters
    ----------
    candidate : Candidate
    residuals : Residuals
        Of the candidate.
    start : Start
    bic : Bic
        Tells how many correlated pixels count for one.

    Raises
    ------
    EdgeError
    """
    low, high = candidate.slots.levels
    variance, contrast, esf = candidate.variance, abs(high - low), residuals.esf
    explained = contrast**2 * ((esf - esf.mean()) ** 2).sum() / max(variance * bic.inflation, 1e-24)
    if not (explained < 100.0 or contrast**2 < variance):
        return
    step = abs(start.step)
    spread = np.subtract(*np.percentile(start.in_steps(residuals.pixels.values), [98, 2]))
    pixel_noise = robust_deviation(residuals.lonely())
    if spread > 8.0 * pixel_noise:
        raise EdgeError(
            f"no single edge: gray values differ by {spread * step:.3g}, far more than the noise of "
            f"{pixel_noise * step:.3g}, but no straight line parts dark from bright (two edges, a bar or an "
            "object in the region?); choose a region with one edge only"
        )
    raise EdgeError(
        f"no edge: the step of {contrast * step:.3g} does not stand out of the noise of "
        f"{np.sqrt(variance) * step:.3g}; choose a region that crosses a contrast edge"
    )


def check_fit(fit: EdgeFit, answer: Answer, start: Start) -> list[str]:
    """Refuse a fit that is no edge; else the warnings that only the finished fit shows.

    Raises
    ------
    EdgeError
    """
    low, high = answer.candidate.slots.levels
    if not start.given and not high > low:
        raise EdgeError(
            "no single edge: the fit turns dark and bright around; choose a region with one edge only"
        )
    warnings = [*check_plateaus(fit, answer.residuals.pixels), *check_structure(answer)]
    warnings += check_width(fit)
    if not answer.candidate.solution.converged:
        warnings.append("the fit did not settle fully; its numbers are less certain than stated")
    return warnings


def check_width(fit: EdgeFit) -> list[str]:
    """Refuse a width that is no number; warn of one that the edge does not tell.

    Raises
    ------
    EdgeError
    """
    fwhm, mtf50 = fit.psf.fwhm, fit.psf.mtf50
    low, high = fit.interval("fwhm")
    if not np.isfinite([fwhm, mtf50, low, high, fit.v1, fit.v2, fit.normal_angle, fit.offset]).all():
        raise EdgeError(
            f"no PSF: the fit has no width (FWHM {fwhm:g} px, MTF50 {mtf50:g} cycles/px, model {fit.model}); "
            "choose a region with one straight edge and clean plateaus, or a model"
        )
    if high - fwhm > _UNCERTAIN * fwhm:
        return [
            f"the edge does not tell the width well: FWHM {fwhm:.3g} px, 95 % interval {max(low, 0.0):.3g} to {high:.3g} px; "
            "choose a longer or cleaner edge, or a model"
        ]
    return []


def check_plateaus(fit: EdgeFit, pixels: Pixels) -> list[str]:
    """Refuse a fit whose plateaus lie outside the region; warn when they are barely seen, or the blur is.

    Raises
    ------
    EdgeError
    """
    if fit.psf.fwhm < _SHARPEST:
        raise EdgeError(
            f"the edge is sharper than the pixels can show (FWHM {fit.psf.fwhm:.2g} px): there is no blur to read; "
            "nothing is to be undone at this scale"
        )
    d = fit.distance(*pixels.places())
    esf = fit.psf.esf(d)
    seen = min(1.0 - esf.min(), esf.max())
    if seen < 0.9 or not 1e-3 < np.mean(d > 0) < 1 - 1e-3:
        raise EdgeError(
            f"the edge is too close to the border of the region or too wide for it: only {100 * seen:.0f} % of "
            "the transition is inside; choose a larger region that shows both plateaus"
        )
    warnings = []
    if seen < 0.98:
        warnings.append(
            f"only {100 * seen:.0f} % of the transition is inside the region; levels and width are uncertain"
        )
    nyquist = float(fit.psf.mtf(0.5))
    if nyquist > 0.3:
        warnings.append(
            f"the blur is near the sampling limit (MTF {nyquist:.2f} at 0.5 cycles/px); "
            "the shape of the PSF between pixels is uncertain"
        )
    return warnings


def check_structure(answer: Answer) -> list[str]:
    """Refuse a region whose residuals have structure: a second edge, a corner, an object; or warn of it.

    Blocks of 8 × 8 residuals average the noise away; one straight edge cannot explain the rest.

    Raises
    ------
    EdgeError
    """
    pixels, noise = answer.residuals.pixels, answer.noise
    key = pixels.rows // _BLOCK * (pixels.columns.max() // _BLOCK + 1) + pixels.columns // _BLOCK
    count = np.bincount(key)
    full = count >= _BLOCK
    mean = np.bincount(key, weights=answer.residuals.residual)[full] / count[full]
    expected = 0.5 * (noise.low**2 + noise.high**2) * noise.correlated / count[full]
    structure = float(np.sqrt(max((mean**2 - expected).mean(), 0.0))) if full.any() else 0.0
    if structure > 0.04:
        raise EdgeError(
            f"no single edge: {100 * structure:.0f} % of the step is left that one straight edge cannot explain "
            "(a second edge, a corner or an object in the region?); choose a region with one edge only"
        )
    if structure > 0.015:
        return [
            f"{100 * structure:.1f} % of the step is left that one edge cannot explain; the PSF may be off: "
            "look at the region for a second edge or texture"
        ]
    return []
