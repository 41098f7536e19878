"""The images of the accuracy tables: edges of known PSFs, and what is no clean edge."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.integrate import cumulative_simpson
from scipy.interpolate import CubicSpline
from scipy.special import j1

from edgepsf import testing
from edgepsf.pictures.light import linear_to_srgb
from edgepsf.psf import Airy, Disk, Gaussian, Logistic, Moffat, RadialModel
from edgepsf.testing import AiryDisk, GaussianMixture, Ring, distance, edge_image

V1, V2 = 0.2, 0.8
STEP = V2 - V1
LIBRARY = {
    "Gaussian σ 1.5": Gaussian(1.5),
    "logistic p 1.2": Logistic(1.2),
    "disk R 3": Disk(3.0),
    "Moffat FWHM 3 β 2.5": Moffat(3.0 / (2.0 * np.sqrt(2.0**0.4 - 1.0)), 2.5),
    "Airy ν_c .35": Airy(0.35),
}
OUTSIDE = {
    "0.6 G(1) + 0.4 G(3)": GaussianMixture((0.6, 1.0), (0.4, 3.0)),
    "ring 1.5–3": Ring(1.5, 3.0),
    "Airy .35 ⊗ disk 1.2": AiryDisk(0.35, 1.2),
}
G = Gaussian(1.5)


class Tabulated(RadialModel):
    """A PSF by its P(r), of any scale, up to `reach` (px); L = ∫ P(√(d² + u²)) du and E are tabulated."""

    name = "tabulated"
    reach = 0.0

    def __init__(self, profile: Callable, reach: float):
        nodes, weights = np.polynomial.legendre.leggauss(1500)
        u, weights = 0.5 * reach * (nodes + 1.0), reach * weights
        d = np.linspace(0.0, 1.0, 1501) ** 1.5 * reach
        line = np.array([profile(np.hypot(each, u)) @ weights for each in d])
        half = cumulative_simpson(line, x=d, initial=0.0)
        self.reach, self._profile, self._volume = reach, profile, 2.0 * half[-1]
        self._line = CubicSpline(d, line / self._volume)
        self._edge = CubicSpline(d, 0.5 - half / self._volume)

    @property
    def parameters(self) -> dict[str, float]:
        return {}

    def esf(self, d):
        d = np.asarray(d, dtype=np.float64)
        beyond = self._edge(np.minimum(np.abs(d), self.reach))
        return np.where(d >= 0, beyond, 1.0 - beyond)

    def lsf(self, d):
        size = np.abs(np.asarray(d, dtype=np.float64))
        return np.where(size < self.reach, self._line(np.minimum(size, self.reach)), 0.0)

    def radial(self, r):
        return self._profile(np.abs(np.asarray(r, dtype=np.float64))) / self._volume


class Mixed(GaussianMixture):
    """A sum of any two PSFs, (weight, model) each."""

    name = "mixed"

    def __init__(self, *parts: tuple[float, RadialModel]):
        self.parts = parts
        self.weights, self.gaussians = zip(*parts, strict=True)

    @property
    def parameters(self) -> dict[str, float]:
        return {}


def annular_airy(r, cutoff: float = 0.35, obstruction: float = 0.4):
    """Airy pattern of an aperture with a central obstruction."""
    x = np.maximum(np.pi * cutoff * r, 1e-6)
    inner = obstruction * x
    return (2.0 * j1(x) / x - obstruction**2 * 2.0 * j1(inner) / inner) ** 2


MOFFAT = LIBRARY["Moffat FWHM 3 β 2.5"]
# To see how general the model-free fit is; there are no targets.
OTHERS = {
    "exp(−r/1.2)": (Tabulated, (lambda r: np.exp(-r / 1.2), 45.0)),
    "cone to 4 px": (Tabulated, (lambda r: np.maximum(4.0 - r, 0.0), 4.0)),
    "Airy .35, 40 % obstructed": (Tabulated, (annular_airy, 300.0)),
    "0.7 Moffat + 0.3 disk 4": (Mixed, ((0.7, MOFFAT), (0.3, Disk(4.0)))),
    "0.85 G(1.2) + 0.15 Moffat(α 6, β 2)": (Mixed, ((0.85, Gaussian(1.2)), (0.15, Moffat(6.0, 2.0)))),
    "0.6 disk 3 + 0.4 disk 1.5": (Mixed, ((0.6, Disk(3.0)), (0.4, Disk(1.5)))),
}


def other_edge(rng, name: str, **settings):
    """An edge of one of `OTHERS`; by its name, so that it travels to other processes."""
    return edge(rng, other(name), **settings)


@cache
def other(name: str) -> RadialModel:
    kind, given = OTHERS[name]
    return kind(*given)


def middle(rng, size: int) -> tuple[float, float]:
    """A point near the middle at a random phase against the pixel grid."""
    return tuple(size / 2 - 0.5 + rng.uniform(-1, 1, 2))


def edge(rng, model: RadialModel, size: int = 128, **settings):
    """Image and centre of one random edge."""
    center = middle(rng, size)
    settings = {"v1": V1, "v2": V2, "noise": 0.01, **settings}
    return edge_image(model, (size, size), center=center, seed=rng, **settings), center


def spoilt(rng, defect: Callable, **settings):
    image, center = edge(rng, G, **settings)
    return defect(image, rng), center


def hot(image, rng):
    return testing.with_hot_pixels(image, 0.003, 0.0, 1.0, rng)


def clipped(image, rng):
    return testing.clipped_at(image, 0.9, V1, V2)


def clipped_uint8(image, rng):
    return testing.quantised(40 + 215 * (image - V1) / (0.9 * STEP), np.uint8)


def encoded_edge(rng, model, **settings):
    image, center = edge(rng, model, **settings)
    return linear_to_srgb(image), center


def noise_only(rng, width: float = 0.0):
    shape = (128, 128)
    return testing.correlated_noise(shape, width, rng) if width else rng.standard_normal(shape), None


def constant(rng):
    return np.full((128, 128), 0.5), None


def ramp(rng):
    y, x = np.mgrid[:128, :128]
    return 0.2 + 0.6 * (x + 0.3 * y) / 165 + 0.006 * rng.standard_normal((128, 128)), None


def _moved(center, angle, shift):
    t = np.radians(angle)
    return center[0] + shift * np.cos(t), center[1] + shift * np.sin(t)


def bar(rng, width: float):
    center = middle(rng, 128)
    near, far = (G.esf(distance((128, 128), 5, _moved(center, 5, s))) for s in (width / 2, -width / 2))
    return _noisy(near - far, rng)


def stairs(rng):
    center = middle(rng, 128)
    near, far = (G.esf(distance((128, 128), 5, _moved(center, 5, s))) for s in (20, -20))
    return _noisy(0.55 * near + 0.45 * far, rng)


def corner(rng, turn: float, shift: float):
    center = middle(rng, 128)
    other = distance((128, 128), 5 + turn, _moved(center, 5 + turn, shift))
    return _noisy(G.esf(distance((128, 128), 5, center)) * G.esf(other), rng)


def _noisy(esf, rng):
    return V1 + STEP * (esf + 0.01 * rng.standard_normal(esf.shape)), None
