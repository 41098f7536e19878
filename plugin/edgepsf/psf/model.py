"""Base class of the radial edge models: one isotropic PSF seen as E(d), L(d), P(r) and MTF(ν).

A model gives E and the derivatives that its family knows in closed form; what it does not give is
computed here from the formulas of docs/mathematics.md by quadratures that converge exponentially for
smooth profiles (midpoint rule on an even, analytic integrand).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.integrate import cumulative_simpson
from scipy.optimize import brentq

_NODES = 200


class RadialModel:
    """An isotropic PSF. Subclasses give `name`, `parameters`, `reach`, `esf`, `lsf` and `_curvature`."""

    name: str = ""

    @property
    def parameters(self) -> dict[str, float]:
        """Shape parameters by name."""
        raise NotImplementedError

    @property
    def reach(self) -> float:
        """Distance (px) beyond which the ESF is 0 to double precision."""
        raise NotImplementedError

    def esf(self, d) -> np.ndarray:
        """Edge spread function E(d)."""
        raise NotImplementedError

    def lsf(self, d) -> np.ndarray:
        """Line spread function L(d) = −E'(d), px⁻¹."""
        raise NotImplementedError

    def _curvature(self, d) -> np.ndarray:
        """g''(d) = E''(d)/2 for d > 0, px⁻²."""
        raise NotImplementedError

    def radial(self, r) -> np.ndarray:
        """P(r), px⁻², by P(r) = (2/π) ∫₀^∞ g''(√(r²+u²)) / √(r²+u²) du, regular for every r ≥ 0."""
        r = np.abs(np.asarray(r, dtype=np.float64))
        step = self.reach / _NODES
        u = (np.arange(_NODES) + 0.5) * step
        flat, inverse = np.unique(r.ravel(), return_inverse=True)
        out = np.empty(flat.size)
        for start in range(0, flat.size, 4096):
            s = np.hypot(flat[start : start + 4096, None], u)
            out[start : start + 4096] = (2.0 / np.pi) * step * (self._curvature(s) / s).sum(axis=1)
        return out[inverse].reshape(r.shape)

    def mtf(self, nu) -> np.ndarray:
        """Modulation transfer function at ν (cycles/px), the cosine transform of L."""
        nu = np.asarray(nu, dtype=np.float64)
        # The sum aliases at 1/step cycles/px; the step keeps that beyond the frequencies asked for.
        nodes = int(max(2 * _NODES, np.ceil(4 * self.reach * np.abs(nu).max(initial=0.0))))
        step = self.reach / nodes
        d = (np.arange(nodes) + 0.5) * step
        return np.abs(2.0 * step * np.cos(2 * np.pi * nu[..., None] * d) @ self.lsf(d))

    def transfer(self, nu) -> np.ndarray:
        """Optical transfer function with its sign; models whose sign never changes leave it at the MTF."""
        return self.mtf(nu)

    def half_width(self, share: float = 0.02) -> float:
        """Distance (px) at which the ESF has fallen to a share of the step."""
        return brentq(lambda d: float(self.esf(d)) - share, 0.0, self.reach, xtol=1e-6)

    def sampled(self, r) -> np.ndarray:
        """P(r) as a kernel image samples it; the same unless P jumps."""
        return self.radial(r)

    def energy(self, r) -> np.ndarray:
        """Share of the energy within radius r (px), between 0 and 1, by Simpson's rule."""
        grid, cumulated = self._energy_table
        return np.interp(np.asarray(r, dtype=np.float64), grid, cumulated)

    @cached_property
    def _energy_table(self) -> tuple[np.ndarray, np.ndarray]:
        grid = np.linspace(0.0, self.reach, 2001)
        density = 2 * np.pi * grid * np.clip(self.radial(grid), 0.0, None)
        cumulated = cumulative_simpson(density, x=grid, initial=0.0)
        return grid, np.maximum.accumulate(cumulated) / cumulated.max()

    def half_maximum_radius(self) -> float:
        """Largest r (px) at which P is half of its maximum."""
        r = np.linspace(0.0, self.reach, 2001)
        profile = self.radial(r)
        half = 0.5 * profile.max()
        last = int(np.nonzero(profile >= half)[0][-1])
        if not half > 0 or last + 1 == len(r):
            return float("nan")
        return brentq(lambda s: float(self.radial(s)) - half, r[last], r[last + 1], xtol=1e-12)


class ShapeFamily:
    """How a family of models is fitted: a vector of shape numbers ↔ E(d) and its derivatives.

    Attributes
    ----------
    name : str
    lower, upper : tuple of float
        Bounds of the shape numbers.
    """

    name: str = ""
    lower: tuple[float, ...] = ()
    upper: tuple[float, ...] = ()

    def start(self, p: float) -> np.ndarray:
        """First shape for an edge whose slope f'(0) is about p (px⁻¹)."""
        raise NotImplementedError

    def esf_and_gradient(self, shape, d) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E(d), dE/dd and dE/dshape (shape numbers × pixels)."""
        raise NotImplementedError

    def difference(self, shape) -> float:
        """Step for differences by a shape number; these are logarithms or ratios near 1 if nothing else is said."""
        return 1e-5

    def model(self, shape) -> RadialModel:
        """The model with this shape."""
        raise NotImplementedError
