"""`Edge f...`: the logit of g, a plane across a straight edge."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..measure.edge import transform
from ..measure.edge.plateaus import LEVELS, V1, V2, suggested_levels
from ..pictures.picture import Picture, as_property
from ..pictures.result import Result
from .command import command
from .shared import STACK, check_both, new_image


def _entries(picture: Picture) -> dict[str, str]:
    """Estimated levels; none where they look like those of a g image from a file, which f takes as it is."""
    levels = suggested_levels(picture)
    if all(-0.25 < level < 0.75 for level in levels.values()):
        return {}
    return {key: f"{value:.6g}" for key, value in levels.items()}


@command(
    "Edge f...",
    cli="f",
    place=30,
    help="Logit f = log(1/(2g) - 1) of a g image, or of a gray image with v1= and v2=; NaN outside 0 < g < 1/2.",
    options=(V1, V2, STACK),
    suffixes=("f",),
    entries=_entries,
    example="v1=30 v2=100",
)
def edge_f(picture: Picture, v1: float | None = None, v2: float | None = None, stack: bool = False) -> Result:
    """f of a g image, or of a gray image with v1 and v2; NaN outside 0 < g < ½.

    Raises
    ------
    InputError
        Only one level is given, the picture is no g image and no levels are given, or f is defined nowhere.
    """
    check_both(v1, v2)
    properties = {}
    g = picture.all_planes() if stack else picture.data
    if v1 is not None and v2 is not None:
        g = transform.g(g, v1, v2)
        properties[LEVELS] = as_property(v1, v2)
    elif LEVELS not in picture.properties and not _looks_like_g(g):
        low, high = np.nanpercentile(g, [1, 99])
        raise InputError(
            f"this is no g image (values from {low:g} to {high:g}, not 0 to 0.5): "
            "run Edge g... first, or give v1= and v2="
        )
    f = transform.f(g)
    if not np.isfinite(f).any():
        raise InputError(
            "f is defined nowhere (0 < g < 0.5 holds for no pixel): v1 and v2 must be the two levels of the edge"
        )
    defined = int(np.isfinite(f).sum())
    return Result([new_image(picture, f, "-f", **properties)], summary={"defined_pixels": defined})


def _looks_like_g(g: np.ndarray) -> bool:
    finite = g[np.isfinite(g)]
    if not finite.size:
        return False
    low, high = np.percentile(finite, [1, 99])
    return bool(-0.25 < low < high < 0.75)
