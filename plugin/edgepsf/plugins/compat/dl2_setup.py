"""The steps of DeconvolutionLab2 before and after every algorithm: padding, windows, the PSF, the FFT.

Order of the plugin: pad the image, apodise it, bring the PSF to its size, normalise the PSF, run, crop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import fft

from ...errors import InputError
from .checks import choice, whole

PADDINGS = {"NO": (), "X2": (2,), "E2": None, "X2X3": (2, 3), "X2X3X5": (2, 3, 5)}


def _hamming(t: np.ndarray) -> np.ndarray:
    return 0.54 - 0.46 * np.cos(2 * np.pi * t)


def _hann(t: np.ndarray) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2 * np.pi * t)


def _cosine(t: np.ndarray) -> np.ndarray:
    return np.sin(np.pi * t)


def _tukey(t: np.ndarray) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(np.pi * np.minimum(np.minimum(t, 1 - t) / 0.25, 1))


def _welch(t: np.ndarray) -> np.ndarray:
    return 1 - (2 * t - 1) ** 2


WINDOWS = {"NO": None, "HAMMING": _hamming, "HANN": _hann, "COS": _cosine, "TUKEY": _tukey, "WELCH": _welch}


class Grid:
    """FFT of one shape, float32 in space and complex64 in frequency, periodic borders.

    `full` keeps the whole spectrum and takes the real part on the way back, for filters that are not
    Hermitian (`laplacian` as shipped).
    """

    def __init__(self, shape: tuple[int, ...], full: bool = False, workers: int | None = None):
        self.shape, self.full, self.workers = tuple(shape), full, workers

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Spectrum of a float32 array."""
        transform = fft.fftn if self.full else fft.rfftn
        return transform(np.asarray(x, np.float32), workers=self.workers)

    def inverse(self, spectrum: np.ndarray) -> np.ndarray:
        """Real array of a spectrum, scaled by 1/n."""
        if self.full:
            return fft.ifftn(spectrum, workers=self.workers).real
        return fft.irfftn(spectrum, s=self.shape, workers=self.workers)

    def laplacian(self) -> np.ndarray:
        """L(k) = Σ over axes of w², w = π min(k, n−k) / (n // 2): 0 … π² an axis.

        On axes of odd length the plugin leaves 0 where one index is n // 2 and another one lies in the
        upper half; `full` does the same.
        """
        rank = len(self.shape)
        index = [
            np.arange(n).reshape([-1 if a == i else 1 for i in range(rank)]) for a, n in enumerate(self.shape)
        ]
        halves = [max(n // 2, 1) for n in self.shape]
        squares = [
            (np.pi * np.minimum(k, n - k) / h) ** 2 for k, n, h in zip(index, self.shape, halves, strict=True)
        ]
        total = np.asarray(sum(squares))
        if self.full:
            odd = [(k == n // 2) & (n % 2 == 1) & (n > 1) for k, n in zip(index, self.shape, strict=True)]
            upper = [k > n // 2 for k, n in zip(index, self.shape, strict=True)]
            hole = np.logical_or.reduce(np.broadcast_arrays(*odd))
            total = np.where(hole & np.logical_or.reduce(np.broadcast_arrays(*upper)), 0, total)
        else:
            total = total[..., : self.shape[-1] // 2 + 1]
        return total.astype(np.float32)


def centred(inner: tuple[int, ...], outer: tuple[int, ...]) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Where a PSF lies on a grid when both have their centre at n // 2, and the part of it that fits."""
    target, source = [], []
    for k, n in zip(inner, outer, strict=True):
        shift = n // 2 - k // 2
        low, high = max(0, shift), min(n, k + shift)
        target.append(slice(low, high))
        source.append(slice(low - shift, high - shift))
    return tuple(target), tuple(source)


def place_psf(psf: np.ndarray, shape: tuple[int, ...], normalize: float | None) -> np.ndarray:
    """PSF on the grid of the image with its centre (index n // 2) at index 0, float32.

    Zeros around it if it is smaller; its central part if it is larger, as the plugin does. The plugin puts an
    odd PSF one pixel off in an even image; here the centre goes to the origin for every parity.

    Raises
    ------
    InputError
        If the part used sums to zero or less.
    """
    out = np.zeros(shape)
    target, source = centred(psf.shape, shape)
    out[target] = psf[source]
    total = out.sum()
    if not total > 0:
        raise InputError(f"the part of the PSF on the image grid sums to {total:g}; it must be positive")
    if normalize is not None:
        out *= normalize / total
    return np.fft.ifftshift(out).astype(np.float32)


def padded_shape(shape: tuple[int, ...], pad: Sequence[Any]) -> tuple[int, ...]:
    """Shape after padding.

    Parameters
    ----------
    shape : tuple of int
    pad : (xy code, z code[, xy extension[, z extension]])
        Codes of `PADDINGS`; the extensions are 0 if they are not given.

    Raises
    ------
    InputError
        If a code or an extension is unusable.
    """
    codes = [choice("padding", code, PADDINGS) for code in pad[:2]]
    extra = [whole("pad extension", e, 0) for e in (*pad[2:], 0, 0)[:2]]
    if len(pad) < 2 or len(pad) > 4:
        raise InputError(
            f"pad takes 2 to 4 values (xy code, z code, xy extension, z extension), not {len(pad)}"
        )
    kinds = [1, 0, 0] if len(shape) == 3 else [0, 0]
    return tuple(_next_size(n + extra[kind], codes[kind]) for n, kind in zip(shape, kinds, strict=True))


def _next_size(n: int, code: str) -> int:
    if code == "E2":
        return 1 << (n - 1).bit_length()
    factors = PADDINGS[code]
    if not factors:
        return n
    if code == "X2":
        return n + n % 2
    while True:
        rest = n
        for factor in factors:
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return n
        n += 1


def window_of(shape: tuple[int, ...], padded: tuple[int, ...]) -> tuple[slice, ...]:
    """Where the image lies in the padded one: offset (P − n) // 2."""
    return tuple(slice((p - n) // 2, (p - n) // 2 + n) for n, p in zip(shape, padded, strict=True))


def apodise(image: np.ndarray, apodize: Sequence[str]) -> np.ndarray:
    """Image times symmetric windows, float32.

    Parameters
    ----------
    image : ndarray, 2-D or 3-D
    apodize : (xy code, z code)
        Names of `WINDOWS`; a z window needs more than one plane.

    Raises
    ------
    InputError
        If a name is unknown, or there are not two.
    """
    if len(apodize) != 2:
        raise InputError(f"apodize takes 2 codes (xy, z), not {len(apodize)}")
    names = [choice("window", code, WINDOWS) for code in apodize]
    out = image.astype(np.float32)
    for axis, n in enumerate(image.shape):
        window = WINDOWS[names[1] if image.ndim == 3 and axis == 0 else names[0]]
        if window is not None and n > 1:
            line = window(np.arange(n) / (n - 1)).astype(np.float32)
            out = out * line.reshape([-1 if a == axis else 1 for a in range(image.ndim)])
    return out
