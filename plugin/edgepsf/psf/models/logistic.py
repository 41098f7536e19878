"""Logistic edges, E(d) = 1 / (1 + exp f(d)) with f = p1 d + p3 d³ + p5 d⁵ + … (formulas 5–7)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import scipy

from ...errors import EdgeError
from ...options.arguments import between, gray_values, real, takes, whole
from ..model import Derivatives, Example, Known, LazyFamily, RadialModel, Shape
from ..odd import OddPolynomial, esf_from_f

_F_MAX = 42.0  # exp(−42) is below double precision
_ZETA3 = 1.2020569031595942  # Apéry's constant, in P(0)
_GIVEN: dict[int, tuple[float, ...]] = {1: (1.2,), 2: (0.9, 0.04), 3: (0.8, -0.01, 0.002)}  # p1, p3, p5


def _name(degree: int) -> str:
    return "logistic" if degree == 1 else f"logistic{degree}"


class Logistic(RadialModel):
    """Odd-polynomial logistic edge.

    Parameters
    ----------
    *coefficients : float
        p1, p3, p5, … in px⁻¹, px⁻³, px⁻⁵ …

    Raises
    ------
    EdgeError
        If f is not monotone: the ESF would not fall from 1 to 0.
    """

    def __init__(self, *coefficients: float):
        coefficients = tuple(float(real(f"p{2 * i + 1}", c)) for i, c in enumerate(coefficients))
        self.polynomial = OddPolynomial(coefficients)
        if not np.all(np.isfinite(coefficients)) or not self.polynomial.monotone:
            text = ", ".join(f"{k}={v:.4g}" for k, v in self.polynomial.parameters.items())
            raise EdgeError(
                f"no PSF: f(d) with {text} does not rise everywhere, so it is no edge; "
                "fit a lower degree, a larger region or better levels v1, v2"
            )
        bound = 1.0
        while self.polynomial(bound) < _F_MAX:
            bound *= 2.0
        self._reach = scipy.optimize.brentq(lambda d: float(self.polynomial(d)) - _F_MAX, 0.0, bound)
        self.name = _name(self.polynomial.degree)

    @property
    def parameters(self) -> dict[str, float]:
        """{"p1": …, "p3": …}: p_k in px^−k."""
        return self.polynomial.parameters

    @property
    def reach(self) -> float:
        """Distance (px) at which f is 42, so that E is below double precision."""
        return self._reach

    @property
    def non_negative(self) -> bool:
        """True where f is a line: the edge is a mean of Gaussian edges then."""
        return len(self.polynomial.coefficients) == 1

    @property
    def detail(self) -> float:
        """A hundredth of the reach (px): f rises by 42 on the way."""
        return 0.01 * self._reach

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d) = 1 / (1 + exp f(d)); d in px."""
        return esf_from_f(self.polynomial(d))

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d) = E (1 − E) f'(d), px⁻¹."""
        e = self.esf(d)
        return e * (1.0 - e) * self.polynomial.derivative(d)

    def _curvature(self, d: np.ndarray) -> np.ndarray:
        d = np.minimum(d, 2.0 * self._reach)
        e = self.esf(d)
        if len(self.polynomial.coefficients) == 1:
            return 0.5 * e * (1.0 - e) * ((1.0 - 2.0 * e) * self.polynomial.coefficients[0] ** 2)
        slope = self.polynomial.derivative(d)
        bend = self.polynomial.derivative(d, 2)
        return 0.5 * e * (1.0 - e) * ((1.0 - 2.0 * e) * slope**2 - bend)


@takes(r=gray_values, p=between(1e-30, 1e30), terms=whole(1, 1_000_000))
def logistic_closed_form(r: npt.ArrayLike, p: float, terms: int = 4000) -> np.ndarray:
    """P(r) (px⁻², any shape of r) of the edge f = p d as its closed series, the oracle for the quadrature.

    P(r) = (1/p) Σ (2ω² − r²) / (r² + ω²)^{5/2} with ω = (2k+1)π/p. The tail of the series beyond `terms`
    is replaced by its integral.
    """
    r = np.asarray(r, dtype=np.float64)[..., None]
    omega = (2 * np.arange(terms) + 1) * np.pi / p
    series = ((2 * omega**2 - r**2) / (r**2 + omega**2) ** 2.5).sum(axis=-1)
    end = 2 * terms * np.pi / p
    # ∫ (2ω² − r²)/(r²+ω²)^{5/2} dω from `end` on, per spacing 2π/p; antiderivative −ω/(r²+ω²)^{3/2}
    tail = end / (r[..., 0] ** 2 + end**2) ** 1.5 * p / (2 * np.pi)
    return (series + tail) / p


