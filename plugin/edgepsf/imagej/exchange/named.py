"""An image with named axes, sizes of their steps and a title: numpy and xarray, no Java."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError

AXES = "tzcyx"  # ImageJ's order, XYCZT, as numpy counts it: the last one runs fastest
# Other names of the axes; row, col, pln and ch are pyimagej's.
_ALIASES = {"row": "y", "col": "x", "column": "x", "pln": "z", "plane": "z", "slice": "z", "depth": "z"}
_ALIASES |= {"ch": "c", "channel": "c", "time": "t", "frame": "t"}


@dataclass(frozen=True)
class Scale:
    """Steps along an axis.

    Attributes
    ----------
    size : float
        Size of one step, in the unit.
    unit : str
        Such as "µm" or "sec"; "" where there is none.
    origin : float
        Index at which the coordinate is 0.
    """

    size: float = 1.0
    unit: str = ""
    origin: float = 0.0


NO_SCALE = Scale()


@dataclass(frozen=True)
class NamedImage:
    """Pixels with the names of their axes.

    Attributes
    ----------
    data : ndarray
        One axis for each letter of `axes`.
    axes : str
        Letters of "tzcyx", in the order of the axes of `data`.
    title : str
    scales : dict of Scale
        Steps by the letter of their axis; also for axes along which the image has only one plane.
    """

    data: np.ndarray
    axes: str
    title: str = ""
    scales: dict[str, Scale] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = len(set(self.axes)) == len(self.axes) and set("yx") <= set(self.axes) <= set(AXES)
        if not known or len(self.axes) != self.data.ndim:
            raise InputError(
                f'the axes "{self.axes}" do not fit an array of shape {self.data.shape}: name each axis once by a '
                f"letter of {AXES}, x and y among them"
            )

    def scale(self, axis: str) -> Scale:
        """Steps along an axis."""
        return self.scales.get(axis, NO_SCALE)

    def ordered(self) -> np.ndarray:
        """All five axes in ImageJ's order, shape (t, z, c, y, x); a view."""
        missing = [axis for axis in AXES if axis not in self.axes]
        data = self.data.reshape(*(1 for _ in missing), *self.data.shape)
        axes = "".join(missing) + self.axes
        return data.transpose([axes.index(axis) for axis in AXES])

    def squeezed(self) -> NamedImage:
        """Without the axes t, z, c that have one plane only; the rest in ImageJ's order."""
        data = self.ordered()
        axes = [axis for axis, n in zip(AXES, data.shape, strict=True) if n > 1 or axis in "yx"]
        kept = data.reshape([n for axis, n in zip(AXES, data.shape, strict=True) if axis in axes])
        return NamedImage(kept, "".join(axes), self.title, self.scales)


def axis_of(name: Hashable) -> str | None:
    """Letter of an axis by its name, whatever the case; None for a name that is not known."""
    text = str(name).lower()
    return text if len(text) == 1 and text in AXES else _ALIASES.get(text)


def is_xarray(image: Any) -> bool:
    """Whether this is an xarray.DataArray; does not import xarray."""
    return type(image).__module__.startswith("xarray.") and hasattr(image, "dims")


def from_array(image: npt.ArrayLike, axes: str | None = None, title: str = "") -> NamedImage:
    """An array as an image; without names its axes are (y, x) or (z, y, x).

    Raises
    ------
    InputError
        If it has more than three axes and they are not named, or the names do not fit.
    """
    data = np.asarray(image)
    if data.size == 0 or (axes is None and data.ndim not in (2, 3)):
        raise InputError(
            f"ImageJ takes a non-empty array of shape (y, x) or (z, y, x), not {data.shape}: pass one image or one "
            'stack, or name the axes, such as axes="tzcyx"'
        )
    return NamedImage(data, axes.lower() if axes else "zyx"[3 - data.ndim :], title)


def from_xarray(array: Any) -> NamedImage:
    """A DataArray as an image: its dimensions by name, steps from coordinates, title from its name.

    Parameters
    ----------
    array : xarray.DataArray

    Raises
    ------
    InputError
        If a dimension is none of ImageJ's, or its coordinates are not evenly spaced.
    """
    axes = [_known_axis(name) for name in array.dims]
    scales = {}
    for axis in "xyzt":
        kept = {
            key: array.attrs[f"{key}_{axis}"]
            for key in ("size", "unit", "origin")
            if f"{key}_{axis}" in array.attrs
        }
        if axis in axes and array.dims[axes.index(axis)] in array.coords:
            scales[axis] = _scale_of(array.coords[array.dims[axes.index(axis)]], kept)
        elif kept:
            scales[axis] = Scale(**kept)
    return NamedImage(np.asarray(array.values), "".join(axes), str(array.name or ""), scales)


def _known_axis(name: Hashable) -> str:
    """Letter of an axis by its name, which ImageJ must have."""
    axis = axis_of(name)
    if axis is None:
        raise InputError(
            f'ImageJ has no axis "{name}": rename the dimensions to x, y, c, z, t (or col, row, ch, pln, t)'
        )
    return axis


def to_xarray(image: NamedImage) -> Any:
    """An image as a new xarray.DataArray with those of the dimensions t, z, c, y, x that it has.

    Coordinates are in the unit of their axis, named in their attribute "units"; the attributes size_x, unit_x,
    origin_x … of the array hold the exact steps.

    Raises
    ------
    InputError
        If xarray is not installed.
    """
    try:
        import xarray
    except ImportError as error:
        raise InputError('xarray is not installed: pip install "edgepsf[imagej]"') from error
    coordinates: dict[str, Any] = {}
    for axis, count in zip(image.axes, image.data.shape, strict=True):
        step = image.scale(axis)
        values = (np.arange(count) - step.origin) * (step.size or 1.0)
        coordinates[axis] = (axis, values, {"units": step.unit} if step.unit else {})
    exact = {
        f"{key}_{axis}": getattr(step, key)
        for axis, step in image.scales.items()
        for key in ("size", "unit", "origin")
    }
    return xarray.DataArray(
        image.data.copy(), dims=list(image.axes), coords=coordinates, name=image.title or None, attrs=exact
    )


def _scale_of(coordinate: Any, kept: dict[str, Any]) -> Scale:
    """Steps of a coordinate; the exact ones where they still fit it."""
    values = np.asarray(coordinate.values, dtype=np.float64)
    if kept:
        exact = Scale(**kept)
        if np.allclose(values, (np.arange(values.size) - exact.origin) * (exact.size or 1.0)):
            return exact
    unit = str(coordinate.attrs.get("units", kept.get("unit", "")))
    if values.size < 2:
        return Scale(1.0, unit, -float(values[0]) if values.size else 0.0)
    step = (values[-1] - values[0]) / (values.size - 1)
    if step == 0 or not np.allclose(np.diff(values), step):
        raise InputError(
            f'the coordinates of "{coordinate.name}" are not evenly spaced, which ImageJ needs: resample the image, or '
            "drop them"
        )
    return Scale(float(step), unit, float(-values[0] / step))
