"""`edgepsf demo`: from one edge to a restored picture, on two photographs."""

from __future__ import annotations

from pathlib import Path

from ..errors import EngineError, InputError
from ..pictures import writing
from .figure import overview
from .known import known_defocus
from .real import real_defocus


def main(folder: Path, imagej: bool = True) -> int:
    """Run the demo, write its files into a folder, print its table; gives the exit code.

    Parameters
    ----------
    folder : Path
        It is made where it does not exist; files of the demo in it are replaced.
    imagej : bool
        Run the chain inside ImageJ too, and compare.

    Raises
    ------
    InputError
        If the folder cannot be made or written to.
    EngineError
        If scikit-image is missing, or ImageJ and Python disagree. If ImageJ does not start, everything else has been
        written and printed before.
    """
    _make_folder(folder)
    known = known_defocus(folder, imagej)
    real = real_defocus(folder)
    overview(known, real, folder / "overview.png")
    print(f"\nwritten to {folder}/: overview.png, psf.tif, restored.tif, g.tif, f.tif, distance.tif and more")
    if known.without_imagej:
        raise EngineError(
            f"the demo is complete but for the comparison with ImageJ: {known.without_imagej.rstrip('.')}. To do "
            "without the comparison, use edgepsf demo --no-imagej (make demo ARGS=--no-imagej)."
        )
    return 0


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f'the folder "{folder}" cannot be made: {error.strerror}') from None
    writing.check_writable(folder / "overview.png", overwrite=True)
