"""Odd functions of the distance: the polynomial f(d) = p1 d + p3 d³ + p5 d⁵ + …, and the ESF of an f."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


def esf_from_f(f) -> np.ndarray:
    """ESF of the logit: E = 1 / (1 + exp f), without overflow."""
    from scipy.special import expit

    return expit(-np.asarray(f, dtype=np.float64))


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
