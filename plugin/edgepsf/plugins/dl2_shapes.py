"""The shapes of which DeconvolutionLab2 makes pictures, with its formulas (package `signal.factory`) and its names.

A shape is a function of a `Grid` and its numbers, and gives an array that broadcasts to (nz, ny, nx).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import fft
from scipy.special import expit, j1

from ..errors import InputError

Shape = Callable[..., np.ndarray]


@dataclass(frozen=True)
class Grid:
    """Where a shape is drawn.

    Attributes
    ----------
    size : (int, int, int)
        Width, height and planes.
    intensity : float
    center : tuple of float
        Place of the centre x, y, z as a share of the size.
    """

    size: tuple[int, int, int]
    intensity: float
    center: tuple[float, ...]

    @property
    def middle(self) -> tuple[float, ...]:
        """The centre (x, y, z) in px."""
        return tuple(n * share for n, share in zip(self.size, self.center, strict=True))

    def axes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Signed distances z, y, x from the centre (px), each along its own axis."""
        x, y, z = (np.arange(n) - c for n, c in zip(self.size, self.middle, strict=True))
        return z[:, None, None], y[None, :, None], x[None, None, :]

    def zeros(self) -> np.ndarray:
        """A black picture."""
        return np.zeros(self.size[::-1])

    def stretched(self, values: np.ndarray) -> np.ndarray:
        """Values stretched to 0 … intensity."""
        low, high = float(values.min()), float(values.max())
        return self.intensity / (high - low) * (values - low) if high > low else np.full_like(values, np.nan)


# Name in small letters -> (name, names of the numbers, function).
SHAPES: dict[str, tuple[str, tuple[str, ...], Shape]] = {}


def _shape(name: str, *numbers: str) -> Callable[[Shape], Shape]:
    def enter(function: Shape) -> Shape:
        SHAPES[name.lower()] = (name, numbers, function)
        return function

    return enter


@_shape("Gaussian", "sigma x", "sigma y", "sigma z")
def _gaussian(grid: Grid, sx: float, sy: float, sz: float) -> np.ndarray:
    z, y, x = grid.axes()
    return grid.intensity * np.exp(-0.5 * ((x / sx) ** 2 + (y / sy) ** 2 + (z / sz) ** 2))


@_shape("DoG", "sigma 1", "sigma 2")
def _difference_of_gaussians(grid: Grid, first: float, second: float) -> np.ndarray:
    squares = sum(axis**2 for axis in grid.axes())
    return grid.intensity * (np.exp(-0.5 * squares / second**2) - np.exp(-0.5 * squares / first**2))


@_shape("Sphere", "radius", "slope")
def _sphere(grid: Grid, radius: float, slope: float) -> np.ndarray:
    return grid.intensity * expit((radius - np.sqrt(sum(axis**2 for axis in grid.axes()))) / slope)


@_shape("Cube", "side", "slope")
def _cube(grid: Grid, side: float, slope: float) -> np.ndarray:
    z, y, x = (expit((side - np.abs(axis)) / slope) for axis in grid.axes())
    return grid.intensity * (x * y * z)


@_shape("Constant")
def _constant(grid: Grid) -> np.ndarray:
    return np.array(grid.intensity)


@_shape("Impulse")
def _impulse(grid: Grid) -> np.ndarray:
    if not all(-1 < c < n for c, n in zip(grid.middle, grid.size, strict=True)):
        raise InputError(f"the centre of the Impulse, {grid.center}, is not inside the picture")
    x, y, z = (int(c) for c in grid.middle)
    out = grid.zeros()
    out[z, y, x] = grid.intensity
    return out


@_shape("Cross", "thickness", "slope", "length in percent")
def _cross(grid: Grid, thickness: float, slope: float, length: float) -> np.ndarray:
    axes = grid.axes()
    out = grid.zeros()
    for k, axis in enumerate(axes):
        n, middle = grid.size[2 - k], grid.middle[2 - k]
        first, end = (np.floor(middle + sign * n * length * 0.005 + 0.5) for sign in (-1, 1))
        place = axis + middle
        along = np.maximum(np.maximum(first - place, place - (end - 1)), 0)
        others = sum(other**2 for j, other in enumerate(axes) if j != k)
        arm = expit((thickness - np.sqrt(along**2 + others)) / slope)
        out = np.maximum(out, arm if end > first else 0)
    return grid.stretched(out)


@_shape("Sinc", "period x", "period y", "period z")
def _sinc(grid: Grid, px: float, py: float, pz: float) -> np.ndarray:
    z, y, x = grid.axes()
    return grid.stretched(np.sinc(np.sqrt((x / px) ** 2 + (y / py) ** 2 + (z / pz) ** 2) / np.pi))


@_shape("Ramp", "x", "y", "z")
def _ramp(grid: Grid, ox: float, oy: float, oz: float) -> np.ndarray:
    if oz != oy:
        raise InputError(f"the plugin takes the y of a Ramp, {oy:g}, also for z: write {ox:g} {oy:g} {oy:g}")
    z, y, x = (-axis / axis.size for axis in grid.axes())
    return grid.stretched(x * ox + y * oy + z * oz)


@_shape("Torus", "radius")
def _torus(grid: Grid, radius: float) -> np.ndarray:
    z, y, x = grid.axes()
    share = ((radius - np.hypot(x, y)) ** 2 + z**2) / (0.2 * radius) ** 2
    return grid.intensity * np.maximum(1 - share, 0)


