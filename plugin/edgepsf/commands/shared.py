"""Steps and options that several commands share: new images, kernel images, notes in an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import InputError
from ..options import Count, Flag, Image
from ..pictures.picture import Picture
from ..psf.protocol import Psf

# Names of the notes that commands leave in an image for one another.
PLANE, PROFILE, SOURCE = "edgepsf.plane", "edgepsf.profile", "edgepsf.source"
LIGHT = "edgepsf.light"  # in linear light: the curve that was undone, "sRGB" or the exponent
KERNEL_OF = "edgepsf.kernel-of"  # in a kernel image: title of the picture that it was read from

SIZE = Count(
    "size", "side of the kernel, odd; by default it holds 99.9 % of the energy", unit="px", rare=True
)
STACK = Flag("stack", "every plane of the stack, not only the one shown")
PLOT = Flag("plot", "show it as a plot too", windows=True)
KERNEL = Image("psf", "kernel image", required=True, suffix="PSF")


def new_image(source: Picture, data: np.ndarray, suffix: str, **properties: str) -> Picture:
    """A new 32-bit picture made from another one.

    Parameters
    ----------
    source : Picture
        Its title, region, scale, and names of channels and planes are kept.
    data : ndarray, shape (ny, nx) or (n, ny, nx)
    suffix : str
        Appended to the title, such as "-g".
    **properties
        Notes for later commands.
    """
    return replace(
        source,
        data=np.asarray(data, dtype=np.float32),
        title=source.base + suffix,
        properties=dict(properties),
        dimensions=source.dimensions if np.ndim(data) == 3 else (1, 1, 1),
        planes=None,
        areas=None,
        labels=(),
        display=None,
        meta=source.meta.derived(len(data) if np.ndim(data) == 3 else 1, source.plane_count),
    )


def kernel_image(psf: Psf, size: int | None, picture: Picture | None) -> Picture:
    """Kernel image of a PSF, titled after the picture that the PSF was read from."""
    source = picture or Picture(np.zeros((1, 1)), title="")
    out = new_image(source, psf.kernel(size), "-PSF" if picture else "PSF")
    out.roi = None
    out.properties = {"edgepsf.psf": psf.to_json(size)} | ({KERNEL_OF: picture.title} if picture else {})
    return out


def check_both(v1: float | None, v2: float | None) -> None:
    """Refuse a single plateau level."""
    if (v1 is None) != (v2 is None):
        raise InputError("give both plateau levels v1 and v2, or neither")


def light_note(picture: Picture) -> dict[str, str]:
    """The note that a picture is linear light, for a picture made from it; nothing where it is not known to be."""
    return {LIGHT: picture.properties[LIGHT]} if LIGHT in picture.properties else {}


def noted(picture: Picture, note: str, keys: Sequence[str]) -> dict[str, str]:
    """Numbers that an earlier command left in an image, as entries of a dialog."""
    return {key: f"{v:.9g}" for key, v in zip(keys, picture.numbers(note) or (), strict=False)}
