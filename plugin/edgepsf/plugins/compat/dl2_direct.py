"""Direct algorithms of DeconvolutionLab2: one filter in the frequency domain.

Y, H: spectra of image and PSF; the regularised filters use |H|² where the plugin uses the complex square H·H,
which is the same only for PSFs symmetric about their centre.
"""

from __future__ import annotations

import numpy as np

from .dl2_setup import Grid


def identity(y: np.ndarray, h: np.ndarray, grid: Grid) -> np.ndarray:
    """A copy of the image."""
    return y.copy()


def convolution(y: np.ndarray, h: np.ndarray, grid: Grid) -> np.ndarray:
    """Image ⊛ PSF."""
    return grid.inverse(grid.forward(h) * grid.forward(y))


def simulation(
    y: np.ndarray,
    h: np.ndarray,
    grid: Grid,
    *,
    mean: float,
    deviation: float,
    poisson: float,
    epsilon: float,
    seed: int,
) -> np.ndarray:
    """Image ⊛ PSF + Gaussian noise, then Poisson noise.

    Each pixel v > ε becomes poisson · Pois(v / poisson), unless poisson < ε. The statistics are the plugin's; the
    single numbers are not, for the plugin draws them with Java's own generator.
    """
    rng = np.random.default_rng(seed)
    x = convolution(y, h, grid) + rng.normal(mean, deviation, grid.shape).astype(np.float32)
    if poisson >= epsilon:
        x = np.where(x > epsilon, poisson * rng.poisson(np.maximum(x, 0) / poisson), x)
    return x


def naive_inverse(y: np.ndarray, h: np.ndarray, grid: Grid, *, epsilon: float) -> np.ndarray:
    """X = Y conj(H) / max(ε, |H|²)."""
    H = grid.forward(h)
    return grid.inverse(grid.forward(y) * H.conj() / np.maximum(np.float32(epsilon), _power(H)))


def division(y: np.ndarray, h: np.ndarray, grid: Grid) -> np.ndarray:
    """X = Y conj(H) / |H|²; 0 where H is 0, where the plugin has 0/0."""
    H = grid.forward(h)
    power = _power(H)
    tiny = np.finfo(np.float32).tiny
    return grid.inverse(np.where(power > tiny, grid.forward(y) * H.conj() / np.maximum(power, tiny), 0))


def regularized_inverse(
    y: np.ndarray,
    h: np.ndarray,
    grid: Grid,
    *,
    regularization: float,
    epsilon: float,
    as_shipped: bool = False,
) -> np.ndarray:
    """W = |H|² + λ L², L the Laplacian; X = Y conj(H) W / max(ε, W²)."""
    penalty = np.float32(regularization) * grid.laplacian() ** 2
    return _regularized(y, h, grid, penalty, epsilon, as_shipped)


def tikhonov_inverse(
    y: np.ndarray,
    h: np.ndarray,
    grid: Grid,
    *,
    regularization: float,
    epsilon: float,
    as_shipped: bool = False,
) -> np.ndarray:
    """W = |H|² + λ; X = Y conj(H) W / max(ε², W²)."""
    return _regularized(y, h, grid, np.float32(regularization), epsilon**2, as_shipped)


def _regularized(
    y: np.ndarray, h: np.ndarray, grid: Grid, penalty: np.ndarray | np.float32, floor: float, as_shipped: bool
) -> np.ndarray:
    H = grid.forward(h)
    square, back = (H * H, H) if as_shipped else (_power(H), H.conj())
    W = square + penalty
    return grid.inverse(grid.forward(y) * back * W.conj() / np.maximum(np.float32(floor), _power(W)))


def _power(spectrum: np.ndarray) -> np.ndarray:
    return spectrum.real**2 + spectrum.imag**2
