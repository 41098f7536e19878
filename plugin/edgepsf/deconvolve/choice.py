"""Choice of the regularisation λ of a Fourier filter from the data.

A filter leaves the part rest(λ · weight) of every frequency's data unexplained. Frequencies are gathered in
classes of equal weight first, so that a try of λ costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy

from .operator import Blur
from .parallel import blockwise

_BINS = 4096
_LOW, _HIGH = np.log(1e-10), np.log(1e22)
_SCALE = np.float32((_BINS - 1) / (_HIGH - _LOW))
# Below the first value a filter would amplify the rounding of single precision, 1e-7, so that it can be seen.
_SMALLEST, _LARGEST = np.log(1e-6), np.log(1e2)


class Classes:
    """Energy and number of the frequencies of a picture by the logarithm of their weight.

    Parameters
    ----------
    spectrum : ndarray of complex64
        Half spectrum of the picture on the blur's domain; the mean (zero frequency) does not count.
    penalty : (ndarray, ndarray)
        Penalty, the sum of a part that varies along the first axis and one that varies along the others; the
        weight is penalty / |H|².
    rest : callable
        Part of the data that the filter leaves unexplained, for λ · weight.
    blur : Blur
    """

    def __init__(
        self,
        spectrum: np.ndarray,
        penalty: tuple[np.ndarray, np.ndarray],
        rest: Callable[[np.ndarray], np.ndarray],
        blur: Blur,
    ):
        self.rest, self.size = rest, int(np.prod(blur.domain))
        twice = np.full(
            spectrum.shape[-1], 2.0, np.float32
        )  # a half spectrum has most frequencies once for two
        twice[0] = 1.0
        if blur.domain[-1] % 2 == 0:
            twice[-1] = 1.0

        others = penalty[1]

        def gather(spectrum: np.ndarray, otf: np.ndarray, first: np.ndarray) -> np.ndarray:
            power = np.maximum(otf.real**2 + otf.imag**2, np.float32(1e-20))
            index = np.log(np.maximum((first + others) / power, np.float32(1e-10)))
            index -= np.float32(_LOW)
            index *= _SCALE
            index = np.clip(index, 0, _BINS - 1).astype(np.int32).ravel()
            number = np.broadcast_to(twice, spectrum.shape).ravel()
            energy = spectrum.real**2 + spectrum.imag**2
            energy *= twice
            return np.stack([np.bincount(index, number, _BINS), np.bincount(index, energy.ravel(), _BINS)])

        origin = (0,) * spectrum.ndim
        mean, spectrum[origin] = spectrum[origin], 0
        self.number, self.energy = blockwise(gather, spectrum, blur.otf, penalty[0], workers=blur.workers)
        spectrum[origin] = mean
        self.centre = np.exp(_LOW + np.arange(_BINS) / _SCALE)

    def generalised_cross_validation(self) -> float:
        """λ that minimises n Σ |rest · Y|² / (Σ rest)²."""

        def score(log_value: float) -> float:
            left = self.rest(np.exp(log_value) * self.centre)
            misfit, freedom = (left**2 * self.energy).sum(), (self.number * left).sum()
            return float(np.log(max(misfit, 1e-300)) - 2 * np.log(max(freedom, 1e-300)))

        grid = np.linspace(_SMALLEST, _LARGEST, 50)
        best = int(np.argmin([score(v) for v in grid]))
        around = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        return float(np.exp(scipy.optimize.minimize_scalar(score, bounds=around, method="bounded").x))

    def discrepancy(self, mean_square: float) -> float:
        """λ for which the mean square of the residual is that of the noise."""

        def excess(log_value: float) -> float:
            left = self.rest(np.exp(log_value) * self.centre)
            return float((left**2 * self.energy).sum()) / self.size**2 - mean_square

        if excess(_SMALLEST) >= 0:
            return float(np.exp(_SMALLEST))
        if excess(_LARGEST) <= 0:
            return float(np.exp(_LARGEST))
        return float(np.exp(scipy.optimize.brentq(excess, _SMALLEST, _LARGEST, xtol=1e-4)))
