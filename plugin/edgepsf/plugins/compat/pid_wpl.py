"""WPL of Parallel Iterative Deconvolution: the Wiener filter preconditioned Landweber method.

(Dougherty 2005, "Extensions of DAMAS and benefits and limitations of deconvolution in beamforming".)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .landweber import Grid, calm_margin, wiener
from .pid_operator import Precision, centred_psf, pad, work_shape


@dataclass(frozen=True)
class WplSettings:
    """Options of WPL.

    Attributes
    ----------
    boundary : {"REFLEXIVE", "PERIODIC", "ZERO"}
    resizing : {"AUTO", "MINIMAL", "NEXT_POWER_OF_TWO"}
    iterations : int
    gamma : float
        Above 1e-4 image and PSF are Wiener-filtered first.
    filter_xy, filter_z : float
        Width of the Gaussian low-pass.
    normalize : bool
        Divide the PSF by its sum.
    anti_ring : bool
        Blend the margin with its blurred self.
    change_thresh_percent : float
        Stop when the change in per cent falls by less.
    """

    boundary: str
    resizing: str
    iterations: int
    gamma: float
    filter_xy: float
    filter_z: float
    normalize: bool
    anti_ring: bool
    change_thresh_percent: float


def wpl(
    b: np.ndarray,
    psf: np.ndarray,
    settings: WplSettings,
    *,
    dtype: Precision,
    tick: Callable[[int], bool],
    workers: int | None = None,
) -> np.ndarray:
    """X ← max(G X + B − (h ⊛ G X) / Σ|h|, 0) from X = B, G a Gaussian low-pass; the result is G X / Σ|h|.

    The PSF counts with its own sum unless it is normalized. Stops when the change in per cent falls by less than
    the threshold, when no light is left, or when `tick(i)` returns False.
    """
    b, psf = b.astype(dtype), psf.astype(dtype)
    work = tuple(max(4, n) for n in work_shape(b.shape, psf.shape, settings.resizing, per_axis=True))
    grid = Grid(b.shape, work, workers)
    B, H = _prepared(b, psf, settings, grid)
    scale = dtype(np.abs(grid.inverse(H)).sum(dtype=np.float64))
    lowpass = grid.lowpass(settings.filter_xy, settings.filter_z).astype(dtype)
    X, before = B, np.inf
    for i in range(settings.iterations):
        spectrum = grid.forward(X) * lowpass
        delta = B - grid.inverse(H * spectrum) / scale
        X = grid.inverse(spectrum) + delta
        kept = X >= 0
        change = 100 * np.sum(np.abs(delta), where=kept, dtype=np.float64)
        X = np.where(kept, X, 0)
        energy = np.sum(X[grid.window], dtype=np.float64)
        if not tick(i + 1) or not energy > 0:
            break
        if before - change / energy < settings.change_thresh_percent:
            break
        before = change / energy
    return np.maximum(grid.inverse(grid.forward(X) * lowpass)[grid.window] / scale, 0)


def _prepared(
    b: np.ndarray, psf: np.ndarray, settings: WplSettings, grid: Grid
) -> tuple[np.ndarray, np.ndarray]:
    """Image on the work grid and transfer function, without ringing and Wiener-filtered where asked for."""
    total, H = b.dtype.type(psf.sum()), grid.forward(centred_psf(psf, grid.work))
    B = pad(b, grid.work, settings.boundary)
    if settings.anti_ring:
        B = calm_margin(grid, B, H, total)
    B, H = wiener(grid, B, H, settings.gamma)
    return (B * total if settings.normalize else B), H
