"""Uniform disk, the PSF of geometric defocus: E = (arccos u − u√(1−u²))/π with u = d/R, |u| ≤ 1; P = 1/(πR²)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from ...errors import InputError
from ...options.arguments import real
from ..model import Example, RadialModel, Shape, ShapeFamily


class Disk(RadialModel):
    """Disk of radius `radius` (px).

    Raises
    ------
    InputError
        If the radius is not a positive number.
    """

    name = "disk"

    def __init__(self, radius: float):
        radius = real("radius", radius)
        if not (np.isfinite(radius) and radius > 0):
            raise InputError(f"radius must be a positive number of px, not {radius}")
        self.radius = float(radius)

    @property
    def parameters(self) -> dict[str, float]:
        """{"radius": R, px}."""
        return {"radius": self.radius}

    @property
    def reach(self) -> float:
        """R (px)."""
        return self.radius

    @property
    def non_negative(self) -> bool:
        """True: 0 or a constant."""
        return True

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d) = (arccos u − u√(1−u²))/π, u = d/R; d in px."""
        u = np.clip(np.asarray(d, dtype=np.float64) / self.radius, -1.0, 1.0)
        return (np.arccos(u) - u * np.sqrt(1.0 - u**2)) / np.pi

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d) = 2√(1−u²)/(πR), px⁻¹."""
        u = np.clip(np.asarray(d, dtype=np.float64) / self.radius, -1.0, 1.0)
        return 2.0 * np.sqrt(1.0 - u**2) / (np.pi * self.radius)

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r) = 1/(πR²) for r ≤ R, else 0, px⁻²."""
        inside = np.abs(np.asarray(r, dtype=np.float64)) <= self.radius
        return np.where(inside, 1.0 / (np.pi * self.radius**2), 0.0)

    def sampled(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r) with the rim spread over one pixel, so that a kernel does not jump with the radius."""
        r = np.abs(np.asarray(r, dtype=np.float64))
        return np.clip(self.radius - r + 0.5, 0.0, 1.0) / (np.pi * self.radius**2)

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """MTF(ν) = |2 J₁(x)/x|, x = 2πRν; ν in cycles/px."""
        return np.abs(self.transfer(nu))

    def transfer(self, nu: npt.ArrayLike) -> np.ndarray:
        """2 J₁(x)/x, x = 2πRν."""
        x = 2 * np.pi * self.radius * np.abs(np.asarray(nu, dtype=np.float64))
        return np.where(x < 1e-8, 1.0, 2.0 * scipy.special.j1(x) / np.where(x < 1e-8, 1.0, x))

    def half_maximum_radius(self) -> float:
        """R (px)."""
        return self.radius

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within r (px): r²/R²."""
        return np.clip(np.asarray(r, dtype=np.float64) / self.radius, 0.0, 1.0) ** 2


class DiskFamily(ShapeFamily):
    """Shape number: log R."""

    name = "disk"
    help = "uniform disk: geometric defocus"
    rank = 30
    compose = True
    model_class = Disk
    lower, upper = (-2.0,), (6.0,)

    def start(self, p: float) -> np.ndarray:
        """log R with R = 3/p."""
        return np.array([np.log(3.0 / p)])

    def esf_and_gradient(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E, dE/dd, and dE/d log R = −d dE/dd."""
        radius = np.exp(shape[0])
        u = np.clip(d / radius, -1.0, 1.0)
        root = np.sqrt(1.0 - u**2)
        slope = -2.0 * root / (np.pi * radius)
        return (np.arccos(u) - u * root) / np.pi, slope, (-d * slope)[None]

    def model(self, shape: Shape) -> Disk:
        """The disk with this log R."""
        return Disk(float(np.exp(shape[0])))

    def examples(self) -> tuple[Example, ...]:
        """R = 3 px: values of P, L, E, energy, and the first zero of the MTF."""
        known = (
            ("radial", 1.0, 1.0 / (9.0 * np.pi)),
            ("lsf", 0.0, 2.0 / (3.0 * np.pi)),
            ("esf", 1.5, 1.0 / 3.0 - np.sqrt(3.0) / (4.0 * np.pi)),
            ("mtf", 3.8317059702075125 / (6.0 * np.pi), 0.0),
            ("energy", 1.5, 0.25),
        )
        return (Example(Disk(3.0), known, fwhm=6.0),)


FAMILIES = (DiskFamily(),)
