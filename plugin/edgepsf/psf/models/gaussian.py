"""Gaussian PSF, P = exp(−r²/2σ²) / (2πσ²): E = ½ erfc(d/σ√2), MTF = exp(−2π²σ²ν²)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from ...errors import InputError
from ...options.arguments import real
from ..model import Derivatives, Example, LazyFamily, RadialModel, Shape


class Gaussian(RadialModel):
    """Gaussian of standard deviation `sigma` (px) on each axis.

    Raises
    ------
    InputError
        If sigma is not a positive number.
    """

    name = "gaussian"

    def __init__(self, sigma: float):
        sigma = real("sigma", sigma)
        if not (np.isfinite(sigma) and sigma > 0):
            raise InputError(f"sigma must be a positive number of px, not {sigma}")
        self.sigma = float(sigma)

    @property
    def parameters(self) -> dict[str, float]:
        """{"sigma": standard deviation, px}."""
        return {"sigma": self.sigma}

    @property
    def reach(self) -> float:
        """9 σ (px)."""
        return 9.0 * self.sigma

    @property
    def non_negative(self) -> bool:
        """True: an exponential."""
        return True

    @property
    def detail(self) -> float:
        """σ (px)."""
        return self.sigma

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d) = ½ erfc(d/σ√2); d in px."""
        return scipy.special.ndtr(-np.asarray(d, dtype=np.float64) / self.sigma)

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d) = exp(−d²/2σ²) / (√(2π) σ), px⁻¹."""
        u = np.asarray(d, dtype=np.float64) / self.sigma
        return np.exp(-0.5 * u**2) / (np.sqrt(2 * np.pi) * self.sigma)

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r) = exp(−r²/2σ²) / (2πσ²), px⁻²."""
        u = np.asarray(r, dtype=np.float64) / self.sigma
        return np.exp(-0.5 * u**2) / (2 * np.pi * self.sigma**2)

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """MTF(ν) = exp(−2π²σ²ν²); ν in cycles/px."""
        return np.exp(-2 * (np.pi * self.sigma * np.asarray(nu, dtype=np.float64)) ** 2)

    def half_maximum_radius(self) -> float:
        """σ √(2 ln 2), px."""
        return self.sigma * np.sqrt(2 * np.log(2))

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within r (px): 1 − exp(−r²/2σ²)."""
        return -np.expm1(-0.5 * (np.asarray(r, dtype=np.float64) / self.sigma) ** 2)


class GaussianFamily(LazyFamily):
    """Shape number: log σ."""

    name = "gaussian"
    help = "Gaussian"
    rank = 10
    compose = True
    model_class = Gaussian
    lower, upper = (-3.0,), (6.0,)

    def start(self, p: float) -> np.ndarray:
        """log σ with σ = 1.7/p."""
        return np.array([np.log(1.7 / p)])

    def edge(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, Derivatives]:
        """E; then dE/dd, and dE/d log σ = −d dE/dd."""
        sigma = np.exp(shape[0])
        u = d / sigma

        def derivatives() -> tuple[np.ndarray, np.ndarray]:
            slope = -np.exp(-0.5 * u**2) / (np.sqrt(2 * np.pi) * sigma)
            return slope, (-d * slope)[None]

        return scipy.special.ndtr(-u), derivatives

    def model(self, shape: Shape) -> Gaussian:
        """The Gaussian with this log σ."""
        return Gaussian(float(np.exp(shape[0])))

    def examples(self) -> tuple[Example, ...]:
        """σ = 1.5 px: values of P, L, E, MTF and energy."""
        known = (
            ("radial", 0.0, 1.0 / (4.5 * np.pi)),
            ("lsf", 0.0, 1.0 / (1.5 * np.sqrt(2.0 * np.pi))),
            ("esf", 1.5, 0.15865525393145707),
            ("mtf", 0.1, np.exp(-0.045 * np.pi**2)),
            ("energy", 1.5 * np.sqrt(2.0 * np.log(2.0)), 0.5),
        )
        return (Example(Gaussian(1.5), known, fwhm=3.0 * np.sqrt(2.0 * np.log(2.0))),)


FAMILIES = (GaussianFamily(),)
