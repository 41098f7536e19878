"""Data and collaborative filter in turn, with a noise level that falls from stage to stage.

A stage solves min ‖y − A x‖² + ε ‖x − z‖² for the last estimate z, which leaves noise in x, and filters it. With
ε = σ²/(4 d²) no frequency of x has more noise than the deviation d, which is then the one that the filter takes out
(plug-and-play restoration by half quadratic splitting; Danielyan, Katkovnik & Egiazarian 2012,
doi:10.1109/TIP.2011.2176954; Zhang et al. 2017, doi:10.1109/CVPR.2017.300).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from ..noise import Noise
from ..operator import Blur
from .data_step import DataStep
from .filtering import Groups
from .transforms import SIDE

STAGES = 9
_TRUST = 0.25  # ε = _TRUST · σ² / d²
_FLOOR = 0.8  # of the noise of the data, below which no level falls
_DARKEST = 0.05  # least variance of the noise in the dark, in proportion to that at the mean


@dataclass(frozen=True)
class Levels:
    """Noise levels of the stages.

    Attributes
    ----------
    first, last : float
        Level of the first and of the last stage, gray values.
    """

    first: float
    last: float

    def of(self, stage: int, stages: int, sd: float) -> float:
        """Level of a stage, gray values; the levels fall by the same factor from stage to stage.

        Parameters
        ----------
        stage, stages : int
            Number of the stage, from 0, and of all.
        sd : float
            Deviation of the noise of the data, gray values.
        """
        share = stage / max(stages - 1, 1)
        return max(self.first ** (1 - share) * self.last**share, _FLOOR * sd)


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

    Attributes
    ----------
    scene : ndarray, blur.scene_shape
        The last estimate.
    """

    def __init__(
        self, data: np.ndarray, blur: Blur, noise: Noise, valid: np.ndarray | None, scene: np.ndarray
    ):
        self.blur, self.noise, self.scene = blur, noise, scene
        self.solve = DataStep(data, blur, None if valid is None else valid.astype(data.dtype))
        self.variance = noise.mean_square(float(data.sum(dtype=np.float64) / (data.size if valid is None else valid.sum())))
        self.groups = Groups(scene.shape, blur.workers)
        self.groups.match(scene)

    @property
    def sd(self) -> float:
        """Deviation of the noise at the mean of the picture."""
        return float(np.sqrt(self.variance))

    def stage(self, level: float) -> None:
        """Data, hard threshold, and the empirical Wiener filter with its result for a pilot.

        Parameters
        ----------
        level : float
            Deviation d of the noise in gray values, where the picture has its mean.
        """
        noisy = self.solve(self.scene, _TRUST * self.variance / level**2)
        variance = self._local(level)
        pilot = self.groups.shrunk(noisy, variance)
        self.scene = self.groups.shrunk(noisy, variance, pilot)

    def _local(self, level: float) -> np.ndarray:
        """Variance of every scene pixel's noise in proportion to that of the data there."""
        kind = self.scene.dtype.type
        if self.noise.gain == 0:
            return np.full((1,) * self.scene.ndim, level**2, kind)
        axes = (-2, -1)
        bright = scipy.ndimage.uniform_filter(self.scene, SIDE, axes=axes, mode="nearest")
        share = self.noise.variance(bright) / kind(self.variance)
        return np.maximum(share, kind(_DARKEST)) * kind(level**2)
