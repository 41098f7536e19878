"""Gray values near an edge → g(d) → f(d), their inverses and derivatives.

With levels v1 (on the side d > 0) and v2, an edge is v(d) = v1 + (v2 − v1) E(d), E the edge spread
function (ESF). Then g = (v − v1) / (2 (v2 − v1)) = E/2 and f = log(1/(2g) − 1), which is zero on the
edge and odd in d; for a logistic edge f = p d. (Formulas 2 and 5 of docs/mathematics.md.)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...options.arguments import gray_values, real, takes
from ...psf.odd import esf_from_f


def check_levels(v1: float, v2: float) -> None:
    """Refuse levels between which there is no edge.

    Raises
    ------
    InputError
        If a level is not finite or both are equal.
    """
    v1, v2 = real("v1", v1), real("v2", v2)
    if not (np.isfinite(v1) and np.isfinite(v2)):
        raise InputError(f"the plateau levels must be finite numbers, not v1={v1:g}, v2={v2:g}")
    if v1 == v2:
        raise InputError(f"v1 and v2 are both {v1:g}: an edge needs two different plateau levels")


@takes(v=gray_values)
def g(v: npt.ArrayLike, v1: float, v2: float) -> np.ndarray:
    """Edge transform g = (v − v1) / (2 (v2 − v1)), half of the ESF.

    Parameters
    ----------
    v : array_like
        Gray values in linear light, any shape.
    v1, v2 : float
        Plateau levels, in the unit of `v`; v1 is the level on the side d > 0.

    Returns
    -------
    ndarray of float64
        Same shape; between 0 (level v1) and ½ (level v2), ¼ on the edge.

    Raises
    ------
    InputError
        If v1 = v2 or a level is not finite.
    """
    check_levels(v1, v2)
    return (np.asarray(v, dtype=np.float64) - v1) / (2.0 * (v2 - v1))


@takes(g=gray_values)
def v_from_g(g: npt.ArrayLike, v1: float, v2: float) -> np.ndarray:
    """Gray value of an edge transform: v = v1 + 2 (v2 − v1) g, the inverse of the function `g`.

    Raises
    ------
    InputError
        If v1 = v2 or a level is not finite.
    """
    check_levels(v1, v2)
    return v1 + 2.0 * (v2 - v1) * np.asarray(g, dtype=np.float64)


@takes(g=gray_values)
def f(g: npt.ArrayLike) -> np.ndarray:
    """Logit of the edge: f = log(1/(2g) − 1).

    Parameters
    ----------
    g : array_like
        Edge transform, any shape.

    Returns
    -------
    ndarray of float64
        Same shape; NaN where g is not strictly between 0 and ½.
    """
    g = np.asarray(g, dtype=np.float64)
    inside = (g > 0) & (g < 0.5)
    safe = np.where(inside, g, 0.25)
    return np.where(inside, np.log((0.5 - safe) / safe), np.nan)


@takes(f=gray_values)
def g_from_f(f: npt.ArrayLike) -> np.ndarray:
    """Edge transform of a logit: g = ½ / (1 + exp f), the inverse of the function `f`."""
    return 0.5 * esf_from_f(f)


def dg_dv(v1: float, v2: float) -> float:
    """Derivative of g by the gray value, 1 / (2 (v2 − v1)).

    Raises
    ------
    InputError
        If v1 = v2 or a level is not finite.
    """
    check_levels(v1, v2)
    return 1.0 / (2.0 * (v2 - v1))


@takes(g=gray_values)
def df_dg(g: npt.ArrayLike) -> np.ndarray:
    """Derivative of f by g, −1 / (2 g (½ − g)); NaN where f is NaN."""
    g = np.asarray(g, dtype=np.float64)
    inside = (g > 0) & (g < 0.5)
    safe = np.where(inside, g, 0.25)
    return np.where(inside, -0.5 / (safe * (0.5 - safe)), np.nan)
