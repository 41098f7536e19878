"""Data and collaborative filter in turn, with a noise level that falls from stage to stage.

A stage solves min ‖y − A x‖² + ε ‖x − z‖² for the last estimate z, which leaves noise in x, and filters it. With
ε = σ²/(4 d²) no frequency of x has more noise than the deviation d, which is then the one that the filter takes out
(plug-and-play restoration by half quadratic splitting; Danielyan, Katkovnik & Egiazarian 2012,
doi:10.1109/TIP.2011.2176954; Zhang et al. 2017, doi:10.1109/CVPR.2017.300).
"""

from __future__ import annotations

import numpy as np

from ..noise import Noise
from ..operator import Blur
from .data_step import DataStep
from .filtering import Groups
from .transforms import even

STAGES = 9
_TRUST = 0.25  # ε = _TRUST · σ² / d²
_FLOOR = 0.8  # of the noise of the data, below which no level falls
# First and last level in proportion to σ²/λ, the mean gradient for which total variation with this λ is the prior.
_FIRST, _LAST = 0.5, 0.08
_LEAST = 0.1  # of the picture's deviation: what counts for σ²/λ at the least, for pictures without noise
_NOISELESS = 1e-3  # of the first level: the noise of such pictures, which keeps the data step solvable
_DARKEST = 0.1  # least variance of the noise in the dark, in proportion to that at the mean


class Restoration:
    """A restoration, one `stage` at a time.

    Parameters
    ----------
    data : ndarray
        Picture, 0 where not valid.
    blur : Blur
    noise : Noise
    valid : ndarray of bool, optional
        Pixels that count.
    scene : ndarray
        The start, blur.scene_shape: groups are formed by likeness in it.
    weight : float
        λ of total variation that gave the start, gray values.

    Attributes
    ----------
    scene : ndarray, blur.scene_shape
        The last estimate.
    sd : float
        Deviation of the noise at the mean of the picture, gray values.
    first, last : float
        Noise levels of the first and the last stage, gray values.
    """

    def __init__(
        self,
        data: np.ndarray,
        blur: Blur,
        noise: Noise,
        valid: np.ndarray | None,
        scene: np.ndarray,
        weight: float,
    ):
        self.scene = scene
        inside = data if valid is None else data[valid]
        variance = noise.mean_square(float(inside.mean(dtype=np.float64)))
        size = max(variance / weight, _LEAST * float(inside.std(dtype=np.float64)), 1e-30)
        self.first, self.last = _FIRST * size, _LAST * size
        self.sd = max(float(np.sqrt(variance)), _NOISELESS * self.first)
        self.solve = DataStep(data, blur, _weights(noise, blur.forward(scene), valid))
        self.groups = Groups(scene.shape, blur.workers)
        self.groups.match(scene)

    def level(self, stage: int, stages: int) -> float:
        """Deviation d of the noise in a stage, gray values; it falls by the same factor from stage to stage.

        Parameters
        ----------
        stage, stages : int
            Number of the stage, from 0, and of all.
        """
        share = stage / max(stages - 1, 1)
        return max(self.first ** (1 - share) * self.last**share, _FLOOR * self.sd)

    def stage(self, stage: int, stages: int) -> None:
        """Data, hard threshold, and the empirical Wiener filter with its result for a pilot."""
        level = self.level(stage, stages)
        noisy = self.solve(self.scene, _TRUST * (self.sd / level) ** 2)
        variance = even(level, noisy.dtype.name)
        pilot = self.groups.shrunk(noisy, variance)
        self.scene = self.groups.shrunk(noisy, variance, pilot)


def _weights(noise: Noise, model: np.ndarray, valid: np.ndarray | None) -> np.ndarray | None:
    """Inverse variance of the pixels' noise, 1 in the harmonic mean, 0 where not valid; None where all are 1.

    With such weights the noise after a data step is the same in bright and in dark places.
    """
    if noise.gain == 0:
        return None if valid is None else valid.astype(model.dtype)
    variance = noise.variance(model)
    inside = variance if valid is None else variance[valid]
    mean = inside.mean(dtype=np.float64)
    weight = model.dtype.type(mean) / np.maximum(variance, model.dtype.type(_DARKEST * mean))
    return weight if valid is None else weight * valid
