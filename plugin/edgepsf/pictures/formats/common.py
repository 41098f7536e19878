"""Pictures that Pillow reads: JPEG, PNG, GIF, WebP, BMP and others; 16-bit colours of PNG by imagecodecs."""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import InputError
from ..metadata import Metadata
from ..picture import Picture
from ..space import check_size
from .colors import one_channel, painted, split_alpha, upright

if TYPE_CHECKING:
    from PIL.Image import Image

_ORIENTATION = 0x0112
_ENCODED = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "JPEG2000", "MPO", "PPM", "TGA", "AVIF")
_ANIMATED = ("GIF", "PNG", "WEBP", "AVIF", "FLI")
_GRAY = ("L", "I;16", "I;16B", "I;16L", "I", "F", "1")
_REFUSED = {
    "CMYK": "inks (CMYK)",
    "YCbCr": "YCbCr colours",
    "LAB": "CIELab colours",
    "HSV": "HSV colours",
    "RGBX": "padded colours",
}


def read(path: Path, color: bool = False) -> Picture:
    """Read a picture with Pillow; several planes (an animation) are planes of a stack.

    Raises
    ------
    InputError
        If it is no picture, or one of inks or other colours than RGB.
    """
    with _opened(path) as image:
        _check(path, image)
        stored = int(getattr(image, "n_frames", 1))
        count = stored if image.format in _ANIMATED else 1
        data, meta = _values(path, image, Metadata(icc=image.info.get("icc_profile") or b""))
        orientation = int(image.getexif().get(_ORIENTATION, 1) or 1)
        meta = replace(meta, encoded=_hint(path, image))
    if stored > count:
        meta = meta.saying(f'"{path.name}" holds {stored - 1} further pictures or layers; the first is read')
    picture = Picture(data, path.name, dimensions=(1, 1, count), meta=meta)
    if count > 1:
        remark = f'"{path.name}" is an animation: its {count} pictures are taken as frames (t)'
        picture = replace(picture, planes=lambda: _frames(path, count), meta=meta.saying(remark))
    return upright(picture, orientation)


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """The picture, without Pillow's warnings and its own limit of pixels: `check_size` knows the memory."""
    from PIL import Image as library
    from PIL import UnidentifiedImageError

    limit, library.MAX_IMAGE_PIXELS = library.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                image = library.open(path)
            except UnidentifiedImageError:
                raise _unknown(path) from None
            with image:
                yield image
    finally:
        library.MAX_IMAGE_PIXELS = limit


def _unknown(path: Path) -> InputError:
    """The sentence for a file that Pillow does not know: a JPEG of more than 8 bits, or no picture."""
    head = path.read_bytes()[:65536]
    frame = (
        re.search(rb"\xff[\xc0-\xc3\xc9-\xcb]..([\x09-\x10])", head, re.DOTALL)
        if head[:2] == b"\xff\xd8"
        else None
    )
    if frame is not None:
        return InputError(f'"{path}" is a JPEG of {frame[1][0]} bits: save it as TIFF or PNG of 16 bits')
    return InputError(f'"{path}" cannot be read as a picture: its content is of no known format')


def _check(path: Path, image: Image) -> None:
    """Refuse too many pixels and what is no gray value and no RGB, before pixels are decoded."""
    width, height = image.size
    depth = 4 if image.mode in ("I", "F") else 2 if image.mode.startswith("I;") else len(image.getbands())
    check_size(path, (height, width), depth)
    if image.mode in _REFUSED:
        raise InputError(
            f'"{path}" holds {_REFUSED[image.mode]}, of which no linear light is made here: convert it to sRGB with '
            "its colour profile in a photo editor"
        )


