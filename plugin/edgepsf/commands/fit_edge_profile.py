"""`Fit Edge Profile...`: f over the distance to the edge, as an odd polynomial."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..measure.edge import drawing
from ..measure.edge.plane import distance_map
from ..measure.edge.profile import fit_profile
from ..options import Count, Image
from ..pictures.picture import Picture, as_property
from ..pictures.region import take_region
from ..pictures.result import Result
from .command import command, figures
from .planes import known_plane
from .shared import PLOT, PROFILE, SOURCE


@command(
    "Fit Edge Profile...",
    cli="profile",
    place=60,
    help="Odd polynomial f(d) = p1 d + p3 d^3 + ... of an f image over its distance map.",
    options=(
        Image("distance", "distance map; by default that of the last plane fitted"),
        Count("degree", "odd degree of the polynomial", default=5),
        PLOT,
    ),
    output="numbers",
    derived_as="distance",
    preview=figures("p1", "p3", "p5", "p7", "n"),
    example="degree=1",
)
def edge_profile(
    picture: Picture, distance: Picture | None = None, degree: int = 5, plot: bool = False
) -> Result:
    """Odd polynomial f(d) from an f image and its distance map, or its plane.

    Raises
    ------
    InputError
        The picture is a distance map, the map has another shape, or the degree is not odd.
    """
    if SOURCE in picture.properties:
        raise InputError(f'"{picture.title}" is a distance map; give the f image, and this one as distance=')
    region = take_region(picture.data, picture.roi)
    y, x = region.origin[1], region.origin[0]
    part = _distances(picture, distance)[y : y + region.shape[0], x : x + region.shape[1]]
    polynomial = fit_profile(part, region.values, degree, mask=region.mask)
    result = Result(properties={PROFILE: as_property(*polynomial.coefficients)})
    if not polynomial.monotone:
        result.warnings.append("f(d) does not rise everywhere: no PSF can be made of it; fit a lower degree")
    result.row = (
        polynomial.parameters | polynomial.sd | {"n": polynomial.n, "monotone": int(polynomial.monotone)}
    )
    if plot:
        inside = region.mask
        result.graphs.append(
            drawing.profile_graph(picture.base, part[inside], region.values[inside], polynomial)
        )
    return result


def _distances(picture: Picture, distance: Picture | None) -> np.ndarray:
    """Distances of all pixels from the edge: those of the map, else those of the plane."""
    if distance is None:
        return distance_map(known_plane(picture), np.shape(picture.data))
    d = np.asarray(distance.data, dtype=np.float64)
    if d.shape != np.shape(picture.data):
        raise InputError(
            f'the distance map "{distance.title}" has shape {d.shape}, the f image {np.shape(picture.data)}'
        )
    return d
