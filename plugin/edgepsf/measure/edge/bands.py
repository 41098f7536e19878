"""Confidence bands of the curves of a fitted edge: P(r), MTF and E(d)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import EdgeError, InputError
from ...psf.model import ShapeFamily
from ...psf.pointspread import PointSpread
from ..confidence import deviations

KINDS = ("radial", "mtf", "esf", "lsf")


@dataclass(frozen=True)
class EdgeCurves:
    """The curves of an edge as functions of its numbers, and how certain the numbers are.

    Attributes
    ----------
    family : ShapeFamily
    psf : PointSpread
        The PSF for the numbers that were fitted.
    levels : ndarray, shape (2,)
        Plateau levels v1 and v2.
    shape : ndarray, shape (k,)
        Shape numbers of the family.
    covariance : ndarray, shape (2 + k, 2 + k)
        Of the levels and the shape numbers.
    spread : dict of float
        How far other models that explain the pixels lie apart in "fwhm" and "mtf50".
    """

    family: ShapeFamily
    psf: PointSpread
    levels: np.ndarray
    shape: np.ndarray
    covariance: np.ndarray
    spread: dict[str, float]

    def seen(self, shape: np.ndarray, d: npt.ArrayLike) -> np.ndarray:
        """E(d) as the pixels see it, with the pixel box where the PSF describes the optics alone."""
        d = np.asarray(d, dtype=np.float64)
        return self.family.esf_and_gradient(shape, d.ravel())[0].reshape(d.shape)

    def band(self, kind: str, x: npt.ArrayLike, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Pointwise confidence band of a curve.

        The covariance goes through the shape numbers, by differences of one standard deviation to each side, so
        that the jump in P(r) of a disk has a band too. The spread of other models enters as a change
        of width, which makes the bands agree with the intervals of FWHM and MTF50.

        Parameters
        ----------
        kind : {"radial", "mtf", "esf", "lsf"}
            P(r), px⁻²; MTF(ν); the gray value over d, with its levels uncertain too; or its derivative for a step
            of 1, px⁻¹.
        x : array_like
            Radii (px), frequencies (cycles/px) or distances (px).
        level : float
            Confidence level between 0 and 1.

        Returns
        -------
        (low, high) : arrays of the shape of x

        Raises
        ------
        InputError
            If the kind is unknown or the level not between 0 and 1.
        """
        if kind not in KINDS:
            raise InputError(f'unknown curve "{kind}": use one of {", ".join(KINDS)}')
        half = deviations(level)
        x = np.asarray(x, dtype=np.float64)
        first = 0 if kind == "esf" else 2
        numbers = np.concatenate([self.levels, self.shape])[first:]
        sizes, directions = np.linalg.eigh(self.covariance[first:, first:])
        center = self._curve(kind, numbers, x)
        variance = np.zeros_like(center)
        for size, direction in zip(np.sqrt(np.clip(sizes, 0, None)), directions.T, strict=True):
            variance += self._difference(kind, numbers, size * direction, x, center) ** 2
        variance += self._widening(kind, x) ** 2
        reach = half * np.sqrt(variance)
        return center - reach, center + reach

    def _curve(self, kind: str, numbers: np.ndarray, x: np.ndarray) -> np.ndarray:
        """The curve for other levels and shape numbers than the fitted ones."""
        if kind == "esf":
            return numbers[0] + (numbers[1] - numbers[0]) * self.seen(numbers[2:], x)
        return getattr(self.family.model(numbers), kind)(x)

    def _difference(
        self, kind: str, numbers: np.ndarray, step: np.ndarray, x: np.ndarray, center: np.ndarray
    ) -> np.ndarray:
        """Change of the curve by one standard deviation; one-sided where the other side is out of bounds."""
        size = float(np.linalg.norm(step))
        if size == 0:
            return np.zeros_like(center)
        first = len(numbers) - len(self.shape)
        sides = []
        for sign in (1.0, -1.0):
            wanted = numbers + sign * step
            inside = np.clip(wanted[first:], self.family.lower, self.family.upper)
            moved = np.concatenate([wanted[:first], inside])
            with contextlib.suppress(EdgeError):  # no PSF there
                change = sign * (self._curve(kind, moved, x) - center)
                sides.append((np.linalg.norm(moved - wanted) / size, change))
        uncut = [change for cut, change in sides if cut < 0.1]
        chosen = uncut or [change for _, change in sides]
        return np.mean(chosen, axis=0) if chosen else np.zeros_like(center)

    def _widening(self, kind: str, x: np.ndarray) -> np.ndarray:
        """Change of the curve when the PSF gets wider by the spread of the other models."""
        name = "fwhm" if kind in ("radial", "lsf") else "mtf50"
        share = self.spread.get(name, 0.0) / getattr(self.psf, name)
        wide, narrow = 1.0 + share / 2, 1.0 - share / 2
        if kind == "radial":
            return self.psf.radial(x / wide) / wide**2 - self.psf.radial(x / narrow) / narrow**2
        if kind == "lsf":
            return self.psf.lsf(x / wide) / wide - self.psf.lsf(x / narrow) / narrow
        if kind == "mtf":
            return self.psf.mtf(x * wide) - self.psf.mtf(x * narrow)
        v1, step = self.levels[0], self.levels[1] - self.levels[0]
        return (v1 + step * self.psf.esf(x / wide)) - (v1 + step * self.psf.esf(x / narrow))
