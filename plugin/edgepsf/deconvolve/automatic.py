"""Which method serves a picture: by its dimensions, its size, its noise, and how its light is spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .guard import fitting_width
from .noise import Noise
from .observation import Observation
from .operator import Blur

EFFORTS = ("fast", "normal", "best")
# Most pixels of a plane for which groups of patches are worth their time: about 50 s for a million on two cores.
_MOST = {"fast": 0, "normal": 1 << 20, "best": 1 << 62}
_SPARSE = 2.1  # mean square over squared mean of the light, from which on a picture is points and lines in the dark
_PHOTONS = 0.5  # part of the variance at the mean that is photon noise where photons rule
_WRONG = 1.15  # factor of the PSF's width beyond which it contradicts the picture


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
    """

    use: str
    reason: str
    doubts: tuple[str, ...] = ()


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
    doubts = _doubts(seen, blur)
    if doubts:
        return Advice("richardson_lucy", "the PSF contradicts the picture: few steps do the least harm", doubts)
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


def _doubts(seen: Observation, blur: Blur) -> tuple[str, ...]:
    """What speaks against the PSF."""
    width = fitting_width(seen, blur)
    if width is None or 1 / _WRONG < width < _WRONG:
        return ()
    side, change = ("narrow", "wider") if width > 1 else ("wide", "narrower")
    return (
        f"the PSF seems too {side} for this picture: its spectrum fits a PSF that is about {100 * abs(width - 1):.0f} % "
        f"{change}. Measure the PSF again on this picture; check its pixel size, and that the gray values are linear "
        "light",
    )
