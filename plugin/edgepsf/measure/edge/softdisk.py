"""The PSF of a photograph: a disk with a soft rim, whose softness lies between what the edge shows and none.

A lens out of focus makes a disk. The rim that an edge shows is softer than the rim of the PSF: a line that is not
quite straight, texture, the blocks of a JPEG and the sharpness of the scene add to it. Because only the sum of both,
R²/4 + σ², is told well, what is wrongly given to the rim is taken from R, and the FWHM comes out too small. A disk
with a hard rim takes it all, and its FWHM comes out too large. Half of the variance of the rim stands between the
two, and half the distance between the two goes into the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import EdgeError
from ...psf.composite import NAME, Blurred, BlurredFamily
from ...psf.model import Shape, ShapeFamily
from ...psf.models.disk import Disk, DiskFamily
from ...psf.pointspread import PointSpread
from .candidate import Bic, Candidate
from .scene import Scene

_CLEARLY_BETTER = 6.0  # in −2 ln L with Akaike's price: twenty times as likely
_ENDS = ("gaussian", "disk")  # of the soft disk
_SOFTNESS = 0.25  # of the radius: the first guess of the blur of a disk
_SHARE = 0.5  # of the variance of the rim that is the PSF's
_DISK = 0.45  # share of the variance R²/4 + σ² in the rim; where it is larger the edge is no disk but rather a Gaussian
_SPREAD = 0.25  # standard deviation over half the distance between the ends: seen on defocused JPEG pictures
_HARDEST = 0.055  # px; the least that a fit can give is .05, and the pixel box alone has .29


_BLURRED = BlurredFamily(DiskFamily())


@dataclass(frozen=True)
class SoftDiskFamily(ShapeFamily):
    """Disks with a rim of fixed softness; shape number: log R.

    Attributes
    ----------
    sigma : float
        Standard deviation of the Gaussian that softens the rim, px.
    """

    sigma: float

    name = NAME
    lower, upper = DiskFamily.lower, DiskFamily.upper

    @property
    def shown(self) -> float:
        """Softness of the rim that the edge shows, px."""
        return self.sigma / float(np.sqrt(_SHARE))

    def esf_and_gradient(self, shape: Shape, d: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """E, dE/dd, and the derivative by log R."""
        esf, slope, gradient = _BLURRED.esf_and_gradient(self._whole(shape), d)
        return esf, slope, gradient[:1]

    def model(self, shape: Shape) -> Blurred:
        """The soft disk with this log R."""
        return _BLURRED.model(self._whole(shape))

    def _whole(self, shape: Shape) -> np.ndarray:
        return np.append(np.asarray(shape, dtype=np.float64), np.log(self.sigma))


def soft_disks(scene: Scene, first: dict[str, Candidate], bic: Bic) -> list[Candidate]:
    """The disk with a soft rim, and the models of the library that are clearly better.

    A clean edge tells such a PSF by itself (`beyond`). A photograph seldom does: a Gaussian, an Airy or a disk with
    gradients explains its texture as well, and the FWHM of a small disk comes out a quarter too small. So a
    photograph gets the soft disk, which reaches from Gaussian to disk; only what is clearly better is preferred.

    Parameters
    ----------
    scene : Scene
    first : dict of Candidate
        The models of the library fitted to this scene, by name; "disk" among them.
    bic : Bic
    """
    disk = first["disk"]
    radius = float(disk.shape[0])
    shown = scene.refit(_BLURRED, np.array([radius, radius + np.log(_SOFTNESS)]), disk)
    shown = scene.free_extras(shown, bic)
    sigma, chosen = float(np.exp(shown.shape[1])), shown
    if sigma**2 < _DISK * (0.25 * np.exp(2.0 * shown.shape[0]) + sigma**2):
        chosen = scene.refit(SoftDiskFamily(float(np.sqrt(_SHARE)) * sigma), shown.shape[:1], shown)
    rivals = [scene.refit(c.family, c.shape, shown) for name, c in first.items() if name not in _ENDS]
    limit = bic(shown) - _CLEARLY_BETTER
    return [chosen, *(c for c in rivals if bic(c) < limit)]


def rim_spread(psf: PointSpread) -> dict[str, float]:
    """Standard deviation of FWHM and MTF50 by the unknown softness of the rim.

    It is a share of the distance between the hard disk and the softer one of the same R²/4 + σ².

    Parameters
    ----------
    psf : PointSpread

    Returns
    -------
    dict of float
        "fwhm" (px) and "mtf50" (cycles/px); empty where the PSF is no soft disk.
    """
    model = psf.model
    if not (isinstance(model, Blurred) and isinstance(model.part, Disk)):
        return {}
    variance, rim = 0.25 * model.part.radius**2 + model.sigma**2, model.sigma**2
    rim = min(rim / _SHARE, 0.99 * variance)
    soft = Blurred(Disk(2.0 * np.sqrt(variance - rim)), np.sqrt(rim))
    try:
        ends = PointSpread(Disk(2.0 * np.sqrt(variance))), PointSpread(soft)
    except EdgeError:
        return {}
    return {
        name: 0.5 * _SPREAD * abs(getattr(ends[0], name) - getattr(ends[1], name))
        for name in ("fwhm", "mtf50")
    }


def check_rim(candidate: Candidate) -> list[str]:
    """Warn of a rim that is harder than pixels can show it."""
    family = candidate.family
    if not isinstance(family, SoftDiskFamily) or family.shown > _HARDEST:
        return []
    return [
        "the edge turns into its plateaus more sharply than pixels can show (sharpening, or a bright or dark line "
        "along it?); the PSF may be off: choose another edge, or a picture that was not sharpened"
    ]
