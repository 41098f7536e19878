"""`Edge Distance Map`: the signed distance of every pixel to the edge."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..measure.edge.plane import Plane, distance_map
from ..options import Number
from ..pictures.picture import Picture, as_property
from ..pictures.result import Result
from .command import command, figures
from .planes import known_plane
from .shared import PLANE, SOURCE, new_image, noted


@command(
    "Edge Distance Map",
    cli="distance",
    place=50,
    help="Signed distance to the edge, d = (a + b x + c y) / p; a, b, c of the last plane fitted when not given.",
    options=(
        Number("a", "constant of the plane"),
        Number("b", "slope along x", unit="px^-1"),
        Number("c", "slope along y", unit="px^-1"),
    ),
    suffixes=("distance",),
    entries=lambda picture: noted(picture, PLANE, "abc"),
    preview=figures("a", "b", "c", "p"),
    example="a=-30 b=1 c=0.1",
)
def edge_distance(
    picture: Picture, a: float | None = None, b: float | None = None, c: float | None = None
) -> Result:
    """Distance map (a + b x + c y) / p of the whole picture, px.

    Raises
    ------
    InputError
        Only some of a, b, c are given, or none and the picture is no f image.
    """
    if a is not None and b is not None and c is not None:
        plane = Plane(a, b, c, aspect=picture.calibration.aspect)
    elif a is None and b is None and c is None:
        plane = known_plane(picture)
    else:
        raise InputError("give all of a, b and c, or none of them")
    again = a is None and not picture.numbers(PLANE)
    numbers = as_property(plane.a, plane.b, plane.c)
    distance = distance_map(plane, np.shape(picture.data))
    out = new_image(picture, distance, "-distance", **{PLANE: numbers, SOURCE: picture.title})
    result = Result([out], summary={"a": plane.a, "b": plane.b, "c": plane.c, "p": plane.p})
    if again:
        where = "in its region" if picture.roi is not None else "over the whole picture"
        result.warnings.append(f"a, b and c are not given: the plane was fitted {where}")
    return result
