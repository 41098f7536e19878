"""Where the numbers of an edge stand in a vector: levels, line, extras, and the shape numbers behind them.

The fit works on one vector (parameters, masks, bounds and derivatives share its order). `EdgeFit.covariance`
has an order of its own, without the extras. Both orders are named here and nowhere else.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# The order of a fit; the shape numbers follow, as many as the family has.
V1, V2, ANGLE, OFFSET, CURVATURE, ACROSS1, ALONG1, ACROSS2, ALONG2 = range(9)
LEVELS = slice(V1, V2 + 1)
LINE = slice(ANGLE, OFFSET + 1)
EXTRAS = slice(CURVATURE, ALONG2 + 1)
SCENE = slice(V1, ALONG2 + 1)  # levels, line and extras: all that is not the shape
SHAPE = slice(ALONG2 + 1, None)
EXTRA_INDICES = tuple(range(CURVATURE, ALONG2 + 1))

# The order of `EdgeFit.covariance`: figures of this name, the angle in radians, then the shape numbers.
REPORTED = ("v1", "v2", "normal_angle", "offset")
REPORTED_LINE = slice(REPORTED.index("normal_angle"), REPORTED.index("offset") + 1)
REPORTED_SHAPE = slice(len(REPORTED), None)


class Slots(NamedTuple):
    """Views of a vector in the order of a fit.

    Attributes
    ----------
    levels : ndarray, shape (2,)
        v1 and v2, in units of the step: 0 and 1 at the start.
    line : ndarray, shape (2,)
        Angle of the normal (radians) and offset (px), relative to the centre of the pixels.
    extras : ndarray, shape (5,)
        Curvature (px⁻¹), then the gradients of the plateaus: across v1, along v1, across v2, along v2, in steps
        over the reach of the region.
    shape : ndarray, shape (k,)
        Shape numbers of the family.
    """

    levels: np.ndarray
    line: np.ndarray
    extras: np.ndarray
    shape: np.ndarray


def slots(vector: np.ndarray) -> Slots:
    """The named parts of a vector, as views."""
    return Slots(vector[LEVELS], vector[LINE], vector[EXTRAS], vector[SHAPE])


def joined(levels: np.ndarray, line: np.ndarray, extras: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """A new vector from its parts."""
    return np.concatenate([levels, line, extras, shape])


def reported(covariance: np.ndarray) -> np.ndarray:
    """The rows and columns of a covariance in the order of a fit that `EdgeFit.covariance` holds."""
    kept = np.delete(np.arange(len(covariance)), EXTRA_INDICES)
    return covariance[np.ix_(kept, kept)]
