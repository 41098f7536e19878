"""Smooth functions from a table of their values and derivatives: many places for the price of a few.

The quintic between two nodes has the values, slopes and second derivatives of the function at both. Its error is
f⁽⁶⁾ h⁶ / 46080 for nodes h apart.
"""

from __future__ import annotations

import numpy as np

# Rows: coefficients of 1, t, … t⁵ on 0 ≤ t < 1 by f₀, f₀', f₀'', f₁, f₁', f₁'' (derivatives by t).
_QUINTIC = np.array(
    [
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.5, 0.0, 0.0, 0.0],
        [-10.0, -6.0, -1.5, 10.0, -4.0, 0.5],
        [15.0, 8.0, 1.5, -15.0, 7.0, -1.0],
        [-6.0, -3.0, -0.5, 6.0, -3.0, 0.5],
    ]
)


class Quintic:
    """A function on evenly spaced nodes 0, 1, 2, …

    Parameters
    ----------
    values, first, second : ndarray, shape (nodes,)
        The function and its derivatives by the position, in nodes.
    """

    def __init__(self, values: np.ndarray, first: np.ndarray, second: np.ndarray):
        both = [each[cut] for cut in (slice(None, -1), slice(1, None)) for each in (values, first, second)]
        self._rows = _QUINTIC @ np.stack(both)

    def __call__(self, node: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Values between a node and the next one.

        Parameters
        ----------
        node : ndarray of int, shape (n,)
        t : ndarray, shape (n,)
            Position behind the node, from 0 to 1.
        """
        out = self._rows[5].take(node)
        for row in self._rows[4::-1]:
            out *= t
            out += row.take(node)
        return out
