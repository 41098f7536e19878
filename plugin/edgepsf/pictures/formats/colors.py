"""Stored values as gray values or colours: MinIsWhite, palettes, alpha, orientation, colours that are gray."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import InputError
from ..metadata import Metadata
from ..picture import Picture

# EXIF orientation -> (transpose, flip rows, flip columns), applied in this order.
_TURNS = {
    1: (False, False, False),
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


def turned(data: np.ndarray, orientation: int, axis: int = 0) -> np.ndarray:
    """Pixels turned upright.

    Parameters
    ----------
    data : ndarray
        Rows along `axis`, columns along the one behind it.
    orientation : int
        1 to 8, as EXIF and TIFF count them.
    axis : int
    """
    transpose, rows, columns = _TURNS[orientation]
    if transpose:
        data = np.swapaxes(data, axis, axis + 1)
    if rows:
        data = np.flip(data, axis)
    return np.flip(data, axis + 1) if columns else data


def upright(picture: Picture, orientation: int) -> Picture:
    """The picture turned as its file says, its pixel sizes with it; an orientation that is not known is said."""
    if orientation == 1:
        return picture
    if orientation not in _TURNS:
        remark = f'"{picture.title}": the orientation {orientation} is not known and was not applied'
        return replace(picture, meta=picture.meta.saying(remark))
    scale, planes, alpha = picture.calibration, picture.planes, picture.meta.alpha
    if orientation >= 5:
        scale = replace(scale, pixel_width=scale.pixel_height, pixel_height=scale.pixel_width)
    meta = picture.meta.saying(f'"{picture.title}" was turned upright (EXIF orientation {orientation})')
    return replace(
        picture,
        data=np.ascontiguousarray(turned(picture.data, orientation)),
        calibration=scale,
        planes=None if planes is None else lambda: np.ascontiguousarray(turned(planes(), orientation, 1)),
        meta=replace(meta, alpha=None if alpha is None else turned(alpha, orientation)),
    )


def inverted(stored: np.ndarray, bits: int, name: str) -> np.ndarray:
    """Values of which 0 meant white, so that 0 means black.

    Raises
    ------
    InputError
        If the number type does not tell which value meant black.
    """
    if stored.dtype.kind == "b":
        return ~stored
    if stored.dtype.kind != "u":
        raise InputError(
            f'"{name}" stores 0 as white (MinIsWhite) in {stored.dtype} values, which do not tell what black is: '
            "invert it in ImageJ (Edit > Invert) and save it"
        )
    return stored.dtype.type(2**bits - 1) - stored


def painted(indices: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Colours or gray values of a picture with a palette.

    Parameters
    ----------
    indices : ndarray of integers
    table : ndarray of uint8 or uint16, shape (3, n)

    Returns
    -------
    ndarray
        Shape of the indices where the palette is gray; with 3 more, one for each colour, where it is not. uint8
        where the palette has only such values.
    """
    if table.dtype == np.uint16:
        low, high = table & 0xFF, table >> 8
        if np.array_equal(low, high) or not low.any():  # 8 bits, as writers of both kinds store them
            table = high.astype(np.uint8)
    indices = indices.astype(np.uint8) if indices.dtype == bool else indices
    if indices.max(initial=0) >= table.shape[1]:
        raise ValueError(
            f"the palette has {table.shape[1]} colours, the pixels point to {int(indices.max()) + 1}"
        )
    if np.array_equal(table[0], table[1]) and np.array_equal(table[0], table[2]):
        return table[0][indices]
    return np.moveaxis(table[:, indices], 0, -1)


def split_alpha(data: np.ndarray, colors: int, meta: Metadata, name: str) -> tuple[np.ndarray, Metadata]:
    """The first samples of each pixel, and the last as alpha.

    Parameters
    ----------
    data : ndarray, shape (ny, nx, colors + 1)
    colors : int
        1 or 3.
    meta : Metadata
    name : str
        Name of the file, for the remark.

    Returns
    -------
    data : ndarray, shape (ny, nx) or (ny, nx, 3)
    meta : Metadata
        With the alpha where it says anything: where a pixel is not opaque.
    """
    alpha, data = data[..., colors], data[..., :colors]
    data = data[..., 0] if colors == 1 else data
    full = np.iinfo(alpha.dtype).max if alpha.dtype.kind in "ui" else 1
    if np.all(alpha == full):
        return data, meta
    share = 100 * float(np.mean(alpha != full))
    remark = f'"{name}" has {share:.3g} % transparent pixels (alpha): their stored colours count, the alpha does not'
    return data, replace(meta.saying(remark), alpha=np.ascontiguousarray(alpha))


def grayed(picture: Picture) -> Picture | None:
    """A colour picture whose channels are all the same, as a gray one; None where they are not."""
    data, planes = picture.data, picture.planes
    if not (np.array_equal(data[..., 0], data[..., 1]) and np.array_equal(data[..., 0], data[..., 2])):
        return None
    remark = f'"{picture.title}" is a colour image with three equal channels and is taken as a gray one'
    return replace(
        picture,
        data=np.ascontiguousarray(data[..., 0]),
        planes=None if planes is None else lambda: one_channel(planes(), picture.title),
        meta=picture.meta.saying(remark),
    )


def one_channel(planes: np.ndarray, name: str) -> np.ndarray:
    """One of three equal channels, shape (…, ny, nx).

    Raises
    ------
    InputError
        If the channels differ.
    """
    if not (
        np.array_equal(planes[..., 0], planes[..., 1]) and np.array_equal(planes[..., 0], planes[..., 2])
    ):
        raise InputError(f'"{name}" has planes with colours: run edgepsf linear with --stack first')
    return np.ascontiguousarray(planes[..., 0])
