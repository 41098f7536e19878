"""Iterative algorithms of DeconvolutionLab2, periodic borders, start at the image.

Where the plugin applies a constraint to a copy only (NNLS, BVLS, ICTM) it is applied to the iterate here;
`as_shipped` clips the result alone, as the plugin does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .dl2_control import Control
from .dl2_setup import Grid

_LEAST_DENOMINATOR = 0.1


def richardson_lucy(
    y: np.ndarray, h: np.ndarray, grid: Grid, control: Control, *, epsilon: float, tv: float = 0.0
) -> np.ndarray:
    """x ← v · x · Hᵀ(y / Hx), the ratio 0 where Hx < ε; v = 1, or the total-variation factor with `tv` > 0."""
    H = grid.forward(h)
    x = control.begin(y)
    while control.running:
        blurred = grid.inverse(H * grid.forward(x))
        seen = blurred >= epsilon
        ratio = np.where(seen, y / np.where(seen, blurred, 1), 0)
        update = x * grid.inverse(H.conj() * grid.forward(ratio))
        if tv > 0:
            update *= total_variation_factor(x, tv, epsilon)
        x = control.accept(update)
    return x


def total_variation_factor(x: np.ndarray, weight: float, epsilon: float) -> np.ndarray:
    """1 / (1 − λ div(∇x / |∇x|)) (Dey et al. 2006, doi:10.1002/jemt.20294, eq. 11).

    Forward differences, zero across the last pixel of an axis, and their adjoint, so that the flux of the
    gradient through the border is zero. The plugin takes forward differences twice, with the other sign, and
    reads stale buffers at the border. |div| ≤ 2 per axis; should 1 − λ div fall below 0.1, 0.1 is used.
    """
    gradient = [np.diff(x, axis=axis, append=np.take(x, [-1], axis)) for axis in range(x.ndim)]
    length = np.sqrt(sum(g**2 for g in gradient))
    scale = np.where(length >= epsilon, 1 / np.maximum(length, epsilon), 0)
    divergence = sum(np.diff(g * scale, axis=axis, prepend=0) for axis, g in enumerate(gradient))
    return (1 / np.maximum(1 - weight * divergence, _LEAST_DENOMINATOR)).astype(np.float32)


def landweber(
    y: np.ndarray,
    h: np.ndarray,
    grid: Grid,
    control: Control,
    *,
    step: float,
    regularization: float = 0.0,
    bounds: tuple[Any, Any] | None = None,
    as_shipped: bool = False,
) -> np.ndarray:
    """X ← X A + G from X = G, with A = 1 − γ(|H|² + λ L²) and G = γ conj(H) Y.

    Landweber (LW), with λ Tikhonov–Miller (TM). With `bounds` = (low, high) every iterate is projected onto
    them: NNLS (0, None), BVLS (the range of the image), ICTM (0, None).
    """
    H = grid.forward(h)
    A = 1 - np.float32(step) * (H.real**2 + H.imag**2)
    if regularization:
        A -= np.float32(step * regularization) * grid.laplacian() ** 2
    G = np.float32(step) * H.conj() * grid.forward(y)
    if bounds is None or as_shipped:
        return _linear(G, A, grid, control, bounds or (None, None))
    x = control.begin(np.clip(grid.inverse(G), *bounds))
    while control.running:
        x = control.accept(np.clip(grid.inverse(grid.forward(x) * A + G), *bounds))
    return x


def van_cittert(y: np.ndarray, h: np.ndarray, grid: Grid, control: Control, *, step: float) -> np.ndarray:
    """X ← X A + G from X = G, with A = 1 − γ H and G = γ Y."""
    return _linear(np.float32(step) * grid.forward(y), 1 - np.float32(step) * grid.forward(h), grid, control)


def _linear(
    G: np.ndarray, A: np.ndarray, grid: Grid, control: Control, bounds: tuple[Any, Any] = (None, None)
) -> np.ndarray:
    """N updates without leaving the frequency domain; a constraint meets only what is shown, as in the plugin."""

    def seen(X: np.ndarray) -> np.ndarray:
        """The image of a spectrum, as it is shown."""
        x = grid.inverse(X)
        return x if bounds == (None, None) else np.clip(x, *bounds)

    X = G.copy()
    if control.residual is not None:
        control.begin(seen(X))
    while control.running:
        wanted = control.wants_next
        X = X * A + G
        control.accept(seen(X) if wanted else np.zeros(1, np.float32))
    return control.constrain(seen(X))
