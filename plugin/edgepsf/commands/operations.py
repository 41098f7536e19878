"""The functions of the commands under their former module: `edge_g(picture, v1, v2)` and so on give a Result."""

from functools import partial

from ..measure.registry import kind_of
from .deconvolve import deconvolve
from .edge_distance_map import edge_distance
from .edge_f import edge_f
from .edge_g import edge_g
from .fit_edge_plane import edge_plane
from .fit_edge_profile import edge_profile
from .psf_from import psf_from
from .psf_from_profile import psf_from_profile
from .shared import new_image

psf_from_edge = partial(psf_from, kind_of("edge"))

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
