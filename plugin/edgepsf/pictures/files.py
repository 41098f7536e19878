"""Picture files: any of the formats in, ImageJ TIFF, OME-TIFF and others out, never half-written."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import InputError
from .formats import reader_of
from .formats.colors import grayed
from .formats.tiff import unreadable
from .formats.writers import WRITERS, check_kept, writer_of
from .picture import Picture
from .writing import atomic_path, check_file

_HEAD = 64  # bytes by which formats are told apart


def read_picture(path: str | os.PathLike[str], color: bool = False) -> Picture:
    """Read a picture of any format, by what the file holds and not by its name.

    Parameters
    ----------
    path : path
        TIFF of any kind (ImageJ, OME, LSM, STK, BigTIFF …), PNG, JPEG, FITS, PGM, NPY, or another file that Pillow
        reads.
    color : bool
        Take colour images too, as data of shape (ny, nx, 3).

    Returns
    -------
    Picture
        The first plane, shape (ny, nx), in the file's own depth, or as the numbers that the file says the stored ones
        mean. The title is the file name. `Picture.meta.remarks` says what was changed, assumed or left out.

    Raises
    ------
    InputError
        If the file is missing, unreadable, damaged, too large, or a colour image where none is wanted.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'there is no file "{path}"' + (" (it is a folder)" if path.is_dir() else ""))
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        picture = reader_of(head)(path, color)
    except (InputError, OSError) as error:
        if isinstance(error, InputError) or error.errno is not None:
            raise
        raise unreadable(path, error) from None
    except Exception as error:  # the libraries' ways to fail on a damaged file have no common base
        raise unreadable(path, error) from None
    if not picture.color or color:
        return picture
    gray = grayed(picture)
    if gray is None:
        raise InputError(
            f'"{path}" is a colour (RGB) image; work on one channel in linear light: run edgepsf linear first'
        )
    return gray


def check_output(path: str | os.PathLike[str], overwrite: bool = False, floats: bool = True) -> Path:
    """Refuse an output path before any work is done.

    Parameters
    ----------
    path : path
        Its ending says the format.
    overwrite : bool
        Whether an existing file may be replaced.
    floats : bool
        Whether gray values of 32 bits are to be written, which not all formats hold.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If its folder is missing or read-only, the file exists and `overwrite` is false, or it has another ending.
    """
    possible = [writer for writer in WRITERS if writer.floats or not floats]
    endings = tuple(ending for writer in possible for ending in writer.endings)
    words = ".tif (32-bit gray values), .ome.tif, .fits or .npy"
    if not floats:
        words = ".tif, .ome.tif, .png or .jpg"
    return check_file(f'the output "{path}"', path, endings, words, overwrite)


def split_ending(path: Path) -> tuple[str, str]:
    """Name without and with only its ending, of which ".ome.tif" is one."""
    writer = writer_of(path)
    ending = next((e for e in writer.endings if path.name.lower().endswith(e)), "") if writer else path.suffix
    cut = len(path.name) - len(ending)
    return path.name[:cut], path.name[cut:]


def write_picture(path: str | os.PathLike[str], picture: Picture) -> None:
    """Write a picture with all its planes, sizes, names and notes; complete or not at all.

    Parameters
    ----------
    path : path
        Its ending says the format: .tif (ImageJ TIFF), .ome.tif, .fits, .npy, .png, .jpg or .pgm.
    picture : Picture
        The depth stays; ImageJ TIFF has 8 and 16 bits and 32-bit floats.

    Raises
    ------
    InputError
        If the format cannot keep everything that the picture has.
    """
    target = Path(path)
    writer = writer_of(target)
    if writer is None:
        endings = ", ".join(ending for each in WRITERS for ending in each.endings)
        raise InputError(f'the output "{path}" must end in one of {endings}')
    check_kept(target, picture)
    with atomic_path(target) as temporary:
        writer.write(temporary, picture)
