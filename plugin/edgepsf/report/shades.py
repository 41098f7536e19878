"""Gray values as shades of a drawing; linear light is drawn with the sRGB curve, as screens expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..pictures.light import linear_to_srgb

CURVE = "linear light, drawn with the sRGB curve"


@dataclass(frozen=True)
class Shades:
    """How gray values are drawn.

    Attributes
    ----------
    low, high : float
        Gray values drawn as black and white.
    light : bool
        Whether the gray values are linear light, made from an encoded picture.
    full : float
        Gray value of full light.
    """

    low: float
    high: float
    light: bool = False
    full: float = 1.0

    def drawn(self, values: np.ndarray) -> np.ndarray:
        """Values to draw, any shape; linear light is encoded."""
        return linear_to_srgb(values / self.full) if self.light else values

    @property
    def limits(self) -> tuple[float, float]:
        """Black and white of the values to draw."""
        low, high = self.drawn(np.array([self.low, self.high], dtype=np.float64))
        return float(low), float(high)

    def heading(self, words: str) -> str:
        """A heading that tells about the curve where there is one."""
        return f"{words}\n({CURVE})" if self.light else words


def shades(values: np.ndarray, ends: tuple[float, float], light: bool) -> Shades:
    """Shades for finite gray values.

    Parameters
    ----------
    values : ndarray
    ends : (float, float)
        Percentiles of the values that are drawn as black and white.
    light : bool
        Whether the gray values are linear light, 0 to 1; brighter ones are taken relative to the brightest shown.
    """
    low, high = (float(v) for v in np.percentile(values, ends))
    return Shades(low, high, light, max(high, 1.0))