class LogisticFamily(LazyFamily):
    """Fits f = x + s₃ x³ + s₅ x⁵ + …, x = p1 d; the shape numbers are (log p1, s₃, s₅, …).

    s_k = p_k / p1^k has no unit, so the bounds hold at any blur. With s₃ > 1/12 the LSF has a dip at its
    centre; the bound leaves a little room for it, and `PointSpread` refuses what is no PSF.
    """

    rank = 20
    relatives = "logistic with another odd degree"
    model_class = Logistic

    def __init__(self, degree: int):
        self.terms = (degree + 1) // 2
        self.name = _name(degree)
        self.help = "logistic edge" + ("" if degree == 1 else f", f(d) of degree {degree}")
        self.compose = degree == 1  # the other degrees start as this one does
        self.lower = (-7.0,) + (
            () if degree == 1 else (0.0,) if degree == 3 else (-0.2,) * (self.terms - 2) + (0.0,)
        )
        self.upper = (4.0,) + (0.2,) * (self.terms - 1)

    def start(self, p: float) -> np.ndarray:
        """p1 = p, all other numbers 0."""
        return np.array([np.log(p)] + [0.0] * (self.terms - 1))

    def edge(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, Derivatives]:
        """E; then dE/dd, and dE by log p1 and every s_k."""
        p1 = np.exp(shape[0])
        x = np.clip(p1 * d, -1e3, 1e3)
        u = x * x
        series = np.concatenate([[1.0], shape[1:]])
        value = x * np.polynomial.polynomial.polyval(u, series)
        e = esf_from_f(value)

        def derivatives() -> tuple[np.ndarray, np.ndarray]:
            slope = np.polynomial.polynomial.polyval(u, series * np.arange(1, 2 * self.terms, 2))
            density = -e * (1.0 - e)
            gradient = np.empty((self.terms, d.size))
            gradient[0] = density * slope * x
            power = x
            for k in range(1, self.terms):
                power = power * u
                gradient[k] = density * power
            return density * slope * p1, gradient

        return e, derivatives

    def model(self, shape: Shape) -> Logistic:
        """The logistic edge with p_k = s_k p1^k."""
        p1 = float(np.exp(shape[0]))
        return Logistic(p1, *(s * p1 ** (2 * k + 3) for k, s in enumerate(shape[1:])))

    def from_parameters(self, parameters: Mapping[str, float]) -> Logistic:
        """The logistic edge with these p1, p3, …, px^−k."""
        return Logistic(*(parameters[f"p{2 * k + 1}"] for k in range(self.terms)))

    def relative(self, name: str) -> LogisticFamily | None:
        """The family of another odd degree: "logistic7" and so on."""
        degree = name.removeprefix("logistic")
        odd = name.startswith("logistic") and degree.isdecimal() and int(degree) % 2 == 1
        return LogisticFamily(int(degree)) if odd else None

    def examples(self) -> tuple[Example, ...]:
        """Values of E and L, and of P and MTF where f is a line; none beyond degree 5."""
        given = _GIVEN.get(self.terms, ())
        if not given:
            return ()
        known: Known = (("lsf", 0.0, given[0] / 4.0), ("esf", 1.0, 1.0 / (1.0 + np.exp(sum(given)))))
        if self.terms == 1:
            x = 2.0 * np.pi**2 * 0.1 / given[0]
            known += (
                ("radial", 0.0, 7.0 * _ZETA3 * given[0] ** 2 / (4.0 * np.pi**3)),
                ("mtf", 0.1, x / np.sinh(x)),
            )
        return (Example(Logistic(*given), known),)


FAMILIES = (LogisticFamily(1), LogisticFamily(3), LogisticFamily(5))
