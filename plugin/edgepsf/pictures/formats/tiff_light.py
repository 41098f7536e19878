"""The photometric meaning of a TIFF's stored values: gray, inverted, colours, palette; or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from .colors import inverted, painted

if TYPE_CHECKING:
    from tifffile import TiffPage, TiffPageSeries

_WHITE_IS_0, _BLACK_IS_0, _RGB, _PALETTE, _MASK, _YCBCR = 0, 1, 2, 3, 4, 6
_JPEG = (6, 7, 33007, 34892)  # compressions whose decoder makes RGB of YCbCr
_REFUSED = {
    5: ("inks (CMYK)", "convert it to sRGB with its colour profile in a photo editor"),
    6: ("YCbCr colours without JPEG compression", "save it as RGB"),
    8: ("CIELab colours", "convert it to sRGB in a photo editor"),
    9: ("CIELab colours (ICCLab)", "convert it to sRGB in a photo editor"),
    10: ("CIELab colours (ITULab)", "convert it to sRGB in a photo editor"),
    32803: ("a raw mosaic of colours (CFA)", "develop it to a TIFF in linear light first"),
    32844: ("LogL light", "save it as 32-bit TIFF"),
    32845: ("LogLuv light", "save it as 32-bit TIFF"),
    34892: ("raw colours (LinearRaw)", "develop it to a TIFF first"),
}


def photometric(page: TiffPage) -> int:
    """The photometric interpretation; black is 0 where the file does not say."""
    return int(page.photometric) if "PhotometricInterpretation" in page.tags else _BLACK_IS_0


def only_pillow(page: TiffPage) -> bool:
    """Whether Pillow makes RGB of colours that tifffile cannot decode: YCbCr without today's JPEG compression."""
    return photometric(page) == _YCBCR and int(page.compression) not in _JPEG[1:]


def is_color(page: TiffPage) -> bool:
    """Whether the samples of a pixel are colours."""
    return photometric(page) not in (_WHITE_IS_0, _BLACK_IS_0, _PALETTE, _MASK)


def light_of(
    stored: np.ndarray, page: TiffPage, name: str, imagej: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Gray values or colours of stored values.

    Parameters
    ----------
    stored : ndarray, shape (…, ny, nx) or (…, ny, nx, samples)
    page : TiffPage
    name : str
        Name of the file, for sentences.
    imagej : bool
        Whether ImageJ wrote it: a palette is only how it shows gray values then.

    Returns
    -------
    data : ndarray
    remarks : tuple of str

    Raises
    ------
    InputError
        If the values are no gray values and no RGB.
    """
    kind = photometric(page)
    remarks: tuple[str, ...] = ()
    if stored.dtype.kind not in "buif":
        raise InputError(
            f'"{name}" holds {stored.dtype} values: real numbers are needed; save it as 32-bit TIFF'
        )
    if kind == _WHITE_IS_0:
        stored, remarks = _white_is_zero(stored, page, name, imagej)
    elif kind == _PALETTE and imagej:
        remarks = _inverting(_palette(page, name), name)
    elif kind == _PALETTE:
        stored = painted(stored, _palette(page, name))
    elif kind in _REFUSED and not (kind == _YCBCR and int(page.compression) in _JPEG):
        what, remedy = _REFUSED[kind]
        raise InputError(f'"{name}" holds {what}, of which no linear light is made here: {remedy}')
    if stored.dtype.kind == "b":
        stored = stored.astype(np.uint8) * np.uint8(255)
    return stored, remarks


def _white_is_zero(
    stored: np.ndarray, page: TiffPage, name: str, imagej: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Values so that more is brighter; ImageJ's own files have the values as it measures them."""
    if imagej and stored.dtype.kind in "ui" and stored.dtype.itemsize == 1:
        return stored, _inverting(np.arange(1, -1, -1)[None].repeat(3, axis=0), name)
    bits = page.bitspersample if isinstance(page.bitspersample, int) else 8 * stored.dtype.itemsize
    remark = f'"{name}" stores 0 as white (MinIsWhite); its values were inverted so that more is brighter'
    return inverted(stored, bits, name), (remark,)


def _inverting(table: np.ndarray, name: str) -> tuple[str, ...]:
    """The remark for a lookup table of ImageJ that shows the lowest gray value as white."""
    gray = np.array_equal(table[0], table[1]) and np.array_equal(table[0], table[2])
    if not (gray and np.all(np.diff(table[0].astype(np.int64)) < 0)):
        return ()
    return (
        f'"{name}" has ImageJ\'s inverting lookup table: the gray values are taken as ImageJ measures them; if 0 '
        "means white, run Edit > Invert and invert the lookup table first",
    )


def check_palettes(series: TiffPageSeries, name: str) -> None:
    """Refuse pages with palettes that differ.

    Raises
    ------
    InputError
    """
    if photometric(series.keyframe) != _PALETTE:
        return
    tables = [_palette(page.aspage(), name) for page in series.pages if page is not None]
    if any(not np.array_equal(table, tables[0]) for table in tables):
        raise InputError(f'"{name}" has pages with different palettes: save it as RGB')


def _palette(page: TiffPage, name: str) -> np.ndarray:
    table = page.colormap
    if table is None:
        raise InputError(f'"{name}" is damaged: it is a picture with a palette, and the palette is missing')
    return np.asarray(table)
