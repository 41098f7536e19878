"""PSFs put together from those of the library: blurred once more, summed, or in steps.

They stand for PSFs that no model of the library describes: a core with a halo is a sum, optics followed by
some other blur a convolution, and sharp shadows are steps of P(r). Compositions of compositions are allowed, so
that with enough parts they come near any isotropic PSF. All of them are non-negative where their parts are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from .model import Derivatives, LazyFamily, RadialModel, Shape, ShapeFamily
from .models.disk import Disk, DiskFamily

NAME = "free"
_HERMITE_NODES = 11
_RADIAL_NODES = 80
_SPREADS = 7.0  # standard deviations after which a Gaussian blur ends


def _hermite() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the average over a standard normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_HERMITE_NODES)
    return nodes, weights / weights.sum()


_X, _W = _hermite()


@cache
def _legendre() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of the integral over (−1, 1)."""
    return np.polynomial.legendre.leggauss(_RADIAL_NODES)


class Composite(RadialModel):
    """A composed PSF: no model of the library, so without parameters by name."""

    name = NAME

    @property
    def parameters(self) -> dict[str, float]:
        """Empty: the numbers of a composition belong to its parts."""
        return {}

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """Modulus of the transfer function at ν (cycles/px)."""
        return np.abs(self.transfer(nu))


class Blurred(Composite):
    """A PSF convolved with a Gaussian of standard deviation `sigma` (px)."""

    def __init__(self, part: RadialModel, sigma: float):
        self.part, self.sigma = part, float(sigma)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """(part, sigma)."""
        return self.part, self.sigma

    @property
    def description(self) -> str:
        """Description of the part, and σ."""
        return f"{self.part.description} blurred by sigma={self.sigma:.4g}"

    @property
    def reach(self) -> float:
        """The part's reach and 7 σ (px)."""
        return self.part.reach + _SPREADS * self.sigma

    @property
    def non_negative(self) -> bool:
        """Whether the part is."""
        return self.part.non_negative

    @property
    def detail(self) -> float:
        """The larger of σ and the part's (px)."""
        return max(self.sigma, self.part.detail)

    def _average(self, function: Callable[[np.ndarray], np.ndarray], d: npt.ArrayLike) -> np.ndarray:
        d = np.asarray(d, dtype=np.float64)
        out = np.zeros_like(d)
        for x, w in zip(_X, _W, strict=True):
            out = out + w * function(d - self.sigma * x)
        return out

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d): E of the part averaged over a normal distribution of shifts; d in px."""
        return self._average(self.part.esf, d)

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d): L of the part averaged over a normal distribution of shifts, px⁻¹."""
        return self._average(self.part.lsf, d)

    def transfer(self, nu: npt.ArrayLike) -> np.ndarray:
        """Transfer function of the part × exp(−2π²σ²ν²); ν in cycles/px."""
        nu = np.asarray(nu, dtype=np.float64)
        return self.part.transfer(nu) * np.exp(-2.0 * (np.pi * self.sigma * nu) ** 2)

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r) = ∫ P₀(s) (s/σ²) exp(−(r − s)²/2σ²) e^{−z} I₀(z) ds with z = rs/σ²."""
        r = np.abs(np.asarray(r, dtype=np.float64))
        flat, inverse = np.unique(r.ravel(), return_inverse=True)
        low = np.maximum(flat - _SPREADS * self.sigma, 0.0)
        high = np.maximum(np.minimum(flat + _SPREADS * self.sigma, self.part.reach), low)
        nodes, weights = _legendre()
        half = 0.5 * (high - low)[:, None]
        s = low[:, None] + half * (nodes + 1.0)
        rice = s * np.exp(-0.5 * ((flat[:, None] - s) / self.sigma) ** 2)
        rice *= scipy.special.i0e(flat[:, None] * s / self.sigma**2) / self.sigma**2
        values = (self.part.radial(s) * rice * half) @ weights
        return values[inverse].reshape(r.shape)


class BlurredFamily(LazyFamily):
    """A family blurred by a Gaussian; shape numbers: those of the family, then log σ (px)."""

    name = NAME

    def __init__(self, part: ShapeFamily):
        self.part = part
        self.lower, self.upper = (*part.lower, -3.0), (*part.upper, 6.0)

    def edge(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, Derivatives]:
        """E; then dE/dd, and the derivatives by the part's numbers and by log σ."""
        sigma, d = np.exp(shape[-1]), np.asarray(d, dtype=np.float64)
        moved = d.ravel() - sigma * _X[:, None]  # every node at once: one call of the part
        esf, of_part = self.part.edge(shape[:-1], moved.ravel())

        def derivatives() -> tuple[np.ndarray, np.ndarray]:
            slope, by_part = of_part()
            slopes = slope.reshape(moved.shape)
            by_part = np.tensordot(by_part.reshape(-1, *moved.shape), _W, (1, 0))
            gradient = np.vstack([by_part, -sigma * (_W * _X) @ slopes]).reshape(-1, *d.shape)
            return (_W @ slopes).reshape(d.shape), gradient

        return (_W @ esf.reshape(moved.shape)).reshape(d.shape), derivatives

    def model(self, shape: Shape) -> Blurred:
        """The blurred PSF with this shape."""
        return Blurred(self.part.model(shape[:-1]), float(np.exp(shape[-1])))


