"""The unsharp mask, to compare deconvolution with."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from ..errors import InputError


def unsharp_mask(image, radius: float = 2.0, amount: float = 1.0) -> np.ndarray:
    """Picture + amount · (picture − its Gaussian blur of standard deviation `radius` px), float32."""
    if not (np.isfinite(radius) and radius > 0) or not (np.isfinite(amount) and amount >= 0):
        raise InputError(f"radius must be > 0 and amount ≥ 0, not radius={radius}, amount={amount}")
    image = np.asarray(image, dtype=np.float32)
    return image + np.float32(amount) * (image - gaussian_filter(image, radius, mode="reflect"))


def best_unsharp_mask(image, truth, radii=None, amounts=None) -> tuple[np.ndarray, float, float]:
    """The unsharp mask of lowest squared error against a known truth.

    Parameters
    ----------
    image, truth : array_like, same shape
    radii, amounts : iterable of float, optional
        Values searched; by default 24 radii from 0.5 to 12 px. For each radius the best amount is the
        least-squares solution, unless `amounts` are given.

    Returns
    -------
    image, radius, amount
    """
    image, truth = np.asarray(image, np.float32), np.asarray(truth, np.float32)
    best = (np.inf, 1.0, 0.0)
    for radius in np.geomspace(0.5, 12, 24) if radii is None else radii:
        detail = image - gaussian_filter(image, radius, mode="reflect")
        if amounts is None:
            tries = [max(float((detail * (truth - image)).sum() / max((detail**2).sum(), 1e-30)), 0.0)]
        else:
            tries = amounts
        for amount in tries:
            error = float(((image + amount * detail - truth) ** 2).mean())
            best = min(best, (error, float(radius), float(amount)))
    _, radius, amount = best
    return unsharp_mask(image, radius, amount), radius, amount
