"""The fifth stage of an edge fit: candidates, one for every model of the library that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import EdgeError
from ...psf.families import library
from ...psf.model import ShapeFamily
from ...psf.pointspread import PointSpread
from .candidate import Bic, Candidate
from .residuals import Residuals
from .softdisk import soft_disks
from .views import Views

_NOISELESS = 1e-7  # mean squared residual, in steps


@dataclass(frozen=True)
class FirstFits:
    """Every model of the library without extras, fitted before the noise is known.

    Attributes
    ----------
    plain : dict of Candidate
        By the name of the family; fitted to the thinned scene.
    best : Candidate
        The best of them, with the extras that it asks for; noise and defects are read from its residuals.
    residuals : Residuals
        Of the best.
    """

    plain: dict[str, Candidate]
    best: Candidate
    residuals: Residuals

    @classmethod
    def of(cls, views: Views) -> FirstFits:
        """Fit the library; pixels count as uncorrelated, since nothing else is known yet."""
        bic = Bic(views.floor)
        plain = [views.fit(views.thinned, f) for f in library().values()]
        best = views.thinned.free_extras(min(plain, key=bic), bic)
        return cls({c.family.name: c for c in plain}, best, Residuals.of(views, best))


def library_fits(
    views: Views, families: Sequence[ShapeFamily], first: FirstFits, bic: Bic
) -> list[Candidate]:
    """Every family fitted; with curvature or gradients too where the best one asks for them.

    Parameters
    ----------
    views : Views
    families : sequence of ShapeFamily
    first : FirstFits
        Of the same views; its plain fits are used again.
    bic : Bic
        With the noise as it is known now.
    """
    scene = views.thinned
    plain = [first.plain[f.name] if f.name in first.plain else views.fit(scene, f) for f in families]
    if len(families) > 1 and bic.uneven and views.pixel == "sampled":
        return soft_disks(scene, first.plain, bic)
    best = min(plain, key=bic)
    if best.cost < _NOISELESS * best.count:
        # Without noise even the curvature within blocks counts: take every pixel by itself.
        scene = views.every
        plain = [views.fit(scene, f) for f in families]
        best = min(plain, key=bic)
    with_extras = scene.free_extras(best, bic)
    if with_extras is best:
        return plain
    others = [scene.refit(c.family, c.shape, with_extras) for c in plain if c is not best]
    richer = scene.free_extras(min([with_extras, *others], key=bic), bic)
    return [*plain, with_extras, *others, richer]


def choose(candidates: Sequence[Candidate], bic: Bic, *, explicit: bool) -> Candidate:
    """The candidate of lowest BIC that is a PSF.

    Parameters
    ----------
    candidates : sequence of Candidate
    bic : Bic
    explicit : bool
        Whether the caller asked for this model; the refusal is worded accordingly.

    Raises
    ------
    EdgeError
        If none of them is a PSF.
    """
    reasons = []
    for candidate in sorted(candidates, key=bic):
        try:
            PointSpread(candidate.model)
        except EdgeError as error:
            reasons.append(str(error))
        else:
            return candidate
    raise EdgeError(reasons[0] if explicit else f"no model fits this edge: {reasons[0]}")


def polished(views: Views, candidate: Candidate) -> Candidate:
    """The same fit once more on every pixel by itself, where there are not too many."""
    if views.many(candidate):
        return candidate
    return views.every.refit(candidate.family, candidate.shape, candidate)
