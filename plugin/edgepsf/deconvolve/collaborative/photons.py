"""Richardson–Lucy with a collaborative filter between its steps, for pictures of few photons.

A few steps from a smooth scene bring in detail and noise. In 2 √x, x in photons, the noise is the same in bright and in
dark places (Anscombe 1948, doi:10.1093/biomet/35.3-4.246), and the hard threshold of similar patches takes it out.
"""

from __future__ import annotations

import numpy as np

from ..operator import Blur
from ..richardson_lucy import RichardsonLucy
from .filtering import Groups

ROUNDS = 12
_LEVEL = 0.8  # deviation in 2 √x that the filter takes out
_INCREASE = 0.42  # deviation that the steps of a round may bring in
_MOST_STEPS = 50
_MATCHED = 3  # rounds for which the groups serve


def steps_of_round(blur: Blur) -> int:
    """Richardson–Lucy steps after which the filter still copes with the noise.

    From a smooth scene k steps put (1 − (1 − |H|²)ᵏ) / H times the noise of the data into the scene, in the
    neighbourhood of which Richardson–Lucy is Landweber's iteration. The mean square of this factor is the variance of
    the noise in 2 √x: a PSF with sharp edges brings in more noise a step than a soft one.

    Parameters
    ----------
    blur : Blur
    """
    power = np.maximum(blur.otf.real**2 + blur.otf.imag**2, blur.precision(1e-12)).astype(np.float64)
    left = np.ones_like(power)
    for steps in range(1, _MOST_STEPS + 1):
        left *= np.maximum(1 - power, 0)
        if np.mean((1 - left) ** 2 / power) > _INCREASE**2:
            return max(steps - 1, 1)
    return _MOST_STEPS


class Rounds:
    """The restoration, one `round` at a time.

    Parameters
    ----------
    solver : RichardsonLucy
        At its start.
    gain : float
        Gray values per photon.
    read : float
        Variance of the noise without light, gray values squared.

    Attributes
    ----------
    solver : RichardsonLucy
        It holds the scene.
    """

    def __init__(self, solver: RichardsonLucy, gain: float, read: float):
        kind = solver.scene.dtype.type
        self.solver = solver
        self.gain, self.dark = kind(gain), kind(read / gain**2)
        self.groups = Groups(solver.scene.shape, solver.blur.workers)
        self._done = 0
        self.level = np.full((1,) * solver.scene.ndim, _LEVEL**2, kind)

    def round(self, steps: int) -> None:
        """Some steps, and the filter."""
        for _ in range(steps):
            self.solver.step()
        root = self._root(self.solver.scene)
        if self._done % _MATCHED == 0:
            self.groups.match(root)
        self._done += 1
        filtered = np.maximum(self.groups.shrunk(root, self.level), 0)
        filtered *= filtered / 4
        filtered -= self.dark
        filtered *= self.gain
        # A pixel at 0 would stay there: the next steps could not bring light back.
        self.solver.scene = np.maximum(filtered, self.solver.floor)

    def _root(self, scene: np.ndarray) -> np.ndarray:
        """2 √x, x in photons; read noise counts as the variance of a constant light."""
        return 2 * np.sqrt(np.maximum(scene, 0) / self.gain + self.dark)
