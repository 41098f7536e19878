"""Whether a region can carry a PSF: contrast against noise, both plateaus in sight, one straight edge only."""

from __future__ import annotations

import numpy as np

from ...errors import EdgeError
from .noise import Noise
from .result import EdgeFit
from .scene import V1, V2, Candidate

_BLOCK = 8  # px
_SHARPEST = 0.4  # px, FWHM; the pixel box alone gives about 0.7


def check_contrast(
    candidate: Candidate, esf, values, pixel_noise: float, step: float, inflation: float = 1.0
) -> None:
    """Refuse a step that is lost in the noise.

    The best split of pure noise explains some tens of noise variances; a real edge explains
    n/4 (step/noise)².

    Parameters
    ----------
    candidate : Candidate
    esf, values : ndarray
        ESF and gray value (in units of the step) at every pixel.
    pixel_noise : float
        Robust noise of single pixels against their neighbours, in units of the step.
    step : float
        Gray values of one unit of the candidate.
    inflation : float
        Number of correlated pixels that count for one.

    Raises
    ------
    EdgeError
    """
    variance = candidate.cost / candidate.count
    contrast = abs(candidate.parameters[V2] - candidate.parameters[V1])
    explained = contrast**2 * ((esf - esf.mean()) ** 2).sum() / max(variance * inflation, 1e-24)
    if explained < 100.0 or contrast**2 < variance:
        spread = np.subtract(*np.percentile(values, [98, 2]))
        if spread > 8.0 * pixel_noise:
            raise EdgeError(
                f"no single edge: gray values differ by {spread * abs(step):.3g}, far more than the noise of "
                f"{pixel_noise * abs(step):.3g}, but no straight line parts dark from bright (two edges, a bar or an "
                "object in the region?); choose a region with one edge only"
            )
        raise EdgeError(
            f"no edge: the step of {contrast * abs(step):.3g} does not stand out of the noise of "
            f"{np.sqrt(variance) * abs(step):.3g}; choose a region that crosses a contrast edge"
        )


def check_plateaus(fit: EdgeFit, x: np.ndarray, y: np.ndarray) -> None:
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
    d = fit.distance(x, y)
    esf = fit.psf.esf(d)
    seen = min(1.0 - esf.min(), esf.max())
    if seen < 0.9 or not 1e-3 < np.mean(d > 0) < 1 - 1e-3:
        raise EdgeError(
            f"the edge is too close to the border of the region or too wide for it: only {100 * seen:.0f} % of "
            "the transition is inside; choose a larger region that shows both plateaus"
        )
    if seen < 0.98:
        fit.warnings.append(
            f"only {100 * seen:.0f} % of the transition is inside the region; levels and width are uncertain"
        )
    if fit.psf.mtf(0.5) > 0.3:
        fit.warnings.append(
            f"the blur is near the sampling limit (MTF {float(fit.psf.mtf(0.5)):.2f} at 0.5 cycles/px); "
            "the shape of the PSF between pixels is uncertain"
        )


def check_structure(fit: EdgeFit, residual: np.ndarray, rows, columns, noise: Noise) -> None:
    """Refuse a region whose residuals have structure: a second edge, a corner, an object.

    Blocks of 8 × 8 residuals average the noise away; what is left is what one straight edge cannot explain.

    Parameters
    ----------
    residual : ndarray, 1-D
        In units of the step.

    Raises
    ------
    EdgeError
    """
    key = rows // _BLOCK * (columns.max() // _BLOCK + 1) + columns // _BLOCK
    count = np.bincount(key)
    full = count >= _BLOCK
    mean = np.bincount(key, weights=residual)[full] / count[full]
    expected = 0.5 * (noise.low**2 + noise.high**2) * noise.inflation / count[full]
    structure = float(np.sqrt(max((mean**2 - expected).mean(), 0.0))) if full.any() else 0.0
    if structure > 0.04:
        raise EdgeError(
            f"no single edge: {100 * structure:.0f} % of the step is left that one straight edge cannot explain "
            "(a second edge, a corner or an object in the region?); choose a region with one edge only"
        )
    if structure > 0.015:
        fit.warnings.append(
            f"{100 * structure:.1f} % of the step is left that one edge cannot explain; the PSF may be off: "
            "look at the region for a second edge or texture"
        )
