"""How certain the choice of a model is: how far FWHM and MTF50 of its rivals lie apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import EdgeError
from ...psf.pointspread import PointSpread
from .candidate import Bic, Candidate
from .softdisk import rim_spread

_UNTOLD = 0.04  # share of the width that a photograph hides: seen on defocused JPEG pictures of a known blur
_LEAST = 0.05  # share of the weights; rivals below it do not count


def model_spread(psf: PointSpread, candidates: Sequence[Candidate], bic: Bic) -> dict[str, float]:
    """How far FWHM and MTF50 of the other models lie from the chosen one, weighted by exp(−ΔBIC/2).

    The spread belongs into the intervals: where two models explain the pixels equally well, choosing one of
    them does not make its width certain.

    Parameters
    ----------
    psf : PointSpread
        The chosen one.
    candidates : sequence of Candidate
        All that were compared.
    bic : Bic

    Returns
    -------
    dict of float
        "fwhm" (px) and "mtf50" (cycles/px); empty without candidates.
    """
    if not candidates:
        return {}
    lowest = min(bic(c) for c in candidates)
    # A fit that stands in the list twice counts once in the total.
    weights = {id(c): 1.0 if bic.uneven else np.exp(-0.5 * (bic(c) - lowest)) for c in candidates}
    total, sums = sum(weights.values()), {"fwhm": 0.0, "mtf50": 0.0}
    for candidate in candidates:
        weight = weights[id(candidate)]
        if weight < _LEAST * total:
            continue
        try:
            other = PointSpread(candidate.model)
        except EdgeError:
            continue
        for name in sums:
            sums[name] += weight / total * (getattr(other, name) - getattr(psf, name)) ** 2
    if bic.uneven:
        rim = rim_spread(psf)
        for name in sums:
            sums[name] += (_UNTOLD * getattr(psf, name)) ** 2 + rim.get(name, 0.0) ** 2
    return {name: float(np.sqrt(value)) for name, value in sums.items()}
