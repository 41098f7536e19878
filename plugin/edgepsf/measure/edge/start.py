"""The second stage of an edge fit: first levels, direction, offset and slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import EdgeError
from .levels import coarse_line, estimate_levels
from .pixels import Pixels
from .plane import fit_plane
from .rounded import coarse_rounding, lattice
from .transform import f, g

FLOOR = 1e-12  # squared residual, in steps, below which models are equally exact
_COARSE_SLOPE = 1.5  # px⁻¹, where no plane can be fitted


@dataclass(frozen=True)
class Start:
    """The first guess of a fit. It stays when defective pixels are dropped later: a rough start is enough.

    Attributes
    ----------
    v1, v2 : float
        Levels, in gray values. The fit counts in units of their difference, the step.
    given : bool
        Whether the caller gave the levels; then they are not fitted.
    angle, offset : float
        Direction of the normal (radians) and offset (px), relative to the centre of the pixels.
    slope : float
        Slope f'(0) of the edge, px⁻¹.
    floor : float
        Squared residual, in steps, below which models are equally exact.
    half : float
        Half of the distance between gray values, in steps, where rounding is coarser than the noise; else 0.
    """

    v1: float
    v2: float
    given: bool
    angle: float
    offset: float
    slope: float
    floor: float
    half: float = 0.0

    @property
    def levels(self) -> tuple[float, float]:
        """v1 and v2."""
        return self.v1, self.v2

    @property
    def line(self) -> np.ndarray:
        """Angle (radians) and offset (px)."""
        return np.array([self.angle, self.offset])

    @property
    def step(self) -> float:
        """Gray values from v1 to v2; negative where v1 is the brighter level."""
        return self.v2 - self.v1

    def in_steps(self, values: np.ndarray) -> np.ndarray:
        """Gray values in units of the step: 0 at v1 and 1 at v2."""
        return (values - self.v1) / self.step


def find_start(pixels: Pixels, levels: tuple[float, float] | None) -> Start:
    """First levels from the plateaus; direction, offset and slope from a plane fit of f, else a coarse line.

    Parameters
    ----------
    pixels : Pixels
    levels : (v1, v2) or None
        Levels that the caller gives.

    Raises
    ------
    EdgeError
        If the region is constant or has no two sides.
    """
    values = pixels.values
    if values.max() == values.min():
        raise EdgeError(f"no edge: the region is constant (every pixel is {values[0]:g})")
    picture = pixels.picture()
    v1, v2 = levels or estimate_levels(picture)
    if v1 == v2:
        raise EdgeError(f"no edge: both sides of the region have the same level, {v1:g}")
    angle, offset, slope = _line(pixels, f(g(picture, v1, v2)), v2 - v1)
    unit = lattice(values)
    floor = max(FLOOR, unit**2 / (12.0 * (v2 - v1) ** 2))  # the variance of rounding
    half = coarse_rounding(values, unit, v1, v2)
    return Start(v1, v2, levels is not None, angle, offset, slope, floor, half)


def _line(pixels: Pixels, logit: np.ndarray, step: float) -> tuple[float, float, float]:
    """Angle (radians), offset (px, from the centre) and slope (px⁻¹); `logit` is f in the shape of the region."""
    x0, y0 = pixels.corner
    try:
        plane = fit_plane(logit, aspect=pixels.aspect)
        slope = plane.p
        nx, ny = plane.b / slope, plane.c / pixels.aspect / slope
        offset = plane.offset - nx * x0 - ny * y0
    except EdgeError:
        nx, ny, offset, _ = coarse_line(pixels.values * np.sign(step), pixels.x, pixels.y)
        slope = _COARSE_SLOPE
    return float(np.arctan2(ny, nx)), float(offset), float(np.clip(slope, 1e-2, 20.0))
