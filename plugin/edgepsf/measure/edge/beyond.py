"""PSFs beyond the library: compositions of its models where BIC prefers one, a smooth free P where all misfit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .answer import Answer
from .candidate import Bic, Candidate
from .free import FreeFit, explains_more, fit_free, misfit
from .irregular import noise_of, shape_left
from .residuals import Residuals
from .sieve import compose
from .views import Views

_MARGIN = 1.0  # in BIC: a composition that is hardly better than a model of the library is not preferred
_NOTHING_LEFT = 7.5  # in −2 ln L: less than BIC charges for one more number
_MISFIT = 5.0  # standard deviations: once in ten thousand edges by chance


def may_leave_library(views: Views, library: Answer) -> bool:
    """Whether the edge is even enough to tell more than a model of the library.

    Where the edge changes from place to place, or no symmetric PSF explains it, a free PSF follows what is not the
    PSF: spikes, rings and halos.

    Parameters
    ----------
    views : Views
    library : Answer
        The best model of the library.
    """
    bic = library.bic
    return library.noise.irregularity == 1.0 and not bic.uneven and not views.start.half


def beyond_library(views: Views, library: Answer, *, only: bool) -> Answer:
    """The best model, composition or free fit.

    Parameters
    ----------
    views : Views
    library : Answer
        The best model of the library.
    only : bool
        Leave the library in any case.
    """
    single = library.candidate
    bic = _criterion(views, library, always=only)
    plain = bic.exact(single) or (not only and shape_left(views.fitted(single), single, bic) < _NOTHING_LEFT)
    composed = [] if plain else _compositions(views, single, bic, always=only)
    best = min(composed, key=bic, default=single)
    if not only and bic(best) > bic(single) - _MARGIN:
        best = single
    free = _smooth(views, best, bic, always=only and not composed)
    if free is not None:
        return Answer.of(views, free.candidate, (), bic, free)
    # Copies: a fit that stands in the list twice counts twice here.
    rivals = (*(replace(c) for c in library.rivals), *composed)
    if best is single:
        return replace(library, rivals=rivals, bic=bic)
    return Answer.of(views, best, rivals, bic)


def _criterion(views: Views, library: Answer, *, always: bool) -> Bic:
    """BIC with the correlation of the noise alone, without the misfit of the best model of the library."""
    floor, single = views.floor, library.candidate
    bic = Bic(floor, library.noise.inflation)
    if bic.exact(single) or bic.inflation == 1.0:
        return bic
    # Some of that correlation may be misfit of the model: read it from the residuals of the best composition.
    loose = _compositions(views, single, Bic(floor), always=always)
    closest = min([single, *loose], key=lambda c: c.cost)
    if closest is single:
        return bic
    return Bic(floor, noise_of(views, closest, Residuals.of(views, closest)).inflation)


def _compositions(views: Views, candidate: Candidate, bic: Bic, *, always: bool) -> list[Candidate]:
    """Compositions that explain the pixels nearly as well as the best single model, or better."""
    scene = views.fitted(candidate)
    starts = [candidate]
    if candidate.has_extras:
        # A model that is wrong may have asked for curvature or gradients that are not there.
        line, levels_free = candidate.slots.line, not views.start.given
        starts.append(scene.fit(candidate.family, line, candidate.shape, levels_free=levels_free))
    limit = np.inf if always else bic(candidate)
    found = [c for start in starts for c in compose(scene, start, bic, limit)]
    return [scene.free_extras(c, bic) for c in found if np.isfinite(c.parameters).all()]


def _smooth(views: Views, candidate: Candidate, bic: Bic, *, always: bool) -> FreeFit | None:
    """The smooth free fit, where the best candidate leaves a systematic misfit."""
    scene = views.fitted(candidate)
    if bic.exact(candidate) or (not always and misfit(scene, candidate, bic) < _MISFIT):
        return None
    fit = fit_free(scene, candidate, _radius_limit(views, candidate))
    return fit if always or explains_more(fit, candidate, bic) else None


def _radius_limit(views: Views, candidate: Candidate) -> float:
    """How far the region reaches from the line on its narrower side, px."""
    d = views.pixels.distance(*candidate.slots.line)
    return float(max(min(np.percentile(d, 98), -np.percentile(d, 2)), 3.0))
