"""Whether a picture is gamma-encoded: its edge is lopsided, and no longer so once the sRGB curve is undone."""

from __future__ import annotations

import numpy as np

from ...pictures.light import linear_to_srgb, srgb_slope, srgb_to_linear
from ...psf.families import library
from .candidate import Bic, Candidate
from .irregular import lopsidedness
from .noise import Noise
from .predicted import Curve
from .start import Start
from .views import Views

_CLEARLY = 15.0  # in BIC
_STILL_LOPSIDED = 10.0  # mean square of what is left, over that by the noise; an edge with a tail leaves more
_SIMPLE = ("logistic", "gaussian")
WARNING = (
    "the picture looks gamma-encoded (the edge is lopsided, and not once the sRGB curve is undone): "
    "make it linear first (Linear Channels..., edgepsf linear)"
)


def looks_encoded(views: Views, chosen: Candidate, best: Candidate, noise: Noise, dtype: np.dtype) -> bool:
    """Whether an edge in linear light, seen through the sRGB curve, explains the pixels clearly better.

    Parameters
    ----------
    views : Views
    chosen : Candidate
        The model that was chosen.
    best : Candidate
        The best model of the library: a model that was asked for by name may be wrong.
    noise : Noise
        Read from the residuals of the best.
    dtype : numpy.dtype
        Number type of the image.
    """
    start = views.start
    white = _white_level(views.pixels.values, dtype)
    if white is None or start.given or start.half:
        return False
    bic = Bic(views.floor, noise.correlated * noise.scatter)  # an encoded edge is lopsided
    scene = views.curved(views.pixels.values / start.step, _srgb_curve(start, white))
    encoded = [views.fit(scene, library()[name]) for name in _SIMPLE]
    encoded.append(scene.fit(chosen.family, start.line, chosen.shape, levels_free=True))
    straight = min(bic(chosen), bic(best))
    undone = min(encoded, key=bic)
    return straight - bic(undone) > _CLEARLY and lopsidedness(scene, undone, noise) < _STILL_LOPSIDED


def _srgb_curve(start: Start, white: float) -> Curve:
    """Light in steps of linear light → encoded value in steps of gray values, with its derivative."""
    low, high = (float(srgb_to_linear(max(v, 0.0) / white)) for v in start.levels)
    scale = high - low

    def curve(model: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        light = np.clip(low + scale * model, 0.0, 2.0)
        return linear_to_srgb(light) * white / start.step, scale * white / start.step * srgb_slope(light)

    return curve


def _white_level(values: np.ndarray, dtype: np.dtype) -> float | None:
    """Full scale that an encoded picture of this number type would have."""
    if values.min() < 0:
        return None
    if dtype in (np.uint8, np.uint16):
        return float(np.iinfo(dtype).max)
    return next((white for white in (1.0, 255.0, 65535.0) if values.max() <= white), None)
