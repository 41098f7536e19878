"""NPY: numpy's arrays, (y, x) or (z, y, x)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import InputError
from ..metadata import Metadata
from ..picture import Picture
from ..space import check_size


def recognises(head: bytes) -> bool:
    """Whether a file begins as NPY."""
    return head.startswith(b"\x93NUMPY")


def read(path: Path, color: bool = False) -> Picture:
    """Read an array of two or three axes.

    Raises
    ------
    InputError
        If it holds no real numbers, or has other axes.
    """
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if array.dtype.kind not in "buif" or array.dtype.itemsize > 8:
        raise InputError(f'"{path}" holds {array.dtype} values: real numbers of at most 64 bits are needed')
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise InputError(
            f'"{path}" holds an array of shape {array.shape}, whose axes have no names: save it as OME-TIFF with named '
            "axes, or as (y, x) or (z, y, x)"
        )
    check_size(path, array.shape, array.dtype.itemsize, packed=False)
    if array.ndim == 2 or (array.shape[-1] in (3, 4) and array.dtype.kind == "u"):
        return Picture(_native(array), path.name)
    count = array.shape[0]
    meta = Metadata().saying(f'"{path.name}": the first axis of its array is taken as slices (z)')
    planes = (lambda: _native(array)) if count > 1 else None
    return Picture(_native(array[0]), path.name, dimensions=(1, count, 1), planes=planes, meta=meta)


def _native(array: np.ndarray) -> np.ndarray:
    """A copy in memory, in the byte order of the machine; yes and no as 255 and 0."""
    if array.dtype == bool:
        return np.asarray(array).astype(np.uint8) * np.uint8(255)
    return np.array(array, dtype=array.dtype.newbyteorder("="), order="C")
