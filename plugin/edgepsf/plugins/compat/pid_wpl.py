"""WPL of Parallel Iterative Deconvolution: the Wiener filter preconditioned Landweber method.

(Dougherty 2005, "Extensions of DAMAS and benefits and limitations of deconvolution in beamforming".)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy import fft

from .pid_operator import Precision, centred_psf, offsets, pad, work_shape

_WIENER_OFF = 1e-4
_Transform: TypeAlias = Callable[[np.ndarray], np.ndarray]


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
    window = tuple(slice(o, o + n) for n, o in zip(b.shape, offsets(b.shape, work), strict=True))
    forward, inverse = _transforms(work, workers)
    B, H = _prepared(b, psf, settings, forward, inverse, work)
    scale = dtype(np.abs(inverse(H)).sum(dtype=np.float64))
    lowpass = _lowpass(work, settings.filter_xy, settings.filter_z).astype(dtype)
    X, before = B, np.inf
    for i in range(settings.iterations):
        spectrum = forward(X) * lowpass
        delta = B - inverse(H * spectrum) / scale
        X = inverse(spectrum) + delta
        kept = X >= 0
        change = 100 * np.sum(np.abs(delta), where=kept, dtype=np.float64)
        X = np.where(kept, X, 0)
        energy = np.sum(X[window], dtype=np.float64)
        if not tick(i + 1) or not energy > 0:
            break
        if before - change / energy < settings.change_thresh_percent:
            break
        before = change / energy
    return np.maximum(inverse(forward(X) * lowpass)[window] / scale, 0)


def _prepared(
    b: np.ndarray,
    psf: np.ndarray,
    settings: WplSettings,
    forward: _Transform,
    inverse: _Transform,
    work: tuple[int, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """Image on the work grid and transfer function, without ringing and Wiener-filtered where asked for."""
    dtype = b.dtype.type
    total, H = dtype(psf.sum()), forward(centred_psf(psf, work))
    B = pad(b, work, settings.boundary)
    if settings.anti_ring:
        share = _outside(b.shape, work).astype(dtype)
        B = (1 - share) * B + share * inverse(H * forward(B)) / total
    if settings.gamma > _WIENER_OFF:
        power = H.real**2 + H.imag**2
        gain = H.conj() / (2 * power + dtype(settings.gamma) * (2 * power.max()))
        B, H = inverse(gain * forward(B)), gain * H
    return (B * total if settings.normalize else B), H


def _transforms(work: tuple[int, ...], workers: int | None) -> tuple[_Transform, _Transform]:
    def forward(x: np.ndarray) -> np.ndarray:
        return fft.rfftn(x, workers=workers)

    def inverse(spectrum: np.ndarray) -> np.ndarray:
        return fft.irfftn(spectrum, s=work, workers=workers)

    return forward, inverse


def _lowpass(work: tuple[int, ...], filter_xy: float, filter_z: float) -> np.ndarray:
    """Π over axes of exp(−(k f / N)²), k = min(i, N − i), on the grid of `rfftn`."""
    out = np.ones([1] * len(work))
    for axis, n in enumerate(work):
        width = filter_z if len(work) == 3 and axis == 0 else filter_xy
        k = np.minimum(np.arange(n), n - np.arange(n))
        k = k[: n // 2 + 1] if axis == len(work) - 1 else k
        weight = np.exp(-((k * (width + 1e-6) / n) ** 2))
        out = out * weight.reshape([-1 if a == axis else 1 for a in range(len(work))])
    return out


def _outside(shape: tuple[int, ...], work: tuple[int, ...]) -> np.ndarray:
    """Distance from the image in units of the margin, the largest over the axes; 0 inside."""
    out = np.zeros([1] * len(work))
    for axis, (n, p, o) in enumerate(zip(shape, work, offsets(shape, work), strict=True)):
        i = np.arange(p) - o
        line = np.where(i < 0, -i, np.maximum(i - n, 0)) / max(o, 1)
        out = np.maximum(out, line.reshape([-1 if a == axis else 1 for a in range(len(work))]))
    return out
