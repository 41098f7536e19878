"""The fit without a model: a non-negative radial PSF as smooth as the data ask, where no model fits.

The ESF is binned by the distance to the line. P at the knots follows by non-negative least squares with a
penalty on second differences; generalised cross-validation (GCV) chooses the weight of the penalty. Line, levels
and extras are then fitted again with that shape, a few times in turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy

from ...psf.free import FreeFamily, FrozenFamily, cone_edge, hat_table
from ...psf.model import RadialModel
from .binned import Profile, binned, line_distance
from .candidate import Bic, Candidate
from .scene import Scene

_KNOTS = 36
_ROUNDS = 2
_ROUGHER = 0.1  # share of the penalty that shows how far smoothing has moved P


@dataclass(frozen=True)
class FreeFit:
    """A fit without a model.

    Attributes
    ----------
    candidate : Candidate
        With the values of P at the knots as shape numbers.
    shape_covariance : ndarray, shape (knots, knots)
        Of the shape numbers, for uncorrelated noise.
    effective : float
        Effective number of shape numbers.
    """

    candidate: Candidate
    shape_covariance: np.ndarray
    effective: float


@dataclass(frozen=True)
class _Smoothed:
    """A solution of the penalised least squares: values, their covariance, their effective number, and GCV."""

    values: np.ndarray
    covariance: np.ndarray
    effective: float
    gcv: float


def misfit(scene: Scene, candidate: Candidate, bic: Bic) -> float:
    """How many standard deviations the binned residuals near the edge lie above the noise.

    Parameters
    ----------
    scene : Scene
        The one that the candidate was fitted to.
    candidate : Candidate
    bic : Bic
    """
    d, _ = line_distance(scene, candidate.parameters)
    residual = candidate.solution.residual / scene.samples.root
    span = 4.0 * _width(candidate, 0.16)
    near = (np.abs(d) < span) & (scene.samples.weight == 1)
    bins = np.floor((d[near] + span) / (span / 12)).astype(int)
    count = np.bincount(bins)
    full = count > 3
    mean = np.bincount(bins, weights=residual[near])[full] / count[full]
    variance = max(candidate.variance, bic.floor) * bic.inflation
    if candidate.cost < 4.0 * bic.floor * candidate.count:
        # Hardly any noise to dither it: rounding to whole gray values shifts means by itself.
        mean = np.maximum(np.abs(mean) - np.sqrt(bic.floor), 0.0)
    score = (count[full] * mean**2).sum() / variance
    return float((score - full.sum()) / np.sqrt(2.0 * full.sum()))


def fit_free(scene: Scene, start: Candidate, radius_limit: float) -> FreeFit:
    """Fit a free PSF, starting from the line, levels and extras of the best model.

    Parameters
    ----------
    scene : Scene
    start : Candidate
    radius_limit : float
        Largest radius that the region shows, px.
    """
    end = min(4.0 * _width(start), radius_limit)
    knots = np.linspace(0.0, end, _KNOTS, endpoint=False)
    model, frozen, weights = start.model, start, np.geomspace(1e-3, 30, 9)
    for _ in range(_ROUNDS):
        found, weight = _shape(scene, frozen.scene, knots, _expected(model, knots), weights)
        weights = weight * np.array([0.5, 1.0, 2.0])
        shape = FreeFamily(knots).model(found.values)
        model = shape
        frozen = scene.refit(FrozenFamily(shape), np.empty(0), frozen)
    candidate = replace(
        frozen,
        family=FreeFamily(knots),
        parameters=np.concatenate([frozen.scene, shape.values]),
        free=np.concatenate([frozen.free, np.zeros(len(knots), dtype=bool)]),
    )
    scale = shape.values.sum() / max(found.values.sum(), 1e-30)
    return FreeFit(candidate, found.covariance * scale**2, found.effective)


def explains_more(fit: FreeFit, model: Candidate, bic: Bic) -> bool:
    """Whether the free fit is better by the criterion of Akaike, with its effective number of shape numbers.

    `model` has failed the test of its residuals already. BIC's price for freedom asks whether the model might
    be true all the same, which is settled.
    """
    n = fit.candidate.count
    gain = n / bic.inflation * np.log(model.cost / max(fit.candidate.cost, 1e-300))
    return bool(gain > 2.0 * (fit.effective - len(model.shape)))


def _width(candidate: Candidate, share: float = 0.02) -> float:
    """Distance (px) at which the ESF has fallen to a share of the step."""
    return candidate.model.half_width(share)


def _expected(model: RadialModel, knots: np.ndarray) -> np.ndarray:
    """Expected size of P at the knots, relative to its maximum, from the model of the round before."""
    scale = model.sampled(knots)
    return scale / scale.max() + 0.02


def _shape(
    scene: Scene, parameters: np.ndarray, knots: np.ndarray, expected: np.ndarray, weights: np.ndarray
) -> tuple[_Smoothed, float]:
    """Values of P at the knots for a given line and extras, and the weight of the penalty that GCV chose.

    The covariance holds the effect of the noise and the effect of smoothing. The effect of smoothing is the square
    of the change of P with less of it.

    `expected` is the size of P at each knot: curvature is penalised relative to it, so that a sharp core and
    faint tails are held equally smooth.
    """
    profile, n = _profile(scene, parameters, knots), len(knots)
    design, target = _design(profile, knots), profile.value * profile.root
    rough = _roughness(n, design.shape[1]) / expected[:, None]
    size = np.linalg.norm(design[:, :n]) / np.linalg.norm(rough)
    trials = [(_solve(design, target, rough * size * w), float(w)) for w in weights]
    best, weight = min(trials, key=lambda trial: trial[0].gcv)
    rougher = _solve(design, target, rough * size * weight * _ROUGHER)
    bias = (rougher.values - best.values)[:n]
    covariance = best.covariance[:n, :n] + np.outer(bias, bias)
    return replace(best, values=best.values[:n], covariance=covariance), weight


def _design(profile: Profile, knots: np.ndarray) -> np.ndarray:
    """Weighted ESF of the hat at each knot; then the dark level and a shift of the line, in both signs."""
    d = profile.d
    table = hat_table(cone_edge, knots, d)
    slope = np.gradient(table @ np.full(len(knots), 1.0 / len(knots)), d)
    # No number may be negative: a free sign takes a pair of columns.
    extra = np.stack([np.ones_like(d), -np.ones_like(d), slope, -slope], axis=1)
    return np.hstack([table, extra]) * profile.root[:, None]


def _roughness(knots: int, columns: int) -> np.ndarray:
    """Second differences of P at the knots."""
    rough = np.zeros((knots, columns))
    for k in range(1, knots - 1):
        rough[k, k - 1 : k + 2] = 1.0, -2.0, 1.0
    rough[0, :2] = 1.0, -1.0  # P is flat at r = 0
    rough[-1, knots - 2 : knots] = 1.0, -2.0
    return rough


def _solve(design: np.ndarray, target: np.ndarray, rough: np.ndarray) -> _Smoothed:
    """Non-negative least squares with a penalty; GCV and covariance on the active columns."""
    stacked = np.vstack([design, rough])
    x, _ = scipy.optimize.nnls(
        stacked, np.concatenate([target, np.zeros(len(rough))]), maxiter=50 * stacked.shape[1]
    )
    active = x > 0
    part = design[:, active]
    normal = part.T @ part
    inverse = np.linalg.pinv(normal + rough[:, active].T @ rough[:, active], hermitian=True)
    effective = float(np.trace(inverse @ normal))
    freedom = max(len(target) - effective, 1.0)
    rss = float(((design @ x - target) ** 2).sum())
    covariance = np.zeros((len(x), len(x)))
    covariance[np.ix_(active, active)] = inverse @ normal @ inverse * rss / freedom
    return _Smoothed(x, covariance, effective, rss / freedom**2)


def _profile(scene: Scene, parameters: np.ndarray, knots: np.ndarray) -> Profile:
    """The ESF in bins of a quarter of the knots' distance; all that is far from the edge in one on each side."""
    d, along = line_distance(scene, parameters)
    step = knots[1] - knots[0]
    limit = knots[-1] + 4 * step
    inside = np.clip(d, -limit, limit)
    return binned(scene, parameters, np.floor((inside + limit) / (0.25 * step)).astype(int), inside, along)
