"""Plateau levels of an edge, estimated robustly by position.

An error of 1 % of the step in both levels changes the slope p by 4–5 %, so the levels are read far
from the edge: pixels are split at the middle gray value, the two halves' centres of mass give the
direction, the share of dark pixels the position, and each level is the median of the half of its
side's pixels that lies farthest from that line.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...errors import EdgeError


def coarse_line(values: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    """Direction and position of a step, from the centres of mass of its two halves.

    Parameters
    ----------
    values, x, y : ndarray, shape (n,)
        Gray values and coordinates (px) of the pixels, finite.

    Returns
    -------
    nx, ny : float
        Unit normal towards the darker side.
    t : float
        Offset, px: the line is nx x + ny y = t.
    middle : float
        Gray value that splits the halves.

    Raises
    ------
    EdgeError
        If all pixels have one value or the halves share a centre.
    """
    low, high = np.percentile(values, [2, 98])
    if not high > low:
        low, high = values.min(), values.max()
    if not high > low:
        raise EdgeError(
            f"no edge: the region is constant (every pixel is {values[0]:g}); "
            "choose a region that crosses a contrast edge"
        )
    middle = 0.5 * (low + high)
    dark = values < middle
    nx = x[dark].mean() - x[~dark].mean()
    ny = y[dark].mean() - y[~dark].mean()
    norm = np.hypot(nx, ny)
    if norm < 1e-9:
        raise EdgeError(
            "no edge: dark and bright pixels have no sides; choose a region with one straight edge"
        )
    nx, ny = nx / norm, ny / norm
    t = np.quantile(nx * x + ny * y, 1.0 - dark.mean())
    return nx, ny, float(t), float(middle)


def estimate_levels(image: npt.ArrayLike, mask: npt.ArrayLike | None = None) -> tuple[float, float]:
    """Plateau levels (v1, v2) of the one edge in an image; v1 is the darker side.

    Parameters
    ----------
    image : array_like, shape (ny, nx)
        Gray values in linear light; NaN and infinite pixels are left out.
    mask : array_like of bool, shape (ny, nx), optional
        Pixels to use.

    Returns
    -------
    v1, v2 : float
        Darker and brighter level.

    Raises
    ------
    EdgeError
        If there are fewer than 8 usable pixels, or they have no edge.
    """
    image = np.asarray(image, dtype=np.float64)
    use = np.isfinite(image) if mask is None else np.isfinite(image) & np.asarray(mask, dtype=bool)
    if use.sum() < 8:
        raise EdgeError(f"no edge: the region has {use.sum()} usable pixels; at least 8 are needed")
    y, x = np.nonzero(use)
    values = image[use]
    nx, ny, t, _ = coarse_line(values, x, y)
    distance = nx * x + ny * y - t
    return _far_median(values, distance), _far_median(values, -distance)


def _far_median(values: np.ndarray, distance: np.ndarray) -> float:
    """Median of the values in the farther half of the pixels with distance > 0."""
    side = distance > 0
    if not side.any():
        raise EdgeError("no edge: one side of it has no pixels; choose a region that shows both plateaus")
    far = distance >= np.median(distance[side])
    return float(np.median(values[far & side]))
