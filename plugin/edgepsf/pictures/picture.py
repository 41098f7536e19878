"""A picture as commands take it: with its region, scale and notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import titles
from .metadata import Metadata

# Letters of the axes of all planes in their order: channels run fastest, then slices, then frames.
AXES = "tzcyx"


@dataclass(frozen=True)
class Calibration:
    """Steps of a picture along its axes, with their units.

    Attributes
    ----------
    pixel_width, pixel_height, pixel_depth : float
        Steps along x, y and z, in `unit`.
    unit : str
    frame_interval : float
        Step along t, in `time_unit`; 0 where it is not known.
    time_unit : str
    origin : (x, y, z)
        Pixel at which the coordinates are 0.
    """

    pixel_width: float = 1.0
    pixel_height: float = 1.0
    unit: str = "pixel"
    pixel_depth: float = 1.0
    frame_interval: float = 0.0
    time_unit: str = "sec"
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def calibrated(self) -> bool:
        """Whether the unit is one of length and not the pixel."""
        return self.unit.strip() not in ("", "pixel", "pixels")

    @property
    def aspect(self) -> float:
        """Height of a pixel divided by its width."""
        return self.pixel_height / self.pixel_width if self.calibrated else 1.0

    def in_units(self, row: dict[str, Any], powers: dict[str, int]) -> dict[str, Any]:
        """Lengths (power 1) and frequencies (power -1) of a row in the unit, and the unit; nothing without a scale."""
        if not self.calibrated:
            return {}
        out = {f"{name}_unit": row[name] * self.pixel_width**power for name, power in powers.items()}
        return out | {"unit": self.unit}


@dataclass
class Picture:
    """An image as a command sees it.

    Attributes
    ----------
    data : ndarray, shape (ny, nx), or (n, ny, nx) for all planes of a stack
        Gray values; the plane shown. Colour, shape (ny, nx, 3), reaches Linear Channels... only.
    title : str
        Window title or file name.
    roi : None, (x, y, width, height) or bool array of the image's shape
    calibration : Calibration
    properties : dict of str
        Notes that commands leave for one another ("edgepsf.plane": "a b c").
    dimensions : (channels, slices, frames)
        Of the stack that the plane is from, or that `data` is.
    planes : callable, optional
        Gives all planes of the stack, shape (n, ny, nx), channels running fastest, then slices; of colours
        (n, ny, nx, 3).
    areas : callable, optional
        Gives the named areas of the overlay, for an image open in ImageJ.
    labels : tuple of str
        Names of the planes of `data`, where they have any.
    display : (black, white), optional
        Gray values to show as black and white; by default the lowest and highest.
    meta : Metadata
        Names, display, profile and remarks of the file.
    """

    data: np.ndarray
    title: str = "image"
    roi: Any = None
    calibration: Calibration = field(default_factory=Calibration)
    properties: dict[str, str] = field(default_factory=dict)
    dimensions: tuple[int, int, int] = (1, 1, 1)
    planes: Callable[[], np.ndarray] | None = field(default=None, repr=False)
    areas: Callable[[], list[tuple[str, Any]]] | None = field(default=None, repr=False)
    labels: tuple[str, ...] = ()
    display: tuple[float, float] | None = None
    meta: Metadata = field(default_factory=Metadata, repr=False)

    @property
    def color(self) -> bool:
        """Whether the data are colours, shape (…, ny, nx, 3), and not gray values."""
        return (
            np.ndim(self.data) >= 3
            and np.shape(self.data)[-1] == 3
            and self.plane_count != np.shape(self.data)[0]
        )

    @property
    def axes(self) -> str:
        """Letters of "tzcyx" of the axes that the picture has; t, z and c where there is more than one plane."""
        channels, slices, frames = self.dimensions
        sizes = {"t": frames, "z": slices, "c": channels}
        return "".join(axis for axis in AXES if sizes.get(axis, 2) > 1)

    def ordered(self) -> np.ndarray:
        """Every plane with its axes apart, shape (frames, slices, channels, ny, nx); of colours (…, ny, nx, 3)."""
        channels, slices, frames = self.dimensions
        planes = np.asarray(self.all_planes())
        tail = planes.shape[-3:] if self.color else planes.shape[-2:]
        return planes.reshape(frames, slices, channels, *tail)

    @property
    def base(self) -> str:
        """Title without file extension and without the suffix that a command appended."""
        return titles.base(self.title)

    @property
    def plane_count(self) -> int:
        """Planes of the stack that the picture is from."""
        return int(np.prod(self.dimensions))

    def all_planes(self) -> np.ndarray:
        """Every plane, shape (n, ny, nx); (ny, nx) where there is only one."""
        return self.data if self.planes is None or self.plane_count == 1 else self.planes()

    def numbers(self, key: str) -> list[float] | None:
        """Numbers kept under a property, or None."""
        text = self.properties.get(key)
        return [float(v) for v in text.split()] if text else None


def as_property(*values: float) -> str:
    """Numbers as text that reads back to the same doubles."""
    return " ".join(repr(float(v)) for v in values)
