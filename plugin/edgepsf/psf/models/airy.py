"""Airy pattern of a circular aperture, cut-off ν_c = 1/(λN): P = (πν_c²/4) (2 J₁(x)/x)², x = πν_c r.

Its line spread is H₁(2x)/x² with the Struve function H₁, up to a factor; the edge spread is tabulated once
in x and scaled. MTF = (2/π)(arccos s − s√(1−s²)), s = ν/ν_c.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import scipy

from ...errors import InputError
from ...options.arguments import real
from ..model import Derivatives, Example, LazyFamily, RadialModel, Shape

_X_MAX = 400.0  # end of the table; beyond it E = 2/(π² x), with ripples of order x^−5/2


def _line(x: np.ndarray) -> np.ndarray:
    """Line spread in x, of unit integral: H₁(2x)/(π x²), with its series at 0."""
    x = np.abs(x)
    small = x < 1e-3
    safe = np.where(small, 1.0, x)
    series = 8.0 / (3.0 * np.pi) * (1.0 - 4.0 * x**2 / 15.0)
    return np.where(small, series, scipy.special.struve(1, 2.0 * safe) / safe**2) / np.pi


@cache
def _edge_table() -> scipy.interpolate.CubicSpline:
    """E(x) for 0 ≤ x ≤ 400, integrated from the spline of the line spread."""
    x = np.concatenate([np.linspace(0, 40, 4001)[:-1], np.linspace(40, _X_MAX, 9001)])
    return scipy.interpolate.CubicSpline(
        x, 0.5 - scipy.interpolate.CubicSpline(x, _line(x)).antiderivative()(x)
    )


@cache
def _line_table() -> scipy.interpolate.CubicSpline:
    """The line spread on the same grid: a spline is ten times faster than the Struve function."""
    x = _edge_table().x
    return scipy.interpolate.CubicSpline(x, _line(x))


def _edge(x: np.ndarray) -> np.ndarray:
    """E(x) for any x; odd about ½."""
    size = np.abs(x)
    inside = _edge_table()(np.minimum(size, _X_MAX))
    outside = float(_edge_table()(_X_MAX)) * _X_MAX / np.maximum(size, _X_MAX)
    tail = np.where(size <= _X_MAX, inside, outside)
    return np.where(x >= 0, tail, 1.0 - tail)


class Airy(RadialModel):
    """Airy pattern of cut-off frequency `cutoff` (cycles/px).

    Raises
    ------
    InputError
        If the cut-off is not a positive number.
    """

    name = "airy"

    def __init__(self, cutoff: float):
        cutoff = real("cutoff", cutoff)
        if not (np.isfinite(cutoff) and cutoff > 0):
            raise InputError(f"cutoff must be a positive number of cycles/px, not {cutoff}")
        self.cutoff = float(cutoff)

    @property
    def parameters(self) -> dict[str, float]:
        """{"cutoff": ν_c, cycles/px}."""
        return {"cutoff": self.cutoff}

    @property
    def reach(self) -> float:
        """End of the table (px), x = 400; the edge falls as 2/(π² x) there."""
        return _X_MAX / (np.pi * self.cutoff)

    @property
    def non_negative(self) -> bool:
        """True: a square."""
        return True

    @property
    def detail(self) -> float:
        """1/(8 ν_c) (px)."""
        return 0.125 / self.cutoff

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d), the tabulated integral of L; d in px."""
        return _edge(np.pi * self.cutoff * np.asarray(d, dtype=np.float64))

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """L(d) = ν_c H₁(2x)/x², x = πν_c d, px⁻¹."""
        scale = np.pi * self.cutoff
        return _line(scale * np.asarray(d, dtype=np.float64)) * scale

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r) = (πν_c²/4) (2 J₁(x)/x)², x = πν_c r, px⁻²."""
        x = np.pi * self.cutoff * np.abs(np.asarray(r, dtype=np.float64))
        safe = np.where(x < 1e-6, 1.0, x)
        return (
            np.pi * self.cutoff**2 / 4.0 * np.where(x < 1e-6, 1.0, 2.0 * scipy.special.j1(safe) / safe) ** 2
        )

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """MTF(ν) = (2/π)(arccos s − s√(1−s²)), s = ν/ν_c; ν in cycles/px."""
        s = np.clip(np.abs(np.asarray(nu, dtype=np.float64)) / self.cutoff, 0.0, 1.0)
        return 2.0 / np.pi * (np.arccos(s) - s * np.sqrt(1.0 - s**2))

    def half_maximum_radius(self) -> float:
        """1.61634/(πν_c), px."""
        return 1.6163399561827614 / (np.pi * self.cutoff)  # 2 J₁(x)/x = √½

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within r (px): 1 − J₀(x)² − J₁(x)² (Rayleigh)."""
        x = np.pi * self.cutoff * np.abs(np.asarray(r, dtype=np.float64))
        return 1.0 - scipy.special.j0(x) ** 2 - scipy.special.j1(x) ** 2


class AiryFamily(LazyFamily):
    """Shape number: log of the width 1/ν_c."""

    name = "airy"
    help = "Airy pattern: diffraction at a circular aperture"
    rank = 50
    compose = True
    model_class = Airy
    lower, upper = (-1.0,), (7.0,)

    def start(self, p: float) -> np.ndarray:
        """log(1/ν_c) with ν_c = p/3.2."""
        return np.array([np.log(3.2 / p)])

    def edge(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, Derivatives]:
        """E; then dE/dd, and dE/d log(1/ν_c) = −d dE/dd."""
        scale = np.pi * np.exp(-shape[0])
        x = scale * d

        def derivatives() -> tuple[np.ndarray, np.ndarray]:
            slope = -scale * _line_table()(np.minimum(np.abs(x), _X_MAX))
            return slope, (-d * slope)[None]

        return _edge(x), derivatives

    def model(self, shape: Shape) -> Airy:
        """The Airy pattern with this log(1/ν_c)."""
        return Airy(float(np.exp(-shape[0])))

    def examples(self) -> tuple[Example, ...]:
        """ν_c = .35 cycles/px: values of P, L and MTF, and the energy within the first dark ring."""
        known = (
            ("radial", 0.0, 0.25 * np.pi * 0.35**2),
            ("lsf", 0.0, 8.0 * 0.35 / (3.0 * np.pi)),
            ("mtf", 0.175, 2.0 / 3.0 - np.sqrt(3.0) / (2.0 * np.pi)),
            ("mtf", 0.35, 0.0),
            ("energy", 3.8317059702075125 / (0.35 * np.pi), 1.0 - 0.402759395702553**2),
        )
        return (Example(Airy(0.35), known, fwhm=2.0 * 1.6163399561827614 / (0.35 * np.pi)),)


FAMILIES = (AiryFamily(),)
