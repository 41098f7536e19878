"""Orthonormal Haar wavelets of pictures of any size, and soft shrinkage of their coefficients."""

from __future__ import annotations

import numpy as np

_HALF = np.float32(np.sqrt(0.5))
LEVELS = 3


def _split(image: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    even = [slice(None)] * image.ndim
    odd = list(even)
    even[axis], odd[axis] = slice(0, None, 2), slice(1, None, 2)
    a, b = image[tuple(even)], image[tuple(odd)]
    return (a + b) * _HALF, (a - b) * _HALF


def _merge(low: np.ndarray, high: np.ndarray, axis: int) -> np.ndarray:
    shape = list(low.shape)
    shape[axis] *= 2
    out = np.empty(shape, low.dtype)
    even = [slice(None)] * out.ndim
    odd = list(even)
    even[axis], odd[axis] = slice(0, None, 2), slice(1, None, 2)
    out[tuple(even)] = (low + high) * _HALF
    out[tuple(odd)] = (low - high) * _HALF
    return out


def _soft(band: np.ndarray, threshold: np.float32) -> np.ndarray:
    return np.sign(band) * np.maximum(np.abs(band) - threshold, 0)


def _shrink_level(image: np.ndarray, threshold: np.float32, levels: int) -> np.ndarray:
    axes = [a for a in range(image.ndim) if image.shape[a] % 2 == 0 and image.shape[a] >= 2]
    if not levels or not axes:
        return image
    bands = {(): image}
    for axis in axes:
        bands = {(*k, j): part for k, v in bands.items() for j, part in enumerate(_split(v, axis))}
    coarse = (0,) * len(axes)
    bands = {
        k: _shrink_level(v, threshold, levels - 1) if k == coarse else _soft(v, threshold)
        for k, v in bands.items()
    }
    for axis in reversed(axes):
        keys = {k[:-1] for k in bands}
        bands = {k: _merge(bands[(*k, 0)], bands[(*k, 1)], axis) for k in keys}
    return bands[()]


def shrink(image: np.ndarray, threshold: float, rng: np.random.Generator | None = None) -> np.ndarray:
    """Soft shrinkage of the Haar coefficients on three levels; the coarse part is kept.

    Parameters
    ----------
    image : ndarray of float32
        Of any size: it is mirrored to a multiple of 8 (along axes of at least 8 pixels) and cropped back.
    threshold : float
        Gray values.
    rng : Generator, optional
        Shift of the grid, drawn anew at every call; none when not given.
    """
    block = 2**LEVELS
    shift = [0 if rng is None or n < block else int(rng.integers(block)) for n in image.shape]
    pads = [(0, 0) if n < block else (s, -(n + s) % block) for n, s in zip(image.shape, shift, strict=True)]
    padded = np.pad(image, pads, mode="symmetric")
    out = _shrink_level(padded, np.float32(threshold), LEVELS)
    return out[tuple(slice(before, before + n) for (before, _), n in zip(pads, image.shape, strict=True))]
