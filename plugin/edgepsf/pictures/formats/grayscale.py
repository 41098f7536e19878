"""ImageJ's gray-value calibration: its functions from stored to meant gray values.

The formulas are those of `ij.measure.CurveFitter.f`, the numbers those of `ij.measure.Calibration`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

NONE, UNCALIBRATED_OD = 20, 21
Values = np.ndarray


def _polynomial(x: Values, p: Sequence[float]) -> Values:
    return np.polynomial.polynomial.polyval(x, p)


def _rodbard(x: Values, p: Sequence[float]) -> Values:
    return (p[0] - p[3]) / (1 + (x / p[2]) ** p[1]) + p[3]


def _nih_rodbard(x: Values, p: Sequence[float]) -> Values:
    y = np.where(x - p[0] < 0, 0.0, (x - p[0]) / (p[3] - x))
    return np.where(y < 0, 0.0, np.maximum(y, 0.0) ** (1 / p[1]) * p[2])


def _gamma_variate(x: Values, p: Sequence[float]) -> Values:
    after = np.maximum(x - p[0], 0.0)
    return np.where(x <= p[0], 0.0, p[1] * after ** p[2] * np.exp(-after / p[3]))


# number -> (count of coefficients, function)
_FUNCTIONS: dict[int, tuple[int, Callable[[Values, Sequence[float]], Values]]] = {
    **{
        number: (terms, _polynomial)
        for number, terms in ((0, 2), (1, 3), (2, 4), (3, 5), (17, 6), (18, 7), (19, 8))
    },
    **{number: (2, lambda x, p: p[0] * np.exp(p[1] * x)) for number in (4, 15)},
    **{number: (2, lambda x, p: p[0] * np.exp(p[1] * np.log(x))) for number in (5, 16)},
    6: (2, lambda x, p: np.where(x == 0, -1000 * p[0], p[0] * np.log(p[1] * x))),
    7: (4, _rodbard),
    8: (4, _gamma_variate),
    9: (3, lambda x, p: p[0] + p[1] * np.log(x - p[2])),
    10: (4, _nih_rodbard),
    14: (4, lambda x, p: p[2] * ((x - p[0]) / (p[3] - x)) ** (1 / p[1])),
    11: (3, lambda x, p: p[0] * np.exp(-p[1] * x) + p[2]),
    12: (4, lambda x, p: p[0] + (p[1] - p[0]) * np.exp(-((x - p[2]) ** 2) / (2 * p[3] ** 2))),
    13: (3, lambda x, p: p[0] * (1 - np.exp(-p[1] * x)) + p[2]),
}


def function_of(meta: Mapping[str, Any]) -> tuple[int, list[float]] | None:
    """Number and coefficients of the function in ImageJ's description of a picture; None where there is none."""
    number = meta.get("cf")
    if number is None or number in (-1, NONE):
        return None
    coefficients: list[float] = []
    while f"c{len(coefficients)}" in meta:
        coefficients.append(float(meta[f"c{len(coefficients)}"]))
    return int(number), coefficients


def meant(stored: np.ndarray, number: int, coefficients: Sequence[float]) -> np.ndarray | None:
    """The gray values that ImageJ shows for stored 8- or 16-bit ones, float32.

    Parameters
    ----------
    stored : ndarray of uint8 or uint16
    number : int
        Number of the function.
    coefficients : sequence of float

    Returns
    -------
    ndarray or None
        None where the function is not known, or coefficients are missing.
    """
    table = np.arange(np.iinfo(stored.dtype).max + 1, dtype=np.float64)
    with np.errstate(all="ignore"):
        if number == UNCALIBRATED_OD:
            curve = np.log10(table[-1] / np.where(table == 0, 0.5, table))
        else:
            count, function = _FUNCTIONS.get(number, (0, _polynomial))
            if not count or len(coefficients) < count:
                return None
            curve = function(table, coefficients[:count])
        return curve.astype(np.float32)[stored]