@_shape("Airy", "pupil", "wavelength", "axial distance", "attenuation")
def _airy(grid: Grid, pupil: float, wavelength: float, distance: float, attenuation: float) -> np.ndarray:
    z, y, x = grid.axes()
    diagonal = np.hypot(grid.size[0] // 2, grid.size[1] // 2)
    r = np.maximum(0.01 / diagonal, np.hypot(x, y) / diagonal)
    depth = 1 - np.abs(z) / grid.size[2]
    amplitude = j1(r * 2 * np.pi * pupil / wavelength / (max(0.01, distance) + depth)) / r
    return amplitude**2 * np.exp(-depth * attenuation)


@_shape("Astigmatism", "FWHM", "factor")
def _astigmatism(grid: Grid, fwhm: float, factor: float) -> np.ndarray:
    if factor != 1:
        raise InputError(f"the plugin takes 1 for the factor of Astigmatism, not {factor:g}: write 1")
    z, y, x = grid.axes()
    thin = 1 - np.abs(z) / grid.size[2]
    dx, dy = np.where(z > 0, 1 / thin, thin), np.where(z > 0, thin, 1 / thin)
    sigma = 0.8493218 * fwhm
    return grid.intensity * np.exp(-0.5 * ((x / (dx * sigma)) ** 2 + (y / (dy * sigma)) ** 2))


@_shape("Defocus", "FWHM", "lower", "upper")
def _defocus(grid: Grid, fwhm: float, lower: float, upper: float) -> np.ndarray:
    z, y, x = grid.axes()
    sigma = fwhm * (1 + 2 * (z / np.where(z > 0, lower, upper)) ** 2)
    return grid.intensity * np.exp(-0.5 * (x**2 + y**2) / sigma**2)


@_shape("Double-Helix", "FWHM", "distance", "period")
def _double_helix(grid: Grid, fwhm: float, distance: float, period: float) -> np.ndarray:
    z, y, x = grid.axes()
    turn = z * np.pi / (2 * period)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    ends = [np.exp(-0.5 * ((u + side * distance / 2) ** 2 + v**2) / fwhm**2) for side in (-1, 1)]
    return grid.intensity * (ends[0] + ends[1])


@_shape("Direction-Motion-Blur", "sigma", "direction in degrees", "elongation")
def _motion(grid: Grid, sigma: float, direction: float, elongation: float) -> np.ndarray:
    x, y, z = grid.middle
    turn = np.radians(direction)
    out = grid.zeros()
    for k in range(int(np.ceil(elongation))):
        place = (z, y + k * np.sin(turn), x + k * np.cos(turn))
        _spot(out, place, sigma, 1.0, grid.intensity, flat=True)
    return out


@_shape("CubeSphericalBeads", "radius", "slope", "spacing", "border")
def _beads(grid: Grid, radius: float, slope: float, spacing: float, border: float) -> np.ndarray:
    out = grid.zeros()
    nx, ny, nz = grid.size
    lengths = [n - 2 * border for n in (nx, ny, nz)]
    mx, my, mz = (int(length / spacing) - 1 for length in lengths)
    for i in range(mx):
        x = border + i * lengths[0] / mx
        light = grid.intensity * (1 - 0.5 * i / mx)
        for j in range(my):
            y = border + lengths[1] * np.sin(j * 0.5 * np.pi / my)
            for k in range(mz):
                z = border + lengths[2] * np.sin(k * 0.5 * np.pi / mz)
                _spot(out, (z, y, x), radius, slope, light)
    return out


def _spot(
    out: np.ndarray, place: tuple[float, ...], radius: float, slope: float, light: float, flat: bool = False
) -> None:
    """Draw a soft ball at (z, y, x), or a rod along z, where it is brighter than the picture."""
    reach = radius + 3 * slope
    ranges = [
        np.arange(max(0, np.floor(c - reach + 0.5)), min(n - 1, np.floor(c + reach + 0.5)) + 1, dtype=int)
        for c, n in zip(place, out.shape, strict=True)
    ]
    z, y, x = np.ix_(*(r - c for r, c in zip(ranges, place, strict=True)))
    distance = np.hypot(x, y) + 0 * z if flat else np.sqrt(x**2 + y**2 + z**2)
    part = np.ix_(*ranges)
    out[part] = np.maximum(out[part], light * expit((radius - distance) / slope))


@_shape("AxialDiffractionSimulation", "pupil", "defocus factor", "axial wave number")
def _axial_diffraction(grid: Grid, pupil: float, defocus: float, wave: float) -> np.ndarray:
    nx, ny, nz = grid.size
    half = nz // 2
    row, column = np.arange(ny)[:, None], np.arange(nx)
    squares = np.minimum(row, ny - row) ** 2 + np.minimum(column, nx - column) ** 2
    # On axes of odd length the plugin leaves these out.
    holes = (ny % 2 == 1) & (row == ny // 2) & (column > nx // 2)
    holes |= (nx % 2 == 1) & (column == nx // 2) & (row > ny // 2)
    spectrum = np.where(holes, 0, squares / np.hypot(nx // 2, ny // 2))
    center, top = 2 * np.pi / pupil, 2 * np.pi / (defocus * pupil)
    out = grid.zeros()
    for z in range(half + 1):
        cutoff = z * abs(top - center) / half + center
        plane = (
            np.cos(wave * (half - z) * 2 * np.pi / half) * fft.ifft2(spectrum * (spectrum < cutoff**2)).real
        )
        out[z] = out[nz - 1 - z] = np.fft.ifftshift(plane)
    return grid.stretched(out)
