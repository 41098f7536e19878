"""The functions of the commands under their former module: `edge_g(picture, v1, v2)` and so on give a Result."""

from typing import Any

from ..measure.registry import kind_of
from ..pictures.picture import Picture
from ..pictures.result import Result
from .deconvolve import deconvolve
from .edge_distance_map import edge_distance
from .edge_f import edge_f
from .edge_g import edge_g
from .fit_edge_plane import edge_plane
from .fit_edge_profile import edge_profile
from .psf_from import psf_from
from .psf_from_profile import psf_from_profile
from .shared import new_image

__all__ = [
    "deconvolve",
    "edge_distance",
    "edge_f",
    "edge_g",
    "edge_plane",
    "edge_profile",
    "new_image",
    "psf_from_edge",
    "psf_from_profile",
]


def psf_from_edge(picture: Picture, model: str = "auto", **options: Any) -> Result:
    """The edge in the region of a picture: `psf_from` for the kind "edge"."""
    return psf_from(kind_of("edge"), picture, model=model, **options)
