"""ImageJ's open images as Pictures."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ...errors import InputError
from ...pictures import units
from ...pictures.picture import Calibration, Picture
from . import display, images
from .regions import overlay_areas, region_of


def picture_of(imp: Any, color: bool = False) -> Picture:
    """An ImagePlus as a Picture: its current plane, region, scale and notes.

    Parameters
    ----------
    imp : ij.ImagePlus
    color : bool
        Whether RGB images and three-channel composites are taken too, as data of shape (ny, nx, 3).

    Raises
    ------
    InputError
        If the image is RGB and `color` is false.
    """
    title = str(imp.getTitle())
    if imp.getBitDepth() == 24 and not color:
        raise InputError(
            f'"{title}" is an RGB image; work on one channel in linear light: run Linear Channels... first'
        )
    dimensions = int(imp.getNChannels()), int(imp.getNSlices()), int(imp.getNFrames())
    if color and imp.getBitDepth() == 24:
        data = _rgb(imp.getProcessor())
    elif color and dimensions == (3, 1, 1):
        data, dimensions = np.moveaxis(images.shown_values(imp), 0, -1), (1, 1, 1)
    else:
        data = images.shown_plane(imp, imp.getProcessor())
    return Picture(
        data,
        title,
        region_of(imp.getRoi(), data.shape[:2]),
        scale_of(imp.getCalibration()),
        _notes(imp),
        dimensions,
        lambda: _planes(imp, data.ndim == 3),
        lambda: overlay_areas(imp),
        meta=display.metadata_of(imp),
    )


def scale_of(calibration: Any) -> Calibration:
    """Steps of an ij.measure.Calibration; y and z in the unit of x, where ImageJ has them in other known units."""
    unit = str(calibration.getUnit())
    factors = [
        units.ratio(str(each), unit) or 1.0 for each in (calibration.getYUnit(), calibration.getZUnit())
    ]
    return Calibration(
        float(calibration.pixelWidth),
        float(calibration.pixelHeight) * factors[0],
        unit,
        float(calibration.pixelDepth) * factors[1],
        float(calibration.frameInterval),
        str(calibration.getTimeUnit()),
        (float(calibration.xOrigin), float(calibration.yOrigin), float(calibration.zOrigin)),
    )


def _planes(imp: Any, color: bool) -> np.ndarray:
    """All planes of an image.

    Raises
    ------
    InputError
        If their axes are not those of the file.
    """
    problem = display.other_axes(imp)
    if problem:
        raise InputError(problem)
    return _rgb_planes(imp) if color else images.shown_values(imp)


def _rgb_planes(imp: Any) -> np.ndarray:
    """All planes of an RGB stack, shape (n, ny, nx, 3)."""
    stack = imp.getStack()
    return np.stack([_rgb(stack.getProcessor(number)) for number in range(1, int(stack.getSize()) + 1)])


def _notes(imp: Any) -> dict[str, str]:
    """The image properties that earlier commands have left."""
    notes = imp.getImageProperties()
    if notes is None:
        return {}
    return {str(k): str(notes.get(k)) for k in notes.keySet() if str(k).startswith("edgepsf.")}


def _rgb(processor: Any) -> np.ndarray:
    """Pixels of a ColorProcessor, shape (ny, nx, 3), uint8."""
    packed = np.array(memoryview(processor.getPixels())).view(np.uint32)
    channels = np.stack([packed >> 16, packed >> 8, packed], axis=-1) & 0xFF
    return channels.astype(np.uint8).reshape(int(processor.getHeight()), int(processor.getWidth()), 3)


def open_window(title: str) -> Any:
    """The open image with this title, an ImagePlus; None if there is none."""
    from jpype import JClass

    return JClass("ij.WindowManager").getImage(title)


def find_window(title: str) -> Any:
    """The open image with this title, an ImagePlus.

    Raises
    ------
    InputError
        If there is none.
    """
    imp = open_window(title)
    if imp is None:
        raise InputError(f'there is no open image titled "{title}"')
    return imp


def find_picture(name: str) -> Picture:
    """An open image by its title, else a file by its path.

    Raises
    ------
    InputError
        If there is neither.
    """
    if os.path.isfile(name):
        from ...pictures import files as io

        try:
            return picture_of(find_window(name))
        except InputError:
            return io.read_picture(name)
    try:
        return picture_of(find_window(name))
    except InputError as error:
        raise InputError(f"{error} and no file of that path") from None
