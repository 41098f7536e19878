"""The numbers of a fitted edge, with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...psf.model import ShapeFamily
from ...psf.pointspread import PointSpread
from ..confidence import normal_interval
from .bands import EdgeCurves
from .plane import Plane
from .slots import REPORTED, REPORTED_LINE, REPORTED_SHAPE


@dataclass
class FittedEdge:
    """The numbers of an edge fit; `EdgeFit` describes them and can show itself."""

    psf: PointSpread
    v1: float
    v2: float
    normal_angle: float
    offset: float
    model: str
    noise: float
    n: int
    shape: np.ndarray = field(repr=False)
    shape_family: ShapeFamily = field(repr=False)
    covariance: np.ndarray = field(repr=False)
    curvature: float = 0.0
    gradients: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    center: tuple[float, float] = (0.0, 0.0)
    aspect: float = 1.0
    model_spread: dict[str, float] = field(default_factory=dict, repr=False)
    warnings: list[str] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, float]:
        """Shape parameters by name, for example {"p1": 1.2}."""
        return self.psf.parameters

    @property
    def plane(self) -> Plane:
        """The plane f = a + b x + c y with the fitted line and the slope f'(0) of the profile."""
        slope = 4.0 * float(self.psf.lsf(0.0))
        angle = np.radians(self.normal_angle)
        b, c = slope * float(np.cos(angle)), slope * float(np.sin(angle)) * self.aspect
        return Plane(-slope * self.offset, b, c, n=self.n, aspect=self.aspect)

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """Fitted gray value at distance d (px)."""
        return self.v1 + (self.v2 - self.v1) * self.psf.esf(d)

    def seen(self, d: npt.ArrayLike) -> np.ndarray:
        """E(d) as the pixels see it, with the pixel box where the PSF describes the optics alone; d in px."""
        return self._curves().seen(self.shape, d)

    def distance(self, x: npt.ArrayLike, y: npt.ArrayLike) -> np.ndarray:
        """Distance (px) of whole-image coordinates from the fitted line, curved if the fit is."""
        angle = np.radians(self.normal_angle)
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64) * self.aspect
        along = (y - self.center[1]) * np.cos(angle) - (x - self.center[0]) * np.sin(angle)
        return np.cos(angle) * x + np.sin(angle) * y - self.offset - 0.5 * self.curvature * along**2

    def gradient(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Gray values that the brightness gradients add to the two plateaus, at whole-image coordinates."""
        d, angle = self.distance(x, y), np.radians(self.normal_angle)
        along = (y * self.aspect - self.center[1]) * np.cos(angle) - (x - self.center[0]) * np.sin(angle)
        across1, along1, across2, along2 = self.gradients
        esf = self.seen(d)
        return (across1 * d + along1 * along) * (1 - esf) + (across2 * d + along2 * along) * esf

    def band(self, kind: str, x: npt.ArrayLike, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Pointwise confidence band (low, high) of P(r), MTF(ν), the gray value or its derivative over d.

        Parameters
        ----------
        kind : {"radial", "mtf", "esf", "lsf"}
        x : array_like
            Radii (px), frequencies (cycles/px) or distances (px).
        level : float
            Confidence level between 0 and 1.

        Raises
        ------
        InputError
            If the kind is unknown or the level not between 0 and 1.
        """
        return self._curves().band(kind, x, level)

    def _curves(self) -> EdgeCurves:
        levels = np.array([self.v1, self.v2])
        used = np.delete(np.arange(len(self.covariance)), REPORTED_LINE)
        covariance = self.covariance[np.ix_(used, used)]
        return EdgeCurves(self.shape_family, self.psf, levels, self.shape, covariance, self.model_spread)

    def sd(self, name: str) -> float:
        """Standard deviation of a figure by the delta method; names as in `interval`.

        FWHM and MTF50 include how far other models that explain the pixels nearly as well lie apart.
        """
        gradient = self._gradient(name)
        variance = max(gradient @ self.covariance @ gradient, 0.0)
        return float(np.sqrt(variance + self.model_spread.get(name, 0.0) ** 2))

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Confidence interval of a figure.

        Parameters
        ----------
        name : str
            "fwhm" (px), "mtf50" (cycles/px), "v1", "v2", "normal_angle" (degrees), "offset" (px) or a
            parameter of the model.
        level : float
            Confidence level between 0 and 1.

        Returns
        -------
        (low, high)

        Raises
        ------
        InputError
            If the name is unknown or the level is not between 0 and 1.
        """
        return normal_interval(self.value(name), self.sd(name), level)

    def value(self, name: str) -> float:
        """A figure by its name (see `interval`).

        Raises
        ------
        InputError
            If the name is unknown.
        """
        if name in ("fwhm", "mtf50"):
            return getattr(self.psf, name)
        if name in REPORTED:
            return getattr(self, name)
        if name in self.parameters:
            return self.parameters[name]
        known = ", ".join(["fwhm", "mtf50", *REPORTED, *self.parameters])
        raise InputError(f'unknown figure "{name}": use one of {known}')

    def _gradient(self, name: str) -> np.ndarray:
        """Derivative of a figure by v1, v2, angle (rad), offset and the shape numbers."""
        value = self.value(name)
        gradient = np.zeros(len(self.covariance))
        if name in REPORTED:
            gradient[REPORTED.index(name)] = 180 / np.pi if name == "normal_angle" else 1.0
        else:
            gradient[REPORTED_SHAPE] = [
                self._shape_derivative(name, value, k) for k in range(len(self.shape))
            ]
        return gradient

    def _shape_derivative(self, name: str, value: float, k: int) -> float:
        """One-sided difference by shape number k, stepping away from its bound."""
        step = self.shape_family.difference(self.shape)
        step = step if self.shape[k] + step <= self.shape_family.upper[k] else -step
        moved = self.shape.copy()
        moved[k] += step
        psf = PointSpread(self.shape_family.model(moved))
        changed = getattr(psf, name) if name in ("fwhm", "mtf50") else psf.parameters[name]
        return (changed - value) / step

    def summary(self, size: int | None = None) -> dict[str, Any]:
        """Every figure with its interval, as plain numbers; `size` is the side of the kernel, px."""
        intervals = {name: self.interval(name) for name in ("fwhm", "mtf50", *self.parameters)}
        return {
            **self.psf.summary(size),
            **{name: self.value(name) for name in REPORTED},
            "curvature": self.curvature,
            "noise": self.noise,
            "n": self.n,
            "interval95": {name: list(pair) for name, pair in intervals.items()},
            "warnings": list(self.warnings),
        }
