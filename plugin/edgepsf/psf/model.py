"""Base classes of the radial edge models: an isotropic PSF seen as E(d), L(d), P(r) and MTF(ν), and how it is fitted.

A model gives E and the functions that it has in closed form. All others are computed here from the formulas of
docs/mathematics.md by quadratures that converge exponentially for smooth profiles (midpoint rule on an even,
analytic integrand).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

_NODES = 200
_GRID = 2001  # radii on which the half maximum is looked for
_COARSEST = 25  # of them to one step of the first look
_WORTH = 0.3  # share of the largest value at the first look; half of the maximum is not to be missed

Shape = Sequence[float] | np.ndarray  # the numbers that a fit varies
Derivatives = Callable[[], tuple[np.ndarray, np.ndarray]]  # → dE/dd, dE/dshape
Known = tuple[tuple[str, float, float], ...]  # name of a function of a model, its argument, its value


class RadialModel:
    """An isotropic PSF. Subclasses give `name`, `parameters`, `reach`, `esf`, `lsf`, and `_curvature` or `radial`.

    A model never changes after it is made. Two models are equal when they are of the same class and made from the
    same arguments, and `repr` gives an expression that makes an equal model.
    """

    name: str = ""

    @property
    def parameters(self) -> dict[str, float]:
        """Shape parameters by name."""
        raise NotImplementedError

    @property
    def arguments(self) -> tuple[Any, ...]:
        """Arguments of the class that make this model again: the values of its parameters if it has no others.

        A model with an empty tuple cannot be made again from text, and is equal to itself only.
        """
        return tuple(self.parameters.values())

    @property
    def description(self) -> str:
        """Name and parameters for reading, with four digits."""
        return f"{self.name}({', '.join(f'{k}={v:.4g}' for k, v in self.parameters.items())})"

    def __str__(self) -> str:
        return self.description

    def __repr__(self) -> str:
        if not self.arguments:
            return object.__repr__(self)
        return f"{type(self).__name__}({', '.join(map(repr, self.arguments))})"

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other) or not isinstance(other, RadialModel):
            return False
        return bool(self.arguments) and self.arguments == other.arguments

    def __hash__(self) -> int:
        return hash((type(self), self.arguments)) if self.arguments else object.__hash__(self)

    @property
    def reach(self) -> float:
        """Distance (px) beyond which the ESF is 0 to double precision."""
        raise NotImplementedError

    @property
    def non_negative(self) -> bool:
        """Whether the form alone tells that P(r) is nowhere below zero, so that nobody has to look."""
        return False

    @property
    def detail(self) -> float:
        """Length (px) over which P(r) changes little; 0 where it may jump, or nothing is known."""
        return 0.0

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """Edge spread function E(d), from 1 to 0; d in px, any shape."""
        raise NotImplementedError

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """Line spread function L(d) = −E'(d), px⁻¹; d in px, any shape."""
        raise NotImplementedError

    def _curvature(self, d: np.ndarray) -> np.ndarray:
        """g''(d) = E''(d)/2 for d > 0, px⁻²."""
        raise NotImplementedError

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r), px⁻², by P(r) = (2/π) ∫₀^∞ g''(√(r²+u²)) / √(r²+u²) du, regular for every r ≥ 0; any shape."""
        r = np.abs(np.asarray(r, dtype=np.float64))
        step = self.reach / _NODES
        u = (np.arange(_NODES) + 0.5) * step
        flat, inverse = np.unique(r.ravel(), return_inverse=True)
        out = np.empty(flat.size)
        for start in range(0, flat.size, 4096):
            s = np.hypot(flat[start : start + 4096, None], u)
            out[start : start + 4096] = (2.0 / np.pi) * step * (self._curvature(s) / s).sum(axis=1)
        return out[inverse].reshape(r.shape)

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """Modulation transfer function at ν (cycles/px, any shape), the cosine transform of L."""
        nu = np.asarray(nu, dtype=np.float64)
        # The sum aliases at 1/step cycles/px; the step keeps that beyond the frequencies asked for.
        nodes = int(max(2 * _NODES, np.ceil(4 * self.reach * np.abs(nu).max(initial=0.0))))
        step = self.reach / nodes
        d = (np.arange(nodes) + 0.5) * step
        return np.abs(2.0 * step * np.cos(2 * np.pi * nu[..., None] * d) @ self.lsf(d))

    def transfer(self, nu: npt.ArrayLike) -> np.ndarray:
        """Optical transfer function at ν (cycles/px) with its sign; the MTF where the sign never changes."""
        return self.mtf(nu)

    def half_width(self, share: float = 0.02) -> float:
        """Distance (px) at which the ESF has fallen to a share of the step."""
        return scipy.optimize.brentq(lambda d: float(self.esf(d)) - share, 0.0, self.reach, xtol=1e-6)

    def sampled(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r), px⁻², as a kernel image samples it; P(r) itself unless it jumps."""
        return self.radial(r)

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within radius r (px), between 0 and 1, by Simpson's rule."""
        grid, cumulated = self._energy_table
        return np.interp(np.asarray(r, dtype=np.float64), grid, cumulated)

    @cached_property
    def _energy_table(self) -> tuple[np.ndarray, np.ndarray]:
        grid = np.linspace(0.0, self.reach, 2001)
        density = 2 * np.pi * grid * np.clip(self.radial(grid), 0.0, None)
        cumulated = scipy.integrate.cumulative_simpson(density, x=grid, initial=0.0)
        return grid, np.maximum.accumulate(cumulated) / cumulated.max()

    def half_maximum_radius(self) -> float:
        """Largest r (px) at which P is half of its maximum; NaN where there is none within the reach."""
        r = np.linspace(0.0, self.reach, _GRID)
        profile = self._outline(r)
        half = 0.5 * profile.max()
        if not half > 0:
            return float("nan")
        last = int(np.nonzero(profile >= half)[0][-1])
        if last + 1 == len(r):
            return float("nan")
        return scipy.optimize.brentq(lambda s: float(self.radial(s)) - half, r[last], r[last + 1], xtol=1e-12)

    def _outline(self, r: np.ndarray) -> np.ndarray:
        """P(r) on an even grid wherever it may be half of its maximum or more, less than that elsewhere.

        The quadratures of `radial` are costly, and most of the grid lies in the tails.
        """
        stride = int(np.clip(self.detail / r[1], 1, _COARSEST))
        if stride == 1:
            return self.radial(r)
        coarse = self.radial(r[::stride])
        high = coarse >= _WORTH * coarse.max()
        near = high.copy()
        near[1:] |= high[:-1]
        near[:-1] |= high[1:]
        fine = np.repeat(near, stride)[: len(r)]
        profile = np.full(len(r), -np.inf)
        profile[fine] = self.radial(r[fine])
        return profile


