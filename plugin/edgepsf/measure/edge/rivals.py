"""How sure the choice of a model is: what its rivals say of FWHM and MTF50."""

from __future__ import annotations

import numpy as np

from ...errors import EdgeError
from ...psf.pointspread import PointSpread
from .scene import Candidate


def model_spread(psf: PointSpread, candidates: list[Candidate]) -> dict[str, float]:
    """How far FWHM and MTF50 of the other models lie from the chosen one, weighted by exp(−ΔBIC/2).

    It belongs into the intervals: where two models explain the pixels equally well, choosing one of them does
    not make its width certain.
    """
    if not candidates:
        return {}
    lowest = min(c.bic for c in candidates)
    weights = {id(c): np.exp(-0.5 * (c.bic - lowest)) for c in candidates}
    total, sums = sum(weights.values()), {"fwhm": 0.0, "mtf50": 0.0}
    for candidate in candidates:
        weight = weights[id(candidate)]
        if weight < 0.05 * total:
            continue
        try:
            other = PointSpread(candidate.family.model(candidate.shape))
        except EdgeError:
            continue
        for name in sums:
            sums[name] += weight / total * (getattr(other, name) - getattr(psf, name)) ** 2
    return {name: float(np.sqrt(value)) for name, value in sums.items()}
