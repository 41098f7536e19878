"""The seventh and last stage of an edge fit: the answer in gray values and whole-image coordinates."""

from __future__ import annotations

import numpy as np

from ...psf.pointspread import PointSpread
from .answer import Answer, covariance
from .result import EdgeFit
from .rivals import model_spread
from .slots import ANGLE, OFFSET, V1, V2, reported
from .views import Views


def edge_fit(views: Views, answer: Answer, psf: PointSpread, warnings: list[str]) -> EdgeFit:
    """The measurement that the caller gets.

    Parameters
    ----------
    views : Views
    answer : Answer
    psf : PointSpread
        Of the answer.
    warnings : list of str
    """
    candidate, pixels, start = answer.candidate, views.pixels, views.start
    parts = candidate.slots
    v1, v2 = parts.levels
    angle, offset = parts.line
    curvature, gradients = parts.extras[0], parts.extras[1:] * start.step / pixels.reach
    across1, along1, across2, along2 = (float(v) for v in gradients)
    uncertainty = covariance(views, answer)
    noise = candidate.cost / max(candidate.count - len(candidate.solution.x), 1)
    return EdgeFit(
        psf=psf,
        v1=float(start.v1 + v1 * start.step),
        v2=float(start.v1 + v2 * start.step),
        normal_angle=float((np.degrees(angle) + 180.0) % 360.0 - 180.0),
        offset=float(offset + pixels.center @ [np.cos(angle), np.sin(angle)]),
        curvature=float(curvature),
        gradients=(across1, along1, across2, along2),
        center=(float(pixels.center[0]), float(pixels.center[1])),
        aspect=pixels.aspect,
        model=candidate.family.name,
        noise=float(np.sqrt(noise) * abs(start.step)),
        n=candidate.count,
        shape=candidate.shape,
        shape_family=candidate.family,
        covariance=reported(_in_image(uncertainty, angle, views)),
        model_spread=model_spread(psf, answer.rivals, answer.bic),
        warnings=[*warnings, *psf.warnings],
    )


def _in_image(uncertainty: np.ndarray, angle: float, views: Views) -> np.ndarray:
    """The covariance with levels in gray values and the offset from pixel (0, 0)."""
    x, y = views.pixels.center
    to_image = np.eye(len(uncertainty))
    to_image[V1, V1] = to_image[V2, V2] = views.start.step
    to_image[OFFSET, ANGLE] = -x * np.sin(angle) + y * np.cos(angle)
    return to_image @ uncertainty @ to_image.T