class Combination(Composite):
    """A linear combination of PSFs: every function of it is that combination of theirs."""

    def _sum(self, method: str, at: npt.ArrayLike) -> np.ndarray:
        """The combination of the method's values."""
        raise NotImplementedError

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d), combined from the parts; d in px."""
        return self._sum("esf", d)

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d), combined from the parts, px⁻¹."""
        return self._sum("lsf", d)

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r), combined from the parts, px⁻²."""
        return self._sum("radial", r)

    def sampled(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r) as a kernel image samples it, combined from the parts, px⁻²."""
        return self._sum("sampled", r)

    def transfer(self, nu: npt.ArrayLike) -> np.ndarray:
        """Transfer function, combined from the parts; ν in cycles/px."""
        return self._sum("transfer", nu)

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within r (px), combined from the parts."""
        return self._sum("energy", r)


class Sum(Combination):
    """A weighted sum of two PSFs, `weight` of the first and the rest of the second."""

    def __init__(self, first: RadialModel, second: RadialModel, weight: float):
        self.first, self.second, self.weight = first, second, float(weight)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """(first, second, weight)."""
        return self.first, self.second, self.weight

    @property
    def description(self) -> str:
        """Weights and descriptions of the parts."""
        first, second = self.first.description, self.second.description
        return f"{self.weight:.4g} ({first}) + {1.0 - self.weight:.4g} ({second})"

    @property
    def reach(self) -> float:
        """The larger reach of the parts that have a weight (px)."""
        parts = [(self.first, self.weight), (self.second, 1.0 - self.weight)]
        return max(part.reach for part, weight in parts if weight > 0)

    @property
    def non_negative(self) -> bool:
        """Whether both parts are and no weight is below zero."""
        return 0.0 <= self.weight <= 1.0 and self.first.non_negative and self.second.non_negative

    @property
    def detail(self) -> float:
        """The smaller one of the parts (px)."""
        return min(self.first.detail, self.second.detail)

    def _sum(self, method: str, at: npt.ArrayLike) -> np.ndarray:
        first, second = getattr(self.first, method)(at), getattr(self.second, method)(at)
        return self.weight * first + (1.0 - self.weight) * second


class SumFamily(LazyFamily):
    """Sum of two families; shape numbers: those of the first, those of the second, the first's weight."""

    name = NAME

    def __init__(self, first: ShapeFamily, second: ShapeFamily):
        self.first, self.second = first, second
        self.lower = (*first.lower, *second.lower, 0.0)
        self.upper = (*first.upper, *second.upper, 1.0)

    def _split(self, shape: Shape) -> tuple[Shape, Shape, float]:
        n = len(self.first.lower)
        return shape[:n], shape[n:-1], shape[-1]

    def edge(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, Derivatives]:
        """E; then dE/dd, and the derivatives by the numbers of both parts and by the weight."""
        a, b, weight = self._split(shape)
        (esf1, of_first), (esf2, of_second) = self.first.edge(a, d), self.second.edge(b, d)

        def derivatives() -> tuple[np.ndarray, np.ndarray]:
            (slope1, by1), (slope2, by2) = of_first(), of_second()
            gradient = np.vstack([weight * by1, (1.0 - weight) * by2, esf1 - esf2])
            return weight * slope1 + (1 - weight) * slope2, gradient

        return weight * esf1 + (1 - weight) * esf2, derivatives

    def model(self, shape: Shape) -> Sum:
        """The sum with this shape."""
        a, b, weight = self._split(shape)
        return Sum(self.first.model(a), self.second.model(b), float(weight))


