"""How unlike each other the parts of an edge are: the scatter of its shape from block to block along the line.

A fit takes the noise to be the same everywhere. Texture, dust, a rough line and the blocks of a JPEG are not: they
change from place to place along the edge. Here the influence of every sample on the width, and on the next shape
after it, is summed over blocks along the line. The noise of the pixels alone makes these sums scatter by a known
amount; the ratio of the two is the irregularity, a factor of variance (the clustered "sandwich" estimate).
A misfit that is the same in all blocks does not count: the choice of the model sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .binned import line_distance
from .candidate import Bic, Candidate
from .noise import Noise, measure
from .residuals import Residuals
from .scene import Scene
from .slots import OFFSET, SCENE
from .views import Views

_BLOCK = 7.0  # px
_LEAST_BLOCKS = 5
_CLEAR = 3.5  # standard deviations of the ratio
_LOPSIDED = 3  # shapes that no symmetric PSF makes, the last ones
_WAVES = np.array([0.7, 1.4, 2.1, 2.8, 3.5, 4.2])  # radians over the width of the transition
_CLEARLY_LOPSIDED = 5.4  # mean of three squares: once in a thousand by chance


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
    noise, scene = measure(residuals, views.start.floor), views.fitted(candidate)
    if views.start.half:
        return replace(noise, correlation={})
    if candidate.cost <= 4.0 * views.start.floor * candidate.count:
        return noise
    basis = Basis.of(scene, candidate)
    expected = basis.expected(scene, noise)
    scatter = _block_scatter(basis, scene, candidate, expected)
    lopsided = _lopsided(basis, candidate.solution.residual, expected * scatter)
    return replace(noise, scatter=scatter, lopsided=lopsided)


def shape_left(scene: Scene, candidate: Candidate, bic: Bic) -> float:
    """By how much a PSF of another shape could at most explain the pixels better, in −2 ln L.

    Any other symmetric PSF changes the edge by smooth odd functions of the distance. What the residuals hold of
    several of them, in squares of the noise, bounds the gain.

    Parameters
    ----------
    scene : Scene
        The one that the candidate was fitted to.
    candidate : Candidate
    bic : Bic
        Tells how many correlated pixels count for one, and the least variance.
    """
    shapes = Basis.of(scene, candidate, fine=True).shapes[:-_LOPSIDED]
    variance = max(candidate.variance, bic.floor) * bic.inflation
    return float(((shapes @ candidate.solution.residual) ** 2).sum() / variance)


def lopsidedness(scene: Scene, candidate: Candidate, noise: Noise) -> float:
    """Mean square of the misfits that no symmetric PSF makes, over the mean square by the noise; 1 where not clear.

    Parameters
    ----------
    scene : Scene
        The one that the candidate was fitted to.
    candidate : Candidate
    noise : Noise
    """
    basis = Basis.of(scene, candidate)
    return _lopsided(basis, candidate.solution.residual, basis.expected(scene, noise) * noise.scatter)


@dataclass(frozen=True)
class Basis:
    """Shapes of a misfit that no level, no place and no gradient explains, orthonormal over the weighted samples.

    Attributes
    ----------
    shapes : ndarray, shape (5 or 10, samples)
        Those that a symmetric PSF could make (wider, heavier tails; where fine, waves), then three that it cannot.
    along : ndarray, shape (samples,)
        Position along the line, px.
    """

    shapes: np.ndarray
    along: np.ndarray

    @classmethod
    def of(cls, scene: Scene, candidate: Candidate, *, fine: bool = False) -> Basis:
        """The shapes around a fitted edge."""
        d, along = line_distance(scene, candidate.parameters)
        jacobian, names = candidate.solution.jacobian, np.nonzero(candidate.free)[0]
        slope = jacobian[int(np.nonzero(names == OFFSET)[0][0])]
        u = np.clip(d / edge_width(candidate, slope), -8.0, 8.0)
        known = jacobian[: int(candidate.free[SCENE].sum())]
        halo = scene.samples.root * np.exp(-np.abs(u) / 2.0)
        symmetric = np.stack([slope * u, slope * u**3])
        if fine:
            window = scene.samples.root * np.exp(-(u**2) / 8.0)
            waves = window * np.sin(_WAVES[:, None] * u)
            symmetric = np.vstack([waves, scene.samples.root * np.sign(u) * np.exp(-np.abs(u) / 1.5)])
        rows = np.vstack([known, symmetric, slope * u**2, slope * u**4, halo])
        upper = np.linalg.qr(rows.T)[0].T
        return cls(upper[len(known) :], along)

    def expected(self, scene: Scene, noise: Noise) -> np.ndarray:
        """Mean square of each misfit by the noise alone, shape (5,)."""
        level = np.clip(scene.samples.values, 0.0, 1.0)
        return (self.shapes**2 * noise.deviation(level) ** 2).sum(axis=1) * noise.correlated


def _block_scatter(basis: Basis, scene: Scene, candidate: Candidate, expected: np.ndarray) -> float:
    """Variance of the shapes from block to block, over the variance by the noise; 1 where it is not clear."""
    along = basis.along
    blocks = max(int(np.ptp(along) / _BLOCK), 1)
    if blocks < _LEAST_BLOCKS:
        return 1.0
    place = np.minimum((blocks * (along - along.min()) / np.ptp(along)).astype(int), blocks - 1)
    share = np.bincount(place, weights=scene.samples.weight, minlength=blocks) / candidate.count
    ratios = []
    for row, variance in zip(basis.shapes, expected, strict=True):
        sums = np.bincount(place, weights=row * candidate.solution.residual, minlength=blocks)
        scatter = ((sums - share * sums.sum()) ** 2).sum() * blocks / (blocks - 1)
        ratios.append(scatter / max(variance, 1e-300))
    ratio = float(np.mean(ratios))
    return ratio if ratio > 1.0 + _CLEAR * np.sqrt(2.0 / (len(ratios) * (blocks - 1))) else 1.0


def _lopsided(basis: Basis, residual: np.ndarray, expected: np.ndarray) -> float:
    """Mean square of the misfits that no symmetric PSF makes, over that by the noise; 1 where it is not clear."""
    found = (basis.shapes @ residual) ** 2 / np.maximum(expected, 1e-300)
    ratio = float(np.mean(found[-_LOPSIDED:]))
    return ratio if ratio > _CLEARLY_LOPSIDED else 1.0


def edge_width(candidate: Candidate, slope: np.ndarray) -> float:
    """Scale of the transition, px: the σ of a Gaussian edge with the same greatest slope (steps per px)."""
    low, high = candidate.slots.levels
    return float(0.4 * abs(high - low) / max(np.abs(slope).max(), 1e-12))
