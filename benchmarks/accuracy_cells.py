"""One run of the accuracy tables: a fit, its errors against the truth, and the Cramér–Rao bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

import edgepsf as ep
from accuracy_images import other
from edgepsf.psf import RadialModel
from edgepsf.testing import distance


@dataclass(frozen=True)
class Case:
    """A cell of the tables: how to make its image, and the truth where there is one."""

    name: str
    make: Callable
    runs: int
    model: RadialModel | str | None = None  # a name is one of `OTHERS`
    angle: float = 5.0
    bound: dict | None = None  # settings of `bounds`; None where they are not wanted
    options: dict = field(default_factory=dict)


def image_of(case: Case, seed: int, run: int):
    rng = np.random.default_rng([seed, crc32(case.name.encode()), run])
    return case.make(rng)


def run_case(job: tuple[Case, int, int]) -> dict:
    """Errors of one fit; `refused` with the reason where there is no fit."""
    case, seed, run = job
    image, center = image_of(case, seed, run)
    out = {"case": case.name, "run": run}
    if case.bound is not None:
        out["bound"] = bounds(case.model, image.shape, case.angle, center, **case.bound)
    try:
        fit = ep.fit_edge(image, **case.options)
    except ep.EdgeError as error:
        return out | {"refused": str(error)}
    out |= {"model": fit.model, "warnings": list(fit.warnings), "width": fit.psf.fwhm}
    out["line"] = [fit.normal_angle, fit.offset, fit.v1, fit.v2]
    if case.model is None:
        return out
    model = other(case.model) if isinstance(case.model, str) else case.model
    return out | errors(fit, model, case.angle, center)


def errors(fit, model: RadialModel, angle: float, center) -> dict:
    truth = ep.PointSpread(model)
    low, high = fit.interval("fwhm")
    return {
        "mtf50": fit.psf.mtf50 / truth.mtf50 - 1,
        "fwhm": fit.psf.fwhm / truth.fwhm - 1,
        "l1": l1_distance(fit.psf.radial, model.radial, jumps(fit.psf.model, model)),
        "angle": (fit.normal_angle - angle + 90) % 180 - 90,
        "position": float(fit.distance(*center)),
        "covered": bool(low <= truth.fwhm <= high),
    }


def jumps(*models) -> list[float]:
    """Radii at which a P(r) jumps; the integral needs a node on either side."""
    found = [v for m in models for k, v in m.parameters.items() if k in ("radius", "inner", "outer")]
    return [r for r in found if r > 0]


def l1_distance(first, second, breaks=()) -> float:
    """∫ |P₁ − P₂| 2πr dr up to 64 px, half of the image: beyond it nothing was seen.

    It matters: the L1 distance of two Airy patterns grows with the logarithm of the end.
    """
    r = np.concatenate([np.linspace(0, 12, 2401), np.linspace(12, 64, 2001)])
    sides = [b + e for b in breaks for e in (-1e-9, 1e-9)]
    r = np.unique(np.concatenate([r, sides]))
    return float(np.trapezoid(np.abs(first(r) - second(r)) * 2 * np.pi * r, r))


def bounds(model: RadialModel, shape, angle: float, center, noise: float, l1: bool = False) -> dict:
    """Cramér–Rao bounds with v1, v2, angle, offset and shape unknown and white noise.

    The Jacobian is taken by central differences. MTF50 and FWHM are relative, the angle is in degrees.
    """
    kind, start = type(model), np.array(list(model.parameters.values()))

    def picture(p):
        d = distance(shape, angle + p[2], center) - p[3]
        return (p[0] + (p[1] - p[0]) * kind(*p[4:]).esf(d)).ravel()

    def figures(p):
        psf = ep.PointSpread(kind(*p[4:]))
        return np.array([np.log(psf.mtf50), np.log(psf.fwhm), p[2], p[3]])

    point = np.concatenate([[0.0, 1.0, 0.0, 0.0], start])
    steps = np.concatenate([[1e-3, 1e-3, 1e-3, 1e-3], 1e-3 * start])
    jacobian, gradient = (_differences(f, point, steps) for f in (picture, figures))
    covariance = noise**2 * np.linalg.inv(jacobian @ jacobian.T)
    sd = np.sqrt(np.einsum("ki,kl,li->i", gradient, covariance, gradient))
    out = dict(zip(("mtf50", "fwhm", "angle", "position"), sd.tolist(), strict=True))
    return out | {"l1": l1_bound(model, covariance[4:, 4:])} if l1 else out


def l1_bound(model: RadialModel, covariance) -> float:
    """Mean L1 distance of an estimator that reaches the bound: to first order linear in the error of the shape."""
    kind, start = type(model), np.array(list(model.parameters.values()))
    step = 1e-3 * start
    if len(start) == 1:  # two models apart instead of a derivative, which a disk has not
        near, far = kind(*(start - step)), kind(*(start + step))
        slope = l1_distance(near.radial, far.radial, jumps(near, far)) / (2 * step[0])
        return float(slope * np.sqrt(2 / np.pi * covariance[0, 0]))
    r = np.linspace(0, 64, 3201)
    slopes = _differences(lambda p: kind(*p).radial(r), start, step)
    errors = np.random.default_rng(0).multivariate_normal(np.zeros(len(start)), covariance, 400)
    return float(np.trapezoid(np.abs(errors @ slopes).mean(axis=0) * 2 * np.pi * r, r))


def _differences(function, point, steps) -> np.ndarray:
    """Derivative by each parameter, one per row."""
    moves = np.diag(steps)
    return np.array([(function(point + m) - function(point - m)) / (2 * m.sum()) for m in moves])


def run_all(pool, cases: list[Case], seed: int) -> dict[str, list[dict]]:
    jobs = [(case, seed, run) for case in cases for run in range(case.runs)]
    results: dict[str, list[dict]] = {case.name: [] for case in cases}
    for result in pool.imap(run_case, jobs, chunksize=4):
        results[result["case"]].append(result)
    return results
