"""ImageJ2's Dataset, and images with named axes: copied by ImgLib2."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ...errors import InputError
from . import images, named
from .named import AXES, NamedImage, Scale

_AXIS_TYPES = {"x": "X", "y": "Y", "c": "CHANNEL", "z": "Z", "t": "TIME"}
_LABELS = {"X": "x", "Y": "y", "Channel": "c", "Z": "z", "Time": "t"}
_PLANAR = {"uint8": "unsignedBytes", "uint16": "unsignedShorts", "float32": "floats"}
_SIGNED = {"uint8": np.int8, "uint16": np.int16}  # Java's own elements
_DATASET_TYPES = {"UnsignedByteType": "uint8", "UnsignedShortType": "uint16"}  # all others become float32


def new_dataset(gateway: Any, source: NamedImage) -> Any:
    """A new net.imagej.Dataset with a copy of an image.

    Parameters
    ----------
    gateway : net.imagej.ImageJ
        The gateway of the running ImageJ2.
    source : NamedImage

    Raises
    ------
    InputError
        If ImageJ has no such numbers, or the image is empty.
    """
    import jpype
    from jpype import JClass

    ordered = source.ordered()
    ordered = images.checked(ordered.reshape(-1, *ordered.shape[3:])).reshape(ordered.shape)
    sizes: dict[str, int] = dict(zip(AXES, ordered.shape, strict=True))
    letters = [a for a in reversed(AXES) if a in "xy" or sizes[a] > 1 or source.scale(a) != named.NO_SCALE]
    kind = str(ordered.dtype)
    planar = _planar(kind, [sizes[a] for a in letters])
    for number, plane in enumerate(ordered.reshape(-1, *ordered.shape[3:])):
        flat = np.ascontiguousarray(plane).reshape(-1)
        planar.getPlane(number).getCurrentStorageArray()[:] = flat.view(_SIGNED.get(kind, np.float32))
    steps = [_axis(a, source.scale(a)) for a in letters]
    plus = JClass("net.imagej.ImgPlus")(
        planar, source.title, jpype.JArray(JClass("net.imagej.axis.CalibratedAxis"))(steps)
    )
    return gateway.dataset().create(plus)


def from_dataset(dataset: Any) -> NamedImage:
    """A copy of a Dataset, made by ImgLib2 whatever kind of image is behind it.

    Parameters
    ----------
    dataset : net.imagej.Dataset or net.imagej.ImgPlus

    Raises
    ------
    InputError
        If the image is RGB, or has an axis that is none of X, Y, Channel, Z, Time.
    """
    from jpype import JClass

    if hasattr(dataset, "isRGBMerged") and dataset.isRGBMerged():
        raise InputError(images.rgb_sentence(dataset.getName()))
    count = int(dataset.numDimensions())
    letters = _letters([str(dataset.axis(i).type().getLabel()) for i in range(count)])
    sizes = [int(dataset.dimension(i)) for i in range(count)]
    pixel = str(dataset.firstElement().getClass().getSimpleName())
    if "ARGB" in pixel:
        raise InputError(images.rgb_sentence(dataset.getName()))
    kind = _DATASET_TYPES.get(pixel, "float32")
    copy = _planar(kind, sizes)
    JClass("net.imglib2.converter.RealTypeConverters").copyFromTo(dataset, copy)
    planes = [copy.getPlane(i).getCurrentStorageArray() for i in range(int(copy.numSlices()))]
    data = np.concatenate([np.array(memoryview(plane)) for plane in planes]).view(kind).reshape(sizes[::-1])
    scales = {a: _scale(dataset.axis(i)) for i, a in enumerate(letters) if a != "c"}
    return NamedImage(data, "".join(reversed(letters)), str(dataset.getName() or ""), scales).squeezed()


def _planar(kind: str, sizes: list[int]) -> Any:
    """A new planar image of ImgLib2, of one of the kinds of `_PLANAR`."""
    import jpype

    make = getattr(jpype.JClass("net.imglib2.img.planar.PlanarImgs"), _PLANAR[kind])
    return make(jpype.JArray(jpype.JLong)(sizes))


def _letters(labels: list[str]) -> list[str]:
    """Letters of the axes of a Dataset; unnamed ones are taken for x, y, z in this order."""
    known = [_LABELS.get(label) for label in labels]
    free = [axis for axis in "xyz" if axis not in known]
    for i, label in enumerate(labels):
        if known[i] is None:
            if not re.fullmatch(r"unknown|dim_\d+", label.lower()) or not free:
                raise InputError(
                    f'ImageJ has no axis "{label}": the axes of a Dataset must be X, Y, Channel, Z, Time'
                )
            known[i] = free.pop(0)
    return [str(axis) for axis in known]


def _axis(letter: str, step: Scale) -> Any:
    """An axis of ImageJ2 with its steps."""
    from jpype import JClass, JDouble

    kind = getattr(JClass("net.imagej.axis.Axes"), _AXIS_TYPES[letter])
    size = step.size or 1.0
    return JClass("net.imagej.axis.DefaultLinearAxis")(
        kind, step.unit or None, JDouble(size), JDouble(-step.origin * size)
    )


def _scale(axis: Any) -> Scale:
    """The steps of an axis of ImageJ2."""
    size = float(axis.averageScale(0.0, 1.0))
    start = float(axis.calibratedValue(0.0))
    return Scale(size, str(axis.unit() or ""), -start / size if size and start else 0.0)