@dataclass(frozen=True)
class Example:
    """A model with values that are known in closed form; the contract tests run on the examples of every family.

    Attributes
    ----------
    model : RadialModel
    known : tuple of (function, at, value)
        "esf", "lsf", "radial", "mtf" or "energy", its argument, and its value there.
    fwhm : float, optional
        Full width at half maximum of P(r), px.
    """

    model: RadialModel
    known: Known = ()
    fwhm: float | None = None


class ShapeFamily:
    """How a family of models is fitted: a vector of shape numbers ↔ E(d) and its derivatives.

    Attributes
    ----------
    name : str
        Name for `model=` and in results.
    help : str
        One line for lists and pages.
    rank : int
        Place in lists for reading, the lowest first.
    compose : bool
        Whether the search beyond the library puts PSFs together from this family: sums, and blurred once more.
    relatives : str
        Families that `relative` makes on request, in words; empty where there are none.
    model_class : class
        The class of its models, a `RadialModel`.
    lower, upper : tuple of float
        Bounds of the shape numbers.
    """

    name: str = ""
    help: str = ""
    rank: int = 100
    compose: bool = False
    relatives: str = ""
    model_class: type[RadialModel] = RadialModel
    lower: tuple[float, ...] = ()
    upper: tuple[float, ...] = ()

    def start(self, p: float) -> np.ndarray:
        """First shape for an edge whose slope f'(0) is about p (px⁻¹)."""
        raise NotImplementedError

    def esf_and_gradient(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E(d), dE/dd and dE/dshape (shape numbers × pixels) at distances d (px), shape (pixels,)."""
        raise NotImplementedError

    def edge(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, Derivatives]:
        """E(d), and a function that gives dE/dd and dE/dshape; a step that a fit refuses needs no derivatives."""
        esf, slope, gradient = self.esf_and_gradient(shape, d)
        return esf, lambda: (slope, gradient)

    def difference(self, shape: Shape) -> float:
        """Step for differences by a shape number; these are logarithms or ratios near 1 if nothing else is said."""
        return 1e-5

    def model(self, shape: Shape) -> RadialModel:
        """The model with this shape."""
        raise NotImplementedError

    def from_parameters(self, parameters: Mapping[str, float]) -> RadialModel:
        """The model with these parameters by name, as `RadialModel.parameters` gives them."""
        make: Callable[..., RadialModel] = self.model_class
        return make(**parameters)

    def relative(self, name: str) -> ShapeFamily | None:
        """A family of the same kind that is not listed, by its name; None where the name is none of theirs."""
        return None

    def examples(self) -> tuple[Example, ...]:
        """Models of the family with known values, for tests."""
        return ()


class LazyFamily(ShapeFamily):
    """A family whose derivatives cost about as much as E: it gives `edge`, and has `esf_and_gradient` from it."""

    def edge(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, Derivatives]:
        """E(d), and a function that gives dE/dd and dE/dshape."""
        raise NotImplementedError

    def esf_and_gradient(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E(d), dE/dd and dE/dshape (shape numbers × pixels) at distances d (px), shape (pixels,)."""
        esf, derivatives = self.edge(shape, d)
        return esf, *derivatives()
