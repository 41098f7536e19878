"""Which method serves a picture: by its dimensions, its size, its noise, and how its light is spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .guard import check
from .noise import Noise
from .observation import Observation
from .operator import Blur

EFFORTS = ("fast", "normal", "best")
FEW = 10  # Richardson–Lucy steps
# Most pixels of a plane for which groups of patches are worth their time: above a minute for a million on two cores.
_MOST = {"fast": 0, "normal": 1 << 20, "best": 1 << 62}
_SPARSE = (
    2.1  # mean square over squared mean of the light, from which on a picture is points and lines in the dark
)
_PHOTONS = 0.5  # part of the variance at the mean that is photon noise where photons rule
_UNSURE = (
    1.1  # factor of the width of the PSF from which on only a method is used that a wrong PSF hardly harms
)


@dataclass(frozen=True)
class Advice:
    """A method, and why.

    Attributes
    ----------
    use : str
        Name of the method.
    reason : str
        A sentence without its full stop.
    doubts : tuple of str
        What the user has to know.
    iterations : int, optional
        Where they are a part of the advice.
    """

    use: str
    reason: str
    doubts: tuple[str, ...] = ()
    iterations: int | None = None


def advise(seen: Observation, blur: Blur, effort: str) -> Advice:
    """The method for a picture; nothing but the picture, its noise and the PSF is asked.

    Parameters
    ----------
    seen : Observation
    blur : Blur
    effort : {"fast", "normal", "best"}
        "fast" leaves out the methods with groups of patches, "normal" takes them for up to a million pixels.
    """
    if len(blur.shape) == 3:
        return Advice("richardson_lucy", "a volume: Richardson–Lucy with an automatic stop")
    verdict = check(seen, blur)
    if verdict.width is not None and not 1 / _UNSURE < verdict.width < _UNSURE:
        return Advice(
            "richardson_lucy",
            "another width of the PSF fits the picture better: few steps do the least harm",
            verdict.sentences,
            FEW,
        )
    noise = seen.noise_through(blur)
    if seen.signal.size > _MOST[effort]:
        return Advice("tv", f"{seen.signal.size} pixels, effort {effort}: total variation")
    if _few_photons(seen, noise):
        return Advice("richardson_lucy_collaborative", "photon noise, and most of the picture is dark")
    return Advice("collaborative", "groups of similar patches keep the most detail")


def _few_photons(seen: Observation, noise: Noise) -> bool:
    """Whether photons rule the noise of a picture of points and lines in the dark."""
    level = seen.level
    if level <= 0 or noise.gain * level < _PHOTONS * noise.mean_square(level):
        return False
    square = float(np.vdot(seen.signal, seen.signal)) / seen.count - noise.mean_square(level)
    return square > _SPARSE * level**2
