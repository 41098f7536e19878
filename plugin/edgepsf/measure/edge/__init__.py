"""Edges: gray values → g(d), f(d), plane, distance map, profile, and the full intensity fit."""

from ...psf.odd import OddPolynomial, esf_from_f
from .fit import fit_edge
from .levels import estimate_levels
from .plane import Plane, distance_map, fit_plane
from .profile import fit_profile
from .result import EdgeFit
from .transform import df_dg, dg_dv, f, g, g_from_f, v_from_g

__all__ = [
    "EdgeFit",
    "OddPolynomial",
    "Plane",
    "df_dg",
    "dg_dv",
    "distance_map",
    "esf_from_f",
    "estimate_levels",
    "f",
    "fit_edge",
    "fit_plane",
    "fit_profile",
    "g",
    "g_from_f",
    "v_from_g",
]
