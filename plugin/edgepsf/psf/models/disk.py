"""Uniform disk, the PSF of geometric defocus: E = (arccos u − u√(1−u²))/π with u = d/R, |u| ≤ 1."""

from __future__ import annotations

import numpy as np
from scipy.special import j1

from ...errors import InputError
from ..model import RadialModel, ShapeFamily


class Disk(RadialModel):
    """Disk of radius `radius` (px)."""

    name = "disk"

    def __init__(self, radius: float):
        if not (np.isfinite(radius) and radius > 0):
            raise InputError(f"radius must be a positive number of px, not {radius}")
        self.radius = float(radius)

    @property
    def parameters(self) -> dict[str, float]:
        return {"radius": self.radius}

    @property
    def reach(self) -> float:
        return self.radius

    def esf(self, d):
        u = np.clip(np.asarray(d, dtype=np.float64) / self.radius, -1.0, 1.0)
        return (np.arccos(u) - u * np.sqrt(1.0 - u**2)) / np.pi

    def lsf(self, d):
        u = np.clip(np.asarray(d, dtype=np.float64) / self.radius, -1.0, 1.0)
        return 2.0 * np.sqrt(1.0 - u**2) / (np.pi * self.radius)

    def radial(self, r):
        inside = np.abs(np.asarray(r, dtype=np.float64)) <= self.radius
        return np.where(inside, 1.0 / (np.pi * self.radius**2), 0.0)

    def sampled(self, r):
        """P(r) with the rim spread over one pixel, so that a kernel does not jump with the radius."""
        r = np.abs(np.asarray(r, dtype=np.float64))
        return np.clip(self.radius - r + 0.5, 0.0, 1.0) / (np.pi * self.radius**2)

    def mtf(self, nu):
        return np.abs(self.transfer(nu))

    def transfer(self, nu):
        x = 2 * np.pi * self.radius * np.abs(np.asarray(nu, dtype=np.float64))
        return np.where(x < 1e-8, 1.0, 2.0 * j1(x) / np.where(x < 1e-8, 1.0, x))

    def half_maximum_radius(self) -> float:
        return self.radius

    def energy(self, r):
        return np.clip(np.asarray(r, dtype=np.float64) / self.radius, 0.0, 1.0) ** 2


class DiskFamily(ShapeFamily):
    """Shape number: log R."""

    name = "disk"
    lower, upper = (-2.0,), (6.0,)

    def start(self, p: float) -> np.ndarray:
        return np.array([np.log(3.0 / p)])

    def esf_and_gradient(self, shape, d):
        radius = np.exp(shape[0])
        u = np.clip(d / radius, -1.0, 1.0)
        root = np.sqrt(1.0 - u**2)
        slope = -2.0 * root / (np.pi * radius)
        return (np.arccos(u) - u * root) / np.pi, slope, (-d * slope)[None]

    def model(self, shape) -> Disk:
        return Disk(float(np.exp(shape[0])))


FAMILIES = (DiskFamily(),)
