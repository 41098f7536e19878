"""Whether a region can carry a PSF: contrast against noise, and both plateaus in sight."""

from __future__ import annotations

import numpy as np

from ..errors import EdgeError


def check_contrast(values: np.ndarray, v1: float, v2: float) -> None:
    """Refuse a constant region before anything is fitted."""
    if values.max() == values.min():
        raise EdgeError(f"no edge: the region is constant (every pixel is {values[0]:g})")


def check_plateaus(fit, x: np.ndarray, y: np.ndarray) -> None:
    """Refuse a fit whose step is lost in the noise or whose plateaus lie outside the region.

    A step that is no more than the best split of pure noise explains at most some tens of noise
    variances; a real edge explains n/4 (step/noise)².
    """
    step = abs(fit.v2 - fit.v1)
    d = fit.distance(x, y)
    esf = fit.psf.esf(d)
    explained = step**2 * ((esf - esf.mean()) ** 2).sum() / max(fit.noise**2, 1e-300)
    if explained < 100.0 or step < fit.noise:
        raise EdgeError(
            f"no edge: the step of {step:.3g} does not stand out of the noise of {fit.noise:.3g}; "
            "choose a region that crosses a contrast edge"
        )
    seen = min(1.0 - esf.min(), esf.max())
    if seen < 0.9 or not 1e-3 < np.mean(d > 0) < 1 - 1e-3:
        raise EdgeError(
            f"the edge is too close to the border of the region or too wide for it: only {100 * seen:.0f} % of the "
            "transition is inside; choose a larger region that shows both plateaus"
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
