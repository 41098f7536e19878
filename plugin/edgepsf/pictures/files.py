"""Picture files: TIFF, PNG, JPEG … in, 32-bit ImageJ TIFF out, never half-written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..errors import InputError
from .picture import Calibration, Picture
from .writing import atomic_path, check_file

if TYPE_CHECKING:
    from tifffile import TiffPage

_TIFF = (".tif", ".tiff")


def read_picture(path: str | os.PathLike[str], color: bool = False) -> Picture:
    """Read a picture.

    Parameters
    ----------
    path : path
        A TIFF, of which the first plane, ImageJ's scale and the notes are read, or any file that Pillow reads.
    color : bool
        Take colour images too, as data of shape (ny, nx, 3).

    Returns
    -------
    Picture
        Data of shape (ny, nx) in the file's own depth; the title is the file name.

    Raises
    ------
    InputError
        If the file is missing, unreadable, or a colour image where none is wanted.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'there is no file "{path}"' + (" (it is a folder)" if path.is_dir() else ""))
    try:
        picture = _read_tiff(path, color) if path.suffix.lower() in _TIFF else _read_other(path)
    except InputError:
        raise
    except Exception as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f'"{path}" cannot be read as a picture: {text}') from None
    data = picture.data
    if data.ndim == 3 and data.shape[-1] in (3, 4):
        if color:
            picture.data = data[..., :3]
            return picture
        raise InputError(
            f'"{path}" is a colour (RGB) image; work on one channel in linear light: run edgepsf linear first'
        )
    if data.ndim != 2:
        raise InputError(f'"{path}" holds an array of shape {data.shape}; a single gray plane is needed')
    return picture


def _read_tiff(path: Path, color: bool) -> Picture:
    import tifffile

    with tifffile.TiffFile(path) as file:
        page = cast("TiffPage", file.pages[0])
        data = page.asarray()
        meta = file.imagej_metadata or {}
        if data.ndim == 3 and page.planarconfig == 2:  # planes one after another
            data = np.moveaxis(data, 0, -1)
        channels, slices, frames = (int(meta.get(name, 1)) for name in ("channels", "slices", "frames"))
        fits = channels * slices * frames == len(file.pages)
        dimensions = (channels, slices, frames) if fits else (1, len(file.pages), 1)
        if color and dimensions == (3, 1, 1) and meta.get("mode") in ("composite", "color"):
            data = np.stack([file.pages[i].asarray() for i in range(3)], axis=-1)
        scale, notes = _tiff_calibration(page, meta), _notes(meta)
    return Picture(data, path.name, None, scale, notes, dimensions, lambda: _all_planes(path))


def _all_planes(path: Path) -> np.ndarray:
    """Every plane of a TIFF, in the order of the file."""
    import tifffile

    with tifffile.TiffFile(path) as file:
        shapes = {page.shape for page in file.pages}
        if len(shapes) != 1:
            raise InputError(f'"{path}" holds pages of different sizes: {sorted(shapes)}')
        return np.stack([page.asarray() for page in file.pages])


def _tiff_calibration(page: TiffPage, meta: dict[str, Any]) -> Calibration:
    """ImageJ keeps pixels per unit in the resolution tags and the unit in its description."""
    unit = str(meta.get("unit", "pixel")).replace("\\u00B5", "µ")
    sizes = []
    for tag in ("XResolution", "YResolution"):
        value = page.tags[tag].value if tag in page.tags else (1, 1)
        sizes.append(value[1] / value[0] if meta and value[0] else 1.0)
    return Calibration(sizes[0], sizes[1], unit) if "unit" in meta else Calibration()


def _notes(meta: dict[str, Any]) -> dict[str, str]:
    """Our image properties from ImageJ's list [key, value, key, value, …], or from a dictionary."""
    kept = meta.get("Properties", {})
    flat = [] if isinstance(kept, dict) else [str(value) for value in kept]
    pairs = kept if isinstance(kept, dict) else dict(zip(flat[::2], flat[1::2], strict=False))
    return {k: v for k, v in pairs.items() if k.startswith("edgepsf.")}


def _read_other(path: Path) -> Picture:
    from PIL import Image

    with Image.open(path) as file:
        image: Image.Image = file
        if path.suffix.lower() == ".png" and image.mode == "RGB" and _png_bits(path) == 16:
            raise InputError(
                f'"{path}" has 16 bits a channel, of which PNG reading here keeps 8: save it as TIFF'
            )
        if image.mode in ("P", "RGB", "RGBA", "CMYK", "YCbCr", "LA", "PA"):
            image = image.convert("RGB")
        return Picture(np.asarray(image), path.name)


def _png_bits(path: Path) -> int:
    """Bits of a channel: byte 24 of a PNG file."""
    with path.open("rb") as file:
        return file.read(25)[24]


def check_output(path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """Refuse an output path before any work is done.

    Parameters
    ----------
    path : path
        Name of a TIFF.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If its folder is missing or read-only, the file exists and `overwrite` is false, or it is no TIFF.
    """
    return check_file(f'the output "{path}"', path, _TIFF, ".tif (32-bit gray values)", overwrite)


def write_picture(path: str | os.PathLike[str], picture: Picture) -> None:
    """Write a picture as an ImageJ TIFF with its scale and notes; complete or not at all.

    Gray pictures become 32-bit; colour ones, shape (ny, nx, 3), keep their 8 or 16 bits a channel.
    """
    import tifffile

    data, metadata = _tiff_layout(picture)
    options: dict[str, Any] = {}
    if picture.calibration.calibrated:
        metadata["unit"] = picture.calibration.unit.replace("µ", "\\u00B5")
        options["resolution"] = (1 / picture.calibration.pixel_width, 1 / picture.calibration.pixel_height)
    if picture.properties:
        metadata["Properties"] = dict(picture.properties)
    if picture.labels:
        metadata["Labels"] = list(picture.labels)
    finite = data[np.isfinite(data)]
    if finite.size and data.dtype.kind == "f":
        low, high = picture.display or (finite.min(), finite.max())
        metadata |= {"min": float(low), "max": float(high)}
    with atomic_path(path) as temporary:
        tifffile.imwrite(temporary, data, imagej=True, metadata=metadata, **options)


def _tiff_layout(picture: Picture) -> tuple[np.ndarray, dict[str, Any]]:
    """Array and axes as ImageJ's TIFF wants them."""
    data = np.ascontiguousarray(picture.data)
    if data.ndim == 3 and data.shape[-1] == 3 and data.dtype == np.uint8:
        return data, {"axes": "YXS"}
    if data.ndim == 3 and data.shape[-1] == 3 and data.dtype == np.uint16:
        return np.ascontiguousarray(np.moveaxis(data, -1, 0)), {"axes": "CYX", "mode": "composite"}
    data = data.astype(np.float32, copy=False)
    if data.ndim == 2:
        return data, {"axes": "YX"}
    channels, slices, frames = picture.dimensions
    return data.reshape(frames, slices, channels, *data.shape[1:]), {"axes": "TZCYX"}
