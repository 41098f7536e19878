"""Variance of white noise from small patches: the weakest of their principal components is noise alone.

The structure of a picture lies in some directions of the space of patches, the noise in all of them alike. Patches with
little structure are chosen, and the smallest eigenvalue of their covariance is taken (Liu, Tanaka & Okutomi 2013,
doi:10.1109/TIP.2013.2283400). This serves where the blur hides little of the scene, so that second differences and the
spectrum show structure everywhere.
"""

from __future__ import annotations

import numpy as np

_SIDE = 5
_FREE = _SIDE**2 - 1  # directions of a patch without its mean
_MOST = 70_000  # patches
_FEWEST = 40 * _FREE
_ROUNDS = 4
_ABOVE = 1 + 3.5 * np.sqrt(2 / _FREE)  # of the noise's variance: that of nearly every patch without structure


def weakest_component(image: np.ndarray, valid: np.ndarray | None = None) -> float | None:
    """Variance of the noise from the smallest eigenvalue of patches of 5 × 5 pixels with little structure.

    Parameters
    ----------
    image : ndarray, 2-D or 3-D
        Patches lie in the planes of the last two axes.
    valid : ndarray of bool, optional
        Patches with a pixel that does not count are left out.

    Returns
    -------
    float, gray values squared, or None where there are fewer than 1000 patches.
    """
    if min(image.shape[-2:]) < _SIDE:
        return None
    patches = _patches(image, valid)
    if len(patches) < _FEWEST:
        return None
    patches = patches.astype(np.float64)
    patches -= patches.mean(1, keepdims=True)
    size = (patches**2).sum(1) / _FREE
    variance = _smallest(patches)
    for _ in range(_ROUNDS):
        chosen = patches[size < _ABOVE * variance]
        if len(chosen) < _FEWEST:
            break
        variance = _smallest(chosen)
    return variance


def _patches(image: np.ndarray, valid: np.ndarray | None) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(image, (_SIDE, _SIDE), axis=(-2, -1))
    step = max(1, int(np.ceil(np.sqrt(np.prod(windows.shape[:-2]) / _MOST))))
    chosen = (..., slice(None, None, step), slice(None, None, step), slice(None), slice(None))
    patches = windows[chosen].reshape(-1, _SIDE**2)
    if valid is None:
        return patches
    whole = np.lib.stride_tricks.sliding_window_view(valid, (_SIDE, _SIDE), axis=(-2, -1))
    return patches[whole[chosen].reshape(-1, _SIDE**2).all(1)]


def _smallest(patches: np.ndarray) -> float:
    """Smallest eigenvalue of the covariance, without the part by which it comes out too low in a sample.

    The eigenvalues of pure noise spread over (1 ± √(d/n))² (Marchenko & Pastur 1967).
    """
    values = np.linalg.eigvalsh(patches.T @ patches / len(patches))
    return float(max(values[1], 0.0)) / (1 - np.sqrt(_FREE / len(patches))) ** 2
