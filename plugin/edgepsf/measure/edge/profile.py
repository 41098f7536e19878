"""Fit of the odd polynomial f(d) = p1 d + p3 d³ + p5 d⁵ + … to an edge profile."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...errors import EdgeError, InputError
from ...options.arguments import gray_values, optional, takes, whole
from ...psf.odd import OddPolynomial
from .plane import check_mask, position_weights


@takes(d=gray_values, f=gray_values, degree=whole(1, 99), mask=optional(gray_values))
def fit_profile(
    d: npt.ArrayLike, f: npt.ArrayLike, degree: int = 5, *, mask: npt.ArrayLike | None = None
) -> OddPolynomial:
    """Fit f(d) = p1 d + p3 d³ + p5 d⁵ + … by weighted least squares.

    Pixels are chosen by position and weighted by the model (E (1 − E))²: a slope alone is fitted first,
    iterated, and its weights are kept for the polynomial.

    Parameters
    ----------
    d, f : array_like, same shape
        Distance to the edge (px) and logit; NaN and infinite values are left out.
    degree : int
        Any odd degree; 1 fits the logistic edge.
    mask : array_like of bool, optional
        Pixels to use.

    Returns
    -------
    OddPolynomial

    Raises
    ------
    InputError
        If the degree is not odd and positive or the shapes differ.
    EdgeError
        If the data do not determine the polynomial.
    """
    degree = _check_degree(degree)
    d, f = np.asarray(d, dtype=np.float64), np.asarray(f, dtype=np.float64)
    if d.shape != f.shape:
        raise InputError(f"the distance has shape {d.shape}, f has {f.shape}: they must agree")
    use = np.isfinite(d) & np.isfinite(f)
    if mask is not None:
        use &= check_mask(mask, f.shape)
    distance, logit = d[use], f[use]
    slope = _fit_slope(distance, logit)
    ideal, taper = position_weights(slope * distance, slope)
    return _solve_odd(distance, logit, ideal, taper, (degree + 1) // 2)


def _check_degree(degree: float) -> int:
    """The degree as an integer; refused where it is not odd and positive."""
    if int(degree) != degree or degree < 1 or int(degree) % 2 == 0:
        raise InputError(f"degree must be an odd number ≥ 1 (1, 3, 5, …), not {degree}")
    return int(degree)


def _fit_slope(d: np.ndarray, f: np.ndarray) -> float:
    """The slope of f = p d, iterated with the weights of its own model."""
    for limit in (1.0, 1.5, 2.0, 3.0, 5.0, np.inf):
        near = np.abs(f) <= limit
        spread = (d[near] ** 2).sum()
        if near.sum() >= 2 and spread > 1e-6:
            slope = (d[near] * f[near]).sum() / spread
            break
    else:
        raise EdgeError("no profile: fewer than two pixels have a defined f and a distance")
    for _ in range(200):
        if not slope > 0:
            raise EdgeError(
                f"no profile: f falls with the distance (slope {slope:.3g}); were v1 and v2 swapped?"
            )
        ideal, taper = position_weights(slope * d, slope)
        weight = ideal * taper
        previous, slope = slope, (weight * d * f).sum() / (weight * d * d).sum()
        if abs(slope - previous) <= 1e-12 * abs(slope):
            return slope
    raise EdgeError("no profile: the slope did not settle; f does not follow the distance")


def _solve_odd(
    d: np.ndarray, f: np.ndarray, ideal: np.ndarray, taper: np.ndarray, terms: int
) -> OddPolynomial:
    """Weighted least squares for the odd powers, scaled to the largest distance used."""
    used = taper > 0
    d, f, ideal, taper = d[used], f[used], ideal[used], taper[used]
    if len(np.unique(np.round(np.abs(d), 6))) < terms:
        raise EdgeError(
            f"no profile: {len(np.unique(np.round(np.abs(d), 6)))} different distances cannot determine "
            f"{terms} coefficients; use a lower degree or a slanted edge"
        )
    scale = np.abs(d).max()
    design = (d / scale)[:, None] ** np.arange(1, 2 * terms, 2)
    weight = ideal * taper
    normal = design.T @ (design * weight[:, None])
    inverse = np.linalg.inv(normal)
    solution = np.linalg.solve(normal, design.T @ (weight * f))
    effective = taper.sum() ** 2 / (taper**2).sum()
    residual = f - design @ solution
    noise = (weight * residual**2).sum() / taper.sum() * effective / max(effective - terms, 1.0)
    middle = design.T @ (design * (weight * taper)[:, None])
    units = scale ** -np.arange(1.0, 2 * terms, 2)
    covariance = noise * inverse @ middle @ inverse * np.outer(units, units)
    return OddPolynomial(tuple(float(c) for c in solution * units), covariance, int(used.sum()))
