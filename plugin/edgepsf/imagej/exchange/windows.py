"""ImageJ's open images as Pictures."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ...errors import InputError
from ...pictures.picture import Calibration, Picture
from . import images
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
    calibrated = bool(imp.getCalibration().calibrated())
    if color and imp.getBitDepth() == 24:
        data = _rgb(imp.getProcessor())
    elif color and dimensions == (3, 1, 1):
        data = np.moveaxis(images.to_numpy(imp), 0, -1)
    else:
        processor = imp.getProcessor()
        # Signed 16-bit and other calibrated gray values: as ImageJ shows them, not as it stores them.
        data = images.processor_to_numpy(processor.convertToFloatProcessor() if calibrated else processor)
    calibration = imp.getCalibration()
    scale = Calibration(
        float(calibration.pixelWidth), float(calibration.pixelHeight), str(calibration.getUnit())
    )
    return Picture(
        data,
        title,
        region_of(imp.getRoi(), data.shape[:2]),
        scale,
        _notes(imp),
        dimensions,
        lambda: images.to_numpy(imp),
        lambda: overlay_areas(imp),
        display=None if calibrated else (float(imp.getDisplayRangeMin()), float(imp.getDisplayRangeMax())),
    )


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
