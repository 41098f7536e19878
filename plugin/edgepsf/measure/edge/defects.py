"""Pixels that must not be fitted: hot and dead ones, and those of a clipped plateau."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter

from ...errors import EdgeError

_CLIPPED_SHARE = 0.15


def lonely(residual, rows, columns) -> np.ndarray:
    """What each pixel's residual differs by from the median of its 3 × 3 neighbourhood.

    What the model misses is smooth over neighbours and drops out; noise, hot and dead pixels do not.

    Parameters
    ----------
    residual : ndarray, 1-D
    rows, columns : ndarray of int
        Pixel positions.
    """
    grid = np.zeros((rows.max() + 1, columns.max() + 1))
    grid[rows, columns] = residual
    return residual - median_filter(grid, size=3, mode="nearest")[rows, columns]


def robust_deviation(differences: np.ndarray) -> float:
    """Robust standard deviation of the single-pixel noise, from `lonely` differences."""
    moved = differences[differences != 0]
    used = moved if moved.size > 20 else differences
    return float(1.4826 * np.median(np.abs(used))) if used.size else 0.0


def clipped(values: np.ndarray, dtype: np.dtype, v1: float, v2: float) -> np.ndarray:
    """Which pixels are clipped: at the end of the number type, or piled up at the extreme of one side.

    A plateau that holds one value only while the other one is noisy has been cut off.
    """
    out = np.zeros(values.shape, dtype=bool)
    low, high = sorted((v1, v2))
    dark, bright = values < low + 0.25 * (high - low), values > high - 0.25 * (high - low)
    if not (dark.any() and bright.any()):
        return out
    if dtype.kind in "ui" and dtype.itemsize <= 2:
        limits = np.iinfo(dtype)
        for end in (limits.min, limits.max):
            at_end = values == end
            if at_end.mean() > 0.002:
                out |= at_end
    ends = [dark & (values == values.min()), bright & (values == values.max())]
    shares = [end.sum() / max(side.sum(), 1) for end, side in zip(ends, (dark, bright), strict=True)]
    # Without noise, and rounded with less noise than a few counts, values pile up by themselves.
    least = 2.0 if np.array_equal(values, np.round(values)) else 1e-4 * (high - low)
    for here, other in ((0, 1), (1, 0)):
        if np.subtract(*np.percentile(values[(dark, bright)[other]], [75, 25])) < least:
            continue
        # Without noise both plateaus hold one value each; only the difference of the two is suspicious.
        if shares[here] > _CLIPPED_SHARE + 5.0 * shares[other]:
            out |= ends[here]
    return out


def check_clipping(mask: np.ndarray, values: np.ndarray, v1: float, v2: float) -> list[str]:
    """Refuse a plateau that is clipped as a whole; else say how many pixels are left out.

    Raises
    ------
    EdgeError
        If more than a tenth of one side's pixels are clipped: its level cannot be known.
    """
    if not mask.any():
        return []
    middle = 0.5 * (v1 + v2)
    for name, side in (("dark", values < middle), ("bright", values > middle)):
        share = mask[side].mean() if side.any() else 0.0
        if share > 0.1:
            raise EdgeError(
                f"the {name} plateau is clipped ({100 * share:.0f} % of its pixels at {values[mask & side][0]:g}): "
                "its true level is lost and the PSF would be too sharp; use an edge that is not over- or underexposed"
            )
    return [f"{int(mask.sum())} clipped pixels were left out"]
