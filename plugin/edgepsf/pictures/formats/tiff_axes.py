"""The axes of a TIFF by their names: ImageJ, OME, LSM, STK and other kinds that tell them, pages that do not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import InputError

_NAMED, _PLAIN = "TZC", "IQ"  # axes that a file names; axes of pages or numbers without a name


@dataclass(frozen=True)
class Layout:
    """How the array of a TIFF is to be read.

    Attributes
    ----------
    axes : str
        A letter for each axis of the array: T, Z, C, Y, X, S (samples of a pixel), or one without a name.
    shape : tuple of int
    dimensions : (channels, slices, frames)
    problem : str
        Why the planes beyond the first cannot be told apart; empty where they can.
    remarks : tuple of str
    """

    axes: str
    shape: tuple[int, ...]
    dimensions: tuple[int, int, int]
    problem: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Planes."""
        return math.prod(self.dimensions)

    def first(self, page: np.ndarray, axes: str) -> np.ndarray:
        """The first plane of a page, shape (y, x) or (y, x, samples)."""
        for axis in [axis for axis in axes if axis not in "YXS"]:
            page = page.take(0, axis=axes.index(axis))
            axes = axes.replace(axis, "")
        return np.moveaxis(page, axes.index("S"), -1) if "S" in axes else page

    def planes(self, array: np.ndarray) -> np.ndarray:
        """All planes of the array in ImageJ's order, shape (n, y, x) or (n, y, x, samples).

        Raises
        ------
        InputError
            If the axes have no names.
        """
        if self.problem:
            raise InputError(self.problem)
        order = [a for a in self.axes if a not in "TZCYXS"] + [a for a in "TZCYXS" if a in self.axes]
        array = array.transpose([self.axes.index(a) for a in order])
        tail = array.shape[-3:] if "S" in self.axes else array.shape[-2:]
        return array.reshape(-1, *tail)


def layout_of(name: str, axes: str, shape: tuple[int, ...], meta: dict[str, Any]) -> Layout:
    """The axes of a series of tifffile.

    Parameters
    ----------
    name : str
        Name of the file, for sentences.
    axes : str
        tifffile's letters.
    shape : tuple of int
    meta : dict
        ImageJ's description of the picture, if it is one of ImageJ's.

    Raises
    ------
    InputError
        If the array has an axis that no command knows.
    """
    axes = _unique(axes)
    sizes = {a: n for a, n in zip(axes, shape, strict=True) if a not in "YXS" and n > 1}
    free = [a for a in sizes if a not in _NAMED]
    named = (sizes.get("C", 1), sizes.get("Z", 1), sizes.get("T", 1))
    if not free:
        return Layout(axes, shape, named)
    count = math.prod(sizes.values())
    if meta:  # ImageJ shows a stack whose counts do not fit as slices
        words = " × ".join(f"{meta.get(key, 1)} {key}" for key in ("channels", "slices", "frames"))
        remark = f"the {count} planes are taken as slices (z), as ImageJ does: they are not {words}"
        return Layout(axes, shape, (1, count, 1), remarks=(remark,))
    others = [a for a in free if a[0] not in _PLAIN]
    if not others and len(free) == 1 and len(sizes) == 1:
        remark = f"the {count} pages have no named axis and are taken as slices (z), as ImageJ does"
        return Layout(axes, shape, (1, count, 1), remarks=(remark,))
    told = ", ".join(f"{a} = {n}" for a, n in sizes.items())
    problem = (
        f'"{name}" has axes that are none of channels, slices (z) and frames (t): {told}; save it as ImageJ TIFF or '
        "OME-TIFF with named axes"
    )
    return Layout(axes, shape, (1, count, 1), problem)


def _unique(axes: str) -> str:
    """The letters, those that are there twice replaced by others that mean nothing: "QQYX" becomes "qQYX"."""
    out: list[str] = []
    for letter in reversed(axes):
        spare = (a for a in (letter, *"qijklmno") if a not in out)
        out.append(next(spare))
    return "".join(reversed(out))
