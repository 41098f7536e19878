"""Pixels that must not be fitted: hot and dead pixels, and pixels of a clipped plateau."""

from __future__ import annotations

import numpy as np

from ...errors import EdgeError
from .noise import Noise
from .pixels import Pixels
from .residuals import Residuals, robust_deviation
from .start import Start

_CLIPPED_SHARE = 0.15
_OUTLIER = 5.5  # standard deviations
_HARMLESS = 0.1  # share of the step: less in one pixel moves nothing
_LONELY = 2.5  # times the second largest of its neighbours
_DEFECTIVE = 0.03  # share of the pixels; more of them are no defects


def clipped(values: np.ndarray, dtype: np.dtype, v1: float, v2: float) -> np.ndarray:
    """Which pixels are clipped: at the end of the number type, or piled up at the extreme of one side.

    A plateau that holds one value only while the other one is noisy has been cut off.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Gray values.
    dtype : numpy.dtype
        Number type of the image.
    v1, v2 : float
        Levels, in gray values.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    out = np.zeros(values.shape, dtype=bool)
    low, high = sorted((v1, v2))
    dark, bright = values < low + 0.25 * (high - low), values > high - 0.25 * (high - low)
    if not (dark.any() and bright.any()):
        return out
    out |= _at_type_ends(values, dtype)
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


def _at_type_ends(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Pixels at the least or greatest number of a small integer type, where they are many."""
    out = np.zeros(values.shape, dtype=bool)
    if dtype.kind in "ui" and dtype.itemsize <= 2:
        limits = np.iinfo(dtype)
        for end in (limits.min, limits.max):
            at_end = values == end
            if at_end.mean() > 0.002:
                out |= at_end
    return out


def check_clipping(mask: np.ndarray, pixels: Pixels, start: Start) -> list[str]:
    """Refuse a plateau that is clipped as a whole; else say how many pixels are left out.

    Parameters
    ----------
    mask : ndarray of bool, shape (n,)
        Clipped pixels; see `clipped`.
    pixels : Pixels
    start : Start

    Returns
    -------
    list of str
        A warning where there is a clipped pixel.

    Raises
    ------
    EdgeError
        If more than a tenth of the pixels of one side are clipped: its level cannot be known.
    """
    if not mask.any():
        return []
    values, middle = pixels.values, 0.5 * (start.v1 + start.v2)
    for name, side in (("dark", values < middle), ("bright", values > middle)):
        share = mask[side].mean() if side.any() else 0.0
        if share > 0.1:
            raise EdgeError(
                f"the {name} plateau is clipped ({100 * share:.0f} % of its pixels at {values[mask & side][0]:g}): "
                "its true level is lost and the PSF would be too sharp; use an edge that is not over- or underexposed"
            )
    return [f"{int(mask.sum())} clipped pixels were left out"]


def outliers(residuals: Residuals) -> np.ndarray:
    """Hot and dead pixels: they stand out of the noise and of their neighbours; none where they are too many.

    A rough line, a halo and the blocks of a JPEG make residuals near the edge large too, but not lonely ones.

    Parameters
    ----------
    residuals : Residuals
        Of a first fit.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    esf, differences = residuals.esf, residuals.lonely()
    sides = esf < 0.5, esf >= 0.5, (esf > 0.02) & (esf < 0.98)
    low, high, near = (robust_deviation(differences[side]) for side in sides)
    scale = np.maximum(Noise(low, high).deviation(esf), max(residuals.rounding, 1e-6))
    scale[sides[2]] = np.maximum(scale[sides[2]], near)
    rest = robust_deviation(residuals.residual)
    bad = np.abs(differences) > np.maximum(_OUTLIER * scale, max(_HARMLESS, _OUTLIER * rest))
    bad[bad] = _alone(residuals, differences, bad)
    return bad if bad.sum() <= _DEFECTIVE * bad.size else np.zeros_like(bad)


def _alone(residuals: Residuals, differences: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """Which of these pixels exceed all of their neighbours but one by far; a defect may have one neighbour."""
    rows, columns = residuals.pixels.rows, residuals.pixels.columns
    grid = np.zeros((rows.max() + 3, columns.max() + 3))
    grid[rows + 1, columns + 1] = np.abs(residuals.residual)
    around = [
        grid[rows[bad] + dy, columns[bad] + dx] for dy in range(3) for dx in range(3) if (dy, dx) != (1, 1)
    ]
    second = np.sort(np.array(around), axis=0)[-2]
    return np.abs(differences[bad]) > _LONELY * second
