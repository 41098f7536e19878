"""The odd polynomial f(d) = p1 d + p3 d³ + p5 d⁵ + … of an edge profile."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..errors import EdgeError, InputError
from .plane import check_mask, position_weights


@dataclass(frozen=True)
class OddPolynomial:
    """f(d) = p1 d + p3 d³ + …, d in px.

    Attributes
    ----------
    coefficients : tuple of float
        (p1, p3, p5, …); p_k in px^−k.
    covariance : ndarray, shape (n, n)
        Their covariance.
    n : int
        Number of pixels with a weight above zero.
    """

    coefficients: tuple[float, ...]
    covariance: np.ndarray | None = field(default=None, repr=False)
    n: int = 0

    @property
    def degree(self) -> int:
        return 2 * len(self.coefficients) - 1

    @property
    def parameters(self) -> dict[str, float]:
        """Coefficients by name: {"p1": …, "p3": …}."""
        return {f"p{2 * i + 1}": float(c) for i, c in enumerate(self.coefficients)}

    @property
    def sd(self) -> dict[str, float]:
        """Standard deviations by name: {"sd_p1": …}."""
        if self.covariance is None:
            return {f"sd_{name}": float("nan") for name in self.parameters}
        return {
            f"sd_{k}": float(s)
            for k, s in zip(self.parameters, np.sqrt(np.diag(self.covariance)), strict=True)
        }

    def __call__(self, d) -> np.ndarray:
        """f(d)."""
        d = np.asarray(d, dtype=np.float64)
        return d * np.polynomial.polynomial.polyval(d * d, self.coefficients)

    def derivative(self, d, order: int = 1) -> np.ndarray:
        """First, second or third derivative of f at d."""
        full = np.zeros(2 * len(self.coefficients))
        full[1::2] = self.coefficients
        return np.polynomial.polynomial.polyval(
            np.asarray(d, dtype=np.float64), np.polynomial.polynomial.polyder(full, order)
        )

    @property
    def monotone(self) -> bool:
        """Whether f rises everywhere, so that the ESF falls from 1 to 0.

        For degree 5 this is p1 > 0, p5 ≥ 0, p3 ≥ −(2√5/3) √(p1 p5).
        """
        slope = np.trim_zeros([(2 * i + 1) * c for i, c in enumerate(self.coefficients)], "b")
        if not slope or slope[0] <= 0 or slope[-1] < 0:
            return False
        if len(slope) == 1:
            return True
        roots = np.polynomial.polynomial.polyroots(slope)
        positive = roots.real[(np.abs(roots.imag) < 1e-9 * np.abs(roots)) & (roots.real > 0)]
        # A double root (f' touching zero) is allowed: look between the roots for a negative slope.
        points = np.concatenate([[0.0], np.sort(positive), [2 * positive.max(initial=0.0) + 1]])
        middles = 0.5 * (points[1:] + points[:-1])
        return bool(np.all(np.polynomial.polynomial.polyval(middles, slope) > 0))


def fit_profile(d, f, degree: int = 5, *, mask=None) -> OddPolynomial:
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
    d, f = d[use], f[use]
    slope = _fit_slope(d, f)
    ideal, taper = position_weights(slope * d, slope)
    return _solve_odd(d, f, ideal, taper, (degree + 1) // 2)


def _check_degree(degree) -> int:
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


def _solve_odd(d, f, ideal, taper, terms: int) -> OddPolynomial:
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