class Steps(Combination):
    """P(r) of two levels: a share `inside` of the energy within radius `inner`, the rest out to `outer` (px)."""

    def __init__(self, inner: float, outer: float, inside: float):
        self.inner, self.outer, self.inside = Disk(inner), Disk(outer), float(inside)
        area = 1.0 - (inner / outer) ** 2
        # Of the outer disk; the inner one has the rest, which may be below zero.
        self._weight = (1.0 - inside) / area

    @property
    def arguments(self) -> tuple[Any, ...]:
        """(inner, outer, inside)."""
        return self.inner.radius, self.outer.radius, self.inside

    @property
    def description(self) -> str:
        """Share inside the inner radius, and both radii."""
        return f"steps({self.inside:.4g} within r={self.inner.radius:.4g}, rest to r={self.outer.radius:.4g})"

    @property
    def reach(self) -> float:
        """The outer radius (px)."""
        return self.outer.radius

    def _sum(self, method: str, at: npt.ArrayLike) -> np.ndarray:
        outer, inner = getattr(self.outer, method)(at), getattr(self.inner, method)(at)
        return self._weight * outer + (1.0 - self._weight) * inner

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r), px⁻²; zero where rounding would leave less."""
        return np.maximum(self._sum("radial", r), 0.0)

    def sampled(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r) as a kernel image samples it, never below zero, px⁻²."""
        return np.maximum(self._sum("sampled", r), 0.0)

    def half_maximum_radius(self) -> float:
        """Outer radius of the levels that are at least half of the inner one, px."""
        levels = self.radial(0.5 * np.array([self.inner.radius, self.inner.radius + self.outer.radius]))
        return self.outer.radius if levels[1] >= 0.5 * levels[0] else self.inner.radius


class StepsFamily(ShapeFamily):
    """Shape numbers: log of the outer radius (px), inner/outer radius, share of energy inside the inner one.

    Parameters
    ----------
    hollow : bool
        Nothing is inside the inner radius: the nested member with two numbers.
    """

    name = NAME
    _disk = DiskFamily()

    def __init__(self, hollow: bool = False):
        count = 2 if hollow else 3
        self.lower, self.upper = (-2.0, 0.05, 0.0)[:count], (6.0, 0.97, 1.0)[:count]

    def _numbers(self, shape: Shape) -> tuple[float, float, float]:
        return shape[0], shape[1], shape[2] if len(self.lower) == 3 else 0.0

    def esf_and_gradient(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E, dE/dd, and the derivatives by every shape number."""
        size, ratio, inside = self._numbers(shape)
        area = 1.0 - ratio**2
        weight = (1.0 - inside) / area
        rest = 1.0 - weight
        esf1, slope1, by1 = self._disk.esf_and_gradient([size], d)
        esf2, slope2, by2 = self._disk.esf_and_gradient([size + np.log(ratio)], d)
        gradient = np.stack(
            [
                weight * by1[0] + rest * by2[0],
                rest * by2[0] / ratio + (esf1 - esf2) * weight * 2.0 * ratio / area,
                (esf2 - esf1) / area,
            ]
        )
        esf, slope = weight * esf1 + rest * esf2, weight * slope1 + rest * slope2
        return esf, slope, gradient[: len(self.lower)]

    def model(self, shape: Shape) -> Steps:
        """The steps with this shape."""
        size, ratio, inside = self._numbers(shape)
        outer = float(np.exp(size))
        return Steps(outer * float(ratio), outer, float(inside))


def sharpest_width(model: RadialModel) -> float:
    """The least 1/L(0) (px) of the summands: about the full width at half maximum of each line spread."""
    if isinstance(model, Sum):
        return min(sharpest_width(model.first), sharpest_width(model.second))
    return 1.0 / max(float(model.lsf(0.0)), 1e-300)
