"""The unsharp mask as a method, to compare deconvolution with."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...options import Number
from ..direct import filled
from ..memory import Size
from ..method import method
from ..observation import Observation
from ..operator import Blur
from ..record import Log
from ..unsharp import LARGEST, sharpened

AMOUNT = Number("amount", "strength", default=1.0, minimum=0, rare=True)
RADIUS = Number(
    "radius", "Gaussian instead of the PSF", unit="px", minimum=0, above=0, maximum=LARGEST, rare=True
)


def memory(size: Size, *, radius: float | None, **others: Any) -> float:
    """The detail that is added; a Gaussian does without the spectra of the operator."""
    return size.picture if radius is None else 2 * (size.picture - size.domain)


@method(AMOUNT, RADIUS, memory=memory, place=120)
def unsharp_mask(
    seen: Observation, blur: Blur, log: Log, *, amount: float, radius: float | None = None
) -> np.ndarray:
    """Unsharp mask y + amount · (y − blurred y), blurred with the PSF or, with `radius`, with a Gaussian."""
    if radius is not None:
        return sharpened(filled(seen), radius, amount)
    picture = filled(seen)
    blurred = blur.convolve(blur.close(picture))[blur.window]
    log.iteration(1, 1)
    return picture + np.float32(amount) * (picture - blurred)
