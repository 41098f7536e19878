"""Richardson–Lucy with a collaborative filter between its steps, for pictures of few photons.

A few steps from a smooth scene bring in detail and noise. In 2 √x, x in photons, the noise is the same in bright and in
dark places (Anscombe 1948, doi:10.1093/biomet/35.3-4.246), and the hard threshold of similar patches takes it out.
"""

from __future__ import annotations

import numpy as np

from ..operator import Blur
from ..richardson_lucy import RichardsonLucy
from .filtering import Groups
from .transforms import coloured

ROUNDS = 12
_LEVEL = 0.8  # deviation in 2 √x that the filter takes out at the least
_EXCESS = 3.0  # variance that it takes out, in proportion to what the steps of one round bring in
# Deviation that the steps of a round may bring in: for 2 photons, how it grows with their number, and its limits.
_INCREASE, _GROWTH, _LIMITS = 0.46, 0.25, (0.2, 0.6)
_MOST_STEPS = 12
_MATCHED = 3  # rounds for which the groups serve


def brought_in(blur: Blur, steps: int) -> np.ndarray:
    """Power spectrum of the noise in 2 √x that some Richardson–Lucy steps from a smooth scene bring in.

    k steps put (1 − (1 − |H|²)ᵏ) / H times the noise of the data into the scene: near a smooth scene Richardson–Lucy
    is Landweber's iteration.

    Parameters
    ----------
    blur : Blur
    steps : int

    Returns
    -------
    ndarray of float64
        Half spectrum; its mean over all frequencies is the variance.
    """
    power = np.maximum(blur.otf.real**2 + blur.otf.imag**2, blur.precision(1e-12)).astype(np.float64)
    return (1 - np.maximum(1 - power, 0) ** steps) ** 2 / power


def steps_of_round(blur: Blur, photons: float) -> int:
    """Richardson–Lucy steps after which the filter still copes with the noise.

    A PSF with sharp edges brings in more noise a step than a soft one, and few photons bear less of it.

    Parameters
    ----------
    blur : Blur
    photons : float
        Of a pixel, as most of the light sees it.
    """
    allowed = float(np.clip(_INCREASE * (photons / 2) ** _GROWTH, *_LIMITS))
    steps = 1
    while steps < _MOST_STEPS and np.mean(brought_in(blur, steps + 1)) <= allowed**2:
        steps += 1
    return steps


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
    steps : int
        Richardson–Lucy steps of a round.

    Attributes
    ----------
    solver : RichardsonLucy
        It holds the scene.
    """

    def __init__(self, solver: RichardsonLucy, gain: float, read: float, steps: int):
        kind = solver.scene.dtype.type
        self.solver, self.steps = solver, steps
        self.gain, self.dark = kind(gain), kind(read / gain**2)
        self.groups = Groups(solver.scene.shape, solver.blur.workers)
        self._done = 0
        noise = coloured(brought_in(solver.blur, steps), solver.blur.domain)
        self.variance = np.maximum(_EXCESS * noise, _LEVEL**2).astype(kind)

    def round(self) -> None:
        """Some steps, and the filter."""
        for _ in range(self.steps):
            self.solver.step()
        root = self._root(self.solver.scene)
        if self._done % _MATCHED == 0:
            self.groups.match(root)
        self._done += 1
        filtered = np.maximum(self.groups.shrunk(root, self.variance), 0)
        filtered *= filtered / 4
        filtered -= self.dark
        filtered *= self.gain
        # A pixel at 0 would stay there: the next steps could not bring light back.
        self.solver.scene = np.maximum(filtered, self.solver.floor)

    def _root(self, scene: np.ndarray) -> np.ndarray:
        """2 √x, x in photons; read noise counts as the variance of a constant light."""
        return 2 * np.sqrt(np.maximum(scene, 0) / self.gain + self.dark)
