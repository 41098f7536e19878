"""Gaussian PSF, P = exp(−r²/2σ²) / (2πσ²): E = ½ erfc(d/σ√2), MTF = exp(−2π²σ²ν²)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from ...errors import InputError
from ..model import RadialModel, ShapeFamily


class Gaussian(RadialModel):
    """Gaussian of standard deviation `sigma` (px) on each axis."""

    name = "gaussian"

    def __init__(self, sigma: float):
        if not (np.isfinite(sigma) and sigma > 0):
            raise InputError(f"sigma must be a positive number of px, not {sigma}")
        self.sigma = float(sigma)

    @property
    def parameters(self) -> dict[str, float]:
        return {"sigma": self.sigma}

    @property
    def reach(self) -> float:
        return 9.0 * self.sigma

    def esf(self, d):
        return ndtr(-np.asarray(d, dtype=np.float64) / self.sigma)

    def lsf(self, d):
        u = np.asarray(d, dtype=np.float64) / self.sigma
        return np.exp(-0.5 * u**2) / (np.sqrt(2 * np.pi) * self.sigma)

    def radial(self, r):
        u = np.asarray(r, dtype=np.float64) / self.sigma
        return np.exp(-0.5 * u**2) / (2 * np.pi * self.sigma**2)

    def mtf(self, nu):
        return np.exp(-2 * (np.pi * self.sigma * np.asarray(nu, dtype=np.float64)) ** 2)

    def half_maximum_radius(self) -> float:
        return self.sigma * np.sqrt(2 * np.log(2))

    def energy(self, r):
        return -np.expm1(-0.5 * (np.asarray(r, dtype=np.float64) / self.sigma) ** 2)


class GaussianFamily(ShapeFamily):
    """Shape number: log σ."""

    name = "gaussian"
    lower, upper = (-3.0,), (6.0,)

    def start(self, p: float) -> np.ndarray:
        return np.array([np.log(1.7 / p)])

    def esf_and_gradient(self, shape, d):
        sigma = np.exp(shape[0])
        u = d / sigma
        slope = -np.exp(-0.5 * u**2) / (np.sqrt(2 * np.pi) * sigma)
        return ndtr(-u), slope, (-d * slope)[None]

    def model(self, shape) -> Gaussian:
        return Gaussian(float(np.exp(shape[0])))


FAMILIES = (GaussianFamily(),)
