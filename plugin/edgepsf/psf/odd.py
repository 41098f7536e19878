"""Odd functions of the distance: the polynomial f(d) = p1 d + p3 d³ + p5 d⁵ + …, and the ESF of an f."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


def esf_from_f(f: npt.ArrayLike) -> np.ndarray:
    """ESF of the logit: E = 1 / (1 + exp f), without overflow; any shape."""
    from scipy.special import expit

    return expit(-np.asarray(f, dtype=np.float64))


@dataclass(frozen=True, eq=False, repr=False)
class OddPolynomial:
    """f(d) = p1 d + p3 d³ + …, d in px.

    Two polynomials are equal when coefficients, covariance and n are; `repr` gives an expression that makes an
    equal one.

    Attributes
    ----------
    coefficients : tuple of float
        (p1, p3, p5, …); p_k in px^−k.
    covariance : ndarray, shape (k, k) for k coefficients, optional
        Covariance of the coefficients.
    n : int
        Number of pixels with a weight above zero.
    """

    coefficients: tuple[float, ...]
    covariance: np.ndarray | None = None
    n: int = 0

    def __post_init__(self) -> None:
        if self.covariance is not None:
            object.__setattr__(self, "covariance", np.asarray(self.covariance, dtype=np.float64))

    def _key(self) -> tuple[tuple[float, ...], tuple[float, ...] | None, int]:
        spread = None if self.covariance is None else tuple(np.ravel(self.covariance).tolist())
        return tuple(float(c) for c in self.coefficients), spread, self.n

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OddPolynomial) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        coefficients, _, n = self._key()
        given = [repr(coefficients)]
        if self.covariance is not None:
            given.append(f"covariance={self.covariance.tolist()}")
        return f"OddPolynomial({', '.join([*given, f'n={n}'] if n else given)})"

    @property
    def degree(self) -> int:
        """Highest power of d, an odd number."""
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

    def __call__(self, d: npt.ArrayLike) -> np.ndarray:
        """f(d); d in px, any shape."""
        d = np.asarray(d, dtype=np.float64)
        return d * np.polynomial.polynomial.polyval(d * d, self.coefficients)

    def derivative(self, d: npt.ArrayLike, order: int = 1) -> np.ndarray:
        """First, second or third derivative of f at d (px, any shape), px^−order."""
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
        slope = np.array([(2 * i + 1) * c for i, c in enumerate(self.coefficients)], dtype=np.float64)
        slope = np.trim_zeros(slope, "b")
        if not len(slope) or slope[0] <= 0 or slope[-1] < 0:
            return False
        if len(slope) == 1:
            return True
        roots = np.polynomial.polynomial.polyroots(slope)
        positive = roots.real[(np.abs(roots.imag) < 1e-9 * np.abs(roots)) & (roots.real > 0)]
        # A double root (f' touching zero) is allowed: look between the roots for a negative slope.
        points = np.concatenate([[0.0], np.sort(positive), [2 * positive.max(initial=0.0) + 1]])
        middles = 0.5 * (points[1:] + points[:-1])
        return bool(np.all(np.polynomial.polynomial.polyval(middles, slope) > 0))
