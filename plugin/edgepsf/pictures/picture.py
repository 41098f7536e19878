"""What commands take and give: a picture with its region, scale and notes, and a result."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# What commands append to titles, with the number that ImageJ adds to make a title unique.
_SUFFIX = re.compile(r"(?<=.)-(g|f|distance|PSF|deconvolved|linear|red|green|blue|compared)(-\d+)?$")
_EXTENSIONS = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp", ".gif")


@dataclass(frozen=True)
class Calibration:
    """Size of a pixel and its unit."""

    pixel_width: float = 1.0
    pixel_height: float = 1.0
    unit: str = "pixel"

    @property
    def calibrated(self) -> bool:
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
        Gives all planes of the stack, shape (n, ny, nx), channels running fastest, then slices.
    areas : callable, optional
        Gives the named areas of the overlay, for an image open in ImageJ.
    labels : tuple of str
        Names of the planes of `data`, where they have any.
    display : (black, white), optional
        Gray values to show as black and white; by default the lowest and highest.
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

    @property
    def base(self) -> str:
        """Title without file extension and without the suffix that a command appended."""
        stem, extension = os.path.splitext(self.title)
        return _SUFFIX.sub("", stem if extension.lower() in _EXTENSIONS else self.title)

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


@dataclass(frozen=True)
class Curve:
    """One curve of a plot: dots, or a line."""

    x: np.ndarray
    y: np.ndarray
    label: str
    dots: bool = False


@dataclass(frozen=True)
class Graph:
    """A plot: the first curve is what `Plot.getValues` gives."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]


@dataclass
class Result:
    """What a command gives back.

    Attributes
    ----------
    pictures : list of Picture
        New 32-bit images; the last one becomes the current image.
    row : dict
        Columns for the Results table.
    rows : list of dict
        Further rows, for a command that works on many regions.
    refusal : str
        Why the command has failed after all, said when the rows have been shown.
    summary : dict
        Further figures for `--json`.
    properties : dict of str
        Notes to keep with the input image.
    lines : dict of (n, 2) arrays
        Overlay on the input image by name: polylines in pixel coordinates (x, y).
    graphs : list of Graph
    warnings : list of str
    """

    pictures: list[Picture] = field(default_factory=list)
    row: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    lines: dict[str, np.ndarray] = field(default_factory=dict)
    graphs: list[Graph] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    refusal: str = ""

    @property
    def picture(self) -> Picture | None:
        """The last new image."""
        return self.pictures[-1] if self.pictures else None
