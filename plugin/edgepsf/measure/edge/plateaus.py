"""The two plateau levels of an edge as options, and values of them for a dialog."""

from __future__ import annotations

from ...errors import EdgeError, InputError
from ...options import Number
from ...pictures.picture import Picture
from ...pictures.region import take_region
from .levels import estimate_levels

LEVELS = "edgepsf.levels"  # the note in a g image with the levels that it was made with

V1 = Number("v1", "plateau level on the side d > 0; estimated when not given", unit="gray value")
V2 = Number("v2", "plateau level on the other side", unit="gray value")


def levels_in_region(picture: Picture) -> tuple[float, float]:
    """Plateau levels (v1, v2) estimated in the region of a picture.

    Raises
    ------
    EdgeError
        There are no two levels.
    """
    region = take_region(picture.data, picture.roi)
    return estimate_levels(region.values, region.mask)


def suggested_levels(picture: Picture) -> dict[str, float]:
    """Levels v1 and v2 for a dialog; none where there are none, or where the picture is a g image."""
    if LEVELS in picture.properties:
        return {}
    try:
        return dict(zip(("v1", "v2"), levels_in_region(picture), strict=True))
    except (EdgeError, InputError):
        return {}  # the command itself will say why
