"""The rim of a kernel image: the level that it stands on, the noise there, and the light that lies beyond it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

_CORNER, _MIDDLE = 0.7, 0.3  # of the half width: the corners of the rim, and the middles of its sides
_SURE = 4.0  # standard errors
_FALL = 1.1  # from ring to ring, of wings that are cut off
_LEAST = 9  # px, of an axis along which level and wings can be told


@dataclass(frozen=True)
class Rim:
    """What the rim of a kernel shows.

    Attributes
    ----------
    level : float
        Gray value that all of the kernel stands on; 0 where there is none, or where the wings of the PSF reach the rim.
    noise : float
        Standard deviation of the noise at the rim, gray values.
    share : float
        Light of the level as a share of all light of the kernel; below 0 for a level below 0.
    """

    level: float
    noise: float
    share: float


def rim_of(kernel: np.ndarray) -> Rim:
    """The level and the noise at the rim of a kernel, float64.

    The corners lie farthest from the light. Their level is a pedestal where it is sure (four standard errors), the
    middles of the sides lie on the same level, and so does the half way to the middle: the wings of a PSF fall
    on these ways. A kernel that is constant is a box and stands on nothing.
    """
    peak = float(kernel.max())
    axes = [axis for axis, n in enumerate(kernel.shape) if n >= _LEAST]
    if min(kernel.shape[-2:]) < _LEAST or np.ptp(kernel) <= 1e-3 * abs(peak):
        return Rim(0.0, 0.0, 0.0)
    corners = [kernel[place].ravel() for place in _corners(kernel.shape, axes)]
    medians = np.array([np.median(part) for part in corners])
    apart = np.concatenate([part - middle for part, middle in zip(corners, medians, strict=True)])
    noise = 1.4826 * float(np.median(np.abs(apart)))
    error, level = 1.2533 * noise / np.sqrt(apart.size), float(np.median(medians))
    total = float(kernel.sum())
    sure = abs(level) > max(_SURE * error, 1e-6 * abs(peak))
    if not (sure and _is_flat(kernel, axes, level, noise)):
        return Rim(0.0, noise, 0.0)
    return Rim(level, noise, level * kernel.size / total if total > 0 else np.inf)


def _corners(shape: tuple[int, ...], axes: list[int]) -> list[tuple[slice, ...]]:
    """The corner blocks along these axes."""
    whole = [slice(None)] * len(shape)
    places = []
    for ends in itertools.product((0, 1), repeat=len(axes)):
        place = list(whole)
        for axis, end in zip(axes, ends, strict=True):
            width = max(1, round(shape[axis] * (1 - _CORNER) / 2))
            place[axis] = slice(shape[axis] - width, None) if end else slice(0, width)
        places.append(tuple(place))
    return places


def _is_flat(kernel: np.ndarray, axes: list[int], level: float, noise: float) -> bool:
    """Whether the sides and the half way to the middle are on the level, within a tenth of the peak above it."""
    sides, inside = [], []
    for axis in axes:
        n = kernel.shape[axis]
        for at in (0, n - 1):
            sides.append(_across(kernel, axes, axis, at))
        for at in (n // 8, n - 1 - n // 8):
            inside.append(_across(kernel, axes, axis, at))
    room = max(0.5 * abs(level), 2 * noise)
    height = abs(float(kernel.max()) - level)
    level_sides = abs(float(np.median(sides)) - level) <= room
    return level_sides and abs(float(np.median(inside)) - level) <= max(0.1 * height, noise)


def _across(kernel: np.ndarray, axes: list[int], axis: int, at: int) -> float:
    """Median of the middle of the plane or line at an index of an axis."""
    place: list[slice | int] = [slice(None)] * kernel.ndim
    for other in axes:
        n = kernel.shape[other]
        half = max(1, round(n * _MIDDLE / 2))
        place[other] = slice(n // 2 - half, n // 2 + half + 1)
    place[axis] = at
    return float(np.median(kernel[tuple(place)]))


def light_outside(kernel: np.ndarray, noise: float) -> float:
    """Share of the light of a PSF that its kernel image has cut off, at least; 0 where its wings cannot be seen.

    The medians of three rings about the centre n // 2 tell whether wings fall towards the rim and still are above
    zero there. They are continued as those of a Gaussian, which is the least that can follow. Planes of a volume
    are added up.

    Parameters
    ----------
    kernel : ndarray, 2-D or 3-D, float64
    noise : float
        Standard deviation of the noise, gray values.
    """
    flat = kernel.sum(axis=0) if kernel.ndim == 3 else kernel
    noise *= np.sqrt(kernel.shape[0]) if kernel.ndim == 3 else 1
    centre = [n // 2 for n in flat.shape]
    radius = min(n - 1 - n // 2 for n in flat.shape)
    if min(flat.shape) < _LEAST:
        return 0.0
    y, x = np.ogrid[: flat.shape[0], : flat.shape[1]]
    r = np.hypot(y - centre[0], x - centre[1])
    rings = [np.abs(r - share * radius) <= 0.5 for share in (0.5, 0.75, 1.0)]
    a, b, c = (float(np.median(flat[ring])) for ring in rings)
    sure = c > max(_SURE * noise / np.sqrt(np.count_nonzero(rings[2])), 1e-6 * float(flat.max()))
    if not (sure and b > _FALL * c and a > _FALL * b):
        return 0.0
    # P = c exp(−k (r² − r_c²)): of all its light, π c exp(k r_c²) / k, the pixels hold erf(w √k)², w half a width.
    squares = [float(np.median(r[ring] ** 2)) for ring in rings[1:]]
    k = np.log(b / c) / (squares[1] - squares[0])
    held = np.prod([math.erf((min(n - 1 - n // 2, n // 2) + 0.5) * math.sqrt(k)) for n in flat.shape])
    beyond = np.pi * c * np.exp(k * squares[1]) / k * float(1 - held)
    return float(beyond / (flat.sum() + beyond))
