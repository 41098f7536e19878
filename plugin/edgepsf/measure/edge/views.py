"""The pixels of an edge as two scenes: thinned far from the line, for speed, and every pixel by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...psf.model import ShapeFamily
from ...psf.pixel import PixelFamily
from .candidate import Candidate
from .pixels import Pixels
from .predicted import Curve
from .rounded import least_excess
from .samples import Samples, single, thin
from .scene import Scene
from .start import Start

_MANY = 100_000  # pixels; beyond that the thinned scene has to do


@dataclass(frozen=True)
class Views:
    """The common ground of all fits of an edge: its pixels, the start, the pixel convention and two scenes.

    Attributes
    ----------
    pixels : Pixels
    start : Start
    pixel : {"sampled", "optical"}
        "optical": the models are seen through the pixel box.
    thinned : Scene
        Single pixels near the first line, averages over blocks far from it.
    every : Scene
        Every pixel by itself.
    """

    pixels: Pixels
    start: Start
    pixel: str
    thinned: Scene
    every: Scene

    @classmethod
    def of(cls, pixels: Pixels, start: Start, pixel: str) -> Views:
        """Both scenes, with values in units of the step: 0 at v1 and 1 at v2."""
        values = start.in_steps(pixels.values)
        every = Scene(single(pixels.x, pixels.y, values), pixels.reach, half=start.half)
        thinned = Scene(_thinned(pixels, start, values), pixels.reach, half=start.half)
        return cls(pixels, start, pixel, thinned, every)

    @property
    def floor(self) -> float:
        """Mean square of the residuals, in steps, below which models are equally exact."""
        return least_excess(self.start.floor) if self.start.half else self.start.floor

    def curved(self, values: np.ndarray, curve: Curve) -> Scene:
        """A thinned scene of other values, of shape (pixels,), that are seen through a curve."""
        return Scene(_thinned(self.pixels, self.start, values), self.pixels.reach, curve)

    def fitted(self, candidate: Candidate) -> Scene:
        """The scene that a candidate was fitted to."""
        return self.every if len(candidate.solution.residual) == candidate.count else self.thinned

    @staticmethod
    def many(candidate: Candidate) -> bool:
        """Whether a candidate has too many pixels to take every one by itself."""
        return candidate.count > _MANY

    def fit(self, scene: Scene, family: ShapeFamily) -> Candidate:
        """A family of the library fitted to one of the scenes from the start, without extras."""
        start = self.start
        if self.pixel == "optical":
            family = PixelFamily(family, start.angle, self.pixels.aspect)
        return scene.fit(family, start.line, family.start(start.slope), levels_free=not start.given)


def _thinned(pixels: Pixels, start: Start, values: np.ndarray) -> Samples:
    """The pixels with these values, thinned far from the first line."""
    near = max(6.0, 10.0 / start.slope)
    return thin(pixels.x, pixels.y, values, pixels.distance(start.angle, start.offset), near)
