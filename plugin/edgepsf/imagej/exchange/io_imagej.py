"""Open images and files through ImageJ itself, for macros that were written for other plugins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ...pictures.files import atomic_path


def titles() -> list[str]:
    """Titles of the open images."""
    from jpype import JClass

    manager = JClass("ij.WindowManager")
    return [str(title) for title in manager.getImageTitles() or ()] + _unshown(manager)


def _unshown(manager: Any) -> list[str]:
    """Titles of images that have no window (batch mode, no display)."""
    return [str(manager.getImage(int(number)).getTitle()) for number in manager.getIDList() or ()]


def find(title: str) -> Any:
    """The open image with a title, or the current one for "active", an ij.ImagePlus.

    Raises
    ------
    InputError
        If there is none.
    """
    from jpype import JClass

    manager = JClass("ij.WindowManager")
    imp = manager.getCurrentImage() if title.lower() == "active" else manager.getImage(title)
    if imp is None:
        known = list(dict.fromkeys(titles()))
        listed = ", ".join(f'"{name}"' for name in known[:5]) + (" …" if len(known) > 5 else "")
        what = "no image is open" if not known or title.lower() == "active" else f"open are {listed}"
        missing = "" if title.lower() == "active" else f'there is no open image titled "{title}" ('
        raise InputError(f"{missing}{what}{')' if missing else ''}; open it first")
    return imp


def open_image(path: Path) -> Any:
    """The image in a file, an ij.ImagePlus that is not shown.

    Raises
    ------
    InputError
        If ImageJ cannot read it.
    """
    from jpype import JClass

    imp = JClass("ij.io.Opener")().openImage(str(path.resolve()))
    if imp is None:
        raise InputError(f'ImageJ cannot read the file "{path}" as an image')
    return imp


def volume(imp: Any) -> np.ndarray:
    """Every plane of an ij.ImagePlus as float32, shape (n, ny, nx); RGB as luminance, as ImageJ computes it."""
    stack = imp.getStack()
    shape = int(imp.getHeight()), int(imp.getWidth())
    planes = [stack.getProcessor(k + 1).convertToFloat().getPixels() for k in range(int(stack.getSize()))]
    return np.stack([np.array(memoryview(p), dtype=np.float32).reshape(shape) for p in planes])


def copy_scale(source: Any, imp: Any) -> None:
    """Give an image the pixel size of another, not its gray-value calibration."""
    calibration = source.getCalibration().copy()
    calibration.disableDensityCalibration()
    imp.setCalibration(calibration)


def save_tiff(imp: Any, path: Path) -> None:
    """Save as TIFF, complete or not at all; an existing file is replaced, as ImageJ's plugins do.

    Raises
    ------
    InputError
        If ImageJ cannot write it.
    """
    from jpype import JClass

    saver = JClass("ij.io.FileSaver")(imp)
    save_by(saver.saveAsTiffStack if int(imp.getStackSize()) > 1 else saver.saveAsTiff, path)


def save_by(save: Callable[[str], bool], path: Path) -> None:
    """Save by a method of ij.io.FileSaver, complete or not at all; an existing file is replaced.

    Raises
    ------
    InputError
        If ImageJ cannot write it.
    """
    with atomic_path(path) as temporary:
        if not save(str(temporary)):
            raise InputError(f'ImageJ could not write "{path}": check the folder and the space on its disk')
