"""Steps that DAMAS3 and the WPL made from it share: grid, low-pass, calm margin, Wiener filter.

(R. P. Dougherty 2005, "Extensions of DAMAS and benefits and limitations of deconvolution in beamforming", AIAA Paper
2005-2961.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

from .pid_operator import offsets

WIENER_OFF = 1e-4  # a gamma up to this leaves the Wiener filter out


@dataclass(frozen=True)
class Grid:
    """The work grid of a picture.

    Attributes
    ----------
    shape : tuple of int
        Shape of the picture.
    work : tuple of int
        Shape of the grid.
    workers : int, optional
        Threads of the FFT.
    """

    shape: tuple[int, ...]
    work: tuple[int, ...]
    workers: int | None = None

    @property
    def window(self) -> tuple[slice, ...]:
        """Where the picture lies in the grid."""
        starts = offsets(self.shape, self.work)
        return tuple(slice(o, o + n) for n, o in zip(self.shape, starts, strict=True))

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Half spectrum of an array of the grid's shape."""
        return fft.rfftn(x, workers=self.workers)

    def inverse(self, spectrum: np.ndarray) -> np.ndarray:
        """The array of a half spectrum."""
        return fft.irfftn(spectrum, s=self.work, workers=self.workers)

    def lowpass(self, filter_xy: float, filter_z: float) -> np.ndarray:
        """Π over axes of exp(−(k f / N)²), k = min(i, N − i), on the grid of `rfftn`."""
        out = np.ones([1] * len(self.work))
        for axis, n in enumerate(self.work):
            width = filter_z if len(self.work) == 3 and axis == 0 else filter_xy
            k = np.minimum(np.arange(n), n - np.arange(n))
            k = k[: n // 2 + 1] if axis == len(self.work) - 1 else k
            weight = np.exp(-((k * (width + 1e-6) / n) ** 2))
            out = out * weight.reshape([-1 if a == axis else 1 for a in range(len(self.work))])
        return out

    def outside(self) -> np.ndarray:
        """Distance from the picture in units of the margin, the largest over the axes; 0 inside."""
        out = np.zeros([1] * len(self.work))
        starts = offsets(self.shape, self.work)
        for axis, (n, p, o) in enumerate(zip(self.shape, self.work, starts, strict=True)):
            i = np.arange(p) - o
            line = np.where(i < 0, -i, np.maximum(i - n, 0)) / max(o, 1)
            out = np.maximum(out, line.reshape([-1 if a == axis else 1 for a in range(len(self.work))]))
        return out


def calm_margin(grid: Grid, B: np.ndarray, H: np.ndarray, total: float) -> np.ndarray:
    """The anti-ringing step: the margin fades into the blurred picture; `total` is the sum of the PSF."""
    dtype = B.dtype.type
    share = grid.outside().astype(dtype)
    return (1 - share) * B + share * grid.inverse(H * grid.forward(B)) / dtype(total)


def wiener(grid: Grid, B: np.ndarray, H: np.ndarray, gamma: float) -> tuple[np.ndarray, np.ndarray]:
    """Picture and transfer function times conj(H) / (2|H|² + γ max 2|H|²); untouched up to γ = `WIENER_OFF`."""
    if not gamma > WIENER_OFF:
        return B, H
    power = H.real**2 + H.imag**2
    gain = H.conj() / (2 * power + B.dtype.type(gamma) * (2 * power.max()))
    return grid.inverse(gain * grid.forward(B)), gain * H
