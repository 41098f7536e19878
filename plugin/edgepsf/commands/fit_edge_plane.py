"""`Fit Edge Plane`: the straight edge as a plane in an f image."""

from __future__ import annotations

from ..measure.edge import drawing
from ..pictures.picture import Picture, as_property
from ..pictures.result import Result
from .command import command
from .planes import fitted_plane
from .shared import PLANE


@command(
    "Fit Edge Plane",
    cli="plane",
    place=40,
    help="Least-squares plane f = a + b x + c y of an f image in whole-image pixels, with p and angle.",
    output="numbers",
)
def edge_plane(picture: Picture) -> Result:
    """Least-squares plane f = a + b x + c y in whole-image pixels.

    Raises
    ------
    InputError
        The picture is no f image.
    """
    plane, region = fitted_plane(picture)
    sd_a, sd_b, sd_c = plane.sd
    row = {"a": plane.a, "b": plane.b, "c": plane.c, "p": plane.p, "angle": plane.normal_angle}
    row |= {"sd_a": sd_a, "sd_b": sd_b, "sd_c": sd_c, "sd_p": plane.sd_p, "n": plane.n}
    row |= picture.calibration.in_units(row, {"p": -1, "sd_p": -1})
    lines = drawing.plane_lines(plane, region.origin, region.shape)
    return Result(row=row, properties={PLANE: as_property(plane.a, plane.b, plane.c)}, lines=lines)
