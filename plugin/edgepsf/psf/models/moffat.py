"""Moffat PSF, P = (β−1)/(πα²) (1 + r²/α²)^−β; its edge is a Student t survival with ν = 2β−2 at d√ν/α."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import scipy

from ...errors import InputError
from ...options.arguments import real
from ..hermite import Quintic
from ..model import Derivatives, Example, LazyFamily, RadialModel, Shape

_STEP = 1e-4  # of log(β − 1), for the derivative by it
_SPACING = 0.03  # of the table, relative to the width of the edge: exact to 10⁻¹²
_WORTH = 3  # places to a node of the table; below that every place is computed


def _alpha(fwhm: float, beta: float) -> float:
    """Scale of the Moffat with this FWHM."""
    return fwhm / (2.0 * np.sqrt(2.0 ** (1.0 / beta) - 1.0))


class Moffat(RadialModel):
    """Moffat of scale `alpha` (px) and exponent `beta` > 1.

    Raises
    ------
    InputError
        If alpha is not positive or beta is not above 1.
    """

    name = "moffat"

    def __init__(self, alpha: float, beta: float):
        alpha, beta = real("alpha", alpha), real("beta", beta)
        if not (np.isfinite(alpha) and alpha > 0 and np.isfinite(beta) and beta > 1):
            raise InputError(f"a Moffat PSF needs alpha > 0 and beta > 1, not alpha={alpha}, beta={beta}")
        self.alpha, self.beta = float(alpha), float(beta)

    @property
    def parameters(self) -> dict[str, float]:
        """{"alpha": scale α, px, "beta": exponent β}."""
        return {"alpha": self.alpha, "beta": self.beta}

    @property
    def reach(self) -> float:
        """Radius (px) with all but 10⁻⁶ of the energy."""
        # The tails have no end.
        return self.alpha * np.sqrt(1e-6 ** (-1.0 / (self.beta - 1.0)))

    @property
    def non_negative(self) -> bool:
        """True: a power."""
        return True

    @property
    def detail(self) -> float:
        """α/β (px)."""
        return self.alpha / self.beta

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d): survival function of Student's t with ν = 2β − 2 at d√ν/α; d in px."""
        nu = 2.0 * self.beta - 2.0
        return scipy.special.stdtr(nu, -np.asarray(d, dtype=np.float64) * np.sqrt(nu) / self.alpha)

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d) = Γ(β − ½) / (Γ(β − 1) √π α) (1 + d²/α²)^(½ − β), px⁻¹."""
        u = np.asarray(d, dtype=np.float64) / self.alpha
        norm = np.exp(scipy.special.gammaln(self.beta - 0.5) - scipy.special.gammaln(self.beta - 1.0)) / (
            np.sqrt(np.pi) * self.alpha
        )
        return norm * (1.0 + u**2) ** (0.5 - self.beta)

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r) = (β−1)/(πα²) (1 + r²/α²)^−β, px⁻²."""
        u = np.asarray(r, dtype=np.float64) / self.alpha
        return (self.beta - 1.0) / (np.pi * self.alpha**2) * (1.0 + u**2) ** -self.beta

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """MTF(ν) = 2^(1−m)/Γ(m) x^m K_m(x), m = β − 1, x = 2παν; ν in cycles/px."""
        x = 2 * np.pi * self.alpha * np.abs(np.asarray(nu, dtype=np.float64))
        m = self.beta - 1.0
        safe = np.clip(x, 1e-9, 600.0)
        # In logarithms, with the scaled Bessel function: the factors alone overflow for large beta.
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            log = (
                (1.0 - m) * np.log(2.0)
                - scipy.special.gammaln(m)
                + m * np.log(safe)
                + np.log(scipy.special.kve(m, safe))
                - safe
            )
        value = np.where(
            np.isfinite(log), np.exp(np.minimum(log, 0.0)), np.exp(-safe * safe / (4.0 * max(m, 1.0)))
        )
        return np.where(x < 1e-9, 1.0, value)

    def half_maximum_radius(self) -> float:
        """α √(2^(1/β) − 1), px."""
        return self.alpha * np.sqrt(2.0 ** (1.0 / self.beta) - 1.0)

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within r (px): 1 − (1 + r²/α²)^(1−β)."""
        u = np.asarray(r, dtype=np.float64) / self.alpha
        return 1.0 - (1.0 + u**2) ** (1.0 - self.beta)


def _table(fwhm: float, beta: float, alpha: float, s: np.ndarray) -> np.ndarray:
    """E at d = α sinh s, and its first two derivatives by s, shape (3, nodes)."""
    d, by_s = alpha * np.sinh(s), alpha * np.cosh(s)
    own = _alpha(fwhm, beta)
    lsf = Moffat(own, beta).lsf(d)
    bend = (2.0 * beta - 1.0) * d / (own**2 + d**2) * lsf  # −L'
    esf = scipy.special.stdtr(2.0 * beta - 2.0, -d * np.sqrt(2.0 * beta - 2.0) / own)
    return np.stack([esf, -lsf * by_s, bend * by_s**2 - lsf * d])


class MoffatFamily(LazyFamily):
    """Shape numbers: log FWHM and log(β − 1), which are nearly independent of one another."""

    name = "moffat"
    help = "Moffat: a core with wings, as of seeing"
    rank = 40
    compose = True
    model_class = Moffat
    lower, upper = (-2.0, -1.6), (6.0, 3.0)

    def start(self, p: float) -> np.ndarray:
        """FWHM 3/p and β = 3.5."""
        return np.array([np.log(3.0 / p), np.log(2.5)])

    @staticmethod
    def _esf(fwhm: float, beta: float, d: np.ndarray) -> np.ndarray:
        nu = 2.0 * beta - 2.0
        return scipy.special.stdtr(nu, -d * np.sqrt(nu) / _alpha(fwhm, beta))

    def edge(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, Derivatives]:
        """E; then dE/dd, and the derivatives by log FWHM (closed) and log(β − 1) (central difference).

        E is costly: many places are read from a table in s, where d = α sinh s.
        """
        fwhm, beta = np.exp(shape[0]), 1.0 + np.exp(shape[1])
        alpha = _alpha(fwhm, beta)
        read = self._reader(fwhm, alpha, beta, d)

        def derivatives() -> tuple[np.ndarray, np.ndarray]:
            slope = -Moffat(alpha, beta).lsf(d)
            moved, back = (1.0 + np.exp(shape[1] + sign * _STEP) for sign in (1.0, -1.0))
            return slope, np.stack([-d * slope, read(moved, back) / (2 * _STEP)])

        return read(beta, None), derivatives

    def _reader(
        self, fwhm: float, alpha: float, beta: float, d: np.ndarray
    ) -> Callable[[float, float | None], np.ndarray]:
        """A function that gives E for a β near this one, or the difference of E for two."""
        size, step = np.abs(d), _SPACING * min(1.0, 1.0 / np.sqrt(2.0 * beta - 2.0))
        nodes = np.arcsinh(size.max(initial=0.0) / alpha) / step + 2.0
        if not nodes * _WORTH < d.size:
            return lambda one, other: (
                self._esf(fwhm, one, d) - (0.0 if other is None else self._esf(fwhm, other, d))
            )
        t = np.arcsinh(size / alpha) / step
        node, left = t.astype(np.intp), d < 0
        t -= node
        s, unit = step * np.arange(int(nodes)), step ** np.arange(3.0)[:, None]

        def read(one: float, other: float | None) -> np.ndarray:
            table = _table(fwhm, one, alpha, s)
            if other is not None:
                table -= _table(fwhm, other, alpha, s)
            half = Quintic(*(table * unit))(node, t)
            return np.where(left, (1.0 if other is None else 0.0) - half, half)

        return read

    def model(self, shape: Shape) -> Moffat:
        """The Moffat with this log FWHM and log(β − 1)."""
        fwhm, beta = float(np.exp(shape[0])), float(1.0 + np.exp(shape[1]))
        return Moffat(_alpha(fwhm, beta), beta)

    def examples(self) -> tuple[Example, ...]:
        """β = 2.5 and 5, and β = 1.5, of which the edge is an arctangent and the MTF an exponential."""
        three = (
            ("radial", 0.0, 1.5 / (np.pi * 2.4**2)),
            ("lsf", 0.0, 2.0 / (np.pi * 2.4)),
            ("esf", 2.4, 0.25 - 1.0 / (2.0 * np.pi)),
            ("energy", 2.4, 1.0 - 2.0**-1.5),
        )
        five = (("radial", 3.0, 4.0 / (9.0 * np.pi) / 32.0), ("energy", 3.0, 15.0 / 16.0))
        cauchy = (
            ("radial", 0.0, 0.5 / (np.pi * 4.0)),
            ("lsf", 2.0, 1.0 / (4.0 * np.pi)),
            ("esf", 2.0, 0.25),
            ("mtf", 0.1, np.exp(-0.4 * np.pi)),
        )
        return (
            Example(Moffat(2.4, 2.5), three, fwhm=4.8 * np.sqrt(2.0**0.4 - 1.0)),
            Example(Moffat(3.0, 5.0), five, fwhm=6.0 * np.sqrt(2.0**0.2 - 1.0)),
            Example(Moffat(2.0, 1.5), cauchy, fwhm=4.0 * np.sqrt(2.0 ** (2.0 / 3.0) - 1.0)),
        )


FAMILIES = (MoffatFamily(),)