def _values(path: Path, image: Image, meta: Metadata) -> tuple[np.ndarray, Metadata]:
    """Gray values or colours of the frame that is open, and what its alpha says."""
    if image.format == "PNG":
        deep = _deep_png(path, image, meta)
        if deep is not None:
            return deep
    told = image.mode in ("L", "LA", "RGB", "RGBA") and "transparency" in image.info
    if image.mode in ("P", "PA") or told:
        image = _with_palette_applied(image)
    elif "transparency" in image.info:
        remark = f'"{path.name}" names a gray value that is to be transparent; it counts as any other'
        meta = meta.saying(remark)
    data = np.asarray(image)
    if image.mode == "1":
        return data.astype(np.uint8) * np.uint8(255), meta
    if image.mode in _GRAY:
        return _native(data), meta
    if image.mode in ("LA", "La"):
        return split_alpha(data, 1, meta, path.name)
    if image.mode in ("RGBA", "RGBa"):
        return split_alpha(data, 3, meta, path.name)
    if image.mode == "RGB":
        return data, meta
    raise InputError(f'"{path}" holds pixels of a kind that is not known ({image.mode}): save it as TIFF')


def _native(data: np.ndarray) -> np.ndarray:
    """The numbers in the byte order of the machine."""
    return data.astype(data.dtype.newbyteorder("="), copy=False)


def _with_palette_applied(image: Image) -> Image:
    """A picture with a palette or a transparent colour as gray, RGB, or either with alpha."""
    if image.mode == "P" and "transparency" not in image.info:
        palette = np.asarray(image.getpalette() or [], dtype=np.uint8).reshape(-1, 3).T
        plain = painted(np.asarray(image), palette) if palette.size else np.asarray(image)
        from PIL import Image as library

        return library.fromarray(plain)
    return image.convert("LA" if image.mode in ("L", "LA") else "RGBA")


def _deep_png(path: Path, image: Image, meta: Metadata) -> tuple[np.ndarray, Metadata] | None:
    """A PNG of 16 bits with more than one sample a pixel, of which Pillow keeps 8 bits; None for all others."""
    with path.open("rb") as file:
        head = file.read(26)
    bits, kind = head[24], head[25]
    if bits != 16 or kind not in (2, 4, 6):
        return None
    try:
        import imagecodecs
    except ImportError:
        raise InputError(
            f'"{path}" has 16 bits a channel, which needs a further package: pip install imagecodecs'
        ) from None
    check_size(path, (*image.size, 4), 2)
    raw = path.read_bytes()
    _check_chunks(path, raw)
    data = imagecodecs.png_decode(raw)
    if kind == 2:
        return data, meta
    return split_alpha(data, 1 if kind == 4 else 3, meta, path.name)


def _check_chunks(path: Path, raw: bytes) -> None:
    """Compare the checksums of a PNG, which its decoder only prints."""
    place = 8
    while place + 12 <= len(raw):
        (length,) = struct.unpack(">I", raw[place : place + 4])
        end = place + 8 + length
        if (
            end + 4 > len(raw)
            or zlib.crc32(raw[place + 4 : end]) != struct.unpack(">I", raw[end : end + 4])[0]
        ):
            raise InputError(f'"{path}" is damaged: a checksum of the PNG does not fit')
        place = end + 4


def _frames(path: Path, count: int) -> np.ndarray:
    """All pictures of an animation, shape (n, ny, nx) or (n, ny, nx, 3)."""
    with _opened(path) as image:
        check_size(path, (count, image.height, image.width), len(image.getbands()))
        planes = []
        for number in range(count):
            image.seek(number)
            planes.append(_values(path, image, Metadata())[0])
    gray = planes[0].ndim == 2
    planes = [one_channel(p, path.name) if gray and p.ndim == 3 else p for p in planes]
    planes = [p if gray or p.ndim == 3 else np.repeat(p[..., None], 3, axis=-1) for p in planes]
    if len({plane.shape for plane in planes}) > 1:
        raise InputError(f'"{path}" holds pictures of different sizes: save them apart')
    return np.stack(planes)


def _hint(path: Path, image: Image) -> str:
    """The hint for a picture that programs for photographs have encoded; empty where it may be linear."""
    gamma: Any = image.info.get("gamma")
    if image.format not in _ENCODED or gamma == 1.0 or image.mode in ("I", "F", "1"):
        return ""
    return (
        f'"{path.name}" is a {image.format}, whose gray values are as a rule encoded (sRGB) and not linear light: '
        f"edgepsf linear {quote(path.name)} -o {quote(path.stem + '-linear.tif')} makes them linear"
    )
