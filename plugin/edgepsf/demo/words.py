"""Numbers that the demo prints, and their words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..measure.edge.result import EdgeFit
from ..pictures import quality
from ..psf import PointSpread


def psnr(image: np.ndarray, truth: np.ndarray) -> float:
    """Peak signal-to-noise ratio (dB) for a full scale of 1, linear light."""
    return quality.psnr(np.clip(image, 0, 1), truth, peak=1.0)


def psf_distance(psf: PointSpread, truth: PointSpread) -> float:
    """L1 distance ∫ |P − P_true| 2πr dr, between 0 and 2."""
    r = np.linspace(0.0, max(psf.model.reach, truth.model.reach), 8001)
    return float(np.trapezoid(np.abs(psf.radial(r) - truth.radial(r)) * 2 * np.pi * r, r))


def described(fit: EdgeFit) -> str:
    """Model and FWHM with its interval."""
    low, high = fit.interval("fwhm")
    return f"{fit.model}, FWHM {fit.psf.fwhm:.3f} px (95 % {low:.3f} to {high:.3f})"


def print_table(rows: Sequence[tuple[str, np.ndarray]], truth: np.ndarray) -> None:
    """Print the PSNR of pictures and their gain over the first one."""
    first = psnr(rows[0][1], truth)
    print(f"   {'':<52}{'PSNR dB':>8}{'gain':>8}")
    for name, image in rows:
        value = psnr(image, truth)
        print(f"   {name:<52}{value:>8.2f}{value - first:>+8.2f}")
