"""The collaborative filter: similar patches are transformed together, shrunk, and put back (BM3D).

Dabov, Foi, Katkovnik & Egiazarian 2007, doi:10.1109/TIP.2007.901238. A group of similar patches is nearly constant
across the group, so that its transform is sparse: noise is spread evenly over all coefficients, the scene is not.
"""

from __future__ import annotations

import numpy as np
import scipy

from ..parallel import in_order
from .matching import Tile, match, tiles
from .transforms import AREA, SIDE, across, across_back, assemble, spectra

THRESHOLD = 2.7  # deviations of the noise
# From 0 to 1 the gain of a threshold rises over this range of squares, in proportion to the threshold's: a jump would
# make the rounding of numbers visible.
_RISE = (0.5, 1.5)


def threshold(groups: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """0 for coefficients below the threshold, 1 above it; the mean of a group is always kept."""
    low, high = (variance.dtype.type(THRESHOLD**2 * share) for share in _RISE)
    gain = groups * groups
    gain -= low * variance
    gain /= (high - low) * variance
    np.clip(gain, 0, 1, out=gain)
    gain[0, :, 0] = 1
    return gain


def empirical_wiener(groups: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Gain of the Wiener filter for a scene of which the groups are an estimate."""
    power = groups * groups
    return power / (power + variance)


class Groups:
    """The groups of similar patches of a picture, or of every plane of a volume.

    Parameters
    ----------
    shape : tuple of int
        Of the picture or the volume.
    workers : int
        Threads.
    """

    def __init__(self, shape: tuple[int, ...], workers: int = 1):
        self.shape, self.workers = shape, workers
        # A plane that is smaller than a patch is mirrored.
        self.margins = [(0, max(SIDE - n, 0)) for n in shape[-2:]]
        places = tiles(tuple(n + more for n, (_, more) in zip(shape[-2:], self.margins, strict=True)))
        self.tiles = [(plane, tile) for plane in range(int(np.prod(shape[:-2]))) for tile in places]
        self.members: list[np.ndarray] = []

    def match(self, picture: np.ndarray) -> None:
        """Form the groups anew, by likeness in this picture."""
        planes = self._planes(picture)

        def members(plane: int, tile: Tile) -> np.ndarray:
            return match(planes[plane], tile)

        self.members = list(in_order(members, *zip(*self.tiles, strict=True), workers=self.workers))

    def shrunk(
        self, picture: np.ndarray, variance: np.ndarray, pilot: np.ndarray | None = None
    ) -> np.ndarray:
        """The picture with the coefficients of its groups shrunk.

        Parameters
        ----------
        picture : ndarray
        variance : ndarray, (AREA,)
            Variance of the noise in every coefficient of a patch.
        pilot : ndarray, optional
            An estimate of the scene: the filter is then the empirical Wiener filter, else the threshold.
        """
        planes = self._planes(picture)
        guide = None if pilot is None else self._planes(pilot)

        def part(plane: int, tile: Tile, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            at = (plane, *tile.place)
            return _tile(
                planes[at],
                members,
                variance,
                None if guide is None else guide[at],
            )

        total, weight = np.zeros_like(planes), np.zeros_like(planes)
        done = in_order(part, *zip(*self.tiles, strict=True), self.members, workers=self.workers)
        for (plane, tile), (numerator, denominator) in zip(self.tiles, done, strict=True):
            total[(plane, *tile.place)] += numerator
            weight[(plane, *tile.place)] += denominator
        np.divide(total, weight, out=total)
        return total[:, : self.shape[-2], : self.shape[-1]].reshape(self.shape)

    def _planes(self, picture: np.ndarray) -> np.ndarray:
        """The picture as a stack of planes that hold at least one patch."""
        planes = picture.reshape(-1, *picture.shape[-2:])
        return (
            planes
            if not any(map(sum, self.margins))
            else np.pad(planes, [(0, 0), *self.margins], "symmetric")
        )


def _tile(
    picture: np.ndarray, members: np.ndarray, variance: np.ndarray, pilot: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Numerator and denominator of a shrunk tile."""
    spectrum = spectra(picture)
    groups = across(_gathered(spectrum, members))
    gain = (
        threshold(groups, variance)
        if pilot is None
        else empirical_wiener(across(_gathered(spectra(pilot), members)), variance)
    )
    groups *= gain
    # A group counts by the inverse of the noise that its gains let through.
    left = np.einsum("mgc,mgc->gc", gain, gain) @ variance
    weight = 1 / np.maximum(left, variance.mean())
    return _placed(across_back(groups), weight.astype(picture.dtype), members, spectrum.shape[:2])


def _gathered(spectrum: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Spectra of the members of every group, (members, groups, AREA)."""
    return spectrum.reshape(-1, AREA)[members]


def _placed(
    groups: np.ndarray, weight: np.ndarray, members: np.ndarray, positions: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted sum of the patches of all groups, and the sum of weights, of every pixel."""
    count, size = members.size, positions[0] * positions[1]
    weights = np.broadcast_to(weight, members.shape).ravel()
    # The matrix that adds weighted patches up at their positions; each column has one entry.
    add = scipy.sparse.csc_array((weights, members.ravel(), np.arange(count + 1)), shape=(size, count))
    total = add.tocsr() @ groups.reshape(count, AREA)
    sums = np.bincount(members.ravel(), weights, size).astype(weight.dtype)
    return assemble(total.reshape(*positions, AREA), sums.reshape(positions))
