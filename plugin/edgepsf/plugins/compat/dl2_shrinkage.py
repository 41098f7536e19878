"""Sparsity in wavelets: ISTA and FISTA of DeconvolutionLab2.

Landweber steps, each followed by a soft threshold of the wavelet coefficients (Daubechies et al. 2004,
doi:10.1002/cpa.20042; Beck & Teboulle 2009, doi:10.1137/080716542).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...deconvolve.wavelets import shrink
from .dl2_control import Control
from .dl2_setup import Grid


@dataclass(frozen=True)
class Sparsity:
    """Parameters of ISTA and FISTA.

    Attributes
    ----------
    step : float
        γ of the Landweber step.
    regularization : float
        λ; the threshold of the coefficients is γλ/2.
    scales : int
        Levels of the wavelet transform.
    wavelet : str
        One of `edgepsf.deconvolve.wavelets.WAVELETS`.
    accelerate : bool
        FISTA, else ISTA.
    as_shipped : bool
        The threshold as the plugin computes it.
    """

    step: float
    regularization: float
    scales: int
    wavelet: str
    accelerate: bool = False
    as_shipped: bool = False

    def shrink(self, x: np.ndarray) -> np.ndarray:
        """Soft threshold of the wavelet coefficients of x."""
        threshold = 0.5 * self.step * self.regularization
        return shrink(x, threshold, self.wavelet, self.scales, as_shipped=self.as_shipped)


def shrinkage(y: np.ndarray, h: np.ndarray, grid: Grid, control: Control, settings: Sparsity) -> np.ndarray:
    """x ← shrink(F⁻¹[F(s) A + G], γλ/2) from x = F⁻¹ G, A = 1 − γ|H|², G = γ conj(H) Y.

    s = x for ISTA; FISTA extrapolates, s = x + (p − 1)/p' (x − x_previous).

    Parameters
    ----------
    y, h : ndarray of float32, shape of the grid
        Image, and PSF with its centre at index 0.
    grid : Grid
    control : Control
    settings : Sparsity
    """
    H, step = grid.forward(h), settings.step
    A = 1 - np.float32(step) * (H.real**2 + H.imag**2)
    G = np.float32(step) * H.conj() * grid.forward(y)
    x = previous = control.begin(grid.inverse(G))
    momentum, p = 0.0, 1.0
    while control.running:
        start = x + np.float32(momentum) * (x - previous) if settings.accelerate else x
        previous = x
        z = grid.inverse(grid.forward(start) * A + G)
        x = control.accept(settings.shrink(z))
        p_next = 0.5 * (1 + np.sqrt(1 + 4 * p * p))
        momentum, p = (p - 1) / p_next, p_next
    return x
