"""Sparsity in wavelets: ISTA and FISTA of DeconvolutionLab2.

Landweber steps, each followed by a soft threshold of the wavelet coefficients (Daubechies et al. 2004,
doi:10.1002/cpa.20042; Beck & Teboulle 2009, doi:10.1137/080716542).
"""

from __future__ import annotations

import numpy as np

from ...deconvolve.wavelets import shrink
from .dl2_control import Control
from .dl2_setup import Grid


def shrinkage(
    y,
    h,
    grid: Grid,
    control: Control,
    *,
    step,
    regularization,
    scales,
    wavelet,
    accelerate=False,
    as_shipped=False,
) -> np.ndarray:
    """x ← shrink(F⁻¹[F(s) A + G], γλ/2) from x = F⁻¹ G, A = 1 − γ|H|², G = γ conj(H) Y.

    s = x for ISTA; FISTA (`accelerate`) extrapolates, s = x + (p − 1)/p' (x − x_previous).
    """
    H = grid.forward(h)
    A = 1 - np.float32(step) * (H.real**2 + H.imag**2)
    G = np.float32(step) * H.conj() * grid.forward(y)
    x = previous = control.begin(grid.inverse(G))
    momentum, p = 0.0, 1.0
    while control.running:
        start = x + np.float32(momentum) * (x - previous) if accelerate else x
        previous = x
        z = grid.inverse(grid.forward(start) * A + G)
        x = control.accept(shrink(z, 0.5 * step * regularization, wavelet, scales, as_shipped=as_shipped))
        p_next = 0.5 * (1 + np.sqrt(1 + 4 * p * p))
        momentum, p = (p - 1) / p_next, p_next
    return x
