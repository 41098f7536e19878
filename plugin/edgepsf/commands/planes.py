"""The plane of an f image: fitted in its region, or the one that was fitted on it before."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..measure.edge.plane import Plane, fit_plane
from ..pictures.picture import Picture
from ..pictures.region import Region, take_region
from .shared import PLANE


def fitted_plane(picture: Picture) -> tuple[Plane, Region]:
    """Least-squares plane of an f image, and the region that it was fitted in.

    Raises
    ------
    InputError
        The picture is no f image.
    """
    _check_f(picture)
    region = take_region(picture.data, picture.roi)
    aspect = picture.calibration.aspect
    return fit_plane(region.values, mask=region.mask, origin=region.origin, aspect=aspect), region


def known_plane(picture: Picture) -> Plane:
    """The plane last fitted on this picture, or fitted now."""
    kept = picture.numbers(PLANE)
    if not kept:
        return fitted_plane(picture)[0]
    a, b, c = kept
    return Plane(a, b, c, aspect=picture.calibration.aspect)


def _check_f(picture: Picture) -> None:
    """Refuse an image whose values all have one sign: f runs from below zero to above it across an edge."""
    finite = picture.data[np.isfinite(picture.data)]
    if finite.size and (finite.min() >= 0 or finite.max() <= 0):
        raise InputError(
            f'"{picture.title}" is no f image (values from {finite.min():g} to {finite.max():g}; f changes its sign '
            "on the edge): run Edge f... first"
        )
