"""Block matching: for every reference patch of a picture, the patches around it that are most like it.

Patches are compared by the squared distance of their cosine spectra, which is that of their pixels; products of
matrices give it for many references at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .transforms import AREA, SIDE, spectra

COUNT = 16  # patches of a group
REACH = 19  # pixels along an axis within which patches are searched
STEP = 3  # pixels between reference patches
_TILE = 96  # pixels along an axis over which the references of a tile are spread
_RUN = 16  # references whose candidates are compared in one product
TILES = 14 << 20  # numbers that the tiles in work hold together, with two threads
_MORE = 24  # patches of which the most similar ones are told by exact distances


@dataclass(frozen=True)
class Tile:
    """A part of a picture, and the reference patches whose groups lie in it.

    Attributes
    ----------
    place : (slice, slice)
        The part of the picture.
    rows, columns : ndarray of int
        Positions of the references within the part: every row with every column.
    """

    place: tuple[slice, slice]
    rows: np.ndarray
    columns: np.ndarray


def tiles(shape: tuple[int, ...]) -> list[Tile]:
    """Tiles that hold the references of a whole picture, each with the surroundings in which they search.

    The memory of the groups is that of a tile, whatever the size of the picture.
    """
    lines = [_lines(n) for n in shape]
    return [
        Tile((place_y, place_x), rows, columns) for place_y, rows in lines[0] for place_x, columns in lines[1]
    ]


def _lines(n: int) -> list[tuple[slice, np.ndarray]]:
    """Parts of an axis of n pixels, and the references in each; the last reference ends at the last pixel."""
    last = n - SIDE
    references = np.unique(np.append(np.arange(0, last, STEP), last))
    parts = np.array_split(references, max(1, round(n / _TILE)))
    out = []
    for part in parts:
        start, stop = max(int(part[0]) - REACH, 0), min(int(part[-1]) + REACH + SIDE, n)
        out.append((slice(start, stop), part - start))
    return out


def match(picture: np.ndarray, tile: Tile) -> np.ndarray:
    """The groups of a tile.

    Parameters
    ----------
    picture : ndarray, 2-D
        In which patches are compared: an estimate with little noise.
    tile : Tile

    Returns
    -------
    ndarray of int32, (COUNT, references)
        Positions, counted row by row in the tile: first the reference itself, then the most similar ones. Small
        pictures have fewer patches; the number of patches is a power of two.
    """
    spectrum = spectra(picture[tile.place])
    spectrum[..., 0] -= spectrum[..., 0].mean()  # fewer digits are lost in the squares
    energy = np.einsum("rck,rck->rc", spectrum, spectrum)
    runs = np.array_split(tile.columns, max(1, round(len(tile.columns) / _RUN)))
    found = [_nearest(spectrum, energy, int(row), run) for row in tile.rows for run in runs]
    return np.concatenate(found).T.astype(np.int32)


def _nearest(spectrum: np.ndarray, energy: np.ndarray, row: int, columns: np.ndarray) -> np.ndarray:
    """Positions of the patches nearest to each of the references of a row, (references, COUNT)."""
    height, width = (min(2 * REACH + 1, n) for n in energy.shape)
    top = min(max(row - REACH, 0), energy.shape[0] - height)
    left = np.clip(columns - REACH, 0, energy.shape[1] - width)
    part = (slice(top, top + height), slice(left[0], left[-1] + width))
    candidates = spectrum[part]
    product = spectrum[row, columns] @ candidates.reshape(-1, candidates.shape[-1]).T
    distance = energy[part] - 2 * product.reshape(len(columns), *candidates.shape[:2])
    own = np.stack(
        [each[:, start : start + width] for each, start in zip(distance, left - left[0], strict=True)]
    )
    own = own.reshape(len(columns), -1)
    every = np.arange(len(columns))
    own[every, (row - top) * width + columns - left] = -np.inf  # the reference itself comes first
    nearest = np.argpartition(own, min(_MORE, own.shape[1]) - 1, axis=1)[:, :_MORE]
    nearest = (top + nearest // width) * energy.shape[1] + left[:, None] + nearest % width
    return _ordered(spectrum.reshape(-1, AREA), row * energy.shape[1] + columns, nearest)


def _ordered(spectrum: np.ndarray, references: np.ndarray, nearest: np.ndarray) -> np.ndarray:
    """The most similar of the patches found for each reference, the reference first.

    Distances from products of matrices have lost digits; these are exact, so that rounding hardly changes a group.
    """
    difference = spectrum[nearest] - spectrum[references][:, None]
    distance = np.einsum("rkc,rkc->rk", difference, difference)
    distance[nearest == references[:, None]] = -1
    count = min(COUNT, 1 << (nearest.shape[1].bit_length() - 1))
    order = np.argsort(distance, axis=1, kind="stable")[:, :count]
    return np.take_along_axis(nearest, order, 1)
