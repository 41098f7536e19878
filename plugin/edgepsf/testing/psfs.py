"""PSFs that no family of the library can represent, for edges with a known truth.

They repeat what `edgepsf.psf.composite` can do, on purpose: the truth of a test must not come from the code under test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import j0, j1

from ..errors import InputError
from ..psf.model import RadialModel
from ..psf.models.airy import Airy
from ..psf.models.disk import Disk
from ..psf.models.gaussian import Gaussian

_BAND_NODES = 600


class GaussianMixture(RadialModel):
    """Sum of Gaussians, for example a core with a halo: `GaussianMixture((0.6, 1.0), (0.4, 3.0))`.

    Parameters
    ----------
    *parts : (weight, sigma)
        Weights are positive and are scaled to sum 1; sigma in px.

    Raises
    ------
    InputError
        If there is no part, or a weight is not positive.
    """

    name = "gaussian mixture"

    def __init__(self, *parts: tuple[float, float]):
        self.parts = parts
        total = sum(weight for weight, _ in parts)
        if not parts or min(weight for weight, _ in parts) <= 0:
            raise InputError(f"a mixture needs parts of positive weight, not {parts}")
        self.weights = [weight / total for weight, _ in parts]
        self.gaussians = [Gaussian(sigma) for _, sigma in parts]

    @property
    def parameters(self) -> dict[str, float]:
        """{"weight1": …, "sigma1": …, "weight2": …}; sigma in px."""
        pairs = enumerate(zip(self.weights, self.gaussians, strict=True), start=1)
        return {k: v for i, (w, g) in pairs for k, v in ((f"weight{i}", w), (f"sigma{i}", g.sigma))}

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The parts as they were given."""
        return self.parts

    @property
    def reach(self) -> float:
        """The largest reach of the parts (px)."""
        return max(g.reach for g in self.gaussians)

    def _sum(self, method: str, at: npt.ArrayLike) -> np.ndarray:
        out = np.zeros_like(np.asarray(at, dtype=np.float64))
        for weight, each in zip(self.weights, self.gaussians, strict=True):
            out = out + weight * getattr(each, method)(at)
        return out

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d), the weighted mean of the parts; d in px."""
        return self._sum("esf", d)

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d), px⁻¹; d in px."""
        return self._sum("lsf", d)

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r), px⁻²; r in px."""
        return self._sum("radial", r)

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """MTF(ν); ν in cycles/px."""
        return self._sum("mtf", nu)

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within r (px)."""
        return self._sum("energy", r)


class Ring(RadialModel):
    """Uniform ring between two radii (px): defocus of a lens with a central obstruction.

    Raises
    ------
    InputError
        If not 0 < inner < outer.
    """

    name = "ring"

    def __init__(self, inner: float, outer: float):
        if not 0 < inner < outer:
            raise InputError(f"a ring needs 0 < inner < outer, not {inner} and {outer}")
        self.inner, self.outer = Disk(inner), Disk(outer)
        self.weight = outer**2 / (outer**2 - inner**2)

    @property
    def parameters(self) -> dict[str, float]:
        """{"inner": radius, px, "outer": radius, px}."""
        return {"inner": self.inner.radius, "outer": self.outer.radius}

    @property
    def reach(self) -> float:
        """The outer radius (px)."""
        return self.outer.radius

    def _difference(self, method: str, at: npt.ArrayLike) -> np.ndarray:
        outer, inner = getattr(self.outer, method)(at), getattr(self.inner, method)(at)
        return self.weight * outer - (self.weight - 1.0) * inner

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d); d in px."""
        return self._difference("esf", d)

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d), px⁻¹; d in px."""
        # Disks clip |d| at their radius, where their line spread is zero.
        return self._difference("lsf", d)

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r), px⁻²; r in px."""
        return self._difference("radial", r)

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """MTF(ν); ν in cycles/px."""
        outer, inner = _disk_transfer(self.outer.radius, nu), _disk_transfer(self.inner.radius, nu)
        return np.abs(self.weight * outer - (self.weight - 1.0) * inner)

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within r (px)."""
        return self._difference("energy", r)

    def half_maximum_radius(self) -> float:
        """Outer radius: P is zero at the centre, so that half of its maximum is meant."""
        return self.outer.radius


class AiryDisk(RadialModel):
    """Airy pattern of cut-off `cutoff` (cycles/px) convolved with a disk of `radius` px: lens with defocus.

    The transfer function is the product of the two; E, L and P are its transforms. With ν = ν_c cos θ the
    integrand is analytic, so that the Gauss–Legendre rule converges fast.
    """

    name = "airy disk"

    def __init__(self, cutoff: float, radius: float):
        self.airy, self.disk = Airy(cutoff), Disk(radius)
        nodes, weights = np.polynomial.legendre.leggauss(_BAND_NODES)
        theta = np.pi / 4 * (nodes + 1.0)
        self._nu = cutoff * np.cos(theta)
        self._weight = np.pi / 4 * weights * cutoff * np.sin(theta) * self._transfer(self._nu)

    def _transfer(self, nu: npt.ArrayLike) -> np.ndarray:
        return self.airy.mtf(nu) * _disk_transfer(self.disk.radius, nu)

    @property
    def parameters(self) -> dict[str, float]:
        """{"cutoff": ν_c, cycles/px, "radius": R, px}."""
        return {"cutoff": self.airy.cutoff, "radius": self.disk.radius}

    @property
    def reach(self) -> float:
        """The reach of the Airy pattern (px)."""
        return self.airy.reach

    def _transform(
        self, kernel: Callable[[np.ndarray], np.ndarray], weight: np.ndarray, at: npt.ArrayLike
    ) -> np.ndarray:
        at = np.asarray(at, dtype=np.float64)
        flat = at.ravel()
        out = np.empty(flat.size)
        for start in range(0, flat.size, 4096):  # bounds the memory
            phase = 2 * np.pi * flat[start : start + 4096, None] * self._nu
            out[start : start + 4096] = kernel(phase) @ weight
        return out.reshape(at.shape)

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d); d in px."""
        return 0.5 - self._transform(np.sin, self._weight / (np.pi * self._nu), d)

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d), px⁻¹; d in px."""
        return self._transform(np.cos, 2.0 * self._weight, d)

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r), px⁻²; r in px."""
        return self._transform(j0, 2 * np.pi * self._nu * self._weight, r)

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """MTF(ν); ν in cycles/px."""
        return np.abs(self._transfer(nu))

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within r (px)."""
        r = np.asarray(r, dtype=np.float64)
        return 2 * np.pi * r * self._transform(j1, self._weight, r)


def _disk_transfer(radius: float, nu: npt.ArrayLike) -> np.ndarray:
    """Transfer function of a disk with its sign, which `Disk.mtf` drops."""
    x = 2 * np.pi * radius * np.abs(np.asarray(nu, dtype=np.float64))
    safe = np.where(x < 1e-8, 1.0, x)
    return np.where(x < 1e-8, 1.0, 2.0 * j1(safe) / safe)
