"""Edges rounded to gray values much coarser than their noise.

Rounding an edge without noise is no white noise: all pixels of a plateau share one error of up to half a gray value,
and thousands of them then outvote the transition. What a rounded pixel says is an interval, its value ± ½. So here a
residual within that half counts next to nothing, and beyond it only the excess counts.
"""

from __future__ import annotations

import numpy as np

_COARSE = 300.0  # gray values in the step; finer rounding does not matter
_STILL = 0.35  # standard deviation of a plateau, in gray values; more of it dithers the rounding away
_INSIDE = 0.01  # share of a residual that counts within the half
_MOST_VALUES = 1000


def lattice(values: np.ndarray) -> float:
    """Distance between the gray values that the pixels are rounded to; 0 where they are not rounded.

    Parameters
    ----------
    values : ndarray, shape (n,)
    """
    if np.array_equal(values, np.round(values)):
        few = np.unique(values)
    else:
        if len(np.unique(values[:4000])) > min(len(values), 4000) // 4:
            return 0.0
        few = np.unique(values)
    if not 2 <= len(few) <= _MOST_VALUES:
        return 1.0 if np.array_equal(values, np.round(values)) else 0.0
    steps = np.diff(few)
    unit = float(steps.min())
    counts = steps / unit
    return unit if np.abs(counts - np.round(counts)).max() < 1e-3 else 0.0


def coarse_rounding(values: np.ndarray, unit: float, v1: float, v2: float) -> float:
    """Half of the rounding in steps, where it is coarser than the noise; else 0.

    Parameters
    ----------
    values : ndarray, shape (n,)
    unit : float
        Distance between gray values; see `lattice`.
    v1, v2 : float
        Levels.
    """
    step = abs(v2 - v1)
    if unit == 0.0 or step > _COARSE * unit:
        return 0.0
    middle = 0.5 * (v1 + v2)
    still = [_still(values[side], unit) for side in (values < middle, values > middle)]
    return 0.5 * unit / step if any(still) else 0.0


def _still(side: np.ndarray, unit: float) -> bool:
    """Whether the plateau among these gray values holds hardly more than one of them."""
    few, count = np.unique(side, return_counts=True)
    if not len(few):
        return False
    offset = (side - few[np.argmax(count)]) / unit
    near = offset[np.abs(offset) < 1.5]
    return float(np.mean(near**2)) < _STILL**2


def excess(residual: np.ndarray, half: float) -> tuple[np.ndarray, np.ndarray]:
    """Residuals as they count, and their derivative by the plain ones.

    Parameters
    ----------
    residual : ndarray
    half : float
        Half of the rounding, in the same unit.
    """
    beyond = np.abs(residual) > half
    outside = np.where(beyond, residual - half * np.sign(residual), 0.0)
    return _INSIDE * residual + (1.0 - _INSIDE) * outside, np.where(beyond, 1.0, _INSIDE)


def least_excess(floor: float) -> float:
    """Mean square of the counted residuals of an exact model, from the variance of plain rounding."""
    return 3.0 * floor * _INSIDE**2  # a plateau may lie a half off


def rounded_covariance(jacobian: np.ndarray, values: np.ndarray, floor: float) -> np.ndarray:
    """Covariance of parameters where rounding is all the noise: the pixels of a plateau share one error.

    Parameters
    ----------
    jacobian : ndarray, shape (parameters, n)
        Derivatives of the model, in steps.
    values : ndarray, shape (n,)
        Gray values.
    floor : float
        Variance of the rounding, in squared steps.
    """
    few, place, count = np.unique(values, return_inverse=True, return_counts=True)
    shared = np.zeros(len(few), dtype=bool)
    middle = 0.5 * (few[0] + few[-1])
    for side in (few < middle, few >= middle):
        shared[np.argmax(np.where(side, count, 0))] = True
    weight = np.where(shared, 1.0 / count, 1.0)[place]
    return (
        np.linalg.pinv((jacobian * weight) @ jacobian.T, hermitian=True) * 3.0 * floor
    )  # an error of up to a half
