"""Continuation of a picture beyond its border, mirrored or smoothly closed, and its adjoint."""

from __future__ import annotations

import numpy as np


def tiles(n: int, before: int, after: int) -> list[tuple[slice, slice]]:
    """The mirrored copies that cover −before … n + after − 1: the place of each, and its part of the picture."""
    out = []
    for tile in range(-(-before // n) * -1, -(-(n + after) // n)):
        low, high = max(tile * n, -before), min((tile + 1) * n, n + after)
        first, last = low - tile * n, high - tile * n
        source = slice(first, last)
        if tile % 2:
            first, last = n - 1 - first, n - 1 - last
            source = slice(first, None if last < 0 else last, -1)
        out.append((slice(low + before, high + before), source))
    return out


def _along(axis: int, part: slice) -> tuple[slice, ...]:
    return (*(slice(None),) * axis, part)


def reflect(picture: np.ndarray, margins: list[tuple[int, int]]) -> np.ndarray:
    """Picture with its mirror images (half-sample symmetry) around it, as many as the margins need."""
    for axis, (before, after) in enumerate(margins):
        shape = list(picture.shape)
        shape[axis] += before + after
        out = np.empty(shape, picture.dtype)
        for place, source in tiles(picture.shape[axis], before, after):
            out[_along(axis, place)] = picture[_along(axis, source)]
        picture = out
    return picture


def fold(padded: np.ndarray, margins: list[tuple[int, int]]) -> np.ndarray:
    """Adjoint of `reflect`: every mirror image is added onto the picture."""
    for axis, (before, after) in enumerate(margins):
        n = padded.shape[axis] - before - after
        shape = list(padded.shape)
        shape[axis] = n
        out = np.zeros(shape, padded.dtype)
        for place, source in tiles(n, before, after):
            out[_along(axis, source)] += padded[_along(axis, place)]
        padded = out
    return padded


def close(out: np.ndarray, margins: list[tuple[int, int]]) -> None:
    """Continue a picture into the margins of its array so that its periodic repetition has no jump.

    Each gap between the last pixel and the first one of the next period is filled with the two mirror images,
    blended linearly, which leaves no edge for a Fourier filter to ring at.

    Parameters
    ----------
    out : ndarray
        The picture lies inside the margins; these are overwritten.
    margins : list of (int, int)
        Before and after the picture on every axis.
    """
    for axis, (before, after) in enumerate(margins):
        n, gap = out.shape[axis] - before - after, before + after
        if not gap:
            continue
        # Axes that come later are not continued yet.
        rest = tuple(slice(b, out.shape[a] - e) for a, (b, e) in enumerate(margins) if a > axis)
        block = out[(slice(None),) * (axis + 1) + rest]
        steps = np.arange(1, gap + 1)
        weight = (steps / (gap + 1.0)).astype(out.dtype)
        weight = weight.reshape([-1 if a == axis else 1 for a in range(out.ndim)])
        filling = np.take(block, before + _folded(n - 1 + steps, n), axis) * (1 - weight)
        filling += np.take(block, before + _folded(steps - gap - 1, n), axis) * weight
        block[_along(axis, slice(before + n, None))] = filling[_along(axis, slice(after))]
        block[_along(axis, slice(before))] = filling[_along(axis, slice(after, None))]


def closing_error(picture: np.ndarray, out: np.ndarray, margins: list[tuple[int, int]]) -> None:
    """Add the error of `close` to an array, seen where the picture is known.

    On every axis a strip in the middle of the picture, as wide as the gap, is filled from its two sides; the difference
    from what stands there is the error. An axis that is too short for its gap is passed over.

    Parameters
    ----------
    picture, out : ndarray of one shape
    margins : list of (int, int)
        Before and after the picture on every axis.
    """
    for axis, (before, after) in enumerate(margins):
        n, gap = picture.shape[axis], before + after
        first = (n - gap) // 2
        if not gap or first < 1:
            continue
        steps = np.arange(1, gap + 1)
        weight = (steps / (gap + 1.0)).astype(out.dtype)
        weight = weight.reshape([-1 if a == axis else 1 for a in range(out.ndim)])
        error = np.take(picture, np.maximum(first - steps, 0), axis) * (1 - weight)
        error += np.take(picture, np.minimum(first + 2 * gap - steps, n - 1), axis) * weight
        place = _along(axis, slice(first, first + gap))
        out[place] += error - picture[place]


def _folded(index: np.ndarray, n: int) -> np.ndarray:
    """Indices mirrored at both ends (half-sample symmetry) into 0 … n − 1."""
    index = index % (2 * n)
    return np.where(index < n, index, 2 * n - 1 - index)
