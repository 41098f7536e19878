"""EdgeFit: what `fit_edge` returns."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np

from ...errors import InputError
from ...psf.model import ShapeFamily
from ...psf.pointspread import PointSpread
from .plane import Plane


@dataclass
class EdgeFit:
    """PSF of one edge with its levels, geometry and uncertainty.

    Attributes
    ----------
    psf : PointSpread
    v1, v2 : float
        Plateau levels; v1 on the side d > 0.
    normal_angle : float
        Direction of the normal towards v1, degrees (x right, y down).
    offset : float
        Signed distance of the line from pixel (0, 0) along the normal, px.
    model : str
        The family that was fitted; "free" where it is none of the library. `psf.model` then says what it is
        composed of, or is a `FreePsf`.
    noise : float
        Standard deviation of the residuals, in gray values.
    n : int
        Number of pixels fitted.
    curvature : float
        Curvature of the edge, px⁻¹, where the data asked for it, else 0; the line is its tangent at `center`.
    gradients : (across1, along1, across2, along2)
        Brightness gradients of the v1 and v2 plateaus across and along the edge, gray values per px; 0
        where the data did not ask for them.
    center : (x, y)
        Centre of mass of the fitted pixels, in pixel widths.
    aspect : float
        Height of a pixel divided by its width; all lengths are in pixel widths.
    warnings : list of str
    """

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

    def esf(self, d) -> np.ndarray:
        """Fitted gray value at distance d (px)."""
        return self.v1 + (self.v2 - self.v1) * self.psf.esf(d)

    def distance(self, x, y) -> np.ndarray:
        """Distance (px) of whole-image coordinates from the fitted line, curved if the fit is."""
        angle = np.radians(self.normal_angle)
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64) * self.aspect
        along = (y - self.center[1]) * np.cos(angle) - (x - self.center[0]) * np.sin(angle)
        return np.cos(angle) * x + np.sin(angle) * y - self.offset - 0.5 * self.curvature * along**2

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
        from scipy.stats import norm

        if not 0 < level < 1:
            raise InputError(f"level must lie between 0 and 1, not {level}")
        half = float(norm.ppf(0.5 + level / 2)) * self.sd(name)
        value = self.value(name)
        return float(value - half), float(value + half)

    def value(self, name: str) -> float:
        """A figure by its name (see `interval`)."""
        if name in ("fwhm", "mtf50"):
            return getattr(self.psf, name)
        if name in ("v1", "v2", "normal_angle", "offset"):
            return getattr(self, name)
        if name in self.parameters:
            return self.parameters[name]
        known = ", ".join(["fwhm", "mtf50", "v1", "v2", "normal_angle", "offset", *self.parameters])
        raise InputError(f'unknown figure "{name}": use one of {known}')

    def _gradient(self, name: str) -> np.ndarray:
        """Derivative of a figure by v1, v2, angle (rad), offset and the shape numbers."""
        value = self.value(name)
        gradient = np.zeros(len(self.covariance))
        line = {"v1": (0, 1.0), "v2": (1, 1.0), "normal_angle": (2, 180 / np.pi), "offset": (3, 1.0)}
        if name in line:
            index, factor = line[name]
            gradient[index] = factor
        else:
            gradient[4:] = [self._shape_derivative(name, value, k) for k in range(len(self.shape))]
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

    def summary(self) -> dict:
        """Every figure with its standard deviation, as plain numbers."""
        figures = {name: self.value(name) for name in ("v1", "v2", "normal_angle", "offset")}
        intervals = {n: self.interval(n) for n in ("fwhm", "mtf50", *self.parameters)}
        return {
            **self.psf.summary(),
            **figures,
            "curvature": self.curvature,
            "noise": self.noise,
            "n": self.n,
            "interval95": {name: list(pair) for name, pair in intervals.items()},
            "warnings": list(self.warnings),
        }

    def to_json(self) -> str:
        """The summary as JSON text."""
        return json.dumps(self.summary(), indent=2)
