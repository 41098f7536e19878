"""What commands take and give: a picture with its region, scale and properties, and a result."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

# What commands append to titles, with the number that ImageJ adds to make a title unique.
_SUFFIX = re.compile(r"(?<=.)-(g|f|distance|PSF|deconvolved)(-\d+)?$")


@dataclass(frozen=True)
class Calibration:
    """Size of a pixel and its unit."""

    pixel_width: float = 1.0
    pixel_height: float = 1.0
    unit: str = "pixel"

    @property
    def calibrated(self) -> bool:
        return self.unit not in ("", "pixel", "pixels")


@dataclass
class Picture:
    """A gray image as a command sees it.

    Attributes
    ----------
    data : ndarray, shape (ny, nx)
    title : str
        Window title or file name.
    roi : None, (x, y, width, height) or bool array of the image's shape
    calibration : Calibration
    properties : dict of str
        Notes that commands leave for one another ("edgepsf.plane": "a b c").
    """

    data: np.ndarray
    title: str = "image"
    roi: Any = None
    calibration: Calibration = field(default_factory=Calibration)
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Title without file extension and without the suffixes that commands append."""
        stem, extension = os.path.splitext(self.title)
        name = (
            stem
            if extension.lower() in (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp", ".gif")
            else self.title
        )
        return _SUFFIX.sub("", name)

    def numbers(self, key: str) -> list[float] | None:
        """Numbers kept under a property, or None."""
        text = self.properties.get(key)
        return [float(v) for v in text.split()] if text else None


def as_property(*values: float) -> str:
    """Numbers as text that reads back to the same doubles."""
    return " ".join(repr(float(v)) for v in values)


@dataclass
class Result:
    """What a command gives back.

    Attributes
    ----------
    picture : Picture, optional
        New 32-bit image.
    row : dict
        Columns for the Results table.
    summary : dict
        Further figures for `--json`.
    properties : dict of str
        Notes to keep with the input image.
    warnings : list of str
    """

    picture: Picture | None = None
    row: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
