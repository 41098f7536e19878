"""Synthetic edges with a known truth, for tests, benchmarks and one's own trials.

`edge_image` makes an edge; `shaded`, `with_hot_pixels`, `clipped_at` and `quantised` spoil it as cameras do.
`GaussianMixture`, `Ring` and `AiryDisk` are PSFs that no family of the library can represent.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import j0, j1

from .errors import InputError
from .psf.model import RadialModel
from .psf.models.airy import Airy
from .psf.models.disk import Disk
from .psf.models.gaussian import Gaussian

NOISE_KINDS = ("white", "correlated", "poisson")
_BOX_NODES = 8
_BAND_NODES = 600


def edge_image(
    model: RadialModel,
    shape: tuple[int, int] = (128, 128),
    *,
    angle: float = 5.0,
    center: tuple[float, float] | None = None,
    v1: float = 30.0,
    v2: float = 100.0,
    noise: float = 0.0,
    seed: int | np.random.Generator | None = 0,
    box: bool = False,
    radius: float | None = None,
    gradient: float = 0.0,
    kind: str = "white",
    correlation: float = 0.7,
) -> np.ndarray:
    """An edge sampled at the pixel centres, or integrated over the pixels.

    Parameters
    ----------
    model : RadialModel
        Gives E(d).
    shape : (ny, nx)
    angle : float
        Direction of the normal towards v1, degrees (x right, y down).
    center : (x, y), optional
        Point of the edge, px; by default a little off the middle.
    v1, v2 : float
        Levels, v1 on the side d > 0.
    noise : float
        Standard deviation of the noise as a share of the step |v2 − v1|; for Poisson noise at the mean level.
    seed : int or Generator
    box : bool
        Integrate E over square pixels; else the model is taken to hold the pixel already.
    radius : float, optional
        Radius of curvature of the edge, px, its centre on the v2 side; by default the edge is straight.
    gradient : float
        Change of the illumination across the image, as a share of its mean; see `shaded`.
    kind : {"white", "correlated", "poisson"}
        Kind of the noise; see `add_noise`.
    correlation : float
        For correlated noise: standard deviation (px) of the Gaussian that white noise was filtered with.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    InputError
        If the kind of noise is unknown, or Poisson noise is asked for at levels that are not positive.
    """
    sampled = _box_esf if box else _point_esf
    image = v1 + (v2 - v1) * sampled(model, shape, angle, center, radius)
    if gradient:
        image = shaded(image, gradient)
    sd = noise * abs(v2 - v1)
    return add_noise(image, sd, seed, kind=kind, correlation=correlation, level=0.5 * (v1 + v2))


def distance(
    shape: tuple[int, int],
    angle: float,
    center: tuple[float, float] | None = None,
    radius: float | None = None,
    shift: tuple[float, float] = (0.0, 0.0),
) -> np.ndarray:
    """Signed distance (px) of each pixel centre, moved by `shift` (x, y), from the line of `edge_image`."""
    ny, nx = shape
    x0, y0 = center if center is not None else (nx / 2 - 0.7, ny / 2 - 3.9)
    y, x = np.ogrid[:ny, :nx]
    t = np.radians(angle)
    across, down = x + shift[0] - x0, y + shift[1] - y0
    if radius is None:
        return across * np.cos(t) + down * np.sin(t)
    return np.hypot(across + radius * np.cos(t), down + radius * np.sin(t)) - radius


def _point_esf(model, shape, angle, center, radius) -> np.ndarray:
    """E at the pixel centres."""
    return model.esf(distance(shape, angle, center, radius))


def _box_esf(model, shape, angle, center, radius) -> np.ndarray:
    """E averaged over each square pixel by a Gauss–Legendre rule, which is exact to rounding for smooth E."""
    nodes, weights = np.polynomial.legendre.leggauss(_BOX_NODES)
    out = np.zeros(shape)
    for u, wu in zip(nodes / 2, weights / 2, strict=True):
        for v, wv in zip(nodes / 2, weights / 2, strict=True):
            out += wu * wv * model.esf(distance(shape, angle, center, radius, (u, v)))
    return out


def add_noise(
    image: np.ndarray,
    sd: float,
    seed: int | np.random.Generator | None = 0,
    *,
    kind: str = "white",
    correlation: float = 0.7,
    level: float | None = None,
) -> np.ndarray:
    """The image with noise of standard deviation `sd`, in gray values.

    Parameters
    ----------
    image : ndarray
    sd : float
    seed : int or Generator
    kind : {"white", "correlated", "poisson"}
        "poisson" counts photons: variance proportional to the gray value.
    correlation : float
        Standard deviation (px) of the Gaussian filter of correlated noise.
    level : float, optional
        Gray value at which Poisson noise has the deviation `sd`; by default the image's mean.

    Raises
    ------
    InputError
        If the kind is unknown, or Poisson noise meets gray values below zero.
    """
    if kind not in NOISE_KINDS:
        raise InputError(f'unknown kind of noise "{kind}": use one of {", ".join(NOISE_KINDS)}')
    rng = np.random.default_rng(seed)
    if kind == "white":
        return image + sd * rng.standard_normal(image.shape)
    if kind == "correlated":
        return image + sd * correlated_noise(image.shape, correlation, rng)
    level = float(image.mean()) if level is None else level
    if image.min() < 0 or level <= 0:
        raise InputError(f"Poisson noise needs gray values above zero, not {min(image.min(), level):g}")
    if sd == 0:
        return image.copy()
    photons = level / sd**2
    return rng.poisson(image * photons) / photons


def correlated_noise(shape: tuple[int, int], width: float, seed=0) -> np.ndarray:
    """White noise filtered with a Gaussian of standard deviation `width` px, scaled to variance 1.

    Its correlation at a distance of d px is exp(−d²/4 width²).
    """
    rng = np.random.default_rng(seed)
    margin = int(np.ceil(5 * width)) + 1
    white = rng.standard_normal((shape[0] + 2 * margin, shape[1] + 2 * margin))
    # The variance of the sum is that of the discrete kernel, not of the continuous Gaussian.
    impulse = np.zeros(2 * margin + 1)
    impulse[margin] = 1.0
    power = (gaussian_filter(impulse, width, truncate=5.0) ** 2).sum()
    filtered = gaussian_filter(white, width, truncate=5.0)[margin:-margin, margin:-margin]
    return filtered / power  # √ of the power on each of the two axes


def shaded(image: np.ndarray, share: float, angle: float = 30.0) -> np.ndarray:
    """The image under light that changes by `share` of its mean from corner to corner along `angle` (degrees)."""
    ny, nx = image.shape
    t = np.radians(angle)
    y, x = np.ogrid[:ny, :nx]
    ramp = (x - (nx - 1) / 2) * np.cos(t) + (y - (ny - 1) / 2) * np.sin(t)
    return image * (1.0 + share * ramp / np.ptp(ramp))


def with_hot_pixels(image: np.ndarray, share: float, low: float, high: float, seed=0) -> np.ndarray:
    """The image with a share of its pixels, chosen at random, at `low` (dead) or `high` (hot)."""
    rng = np.random.default_rng(seed)
    out = image.copy()
    bad = rng.random(image.shape) < share
    out[bad] = rng.choice([low, high], int(bad.sum()))
    return out


def clipped_at(image: np.ndarray, share: float, v1: float, v2: float) -> np.ndarray:
    """The image overexposed: cut off at `share` of the step above the darker level."""
    return np.minimum(image, min(v1, v2) + share * abs(v2 - v1))


def quantised(image: np.ndarray, dtype) -> np.ndarray:
    """The image rounded and cut to an integer type."""
    limits = np.iinfo(dtype)
    return np.clip(np.rint(image), limits.min, limits.max).astype(dtype)


class GaussianMixture(RadialModel):
    """Sum of Gaussians, for example a core with a halo: `GaussianMixture((0.6, 1.0), (0.4, 3.0))`.

    Parameters
    ----------
    *parts : (weight, sigma)
        Weights are positive and are scaled to sum 1.
    """

    name = "gaussian mixture"

    def __init__(self, *parts: tuple[float, float]):
        total = sum(weight for weight, _ in parts)
        if not parts or min(weight for weight, _ in parts) <= 0:
            raise InputError(f"a mixture needs parts of positive weight, not {parts}")
        self.weights = [weight / total for weight, _ in parts]
        self.gaussians = [Gaussian(sigma) for _, sigma in parts]

    @property
    def parameters(self) -> dict[str, float]:
        pairs = enumerate(zip(self.weights, self.gaussians, strict=True), start=1)
        return {k: v for i, (w, g) in pairs for k, v in ((f"weight{i}", w), (f"sigma{i}", g.sigma))}

    @property
    def reach(self) -> float:
        return max(g.reach for g in self.gaussians)

    def _sum(self, method: str, at) -> np.ndarray:
        return sum(w * getattr(g, method)(at) for w, g in zip(self.weights, self.gaussians, strict=True))

    def esf(self, d):
        return self._sum("esf", d)

    def lsf(self, d):
        return self._sum("lsf", d)

    def radial(self, r):
        return self._sum("radial", r)

    def mtf(self, nu):
        return self._sum("mtf", nu)

    def energy(self, r):
        return self._sum("energy", r)


class Ring(RadialModel):
    """Uniform ring between two radii (px): defocus of a lens with a central obstruction."""

    name = "ring"

    def __init__(self, inner: float, outer: float):
        if not 0 < inner < outer:
            raise InputError(f"a ring needs 0 < inner < outer, not {inner} and {outer}")
        self.inner, self.outer = Disk(inner), Disk(outer)
        self.weight = outer**2 / (outer**2 - inner**2)

    @property
    def parameters(self) -> dict[str, float]:
        return {"inner": self.inner.radius, "outer": self.outer.radius}

    @property
    def reach(self) -> float:
        return self.outer.radius

    def _difference(self, method: str, at) -> np.ndarray:
        outer, inner = getattr(self.outer, method)(at), getattr(self.inner, method)(at)
        return self.weight * outer - (self.weight - 1.0) * inner

    def esf(self, d):
        return self._difference("esf", d)

    def lsf(self, d):
        # Disks clip |d| at their radius, where their line spread is zero.
        return self._difference("lsf", d)

    def radial(self, r):
        return self._difference("radial", r)

    def mtf(self, nu):
        outer, inner = _disk_transfer(self.outer.radius, nu), _disk_transfer(self.inner.radius, nu)
        return np.abs(self.weight * outer - (self.weight - 1.0) * inner)

    def energy(self, r):
        return self._difference("energy", r)

    def half_maximum_radius(self) -> float:
        """Outer radius: P is zero at the centre, so that half of its maximum is meant."""
        return self.outer.radius


class AiryDisk(RadialModel):
    """Airy pattern of cut-off `cutoff` (cycles/px) convolved with a disk of `radius` px: lens with defocus.

    The transfer function is the product of the two; E, L and P are its transforms. With ν = ν_c cos θ the
    integrand is analytic, so that the Gauss–Legendre rule converges fast.
    """

    name = "airy disk"

    def __init__(self, cutoff: float, radius: float):
        self.airy, self.disk = Airy(cutoff), Disk(radius)
        nodes, weights = np.polynomial.legendre.leggauss(_BAND_NODES)
        theta = np.pi / 4 * (nodes + 1.0)
        self._nu = cutoff * np.cos(theta)
        self._weight = np.pi / 4 * weights * cutoff * np.sin(theta) * self._transfer(self._nu)

    def _transfer(self, nu) -> np.ndarray:
        return self.airy.mtf(nu) * _disk_transfer(self.disk.radius, nu)

    @property
    def parameters(self) -> dict[str, float]:
        return {"cutoff": self.airy.cutoff, "radius": self.disk.radius}

    @property
    def reach(self) -> float:
        return self.airy.reach

    def _transform(self, kernel, weight, at) -> np.ndarray:
        at = np.asarray(at, dtype=np.float64)
        flat = at.ravel()
        out = np.empty(flat.size)
        for start in range(0, flat.size, 4096):  # bounds the memory
            phase = 2 * np.pi * flat[start : start + 4096, None] * self._nu
            out[start : start + 4096] = kernel(phase) @ weight
        return out.reshape(at.shape)

    def esf(self, d):
        return 0.5 - self._transform(np.sin, self._weight / (np.pi * self._nu), d)

    def lsf(self, d):
        return self._transform(np.cos, 2.0 * self._weight, d)

    def radial(self, r):
        return self._transform(j0, 2 * np.pi * self._nu * self._weight, r)

    def mtf(self, nu):
        return np.abs(self._transfer(nu))

    def energy(self, r):
        r = np.asarray(r, dtype=np.float64)
        return 2 * np.pi * r * self._transform(j1, self._weight, r)


def _disk_transfer(radius: float, nu) -> np.ndarray:
    """Transfer function of a disk with its sign, which `Disk.mtf` drops."""
    x = 2 * np.pi * radius * np.abs(np.asarray(nu, dtype=np.float64))
    safe = np.where(x < 1e-8, 1.0, x)
    return np.where(x < 1e-8, 1.0, 2.0 * j1(safe) / safe)
