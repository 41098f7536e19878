"""Images between numpy and ImageJ, copied, through JPype's buffers: (y, x) or (z, y, x) <-> ImagePlus."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError

# numpy dtype -> (Java array type, processor class, the dtype of the Java array's own elements)
_KINDS: dict[np.dtype, tuple[str, str, Any]] = {
    np.dtype(np.uint8): ("JByte", "ij.process.ByteProcessor", np.int8),
    np.dtype(np.uint16): ("JShort", "ij.process.ShortProcessor", np.int16),
    np.dtype(np.float32): ("JFloat", "ij.process.FloatProcessor", np.float32),
}
_DEPTHS: dict[int, np.dtype] = {8: np.dtype(np.uint8), 16: np.dtype(np.uint16), 32: np.dtype(np.float32)}


def to_imageplus(image: npt.ArrayLike, title: str = "image") -> Any:
    """Copy a numpy array into a new ImagePlus (not shown).

    Parameters
    ----------
    image : array_like, shape (y, x) or (z, y, x)
        uint8 becomes 8-bit, uint16 16-bit, bool 8-bit with 0 and 255 (ImageJ's mask), any other real number
        32-bit float.
    title : str
        The title of the new image.

    Returns
    -------
    ij.ImagePlus
        A 3-D array becomes a stack with z along its slices.

    Raises
    ------
    InputError
        If the array is complex, not numeric, empty, or not 2-D or 3-D.
    """
    from jpype import JClass

    array = checked(image)
    if array.ndim == 2:
        processor = _processor(array)
        # ImageJ's own way: the display range of a new float image is its own minimum and maximum.
        processor.resetMinAndMax()
        return JClass("ij.ImagePlus")(str(title), processor)
    stack = JClass("ij.ImageStack")(array.shape[2], array.shape[1])
    for plane in array:
        stack.addSlice("", _processor(plane))
    imp = JClass("ij.ImagePlus")(str(title), stack)
    imp.setDimensions(1, array.shape[0], 1)
    imp.resetDisplayRange()
    return imp


def to_numpy(imp: Any) -> np.ndarray:
    """Copy the pixels of an ImagePlus into a new numpy array.

    Parameters
    ----------
    imp : ij.ImagePlus
        8-bit, 16-bit or 32-bit.

    Returns
    -------
    ndarray
        uint8, uint16 or float32; (y, x), or (z, y, x) for a stack in ImageJ's own order of slices (a
        hyperstack is not split into its channels and frames).

    Raises
    ------
    InputError
        If there is no image, or it is RGB.
    """
    if imp is None or imp.getProcessor() is None:
        raise InputError("There is no image to read: open or select one first.")
    depth = int(imp.getBitDepth())
    if depth == 24:
        raise InputError(rgb_sentence(imp.getTitle()))
    dtype = _DEPTHS[depth]
    height, width, slices = int(imp.getHeight()), int(imp.getWidth()), int(imp.getStackSize())
    if slices == 1:
        return _pixels(imp.getProcessor().getPixels(), dtype).reshape(height, width)
    out = np.empty((slices, height, width), dtype)
    stack = imp.getStack()
    for z in range(slices):
        out[z] = _pixels(stack.getPixels(z + 1), dtype).reshape(height, width)
    return out


def rgb_sentence(title: Any) -> str:
    """The sentence that refuses an RGB image."""
    return (
        f'The image "{title}" is RGB (24-bit): convert it to 8-, 16- or 32-bit first '
        f"(Linear Channels... makes one linear 32-bit image a channel)."
    )


def processor_to_numpy(processor: Any) -> np.ndarray:
    """Copy the pixels of one ImageProcessor (8-bit, 16-bit or 32-bit) into a new (y, x) array."""
    shape = int(processor.getHeight()), int(processor.getWidth())
    return _pixels(processor.getPixels(), _DEPTHS[int(processor.getBitDepth())]).reshape(shape)


def shown_plane(imp: Any, processor: Any) -> np.ndarray:
    """One plane of an image with the gray values that ImageJ shows: signed 16-bit and other calibrated ones.

    Parameters
    ----------
    imp : ij.ImagePlus
    processor : ij.process.ImageProcessor
        The plane, of 8, 16 or 32 bits.
    """
    calibration = imp.getCalibration()
    if not bool(calibration.calibrated()):
        return processor_to_numpy(processor)
    processor.setCalibrationTable(calibration.getCTable())
    return processor_to_numpy(processor.convertToFloatProcessor())


def shown_values(imp: Any) -> np.ndarray:
    """All planes of an image with the gray values that ImageJ shows, shape (n, ny, nx), or (ny, nx) of one."""
    if imp.getBitDepth() == 24 or not bool(imp.getCalibration().calibrated()):
        return to_numpy(imp)
    stack, count = imp.getStack(), int(imp.getStackSize())
    planes = [shown_plane(imp, stack.getProcessor(number)) for number in range(1, count + 1)]
    return np.stack(planes) if count > 1 else planes[0]


def _pixels(pixels: Any, dtype: np.dtype) -> np.ndarray:
    """A copy of a Java pixel array; Java's bytes and shorts are signed, the bits are the same."""
    return np.array(memoryview(pixels)).view(dtype)


def _processor(plane: np.ndarray) -> Any:
    """A new ImageProcessor that owns a copy of one (y, x) plane."""
    import jpype

    array_type, class_name, signed = _KINDS[plane.dtype]
    height, width = plane.shape
    flat = np.ascontiguousarray(plane).reshape(-1).view(signed)
    pixels = getattr(jpype, array_type)[:](flat)
    return jpype.JClass(class_name)(width, height, pixels, None)


def checked(image: npt.ArrayLike) -> np.ndarray:
    """The array in native byte order, with numbers that ImageJ has: uint8, uint16 or float32.

    Raises
    ------
    InputError
        If the array is complex, not numeric, empty, or not 2-D or 3-D.
    """
    array = np.asarray(image)
    if array.ndim not in (2, 3) or array.size == 0:
        raise InputError(
            f"ImageJ takes a non-empty array of shape (y, x) or (z, y, x), not {array.shape}: "
            f"pass one image or one stack."
        )
    if array.dtype.kind not in "biuf":
        raise InputError(
            f"ImageJ takes real numbers, not {array.dtype}: pass the real part, the magnitude or numbers."
        )
    if array.dtype == bool:
        return array.astype(np.uint8) * np.uint8(255)
    native = array.dtype.newbyteorder("=")
    return array.astype(native if native in _KINDS else np.float32, copy=False)
