"""The fourth stage of an edge fit: the noise, read from residuals, and its effect on errors.

The covariance of a plain least-squares fit holds for white, uniform noise. Here C is the noise covariance
that the residuals show (variance linear in the level, as photon noise has it; correlation between pixels up
to three apart, read on the plateaus), and the covariance of the parameters is N⁻¹ (Jᵀ C J) N⁻¹, N = JᵀJ.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .residuals import Residuals

_LAGS = [(dy, dx) for dy in range(4) for dx in range(-3, 4) if dy > 0 or dx > 0]

Lag = tuple[int, int]


@dataclass(frozen=True)
class Noise:
    """Noise of the pixels of a region.

    Attributes
    ----------
    low, high : float
        Standard deviation on the v1 and on the v2 plateau, in units of the step.
    correlation : dict
        (dy, dx) → correlation, only where it is significant.
    scatter : float
        Variance of the shape from block to block along the edge, over the variance by this noise; see `irregular`.
    lopsided : float
        Mean square of the misfits that no symmetric PSF makes, over the mean square by this noise.
    """

    low: float
    high: float
    correlation: dict[Lag, float] = field(default_factory=dict)
    scatter: float = 1.0
    lopsided: float = 1.0

    @property
    def correlated(self) -> float:
        """Sum of all correlations: the factor by which the variance of a broad mean grows, at least 1."""
        return max(1.0, 1.0 + 2.0 * sum(self.correlation.values()))

    @property
    def irregularity(self) -> float:
        """By how much the edge is less certain than its noise says: 1 for an even, symmetric one."""
        return self.scatter * self.lopsided

    @property
    def inflation(self) -> float:
        """Number of pixels that count for one where the shape of the edge is asked: correlation and irregularity."""
        return self.correlated * self.irregularity

    def deviation(self, level: npt.ArrayLike) -> np.ndarray:
        """Standard deviation, in steps, at a level between 0 (v1) and 1 (v2)."""
        level = np.clip(level, 0.0, 1.0)
        return np.sqrt(self.low**2 + (self.high**2 - self.low**2) * level)


def measure(residuals: Residuals, floor: float) -> Noise:
    """Read the noise from residuals.

    Parameters
    ----------
    residuals : Residuals
    floor : float
        Least variance, in squared steps; see `Start`.
    """
    residual, level = residuals.residual, residuals.esf
    low, high = _variances(residual, level)
    noise, least = Noise(float(np.sqrt(low)), float(np.sqrt(high))), float(np.sqrt(floor))
    correlation: dict[Lag, float] = {}
    plateau = (level < 0.02) | (level > 0.98)
    if plateau.sum() >= 200 and low + high > 0:
        scaled = residual / np.maximum(noise.deviation(level), 1e-12)
        pixels = residuals.pixels
        correlation = _correlation(scaled[plateau], pixels.rows[plateau], pixels.columns[plateau])
    return Noise(max(noise.low, least), max(noise.high, least), correlation)


def _variances(residual: np.ndarray, level: np.ndarray) -> tuple[float, float]:
    """Variance on the v1 and on the v2 plateau; one value for both where they do not clearly differ."""
    sides = [residual[level < 0.02], residual[level > 0.98]]
    sides = [s if s.size >= 30 else residual for s in sides]
    low, high = (float(np.mean((s - s.mean()) ** 2)) for s in sides)
    error = np.sqrt(2.0 * (low**2 / sides[0].size + high**2 / sides[1].size))
    if abs(high - low) < 4.0 * error:
        low = high = float(np.mean(residual**2))
    return low, high


def _correlation(scaled: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> dict[Lag, float]:
    """Significant correlations between plateau pixels, by their distance."""
    grid = np.zeros((rows.max() + 1, columns.max() + 1))
    used = np.zeros_like(grid)
    grid[rows, columns] = scaled - scaled.mean()
    used[rows, columns] = 1.0
    variance = float((grid**2).sum() / used.sum())
    found = {}
    for lag in _LAGS:
        here, there = _shifted(grid.shape, lag)
        pairs = (used[here] * used[there]).sum()
        if pairs > 100 and variance > 0:
            value = (grid[here] * grid[there]).sum() / pairs / variance
            if abs(value) > 3.5 / np.sqrt(pairs):
                found[lag] = float(value)
    return found


def _shifted(shape: tuple[int, ...], lag: Lag) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Slices of a grid and of the same grid moved by a lag with dy ≥ 0."""
    dy, dx = lag
    rows = slice(0, shape[0] - dy), slice(dy, shape[0])
    columns = slice(max(0, -dx), shape[1] - max(0, dx)), slice(max(0, dx), shape[1] - max(0, -dx))
    return (rows[0], columns[0]), (rows[1], columns[1])


def parameter_covariance(jacobian: np.ndarray, residuals: Residuals, noise: Noise) -> np.ndarray:
    """Covariance N⁻¹ (Jᵀ C J) N⁻¹ of parameters fitted by plain least squares.

    Parameters
    ----------
    jacobian : ndarray, shape (parameters, pixels)
        Derivatives of the model, in steps.
    residuals : Residuals
        Of the same pixels.
    noise : Noise

    Returns
    -------
    ndarray, shape (parameters, parameters)
    """
    inverse = np.linalg.pinv(jacobian @ jacobian.T, hermitian=True)
    weighted = jacobian * noise.deviation(residuals.esf)
    middle = weighted @ weighted.T
    if noise.correlation:
        rows, columns = residuals.pixels.rows, residuals.pixels.columns
        grid = np.zeros((len(jacobian), rows.max() + 1, columns.max() + 1))
        grid[:, rows, columns] = weighted
        for lag, value in noise.correlation.items():
            here, there = _shifted(grid.shape[1:], lag)
            first = grid[(slice(None), *here)].reshape(len(grid), -1)
            second = grid[(slice(None), *there)].reshape(len(grid), -1)
            product = value * first @ second.T
            middle += product + product.T
    covariance = inverse @ middle @ inverse
    # A truncated correlation can make tiny negative variances; white noise is the floor.
    floor = np.diag(inverse) * min(noise.low, noise.high) ** 2
    lift = np.sqrt(np.maximum(floor / np.maximum(np.diag(covariance), 1e-300), 1.0))
    return covariance * np.outer(lift, lift) * noise.irregularity
