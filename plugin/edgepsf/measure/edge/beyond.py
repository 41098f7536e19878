"""PSFs beyond the library: a composition of its models where BIC prefers one, a smooth free P where that misfits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .free import FreeFit, explains_more, fit_free, misfit
from .problem import EdgeProblem
from .scene import ANGLE, EXTRAS, OFFSET, Candidate
from .sieve import compose

_MARGIN = 1.0  # in BIC: a composition that is hardly better than a model of the library is not preferred
_MISFIT = 5.0  # standard deviations: once in ten thousand edges by chance


def beyond_library(
    problem: EdgeProblem, candidate: Candidate, candidates: list[Candidate], *, only: bool
) -> tuple[Candidate, list[Candidate], FreeFit | None]:
    """The best model, composition or free fit.

    Parameters
    ----------
    problem : EdgeProblem
    candidate, candidates : Candidate, list of Candidate
        The best model of the library and all of them.
    only : bool
        Leave the library in any case.

    Returns
    -------
    candidate : Candidate
    candidates : list of Candidate
        Rivals of it, for the intervals.
    free : FreeFit or None
        The smooth free fit, if that is the candidate.
    """
    composed = _composed(problem, candidate, always=only)
    single = replace(candidate, inflation=problem.inflation)
    best = min(composed, key=lambda c: c.bic, default=single)
    if not only and best.bic > single.bic - _MARGIN:
        best = single
    free = _smooth(problem, best, always=only and not composed)
    if free is not None:
        return free.candidate, [], free
    rivals = [replace(c, inflation=problem.inflation) for c in candidates]
    return best, [*rivals, *composed], None


def _composed(problem: EdgeProblem, candidate: Candidate, *, always: bool) -> list[Candidate]:
    """Compositions that explain the pixels nearly as well as the best single model, or better."""
    if candidate.cost <= problem.floor * candidate.count:
        return []
    if problem.inflation > 1.0:
        # Some of that correlation may be misfit of the model: read it from what the best composition leaves.
        problem.inflation = 1.0
        loose = _compositions(problem, candidate, always)
        problem.measure_noise(min([candidate, *loose], key=lambda c: c.cost))
    return _compositions(problem, candidate, always)


def _compositions(problem: EdgeProblem, candidate: Candidate, always: bool) -> list[Candidate]:
    scene = problem.enough_pixels(candidate)
    candidate = replace(candidate, inflation=problem.inflation)
    starts = [candidate]
    if candidate.free[list(EXTRAS)].any():
        # A model that is wrong may have asked for curvature or gradients that are not there.
        line = candidate.parameters[[ANGLE, OFFSET]]
        free = problem.levels is None
        starts.append(scene.fit(candidate.family, line, candidate.shape, levels_free=free))
    limit = np.inf if always else candidate.bic
    found = [c for start in starts for c in compose(scene, start, limit)]
    return [scene.free_extras(c) for c in found if np.isfinite(c.parameters).all()]


def _smooth(problem: EdgeProblem, candidate: Candidate, *, always: bool) -> FreeFit | None:
    """The smooth free fit, where the best candidate leaves a systematic misfit."""
    scene = problem.enough_pixels(candidate)
    if candidate.cost <= problem.floor * candidate.count or (
        not always and misfit(scene, candidate, problem.inflation) < _MISFIT
    ):
        return None
    fit = fit_free(scene, candidate, problem.radius_limit(candidate))
    return fit if always or explains_more(fit, candidate) else None
