"""The centre of a kernel image: where it is, whether it is where it belongs, and how to bring it there.

The centre belongs to index n // 2 of every axis. A PSF has no mark at its centre. Two places can stand for it: the
*core*, the centroid of what exceeds half of the maximum, and the *centroid* of all light. A PSF stays where it is if
either of them is at n // 2: the core of a coma is there, though its centroid is not; the centroid of a ring or of a
shaken picture is there, though its maximum is not. A PSF also stays if it is a path (motion) that runs through n // 2.
It is moved, by whole pixels, if both places agree that it lies elsewhere. It stays, and this is said, if they
contradict each other.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

_NEAR = 0.75  # px
_PATH = 3.0  # ratio of the axes of a core that is a path
_RINGING = 0.005  # of the maximum


@dataclass(frozen=True)
class Place:
    """Where the light of a kernel is, relative to n // 2 of every axis, px.

    Attributes
    ----------
    core, centroid : ndarray, shape (ndim,)
    extent : float
        RMS distance of the light from its centroid, px.
    inside : bool
        Whether n // 2 lies in the core.
    thin : bool
        Whether the core is long and thin: a path.
    """

    core: np.ndarray
    centroid: np.ndarray
    extent: float
    inside: bool
    thin: bool

    @property
    def stays(self) -> bool:
        """Whether the kernel is where it belongs."""
        return (self.inside and self.thin) or any(
            bool(np.all(np.abs(o) <= _NEAR)) for o in (self.core, self.centroid)
        )

    @property
    def clear(self) -> bool:
        """Whether core and centroid tell the same place."""
        apart = float(np.linalg.norm(self.core - self.centroid))
        nearer = min(float(np.linalg.norm(self.core)), float(np.linalg.norm(self.centroid)))
        return apart <= max(_NEAR, 0.5 * nearer)

    @property
    def far(self) -> bool:
        """Whether the light is so far off that its own shape can hardly be the reason."""
        return not self.inside and float(np.linalg.norm(self.centroid)) > 0.5 * self.extent


def place_of(kernel: np.ndarray, level: float = 0.0) -> Place:
    """Where the light above a level is; kernel of float64."""
    light = np.maximum(kernel - level, 0.0)
    peak = float(light.max())
    grids = [np.arange(n) - n // 2 for n in kernel.shape]
    light[light < 0.02 * peak] = 0.0  # noise far from the light would outweigh it
    centroid, spread = _moments(light, grids)
    core, shape = _moments(np.maximum(light - 0.5 * peak, 0.0) if np.ptp(light) > 0 else light, grids)
    widths = np.sqrt(np.maximum(np.linalg.eigvalsh(shape), 0) + 1 / 12)
    middle = light[tuple(n // 2 for n in kernel.shape)]
    inside, thin = bool(middle >= 0.5 * peak), bool(widths[-1] > _PATH * widths[-2])
    return Place(core, centroid, float(np.sqrt(np.trace(spread))), inside, thin)


def _moments(light: np.ndarray, grids: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Centroid and covariance of the light."""
    total = light.sum() or 1.0
    ndim = light.ndim
    first = np.array([light.sum(axis=_but(i, ndim=ndim)) @ grids[i] for i in range(ndim)]) / total
    second = np.zeros((ndim, ndim))
    for i in range(ndim):
        second[i, i] = light.sum(axis=_but(i, ndim=ndim)) @ (grids[i] - first[i]) ** 2 / total
    for i, j in itertools.combinations(range(ndim), 2):
        flat = light.sum(axis=_but(i, j, ndim=ndim))
        second[i, j] = second[j, i] = (grids[i] - first[i]) @ flat @ (grids[j] - first[j]) / total
    return first, second


def _but(*kept: int, ndim: int) -> tuple[int, ...]:
    """All axes but these."""
    return tuple(axis for axis in range(ndim) if axis not in kept)


def in_order(kernel: np.ndarray) -> tuple[np.ndarray, tuple[int, ...]]:
    """The kernel with the axes that were in the order of the FFT (centre at index 0) shifted, and these axes.

    An axis is in that order if the light is at its two ends, and half as wide once it is shifted.
    """
    level = float(np.median(kernel))
    light = np.where(kernel - level > 0.2 * (float(kernel.max()) - level), kernel - level, 0.0)
    if not light.any():
        return kernel, ()
    peak = np.unravel_index(int(np.argmax(kernel)), kernel.shape)
    ends = [
        a
        for a, (p, n) in enumerate(zip(peak, kernel.shape, strict=True))
        if n >= 4 and min(p, n - p) <= max(2, n // 8)
    ]
    shifted = []
    for axis in ends:
        line = light.sum(axis=_but(axis, ndim=kernel.ndim))
        if _width(np.fft.fftshift(line)) < 0.5 * _width(line):
            shifted.append(axis)
    return (np.fft.fftshift(kernel, shifted) if shifted else kernel), tuple(shifted)


def _width(line: np.ndarray) -> float:
    """Standard deviation of the light along a line, px."""
    at = np.arange(len(line))
    middle = line @ at / line.sum()
    return float(np.sqrt(line @ (at - middle) ** 2 / line.sum()))


def moved(kernel: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The kernel with the light moved by whole pixels to n // 2 from there + steps; zeros are added, nothing is cut."""
    halves = [max(n // 2 + s, n - 1 - n // 2 - s) for n, s in zip(kernel.shape, steps, strict=True)]
    out = np.zeros([2 * half + 1 for half in halves])
    place = [
        slice(half - n // 2 - s, half - n // 2 - s + n)
        for half, n, s in zip(halves, kernel.shape, steps, strict=True)
    ]
    out[tuple(place)] = kernel
    return out


def between_pixels(kernel: np.ndarray) -> tuple[int, ...]:
    """Axes of even length about whose middle, which lies between two pixels, the kernel is its own mirror image."""
    room = 1e-4 * float(np.abs(kernel).max())
    return tuple(
        axis
        for axis, n in enumerate(kernel.shape)
        if n % 2 == 0 and n >= 4 and np.abs(kernel - np.flip(kernel, axis)).max() <= room
    )


def half_moved(kernel: np.ndarray, axes: tuple[int, ...]) -> np.ndarray | None:
    """The kernel half a pixel farther along some axes, by its Fourier series; None where that would ring."""
    out = np.pad(kernel, [(0, n + 1 if a in axes else 0) for a, n in enumerate(kernel.shape)])
    for axis in axes:
        shape = [-1 if a == axis else 1 for a in range(out.ndim)]
        phase = np.exp(-1j * np.pi * np.fft.rfftfreq(out.shape[axis])).reshape(shape)
        out = np.fft.irfft(np.fft.rfft(out, axis=axis) * phase, out.shape[axis], axis)
    if -float(out.min()) > _RINGING * float(out.max()):
        return None
    return np.maximum(out[tuple(slice(n + (a in axes)) for a, n in enumerate(kernel.shape))], 0.0)
