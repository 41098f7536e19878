"""The model-free fit: a non-negative radial PSF as smooth as the data ask, where no model fits.

The ESF is binned by the distance to the line; P at the knots follows by non-negative least squares with a
penalty on second differences, its weight chosen by generalised cross-validation (GCV). Line, levels and
extras are then fitted again with that shape, and so on a few times.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import nnls

from ...psf.free import FreeFamily, FrozenFamily, cone_edge, hat_table
from .binned import Profile, binned, line_distance
from .scene import SHAPE, Candidate, EdgeScene

_KNOTS = 36
_ROUNDS = 2
_ROUGHER = 0.1  # share of the penalty that shows how far smoothing has moved P


@dataclass(frozen=True)
class FreeFit:
    """A free candidate, the covariance of its shape numbers, and their effective number."""

    candidate: Candidate
    shape_covariance: np.ndarray
    effective: float


def misfit(scene: EdgeScene, candidate: Candidate, inflation: float) -> float:
    """How many standard deviations the binned residuals near the edge exceed what noise explains."""
    d, _ = line_distance(scene, candidate.parameters)
    residual = candidate.solution.residual / scene.root
    span = 4.0 * _width(candidate, 0.16)
    near = (np.abs(d) < span) & (scene.samples.weight == 1)
    bins = np.floor((d[near] + span) / (span / 12)).astype(int)
    count = np.bincount(bins)
    full = count > 3
    mean = np.bincount(bins, weights=residual[near])[full] / count[full]
    variance = max(candidate.cost / candidate.count, candidate.floor) * inflation
    if candidate.cost < 4.0 * candidate.floor * candidate.count:
        # Hardly any noise to dither it: rounding to whole gray values shifts means by itself.
        mean = np.maximum(np.abs(mean) - np.sqrt(candidate.floor), 0.0)
    score = (count[full] * mean**2).sum() / variance
    return float((score - full.sum()) / np.sqrt(2.0 * full.sum()))


def fit_free(scene: EdgeScene, start: Candidate, radius_limit: float) -> FreeFit:
    """Fit a free PSF, starting from the line, levels and extras of the best model.

    Parameters
    ----------
    scene : EdgeScene
        In units of the step.
    start : Candidate
    radius_limit : float
        Largest radius that the region shows, px.
    """
    end = min(4.0 * _width(start), radius_limit)
    knots = np.linspace(0.0, end, _KNOTS, endpoint=False)
    parameters, free = start.parameters[:SHAPE].copy(), start.free[:SHAPE].copy()
    model, weights = start.family.model(start.shape), np.geomspace(1e-3, 30, 9)
    for _ in range(_ROUNDS):
        scale = model.sampled(knots)
        solution = _shape(scene, parameters, knots, scale / scale.max() + 0.02, weights)
        values, covariance, effective = solution["x"], solution["covariance"], solution["effective"]
        weights = solution["weight"] * np.array([0.5, 1.0, 2.0])
        model = FreeFamily(knots).model(values)
        frozen = scene.refit(
            Candidate(FrozenFamily(model), parameters, free, start.solution, 0.0, 0),
            replace(start, parameters=parameters, free=free),
        )
        parameters = frozen.parameters[:SHAPE]
    candidate = replace(
        frozen, family=FreeFamily(knots), parameters=np.concatenate([parameters, model.values]),
        free=np.concatenate([free, np.zeros(len(knots), dtype=bool)]),
    )  # fmt: skip
    return FreeFit(candidate, covariance * (model.values.sum() / max(values.sum(), 1e-30)) ** 2, effective)


def explains_more(fit: FreeFit, model: Candidate) -> bool:
    """Whether the free fit is better by Akaike's criterion, with its effective number of shape numbers.

    `model` has failed the test of its residuals already; BIC's price for freedom asks whether it might be
    true all the same, which is settled.
    """
    n, inflation = fit.candidate.count, model.inflation
    gain = n / inflation * np.log(model.cost / max(fit.candidate.cost, 1e-300))
    return gain > 2.0 * (fit.effective - len(model.shape))


def _width(candidate: Candidate, share: float = 0.02) -> float:
    """Distance at which the ESF has fallen to a share of the step."""
    return candidate.family.model(candidate.shape).half_width(share)


def _shape(scene: EdgeScene, parameters, knots, scale, weights) -> dict:
    """Values of P at the knots, their covariance and effective number, for a given line and extras.

    To the covariance of the noise comes what smoothing has done: the square of the change with less of it.

    `scale` is the expected size of P at each knot: curvature is penalised relative to it, so that a sharp core
    and faint tails are held equally smooth.
    """
    profile = _profile(scene, parameters, knots)
    d = profile.d
    table = hat_table(cone_edge, knots, d)
    # Dark level and a shift of the line are free too; a pair of columns of opposite sign for each.
    slope = np.gradient(table @ np.full(len(knots), 1.0 / len(knots)), d)
    extra = np.stack([np.ones_like(d), -np.ones_like(d), slope, -slope], axis=1)
    root = profile.root[:, None]
    design = np.hstack([table, extra]) * root
    target = profile.value * root[:, 0]
    rough = np.zeros((len(knots), design.shape[1]))
    for k in range(1, len(knots) - 1):
        rough[k, k - 1 : k + 2] = 1.0, -2.0, 1.0
    rough[0, :2] = 1.0, -1.0  # P is flat at r = 0
    rough[-1, len(knots) - 2 : len(knots)] = 1.0, -2.0
    rough /= scale[:, None]
    size = np.linalg.norm(design[:, : len(knots)]) / np.linalg.norm(rough)
    trials = [_solve(design, target, rough * size * w) | {"weight": w} for w in weights]
    best = min(trials, key=lambda t: t["gcv"])
    rougher = _solve(design, target, rough * size * best["weight"] * _ROUGHER)
    bias = (rougher["x"] - best["x"])[: len(knots)]
    best["x"] = best["x"][: len(knots)]
    best["covariance"] = best["covariance"][: len(knots), : len(knots)] + np.outer(bias, bias)
    return best


def _solve(design, target, rough) -> dict:
    """Non-negative least squares with a penalty; GCV and covariance on the active columns."""
    stacked = np.vstack([design, rough])
    x, _ = nnls(stacked, np.concatenate([target, np.zeros(len(rough))]), maxiter=50 * stacked.shape[1])
    active = x > 0
    part = design[:, active]
    normal = part.T @ part
    inverse = np.linalg.pinv(normal + rough[:, active].T @ rough[:, active], hermitian=True)
    effective = float(np.trace(inverse @ normal))
    n = len(target)
    rss = float(((design @ x - target) ** 2).sum())
    covariance = np.zeros((len(x), len(x)))
    spread = inverse @ normal @ inverse * rss / max(n - effective, 1.0)
    covariance[np.ix_(active, active)] = spread
    return {
        "x": x,
        "gcv": rss / max(n - effective, 1.0) ** 2,
        "effective": effective,
        "covariance": covariance,
    }


def _profile(scene: EdgeScene, parameters, knots) -> Profile:
    """The ESF in bins of a quarter of the knots' distance; all that is far from the edge in one on each side."""
    d, along = line_distance(scene, parameters)
    step = knots[1] - knots[0]
    limit = knots[-1] + 4 * step
    inside = np.clip(d, -limit, limit)
    return binned(scene, parameters, np.floor((inside + limit) / (0.25 * step)).astype(int), inside, along)
