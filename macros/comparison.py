"""Edges for plain macros and Python to be compared on: how they are made, opened in ImageJ, and measured in Python.

Used by measure.py and by the tests of the macros.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tifffile

from edgepsf.commands import operations
from edgepsf.imagej.session import Session
from edgepsf.measure.edge.transform import esf_from_f
from edgepsf.pictures.picture import Picture

Levels = tuple[float, float]
Scale = tuple[float, float, str]

MACROS = Path(__file__).resolve().parent
PLAIN, COMMANDS = MACROS / "edge_chain_plain.ijm", MACROS / "edge_chain_commands.ijm"

SCRIPTS = MACROS / "scripts" / "Plugins" / "Edge_PSF"

# Regions as macro text; the edge crosses all of them.
REGIONS = {
    "whole": "",
    "rectangle": "makeRectangle(12, 7, 115, 96);",
    "polygon": "makePolygon(15, 12, 120, 8, 130, 60, 100, 104, 20, 95);",
    "oval": "makeOval(20, 8, 100, 94);",
    "rotated": "makeRotatedRectangle(25, 40, 115, 70, 76);",
    "band": "makeLine(12, 50, 128, 62, 64);",
    "thin line": "makeLine(12, 40, 66, 60, 128, 50);",
}
UM: Scale = (0.1, 0.2, "um")
WIDE: Scale = (0.3, 0.2, "mm")
SQUARE: Scale = (0.065, 0.065, "um")

# (seed, noise in shares of the step, bits, region, levels given, degree, size and unit of a pixel).
# The odd polynomial of every seed here is an edge; another test has one that both refuse.
CASES: list[tuple[int, float, int, str, bool, int, Scale | None]] = [
    (1, 0.0, 32, "whole", True, 3, None),
    (2, 0.01, 32, "rectangle", True, 5, None),
    (3, 0.03, 16, "whole", False, 3, None),
    (4, 0.01, 8, "rectangle", True, 1, None),
    (5, 0.0, 16, "rectangle", False, 3, None),
    (26, 0.03, 32, "rectangle", False, 5, None),
    (7, 0.01, 8, "whole", True, 3, None),
    (34, 0.03, 16, "rectangle", True, 7, None),
    (9, 0.0, 8, "whole", False, 1, None),
    (10, 0.01, 32, "whole", False, 3, None),
    (11, 0.01, 16, "polygon", True, 3, None),
    (12, 0.0, 32, "oval", False, 3, None),
    (13, 0.03, 8, "rotated", True, 1, None),
    (14, 0.01, 16, "band", False, 3, None),
    (24, 0.0, 8, "thin line", True, 1, None),
    (16, 0.01, 32, "whole", True, 3, UM),
    (17, 0.03, 16, "rectangle", False, 1, UM),
    (18, 0.0, 32, "oval", True, 5, WIDE),
    (19, 0.01, 8, "rotated", False, 3, UM),
    (20, 0.03, 32, "polygon", True, 1, SQUARE),
]


def edge(
    seed: int,
    noise: float,
    bits: int,
    shape: tuple[int, int] = (110, 140),
    p: float | None = None,
    angle: float | None = None,
    aspect: float = 1.0,
) -> tuple[npt.NDArray[Any], Levels]:
    """A logistic edge at a random angle and polarity, and its levels (v1, v2), v1 on the side d > 0."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.7, 2.0) if p is None else p
    # Every third edge stands along the pixels, where many pixels lie at one distance.
    angle = (rng.uniform(-180, 180) if seed % 3 else 90.0 * (seed % 4)) if angle is None else angle
    t = np.radians(angle)
    y, x = np.mgrid[: shape[0], : shape[1]]
    cx, cy = shape[1] / 2 + rng.uniform(-5, 5), shape[0] / 2 + rng.uniform(-5, 5)
    d = (x - cx) * np.cos(t) + aspect * (y - cy) * np.sin(t)
    low, high = {8: (40, 210), 16: (3000, 41000), 32: (0.1, 0.9)}[bits]
    v1, v2 = (low, high) if seed % 2 else (high, low)
    v = v1 + (v2 - v1) * esf_from_f(p * d) + noise * (high - low) * rng.standard_normal(shape)
    if bits == 32:
        return v.astype(np.float32), (v1, v2)
    return np.clip(np.round(v), 0, 2**bits - 1).astype(np.uint8 if bits == 8 else np.uint16), (v1, v2)


def chain(picture: Picture, levels: Levels | None, degree: int) -> dict[str, dict[str, Any]]:
    """The chain of the macros by the commands' Python functions, over 32-bit images as ImageJ holds them."""
    v1, v2 = levels or (None, None)
    g = operations.edge_g(picture, v1, v2).picture
    f = operations.edge_f(g).picture
    plane = operations.edge_plane(f)
    f.properties |= plane.properties
    distance = operations.edge_distance(f).picture
    profile = operations.edge_profile(f, distance, degree)
    co = {f"p{k}": profile.row[f"p{k}"] for k in range(1, degree + 1, 2)}
    psf = operations.psf_from_profile(f, **co)
    return {
        "row": {k: plane.row[k] for k in "abcp"} | co | {"fwhm": psf.row["fwhm"]},
        "images": {"g": g.data, "f": f.data, "distance": distance.data, "PSF": psf.picture.data},
        "plane": plane.row,
        "profile": profile.row,
        "psf": psf.row,
    }


def current_picture() -> Picture:
    """ImageJ's current image as the Python commands see it, its selection and scale included."""
    from jpype import JClass

    from edgepsf.imagej.exchange.windows import picture_of

    return picture_of(JClass("ij.WindowManager").getCurrentImage())


def show_edge(
    imagej: Session, folder: Path, image: npt.NDArray[Any], region: str, scale: Scale | None
) -> Picture:
    """Open an edge in ImageJ with its region and scale."""
    text = f'open("{write_edge(folder, image)}"); '
    if scale:
        text += 'setVoxelSize({}, {}, 1, "{}"); '.format(*scale)
    imagej.run_macro(text + REGIONS[region])
    return current_picture()


def numbers(line: str) -> dict[str, float]:
    """The numbers that a chain macro returns, a line of key=number."""
    return {key: float(value) for key, value in (pair.split("=") for pair in line.split())}


def write_edge(folder: Path, image: npt.NDArray[Any]) -> str:
    """Write an edge to edge.tif in a folder; its path."""
    path = folder / "edge.tif"
    tifffile.imwrite(path, image, imagej=True)
    return str(path)


def argument(levels: Levels | None, degree: int, out: Path | None = None, path: str = "") -> str:
    """The argument of a chain macro: levels where they are given, degree, folder for the images, picture."""
    text = f"degree={degree}"
    if path:
        text += f" path=[{path}]"
    if levels:
        text += f" v1={levels[0]!r} v2={levels[1]!r}"
    return text + (f" out=[{out}]" if out else "")
