"""Transforms of patches: the cosine transform of every patch of a picture, and the Haar transform across a group.

Both are orthonormal, so that white noise has the same deviation in every coefficient.
"""

from __future__ import annotations

import functools

import numpy as np
import scipy

SIDE = 8  # pixels of a patch along each axis
AREA = SIDE * SIDE
_KAISER = 2.0  # shape of the window under which patches are added up: their borders count less


@functools.cache
def cosines(kind: str) -> np.ndarray:
    """Orthonormal basis of the two-dimensional cosine transform: a coefficient a row, a pixel a column."""
    one = scipy.fft.dct(np.eye(SIDE), axis=0, norm="ortho")
    return np.kron(one, one).astype(kind)


@functools.cache
def haar(count: int, kind: str) -> np.ndarray:
    """Orthonormal Haar basis of `count` = 2ⁿ values; row 0 is their mean.

    Parameters
    ----------
    count : int
    kind : str
        Type of the numbers, such as "float32".
    """
    basis = np.eye(1)
    while len(basis) < count:
        means, differences = np.kron(basis, [1, 1]), np.kron(np.eye(len(basis)), [1, -1])
        basis = np.vstack([means, differences]) / np.sqrt(2)
    return basis.astype(kind)


@functools.cache
def window(kind: str) -> np.ndarray:
    """Weight of the pixels of a patch along one axis (Kaiser window); along both it is their product."""
    return np.kaiser(SIDE, _KAISER).astype(kind)


def spectra(picture: np.ndarray) -> np.ndarray:
    """Cosine transform of the patch at every position.

    Parameters
    ----------
    picture : ndarray, 2-D
        At least as large as a patch.

    Returns
    -------
    ndarray, (rows − SIDE + 1, columns − SIDE + 1, AREA)
    """
    patches = np.lib.stride_tricks.sliding_window_view(picture, (SIDE, SIDE))
    rows, columns = patches.shape[:2]
    out = patches.reshape(rows * columns, AREA) @ cosines(picture.dtype.name).T
    return out.reshape(rows, columns, AREA)


def even(deviation: float, kind: str) -> np.ndarray:
    """Variance of white noise in every coefficient of a patch, (AREA,)."""
    return np.full(AREA, deviation**2, kind)


def coloured(power: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Variance of noise in every coefficient of a patch, from its power spectrum.

    Parameters
    ----------
    power : ndarray
        Half spectrum; its mean over all frequencies is the variance of a pixel. Of a volume, a patch is in a plane.
    shape : tuple of int
        Of the picture that the spectrum belongs to.

    Returns
    -------
    ndarray of float64, (AREA,)
    """
    covariance = scipy.fft.irfftn(power, shape)
    plane = covariance[(0,) * (len(shape) - 2)]
    y, x = (each.ravel() for each in np.indices((SIDE, SIDE)))
    between = plane[(y[:, None] - y) % plane.shape[0], (x[:, None] - x) % plane.shape[1]]
    basis = cosines("float64")
    return np.einsum("ci,ij,cj->c", basis, between, basis, optimize=True)


def across(groups: np.ndarray) -> np.ndarray:
    """Haar transform along the first axis, a group of patches."""
    count = len(groups)
    return (haar(count, groups.dtype.name) @ groups.reshape(count, -1)).reshape(groups.shape)


def across_back(groups: np.ndarray) -> np.ndarray:
    """Inverse of `across`."""
    count = len(groups)
    return (haar(count, groups.dtype.name).T @ groups.reshape(count, -1)).reshape(groups.shape)


def assemble(total: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Picture of patches that are given by their spectra, each at its position, and the weight of every pixel.

    Parameters
    ----------
    total : ndarray, (rows, columns, AREA)
        Sum of the weighted spectra of every position.
    weight : ndarray, (rows, columns)
        Sum of the weights of every position.

    Returns
    -------
    numerator, denominator : ndarray, (rows + SIDE − 1, columns + SIDE − 1)
        Their quotient is the picture.
    """
    rows, columns = weight.shape
    kind = weight.dtype.name
    weighted = cosines(kind) * np.outer(window(kind), window(kind)).ravel()
    # A pixel of the patch a plane, so that the planes are added without steps through the memory.
    planes = (weighted.T @ total.reshape(-1, AREA).T).reshape(SIDE, SIDE, rows, columns)
    numerator = np.zeros((rows + SIDE - 1, columns + SIDE - 1), kind)
    for i in range(SIDE):
        for j in range(SIDE):
            numerator[i : i + rows, j : j + columns] += planes[i, j]
    return numerator, _spread(_spread(weight).T).T


def _spread(weight: np.ndarray) -> np.ndarray:
    """Weights of positions given to the pixels of their patches, along the first axis."""
    out = np.zeros((len(weight) + SIDE - 1, weight.shape[1]), weight.dtype)
    for i, share in enumerate(window(weight.dtype.name)):
        out[i : i + len(weight)] += share * weight
    return out
