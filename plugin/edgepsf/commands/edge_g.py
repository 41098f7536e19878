"""`Edge g...`: gray values of an edge scaled by its two plateau levels."""

from __future__ import annotations

from ..measure.edge import transform
from ..measure.edge.plateaus import LEVELS, V1, V2, levels_in_region, suggested_levels
from ..pictures.picture import Picture, as_property
from ..pictures.result import Result
from .command import command
from .shared import STACK, check_both, new_image


def _entries(picture: Picture) -> dict[str, str]:
    """Levels estimated in the region; the command would take just these if none were given."""
    return {key: f"{value:.6g}" for key, value in suggested_levels(picture).items()}


@command(
    "Edge g...",
    cli="g",
    place=20,
    help="Edge transform g = (v - v1) / (2 (v2 - v1)): 0 at level v1, 1/4 on the edge, 1/2 at level v2.",
    options=(V1, V2, STACK),
    suffixes=("g",),
    entries=_entries,
    example="v1=30 v2=100",
)
def edge_g(picture: Picture, v1: float | None = None, v2: float | None = None, stack: bool = False) -> Result:
    """g of the whole picture, with levels given or estimated in its region.

    Raises
    ------
    InputError
        Only one level is given, or both are equal.
    EdgeError
        The region has no two levels.
    """
    check_both(v1, v2)
    estimated = v1 is None or v2 is None
    low, high = levels_in_region(picture) if v1 is None or v2 is None else (float(v1), float(v2))
    values = transform.g(picture.all_planes() if stack else picture.data, low, high)
    out = new_image(picture, values, "-g", **{LEVELS: as_property(low, high)})
    return Result([out], summary={"v1": low, "v2": high, "levels_estimated": estimated})
