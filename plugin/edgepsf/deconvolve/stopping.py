"""When to stop Richardson–Lucy: the photons of the picture are dealt into two independent pictures.

One of them is restored. As long as its model predicts the other one better with every iteration, the iteration adds
scene; afterwards it adds noise (Poisson thinning: a photon count that is dealt at random gives two independent Poisson
counts).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .noise import Noise, estimate_noise
from .operator import Blur
from .parallel import blockwise
from .richardson_lucy import RichardsonLucy

_PATIENCE = 5
# Half the light wants fewer iterations than all of it: by this factor in the median of scenes of many kinds.
_MORE = 1.3


def thin(data: np.ndarray, noise: Noise, share: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two independent pictures with the given share of the light and the rest.

    Parameters
    ----------
    data : ndarray
        Non-negative.
    noise : Noise
        Where photon noise is the smaller part, and where noise is correlated, Gaussian noise of the picture's own
        size and spectrum is added to one part and taken from the other, which makes them independent.
    share : float
        Of the first picture, 0 to 1.

    Returns
    -------
    first, second : ndarray of the same type
        Expectations are share · data and (1 − share) · data; either may be negative where read noise is large.
    """
    rng = np.random.default_rng(seed)
    mean = float(data.mean(dtype=np.float64))
    if noise.white and noise.gain > 0 and noise.gain * mean >= noise.read**2:
        # Read noise counts as the variance of a constant light (Snyder et al. 1995, doi:10.1364/JOSAA.12.000272).
        extra = noise.read**2 / noise.gain
        photons = np.rint((data + extra) / noise.gain).astype(np.int64)
        first = rng.binomial(np.maximum(photons, 0), share) * noise.gain - share * extra
        second = (data + extra) - (first + share * extra) - (1 - share) * extra
        return first.astype(data.dtype), second.astype(data.dtype)
    spread = np.float32(np.sqrt(share * (1 - share))) * noise.draw(data, rng)
    return np.float32(share) * data + spread, np.float32(1 - share) * data - spread


def best_iteration(
    data: np.ndarray,
    blur: Blur,
    limit: int,
    valid: np.ndarray | None = None,
    background: float = 0.0,
    *,
    report: Callable[[int], Any] | None = None,
    share: float = 0.5,
    **options: Any,
) -> int:
    """Number of Richardson–Lucy iterations after which the prediction of unseen photons stops improving.

    Parameters
    ----------
    data, blur, valid, background, **options
        As for `RichardsonLucy`.
    limit : int
        Most iterations.
    report : callable, optional
        report(i) after each iteration; False stops the search.
    share : float
        Part of the light that is restored; the rest is predicted.

    Returns
    -------
    int
    """
    first, second = thin(data, estimate_noise(data, valid, blur=blur), share)
    raised = max(0.0, -float(first.min()))
    if valid is not None:
        first[~valid] = second[~valid] = 0
    lift = raised / share
    first = np.maximum(first + np.float32(raised), 0)
    if valid is not None:
        first[~valid] = 0
    solver = RichardsonLucy(first, blur, valid, share * (background + lift), **options)
    rest = np.float32((1 - share) / share)
    best, at = np.inf, 0
    for i in range(limit + 1):
        score = _misprediction(solver, second, rest, background + lift, lift, share, valid)
        if score < best * (1 - 1e-7) if best > 0 else score < best:
            best, at = score, i
        if i - at >= _PATIENCE or i == limit:
            break
        solver.step()
        if report is not None and report(i + 1) is False:
            break
    return min(max(1, round(1 + _MORE * (at - 1))), limit)


def _misprediction(
    solver: RichardsonLucy,
    second: np.ndarray,
    rest: np.float32,
    background: float,
    lift: float,
    share: float,
    valid: np.ndarray | None,
) -> float:
    """Negative Poisson log-likelihood of the second picture under the model of the first."""
    blur = solver.blur
    model = blur.forward(solver.scene)
    level = np.float32(share * background)
    raise_by = np.float32((1 - share) * lift)

    def term(model: np.ndarray, second: np.ndarray, valid: np.ndarray | None) -> float:
        model += level
        model *= rest
        np.maximum(model, solver.floor, out=model)
        value = model - (second + raise_by) * np.log(model)
        return float(value.sum(dtype=np.float64) if valid is None else value[valid].sum(dtype=np.float64))

    return blockwise(term, model, second, valid, workers=blur.workers)
