"""Samples of an edge: single pixels near it, and averages over blocks far from it, without loss.

Far from the edge the picture is nearly linear in position. The mean of a block at its centre of mass therefore
carries as much as the pixels of the block do. The scatter within the blocks is kept for the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_FAR_BLOCKS = 2000


@dataclass(frozen=True)
class Samples:
    """Positions, values and weights of samples.

    Attributes
    ----------
    x, y : ndarray, shape (n,)
        Positions relative to the centre of the pixels, px.
    values : ndarray, shape (n,)
    weight : ndarray, shape (n,)
        Number of pixels behind each sample.
    count : int
        Number of pixels behind all of them.
    scatter : float
        Sum of squared deviations of the pixels from the means of their blocks.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    weight: np.ndarray
    count: int
    scatter: float = 0.0

    @property
    def root(self) -> np.ndarray:
        """Square root of the weights, computed at each call."""
        return np.sqrt(self.weight)

    @property
    def uneven(self) -> bool:
        """Whether any sample stands for several pixels."""
        return bool((self.weight != 1.0).any())

    def every(self, n: int) -> Samples:
        """Each n-th sample only; the pixels are those behind them, without their scatter."""
        part = slice(None, None, n)
        weight = self.weight[part]
        return Samples(self.x[part], self.y[part], self.values[part], weight, int(weight.sum()))


def single(x: np.ndarray, y: np.ndarray, values: np.ndarray) -> Samples:
    """Every pixel as a sample; arguments of shape (n,)."""
    return Samples(x, y, values, np.ones(len(x)), len(x))


def thin(x: np.ndarray, y: np.ndarray, values: np.ndarray, d: np.ndarray, near: float) -> Samples:
    """Keep pixels with |d| ≤ near; average the others in square blocks, each on one side of the edge.

    Parameters
    ----------
    x, y, values, d : ndarray, shape (n,)
        Positions (px), values and rough distances to the edge (px).
    near : float
        Half-width (px) of the band in which every pixel counts by itself.
    """
    far = np.abs(d) > near
    n_far = int(far.sum())
    size = int(np.ceil(np.sqrt(n_far / _FAR_BLOCKS)))
    if size < 2:
        return single(x, y, values)
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
