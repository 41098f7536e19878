"""Images between numpy, xarray, ImageJ's ImagePlus and ImageJ2's Dataset, always copied.

Kept are values, the kinds 8, 16 and 32 bit, the order of channels, slices and frames, the sizes of pixels, slices and
frames with their units and origins, and the title. Not kept are display ranges, colour tables, overlays, labels of
slices and properties. RGB images are refused.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import EngineError, InputError
from . import images, named
from .named import AXES, NamedImage, Scale

_AXIS_TYPES = {"x": "X", "y": "Y", "c": "CHANNEL", "z": "Z", "t": "TIME"}
_LABELS = {"X": "x", "Y": "y", "Channel": "c", "Z": "z", "Time": "t"}
_PLANAR = {"uint8": "unsignedBytes", "uint16": "unsignedShorts", "float32": "floats"}
_DATASET_TYPES = {"UnsignedByteType": "uint8", "UnsignedShortType": "uint16"}  # all others become float32


def to_named(image: Any, title: str | None = None, axes: str | None = None) -> NamedImage:
    """Any image as pixels with named axes.

    Parameters
    ----------
    image : array_like, xarray.DataArray, ij.ImagePlus, net.imagej.Dataset or NamedImage
    title : str, optional
        Replaces that of the image.
    axes : str, optional
        Letters of "tzcyx" for the axes of an array; default "yx" or "zyx".

    Returns
    -------
    NamedImage
        uint8, uint16 or float32 for ImageJ's images; axes t, z, c only where there is more than one plane.

    Raises
    ------
    InputError
        RGB, an axis that ImageJ does not have, or no image.
    """
    if isinstance(image, NamedImage):
        found = image
    elif named.is_xarray(image):
        found = named.from_xarray(image)
    elif _is_java(image, "ij.ImagePlus"):
        found = _from_imageplus(image)
    elif _is_java(image, "net.imagej.Dataset") or _is_java(image, "net.imagej.ImgPlus"):
        found = _from_dataset(image)
    elif type(image).__module__.startswith(("java", "ij", "net", "jpype", "_jpype")):
        raise InputError(
            f"{type(image).__name__} is no image: give an array, a DataArray, an ImagePlus or a Dataset"
        )
    else:
        found = named.from_array(image, axes)
    return found if title is None else replace(found, title=str(title))


def to_imageplus(image: Any, title: str | None = None, axes: str | None = None) -> Any:
    """Any image as a new ij.ImagePlus, not shown; arguments as for `to_named`.

    Returns
    -------
    ij.ImagePlus
        uint8 becomes 8-bit, uint16 16-bit, bool 8-bit with 0 and 255, any other real number 32-bit float.
    """
    source = to_named(image, title, axes)
    ordered = source.ordered()
    frames, slices, channels = ordered.shape[:3]
    planes = ordered.reshape(-1, *ordered.shape[3:])
    imp = images.to_imageplus(planes if len(planes) > 1 else planes[0], source.title or "image")
    imp.setDimensions(channels, slices, frames)
    imp.setOpenAsHyperStack(sum(n > 1 for n in (frames, slices, channels)) > 1 or channels > 1 or frames > 1)
    _calibrate(imp.getCalibration(), source)
    return imp


def to_dataset(image: Any, title: str | None = None, axes: str | None = None) -> Any:
    """Any image as a new net.imagej.Dataset; arguments as for `to_named`.

    Raises
    ------
    EngineError
        The running ImageJ is the embedded one, which has no Datasets.
    """
    import jpype
    from jpype import JClass

    gateway = _gateway()
    source = to_named(image, title, axes)
    ordered = source.ordered()
    ordered = images.checked(ordered.reshape(-1, *ordered.shape[3:])).reshape(ordered.shape)
    sizes = dict(zip(AXES, ordered.shape, strict=True))
    letters = [a for a in reversed(AXES) if a in "xy" or sizes[a] > 1 or source.scale(a) != named.NO_SCALE]
    dimensions = jpype.JArray(jpype.JLong)([sizes[a] for a in letters])
    kind = str(ordered.dtype)
    planar = getattr(JClass("net.imglib2.img.planar.PlanarImgs"), _PLANAR[kind])(dimensions)
    for number, plane in enumerate(ordered.reshape(-1, *ordered.shape[3:])):
        flat = np.ascontiguousarray(plane).reshape(-1)
        store = planar.getPlane(number).getCurrentStorageArray()
        store[:] = flat.view({"uint8": np.int8, "uint16": np.int16}.get(kind, np.float32))
    steps = [_axis(a, source.scale(a)) for a in letters]
    plus = JClass("net.imagej.ImgPlus")(
        planar, source.title, jpype.JArray(JClass("net.imagej.axis.CalibratedAxis"))(steps)
    )
    return gateway.dataset().create(plus)


def to_xarray(image: Any, title: str | None = None, axes: str | None = None) -> Any:
    """Any image as a new xarray.DataArray; see `edgepsf.imagej.named.to_xarray`."""
    return named.to_xarray(to_named(image, title, axes))


def _from_imageplus(imp: Any) -> NamedImage:
    calibration = imp.getCalibration()
    altered = imp.getBitDepth() != 24 and bool(calibration.calibrated())
    planes = _shown_values(imp) if altered else images.to_numpy(imp)
    channels, slices, frames = int(imp.getNChannels()), int(imp.getNSlices()), int(imp.getNFrames())
    data = planes.reshape(frames, slices, channels, *planes.shape[-2:])
    units = {"x": calibration.getXUnit(), "y": calibration.getYUnit(), "z": calibration.getZUnit()}
    sizes = {"x": calibration.pixelWidth, "y": calibration.pixelHeight, "z": calibration.pixelDepth}
    origins = {"x": calibration.xOrigin, "y": calibration.yOrigin, "z": calibration.zOrigin}
    scales = {a: Scale(float(sizes[a]), str(units[a]), float(origins[a])) for a in "xyz"}
    scales["t"] = Scale(float(calibration.frameInterval), str(calibration.getTimeUnit()))
    return NamedImage(data, AXES, str(imp.getTitle()), scales).squeezed()


def _shown_values(imp: Any) -> np.ndarray:
    """Gray values as ImageJ shows them where they differ from those stored: signed 16-bit, optical density."""
    table, stack = imp.getCalibration().getCTable(), imp.getStack()
    shown = []
    for number in range(1, int(stack.getSize()) + 1):
        processor = stack.getProcessor(number)
        processor.setCalibrationTable(table)
        shown.append(images.processor_to_numpy(processor.convertToFloatProcessor()))
    return np.stack(shown)


def _calibrate(calibration: Any, source: NamedImage) -> None:
    for axis, size, origin in (
        ("x", "pixelWidth", "xOrigin"),
        ("y", "pixelHeight", "yOrigin"),
        ("z", "pixelDepth", "zOrigin"),
    ):
        if axis in source.scales:
            setattr(calibration, size, source.scale(axis).size)
            setattr(calibration, origin, source.scale(axis).origin)
    x, y, z = (source.scale(axis).unit for axis in "xyz")
    if x:
        calibration.setUnit(x)
    if y and y != x:
        calibration.setYUnit(y)
    if z and z != x:
        calibration.setZUnit(z)
    if "t" in source.scales:
        calibration.frameInterval = source.scale("t").size
        if source.scale("t").unit:
            calibration.setTimeUnit(source.scale("t").unit)


def _from_dataset(dataset: Any) -> NamedImage:
    """Copied by ImgLib2 itself, whatever kind of image is behind the Dataset."""
    import jpype
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
    copy = getattr(JClass("net.imglib2.img.planar.PlanarImgs"), _PLANAR[kind])(
        jpype.JArray(jpype.JLong)(sizes)
    )
    JClass("net.imglib2.converter.RealTypeConverters").copyFromTo(dataset, copy)
    planes = [copy.getPlane(i).getCurrentStorageArray() for i in range(int(copy.numSlices()))]
    data = np.concatenate([np.array(memoryview(plane)) for plane in planes]).view(kind).reshape(sizes[::-1])
    scales = {a: _scale(dataset.axis(i)) for i, a in enumerate(letters) if a != "c"}
    return NamedImage(data, "".join(reversed(letters)), str(dataset.getName() or ""), scales).squeezed()


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
    from jpype import JClass, JDouble

    kind = getattr(JClass("net.imagej.axis.Axes"), _AXIS_TYPES[letter])
    size = step.size or 1.0
    return JClass("net.imagej.axis.DefaultLinearAxis")(
        kind, step.unit or None, JDouble(size), JDouble(-step.origin * size)
    )


def _scale(axis: Any) -> Scale:
    size = float(axis.averageScale(0.0, 1.0))
    start = float(axis.calibratedValue(0.0))
    return Scale(size, str(axis.unit() or ""), -start / size if size and start else 0.0)


def _gateway() -> Any:
    from ..launch.session import session

    gateway = session().gateway
    if gateway is None:
        raise EngineError(
            "the embedded ImageJ has no Datasets: use a Fiji (--fiji DIR or EDGEPSF_FIJI), or an ImagePlus"
        )
    return gateway


def _is_java(image: Any, name: str) -> bool:
    """Whether this is an object of a Java class; false where Java or the class is not there."""
    import sys

    jpype = sys.modules.get("jpype")
    if jpype is None or not jpype.isJVMStarted() or not isinstance(image, jpype.JObject):
        return False
    try:
        return isinstance(image, jpype.JClass(name))
    except TypeError:
        return False
