"""Whether a region can carry a PSF: contrast against noise, both plateaus in sight, one straight edge only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import EdgeError
from .answer import Answer
from .candidate import Bic, Candidate
from .pixels import Pixels
from .residuals import Residuals, robust_deviation
from .result import EdgeFit
from .softdisk import check_rim
from .start import Start

_BLOCK = 8  # px
_OBJECT = 0.04  # of the step: the mean residual of a block with an object
_OBJECT_STANDS_OUT = 8.0  # times the usual block
_STRUCTURE = 0.015  # of the step: residuals of blocks beyond the noise
_STRUCTURE_PHOTOGRAPH = 0.025  # the same where the interval holds texture already
_STEEP = 0.06  # change of a plateau over the FWHM, as a share of the step
_STEEP_PHOTOGRAPH = 0.30  # the same for a soft disk, which cannot take a gradient for a part of the blur
_BEYOND = 0.08  # share of the step that a level may lie beyond the gray values
_UNCERTAIN = 0.10  # share of the FWHM
_UNCERTAIN_PHOTOGRAPH = 0.12  # the same where most of it is what no photograph tells
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
    photograph = answer.bic.uneven
    # Structure first: where an object spoils the fit, the levels that it misses are no reason.
    warnings = [
        *check_structure(answer, _STRUCTURE_PHOTOGRAPH if photograph else _STRUCTURE),
        *check_range(fit, answer),
        *check_gradients(fit, _STEEP_PHOTOGRAPH if photograph else _STEEP),
        *check_plateaus(fit, answer.residuals.pixels),
    ]
    warnings += [
        *check_rim(answer.candidate),
        *check_width(fit, _UNCERTAIN_PHOTOGRAPH if photograph else _UNCERTAIN),
    ]
    if not answer.candidate.solution.converged:
        warnings.append("the fit did not settle fully; its numbers are less certain than stated")
    return warnings


def check_width(fit: EdgeFit, uncertain: float = _UNCERTAIN) -> list[str]:
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
    if high - fwhm > uncertain * fwhm:
        return [
            f"the edge does not tell the width well: FWHM {fwhm:.3g} px, 95 % interval {max(low, 0.0):.3g} to "
            f"{high:.3g} px; choose a longer or cleaner edge, or a model"
        ]
    return []


def check_range(fit: EdgeFit, answer: Answer) -> list[str]:
    """Refuse levels far beyond the gray values of the region, which are no plateaus that were seen; or warn of them.

    Raises
    ------
    EdgeError
    """
    values, step = answer.residuals.pixels.values, abs(fit.v2 - fit.v1)
    low, high = np.percentile(values, [0.5, 99.5])
    beyond = max(low - min(fit.v1, fit.v2), max(fit.v1, fit.v2) - high) / step
    if beyond < _BEYOND:
        return []
    told = (
        f"the fitted levels {fit.v1:.4g} and {fit.v2:.4g} lie beyond the gray values of the region "
        f"({low:.4g} to {high:.4g})"
    )
    if beyond > 3.0 * _BEYOND:
        raise EdgeError(f"{told}: a plateau is not in it; choose a larger region that shows both plateaus")
    return [f"{told}; levels and width are uncertain: choose a larger region"]


def check_given(levels: tuple[float, float] | None, values: np.ndarray) -> None:
    """Refuse levels that the caller gives and no fit can mend: far beyond the gray values of the region.

    Parameters
    ----------
    levels : (v1, v2) or None
    values : ndarray, shape (n,)
        Gray values of the region.

    Raises
    ------
    EdgeError
    """
    if levels is None:
        return
    low, high = np.percentile(values, [0.5, 99.5])
    least, most = sorted(levels)
    # Halves: the difference of two levels may be no number.
    beyond = max(0.5 * low - 0.5 * least, 0.5 * most - 0.5 * high)
    if beyond > 3.0 * _BEYOND * (0.5 * most - 0.5 * least):
        raise EdgeError(
            f"the given levels {levels[0]:.4g} and {levels[1]:.4g} lie far beyond the gray values of the region "
            f"({low:.4g} to {high:.4g}): give the levels of its two plateaus, or none"
        )


def check_gradients(fit: EdgeFit, steep: float = _STEEP) -> list[str]:
    """Warn of a plateau that changes so fast beside the edge that the fit can take it for a part of the blur."""
    step, warnings = abs(fit.v2 - fit.v1), []
    for name, across in (("v1", fit.gradients[0]), ("v2", fit.gradients[2])):
        change = abs(across) * fit.psf.fwhm / step
        if change > steep:
            side = "dark" if (name == "v1") == (fit.v1 < fit.v2) else "bright"
            warnings.append(
                f"the {side} plateau is not flat: it changes by {100 * change:.0f} % of the step over the width of "
                "the edge; the width is uncertain: choose a region with plain plateaus and no second edge close to it"
            )
    return warnings


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


@dataclass(frozen=True)
class Blocks:
    """Means of the residuals over blocks of 8 × 8 pixels; one straight edge cannot explain what noise does not.

    Attributes
    ----------
    mean : ndarray, shape (blocks,)
        Mean residual of each block, in steps.
    expected : ndarray, shape (blocks,)
        Its variance by the noise.
    place : ndarray, shape (blocks, 2)
        Centre (x, y), whole-image pixels.
    """

    mean: np.ndarray
    expected: np.ndarray
    place: np.ndarray

    @classmethod
    def of(cls, answer: Answer) -> Blocks:
        """The blocks that are full enough."""
        pixels, noise = answer.residuals.pixels, answer.noise
        key = pixels.rows // _BLOCK * (pixels.columns.max() // _BLOCK + 1) + pixels.columns // _BLOCK
        count = np.bincount(key)
        full = count >= _BLOCK
        weights = (answer.residuals.residual, pixels.columns, pixels.rows)
        mean, x, y = (np.bincount(key, weights=w)[full] / count[full] for w in weights)
        expected = 0.5 * (noise.low**2 + noise.high**2) * noise.correlated / count[full]
        return cls(mean, expected, np.stack([x, y], axis=1) + pixels.region.origin)

    @property
    def structure(self) -> float:
        """Standard deviation of the means beyond the noise, in steps."""
        return float(np.sqrt(max((self.mean**2 - self.expected).mean(), 0.0))) if len(self.mean) else 0.0

    @property
    def object(self) -> str:
        """Where a block stands out of the others by far, as a part of a sentence; empty where none does."""
        if len(self.mean) < 9:
            return ""
        size = np.abs(self.mean)
        worst = int(np.argmax(size))
        usual = max(float(np.median(size)), float(np.sqrt(self.expected[worst])))
        if size[worst] < max(_OBJECT, _OBJECT_STANDS_OUT * usual):
            return ""
        x, y = self.place[worst]
        return f"something lies on or near the edge around x = {x:.0f}, y = {y:.0f} (dust, a scratch, an object?)"


def check_structure(answer: Answer, limit: float = _STRUCTURE) -> list[str]:
    """Refuse a region whose residuals have structure: a second edge, a corner, an object; or warn of it.

    Raises
    ------
    EdgeError
    """
    blocks = Blocks.of(answer)
    structure, seen = blocks.structure, blocks.object
    if structure > 0.04:
        reason = seen or "a second edge, a corner or an object in the region?"
        raise EdgeError(
            f"no single edge: {100 * structure:.0f} % of the step is left that one straight edge cannot explain "
            f"({reason}); choose a region with one edge only"
        )
    if seen:
        return [f"{seen}; the PSF may be off: choose a region without it"]
    if structure > limit:
        return [
            f"{100 * structure:.1f} % of the step is left that one edge cannot explain; the PSF may be off: "
            "look at the region for a second edge or texture"
        ]
    return []
