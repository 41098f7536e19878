"""How unlike each other the parts of an edge are: the scatter of its shape from block to block along the line.

A fit takes the noise to be the same everywhere. Texture, dust, a rough line and the blocks of a JPEG are not: they
change from place to place along the edge. Here the influence of every sample on the width, and on the next shape
after it, is summed over blocks along the line. The noise of the pixels alone makes these sums scatter by a known
amount; the ratio of the two is the irregularity, a factor of variance (the clustered "sandwich" estimate).
A misfit that is the same in all blocks does not count: the choice of the model sees it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .binned import line_distance
from .candidate import Candidate
from .noise import Noise, measure
from .residuals import Residuals
from .scene import Scene
from .slots import OFFSET, SCENE
from .views import Views

_BLOCK = 7.0  # px
_LEAST_BLOCKS = 5
_CLEAR = 3.5  # standard deviations of the ratio


def noise_of(views: Views, candidate: Candidate, residuals: Residuals) -> Noise:
    """The noise read from the residuals of a candidate, with the irregularity of the edge.

    Parameters
    ----------
    views : Views
    candidate : Candidate
        Fitted to one of the two scenes.
    residuals : Residuals
        Of the candidate.
    """
    noise = measure(residuals, views.start.floor)
    return replace(noise, irregularity=irregularity(views.fitted(candidate), candidate, noise))


def irregularity(scene: Scene, candidate: Candidate, noise: Noise) -> float:
    """Variance of the shape from block to block, over the variance that the noise makes; 1 where it is not clear.

    Parameters
    ----------
    scene : Scene
        The one that the candidate was fitted to.
    candidate : Candidate
    noise : Noise
        Read from the residuals of the candidate.
    """
    d, along = line_distance(scene, candidate.parameters)
    blocks = max(int(np.ptp(along) / _BLOCK), 1)
    if blocks < _LEAST_BLOCKS or candidate.cost <= 0:
        return 1.0
    influence = _influence(candidate, d)
    residual = candidate.solution.residual
    place = np.minimum((blocks * (along - along.min()) / np.ptp(along)).astype(int), blocks - 1)
    level = np.clip(scene.samples.values, 0.0, 1.0)
    expected = (influence**2 * noise.deviation(level) ** 2).sum(axis=1) * noise.correlated
    share = np.bincount(place, weights=scene.samples.weight, minlength=blocks) / candidate.count
    ratios = []
    for row, variance in zip(influence, expected, strict=True):
        sums = np.bincount(place, weights=row * residual, minlength=blocks)
        scatter = ((sums - share * sums.sum()) ** 2).sum() * blocks / (blocks - 1)
        ratios.append(scatter / max(variance, 1e-300))
    ratio = float(np.mean(ratios))
    limit = 1.0 + _CLEAR * np.sqrt(2.0 / (len(ratios) * (blocks - 1)))
    return ratio if ratio > limit else 1.0


def _influence(candidate: Candidate, d: np.ndarray) -> np.ndarray:
    """How much each weighted residual moves the width and the next odd shape, shape (2, samples)."""
    jacobian = candidate.solution.jacobian
    names = np.nonzero(candidate.free)[0]
    slope = jacobian[int(np.nonzero(names == OFFSET)[0][0])]
    width = candidate.model.half_width(0.16)
    u = np.clip(d / width, -6.0, 6.0)
    scene = jacobian[: int(candidate.free[SCENE].sum())]
    rows = np.vstack([scene, slope * u, slope * u**3])
    size = np.linalg.norm(rows, axis=1)
    rows = rows / np.maximum(size, 1e-300)[:, None]
    return np.linalg.lstsq(rows @ rows.T, rows, rcond=1e-9)[0][-2:]
