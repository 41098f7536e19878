"""Images between numpy, xarray, ImageJ's ImagePlus and ImageJ2's Dataset, always copied.

The copy keeps the values, the kinds 8, 16 and 32 bit, the order of channels, slices and frames, the sizes of pixels,
slices and frames with their units and origins, and the title. It does not keep display ranges, colour tables, overlays,
labels of slices and properties. RGB images are refused.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from ...errors import EngineError, InputError
from . import datasets, images, named
from .named import AXES, NamedImage, Scale


def to_named(image: Any, title: str | None = None, axes: str | None = None) -> NamedImage:
    """Any image as pixels with named axes.

    Parameters
    ----------
    image : array_like, xarray.DataArray, ij.ImagePlus, net.imagej.Dataset or NamedImage
    title : str, optional
        Replaces the title of the image.
    axes : str, optional
        Letters of "tzcyx" for the axes of an array; default "yx" or "zyx".

    Returns
    -------
    NamedImage
        uint8, uint16 or float32 for ImageJ's images; axes t, z, c only where there is more than one plane.

    Raises
    ------
    InputError
        If the image is RGB, has an axis that ImageJ does not have, or is no image.
    """
    if isinstance(image, NamedImage):
        found = image
    elif named.is_xarray(image):
        found = named.from_xarray(image)
    elif _is_java(image, "ij.ImagePlus"):
        found = _from_imageplus(image)
    elif _is_java(image, "net.imagej.Dataset") or _is_java(image, "net.imagej.ImgPlus"):
        found = datasets.from_dataset(image)
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


def to_dataset(gateway: Any, image: Any, title: str | None = None, axes: str | None = None) -> Any:
    """Any image as a new net.imagej.Dataset.

    Parameters
    ----------
    gateway : net.imagej.ImageJ or None
        The gateway of the running ImageJ2; None for the embedded ImageJ.
    image, title, axes
        As for `to_named`.

    Raises
    ------
    EngineError
        If there is no gateway: the embedded ImageJ has no Datasets.
    """
    if gateway is None:
        raise EngineError(
            "the embedded ImageJ has no Datasets: use a Fiji (--fiji DIR or EDGEPSF_FIJI), or an ImagePlus"
        )
    return datasets.new_dataset(gateway, to_named(image, title, axes))


def to_xarray(image: Any, title: str | None = None, axes: str | None = None) -> Any:
    """Any image as a new xarray.DataArray; arguments as for `to_named`, result as of `named.to_xarray`."""
    return named.to_xarray(to_named(image, title, axes))


def _from_imageplus(imp: Any) -> NamedImage:
    """An ij.ImagePlus as pixels with named axes."""
    calibration = imp.getCalibration()
    planes = images.shown_values(imp)
    channels, slices, frames = int(imp.getNChannels()), int(imp.getNSlices()), int(imp.getNFrames())
    data = planes.reshape(frames, slices, channels, *planes.shape[-2:])
    units = {"x": calibration.getXUnit(), "y": calibration.getYUnit(), "z": calibration.getZUnit()}
    sizes = {"x": calibration.pixelWidth, "y": calibration.pixelHeight, "z": calibration.pixelDepth}
    origins = {"x": calibration.xOrigin, "y": calibration.yOrigin, "z": calibration.zOrigin}
    scales = {a: Scale(float(sizes[a]), str(units[a]), float(origins[a])) for a in "xyz"}
    scales["t"] = Scale(float(calibration.frameInterval), str(calibration.getTimeUnit()))
    return NamedImage(data, AXES, str(imp.getTitle()), scales).squeezed()


def _calibrate(calibration: Any, source: NamedImage) -> None:
    """Write the scales of an image into an ij.measure.Calibration."""
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


def _is_java(image: Any, name: str) -> bool:
    """Whether this is an object of a Java class; false where Java or the class is not there."""
    jpype = sys.modules.get("jpype")
    if jpype is None or not jpype.isJVMStarted() or not isinstance(image, jpype.JObject):
        return False
    try:
        return isinstance(image, jpype.JClass(name))
    except TypeError:
        return False
