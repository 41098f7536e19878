"""Sharp pictures to start from: scikit-image's, or the user's own files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data
from skimage.color import rgb2gray

# Twelve photographs of scikit-image; the last four are textures and a face of a clock.
TWELVE = (
    "camera",
    "astronaut",
    "coffee",
    "chelsea",
    "moon",
    "coins",
    "rocket",
    "stereo_motorcycle",
    "retina",
    "brick",
    "grass",
    "clock",
)
ENDINGS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"}


def gray(picture: np.ndarray) -> np.ndarray:
    """Luminance, 0 … 1, float64; of a colour picture .2125 R + .7154 G + .0721 B of its encoded values."""
    if picture.ndim == 3:
        return rgb2gray(picture[..., :3]).astype(np.float64)
    return picture.astype(np.float64) / np.iinfo(picture.dtype).max


def shipped(name: str) -> np.ndarray:
    """A picture of scikit-image, gray, 0 … 1."""
    picture = getattr(data, name)()
    return gray(picture[0] if isinstance(picture, tuple) else picture)


def files(paths: Iterable[Path]) -> list[Path]:
    """The files, and the pictures in the folders, in the order of their names."""
    out: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            out += sorted(each for each in path.iterdir() if each.suffix.lower() in ENDINGS)
        elif path.is_file():
            out.append(path)
        else:
            raise SystemExit(f"there is no file and no folder {path}: give the path of a photograph")
    return out


def photographs(paths: Iterable[Path], names: Iterable[str] = TWELVE) -> dict[str, np.ndarray]:
    """Gray pictures by name, 0 … 1: the given files, or scikit-image's where none is given."""
    found = files(paths)
    if not found:
        return {name: shipped(name) for name in names}
    return {path.stem: gray(np.asarray(_eight_bits(Image.open(path)))) for path in found}


def _eight_bits(picture: Image.Image) -> Image.Image:
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")


def cut(picture: np.ndarray, side: int, corner: int | None = None) -> np.ndarray:
    """A square of this side, or what there is of it: from the corner (px on both axes), or from the middle."""
    starts = ((n - side) // 2 if corner is None else min(corner, n - side) for n in picture.shape[:2])
    return picture[tuple(slice(max(0, start), max(0, start) + side) for start in starts)]
