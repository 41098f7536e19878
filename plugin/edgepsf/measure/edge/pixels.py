"""The pixels of an edge, thinned without loss: single near the edge, averaged in blocks far from it.

Far from the edge the picture is nearly linear in position, so a block's mean at its centre of mass carries
what its pixels do; the scatter within blocks is kept for the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_FAR_BLOCKS = 2000


@dataclass(frozen=True)
class Samples:
    """Positions, values and weights (numbers of pixels), and the squared scatter within blocks.

    Attributes
    ----------
    x, y, values, weight : ndarray, 1-D
    count : int
        Number of pixels that stand behind them.
    scatter : float
        Sum of squared deviations from the block means.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    weight: np.ndarray
    count: int
    scatter: float = 0.0


def thin(x, y, values, d, near: float) -> Samples:
    """Keep pixels with |d| ≤ near, average the others in square blocks on one side of the edge each.

    Parameters
    ----------
    x, y, values, d : ndarray, 1-D
        Positions, gray values and rough distances to the edge (px).
    near : float
        Half-width of the band in which every pixel counts by itself.
    """
    far = np.abs(d) > near
    n_far = int(far.sum())
    size = int(np.ceil(np.sqrt(n_far / _FAR_BLOCKS)))
    if size < 2:
        return Samples(x, y, values, np.ones(len(x)), len(x))
    bx = np.floor((x[far] - x.min()) / size).astype(np.int64)
    by = np.floor((y[far] - y.min()) / size).astype(np.int64)
    key = (by * (bx.max() + 1) + bx) * 2 + (d[far] > 0)
    _, block = np.unique(key, return_inverse=True)
    count = np.bincount(block).astype(np.float64)
    mx, my, mv = (np.bincount(block, weights=v[far]) / count for v in (x, y, values))
    scatter = float(((values[far] - mv[block]) ** 2).sum())
    return Samples(
        np.concatenate([x[~far], mx]),
        np.concatenate([y[~far], my]),
        np.concatenate([values[~far], mv]),
        np.concatenate([np.ones(len(x) - n_far), count]),
        len(x),
        scatter,
    )
