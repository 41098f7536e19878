"""The file of a result of Parallel Iterative Deconvolution: its name as ImageJ's `IJ.save` makes it.

A path without an ending gets `.tif`, an ending in capitals becomes small. The path that a call returns stays as given.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...errors import InputError
from ...pictures.files import check_writable
from ..exchange import io_imagej

ENDINGS = (".tif", ".tiff", ".zip", ".raw")


def target_of(text: str) -> Path:
    """The file that a result gets.

    Parameters
    ----------
    text : str
        The path in the macro.

    Raises
    ------
    InputError
        If the path is empty, has an ending that does not keep the numbers or that ImageJ does not know, or cannot be
        written.
    """
    path = Path(text)
    if not path.name:
        raise InputError("the path of the result is empty; write a path that ends in .tif")
    if text.startswith("~"):
        raise InputError(
            f'ImageJ does not replace the "~" of "{text}": write getDirectory("home") + "…" instead'
        )
    if not path.parent.is_dir():
        raise InputError(f'the folder "{path.parent}" of the result does not exist; make it first')
    target = _with_ending(path)
    check_writable(target, overwrite=True)
    return target


def _with_ending(path: Path) -> Path:
    """The path with the ending that ImageJ writes."""
    name, dot, ending = path.name.rpartition(".")
    if not dot:
        return path.with_name(f"{path.name}.tif")
    small = f".{ending.lower()}"
    if small not in ENDINGS:
        raise InputError(
            f'the result "{path.name}" would have the format "{ending}", in which ImageJ keeps no gray values of '
            f"32 bits, or which it does not know: end the path in .tif, .zip or .raw, or in a name without a point, "
            f"which gets .tif; then open it and use saveAs"
        )
    if ending == "tiff" or small != ".tiff":
        return path.with_name(name + small)
    return path.with_name(f"{name}.tif")


def save(imp: Any, target: Path) -> None:
    """Save an ij.ImagePlus in the format of the target's ending, complete or not at all.

    Raises
    ------
    InputError
        If ImageJ cannot write it.
    """
    from jpype import JClass

    saver, stack = JClass("ij.io.FileSaver")(imp), int(imp.getStackSize()) > 1
    ways = {
        ".zip": saver.saveAsZip,
        ".raw": saver.saveAsRawStack if stack else saver.saveAsRaw,
    }
    tiff = saver.saveAsTiffStack if stack else saver.saveAsTiff
    io_imagej.save_by(ways.get(target.suffix, tiff), target)
