"""Masks of selections, pixel for pixel those that ImageJ makes; only the part of the image that a selection covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .region import Area

Box = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom not in it


def polygons(outlines: Sequence[np.ndarray], shape: tuple[int, int]) -> Area:
    """Pixels whose centres lie inside outlines by the even-odd rule, as ImageJ's PolygonFiller fills them.

    Parameters
    ----------
    outlines : sequence of (n, 2) arrays
        Closed polygons in ImageJ's coordinates, which count pixel corners: pixel (0, 0) reaches from 0 to 1.
    shape : (ny, nx)
    """
    with np.errstate(invalid="ignore"):  # numbers of damaged files
        outlines = [np.asarray(each, dtype=np.float64).reshape(-1, 2) for each in outlines]
    points = np.concatenate(outlines)
    finite = points[np.isfinite(points).all(axis=1)]
    if not len(finite):
        return _empty(shape)
    low, high = np.clip(finite.min(axis=0), -1e9, 1e9), np.clip(finite.max(axis=0), -1e9, 1e9)
    box = _clipped((*np.floor(low).astype(int), *(np.ceil(high).astype(int) + 1)), shape)
    left, top, right, bottom = box
    if left >= right or top >= bottom:
        return _empty(shape)
    ny, nx = bottom - top, right - left
    toggles = np.zeros((ny, nx + 1), dtype=bool)
    for x0, y0, x1, y1 in _sides(outlines):
        if not np.isfinite((x0, y0, x1, y1)).all():
            continue
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        # Rows whose centre line the side crosses; the side belongs to its upper end.
        first, end = max(int(np.ceil(y0 - 0.5)), top), min(int(np.ceil(y1 - 0.5)), bottom)
        if first >= end:
            continue
        rows = np.arange(first, end)
        crossing = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
        columns = np.clip(np.floor(crossing + 0.5), left, right).astype(np.int64) - left
        np.logical_xor.at(toggles, (rows - top, columns), True)
    return _trimmed((left, top), np.logical_xor.accumulate(toggles, axis=1)[:, :nx], shape)


def _trimmed(origin: tuple[int, int], mask: np.ndarray, shape: tuple[int, int]) -> Area:
    """The area without rows and columns that have no pixel of it."""
    inner = Area.of(mask)
    return Area((origin[0] + inner.origin[0], origin[1] + inner.origin[1]), inner.mask, shape)


def _sides(outlines: Sequence[np.ndarray]) -> Iterator[tuple[float, float, float, float]]:
    for points in outlines:
        for start, end in zip(points.tolist(), np.roll(points, -1, axis=0).tolist(), strict=True):
            yield (*start, *end)


def oval(box: Sequence[int], shape: tuple[int, int]) -> Area:
    """Pixels whose centres lie in the ellipse that fills a box (left, top, right, bottom)."""
    left, top, right, bottom = box
    part = _clipped(box, shape)
    if right <= left or bottom <= top or not _pixels(part):
        return _empty(shape)
    x, y = _centres(part)
    u = (x - (left + right) / 2) / ((right - left) / 2)
    v = (y - (top + bottom) / 2) / ((bottom - top) / 2)
    return _trimmed(part[:2], u**2 + v**2 <= 1, shape)


def rounded(box: Sequence[int], diameter: float, shape: tuple[int, int]) -> Area:
    """A rectangle (left, top, right, bottom) with elliptic corners."""
    left, top, right, bottom = box
    part = _clipped(box, shape)
    if not _pixels(part):
        return _empty(shape)
    x, y = _centres(part)
    rx, ry = min(diameter, right - left) / 2, min(diameter, bottom - top) / 2
    u = np.maximum(np.maximum(left + rx - x, x - (right - rx)), 0) / rx
    v = np.maximum(np.maximum(top + ry - y, y - (bottom - ry)), 0) / ry
    return _trimmed(part[:2], u**2 + v**2 <= 1, shape)


def _clipped(box: Sequence[int], shape: tuple[int, int]) -> Box:
    """The part of a box that lies in the image."""
    left, top, right, bottom = (int(v) for v in box)
    return max(left, 0), max(top, 0), min(right, shape[1]), min(bottom, shape[0])


def _pixels(box: Box) -> bool:
    return box[0] < box[2] and box[1] < box[3]


def _centres(box: Box) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the centres of the pixels of a box, in ImageJ's coordinates."""
    left, top, right, bottom = box
    y, x = np.ogrid[top:bottom, left:right]
    return x + 0.5, y + 0.5


def _empty(shape: tuple[int, int]) -> Area:
    return Area((0, 0), np.zeros((0, 0), dtype=bool), shape)
