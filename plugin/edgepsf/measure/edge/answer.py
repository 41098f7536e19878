"""The sixth stage of an edge fit: the candidate that was chosen, with its residuals, noise and covariance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .candidate import Bic, Candidate
from .free import FreeFit
from .irregular import noise_of
from .noise import Noise, parameter_covariance
from .residuals import Residuals
from .rounded import rounded_covariance
from .slots import SHAPE
from .views import Views


@dataclass(frozen=True)
class Answer:
    """A candidate that was chosen, with its residuals and the noise read from them.

    Attributes
    ----------
    candidate : Candidate
    residuals : Residuals
        Of the candidate.
    noise : Noise
        Read from these residuals.
    rivals : tuple of Candidate
        All that were compared, for the intervals.
    bic : Bic
        The criterion of that comparison.
    free : FreeFit or None
        The smooth free fit, if that is the candidate.
    """

    candidate: Candidate
    residuals: Residuals
    noise: Noise
    rivals: tuple[Candidate, ...]
    bic: Bic
    free: FreeFit | None = None

    @classmethod
    def of(
        cls,
        views: Views,
        candidate: Candidate,
        rivals: Iterable[Candidate],
        bic: Bic,
        free: FreeFit | None = None,
    ) -> Answer:
        """The candidate with its residuals and the noise read from them."""
        residuals = Residuals.of(views, candidate)
        return cls(candidate, residuals, noise_of(views, candidate, residuals), tuple(rivals), bic, free)


def covariance(views: Views, answer: Answer) -> np.ndarray:
    """Covariance of all parameters under the noise that was read; zero for parameters that were held.

    Parameters
    ----------
    views : Views
    answer : Answer

    Returns
    -------
    ndarray, shape (9 + k, 9 + k)
        In the order of `slots`, in units of the step.
    """
    candidate, noise = answer.candidate, answer.noise
    out = np.zeros((len(candidate.free), len(candidate.free)))
    out[np.ix_(candidate.free, candidate.free)] = _fitted(views, answer)
    if answer.free is not None:
        # The shape of a free fit was held while the scene was fitted.
        out[SHAPE, SHAPE] = answer.free.shape_covariance * noise.inflation
    return out


def _fitted(views: Views, answer: Answer) -> np.ndarray:
    """Covariance of the parameters that were free."""
    candidate, noise = answer.candidate, answer.noise
    if views.many(candidate):
        jacobian = candidate.solution.jacobian
        white = np.linalg.pinv(jacobian @ jacobian.T, hermitian=True)
        return white * candidate.cost / candidate.count * noise.inflation
    if views.fitted(candidate) is views.every and not views.start.half:
        return parameter_covariance(candidate.solution.jacobian, answer.residuals, noise)
    _, jacobian = views.every.predict(candidate.family, candidate.parameters, candidate.free)
    if views.start.half:
        return rounded_covariance(jacobian, views.pixels.values, views.start.floor)
    return parameter_covariance(jacobian, answer.residuals, noise)
