"""Lines and plots of an edge: the fitted line with its band, f(d) and the gray values over the distance."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from ...pictures.graph import Curve, Graph
from ...psf.odd import OddPolynomial
from .fitted import FittedEdge
from .plane import Plane

_DOTS = 4000  # of a scatter plot

Distance = Callable[[npt.ArrayLike, npt.ArrayLike], np.ndarray]


def edge_lines(
    distance: Distance, origin: tuple[int, int], shape: tuple[int, int], band: float
) -> dict[str, np.ndarray]:
    """The line d = 0 and the borders of a band |d| = band, cut to a rectangle.

    Parameters
    ----------
    distance : callable
        (x, y) → signed distance, px; smooth.
    origin, shape : (x, y), (ny, nx)
        The rectangle.
    band : float
        Half-width of the band, px.

    Returns
    -------
    dict of arrays of shape (n, 2)
        "edge", "band-" and "band+", as far as they cross the rectangle, in pixel coordinates (x, y).
    """
    out = {"edge": _level(distance, origin, shape, 0.0)}
    out["band-"], out["band+"] = (_level(distance, origin, shape, s * band) for s in (-1, 1))
    return {name: line for name, line in out.items() if len(line) > 1}


def _level(
    distance: Distance, origin: tuple[int, int], shape: tuple[int, int], value: float, points: int = 33
) -> np.ndarray:
    """Points of d = value, found by linear interpolation along rows or columns of the rectangle."""
    x = np.linspace(origin[0], origin[0] + shape[1] - 1, max(shape[1], 2))
    y = np.linspace(origin[1], origin[1] + shape[0] - 1, max(shape[0], 2))
    corner = [(x[0], y[0]), (x[-1], y[0]), (x[0], y[-1])]
    d00, d10, d01 = (float(distance(*c)) for c in corner)
    steep = abs(d10 - d00) / len(x) >= abs(d01 - d00) / len(y)
    scan, walk = (x, y) if steep else (y, x)
    found = []
    for w in walk[:: max(1, len(walk) // points)]:
        d = distance(scan, np.full_like(scan, w)) if steep else distance(np.full_like(scan, w), scan)
        sign = np.nonzero(np.diff(np.sign(d - value)) != 0)[0]
        if len(sign):
            i = sign[0]
            s = scan[i] + (value - d[i]) / (d[i + 1] - d[i]) * (scan[i + 1] - scan[i])
            found.append((s, w) if steep else (w, s))
    return np.array(found).reshape(-1, 2)


def plane_lines(plane: Plane, origin: tuple[int, int], shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """The line of a fitted plane and the band of pixels that have a weight (see `edge_lines`)."""

    def distance(x: npt.ArrayLike, y: npt.ArrayLike) -> np.ndarray:
        """Signed distance of places from the line, px."""
        return (plane.a + plane.b * np.asarray(x) + plane.c * np.asarray(y)) / plane.p

    return edge_lines(distance, origin, shape, max(4.0, 2.0 * plane.p) / plane.p)


def fit_lines(fit: FittedEdge, origin: tuple[int, int], shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """The fitted line, curved if the fit is, and the band in which the ESF goes from 2 % to 98 %."""
    return edge_lines(fit.distance, origin, shape, fit.psf.model.half_width())


def _thin(*arrays: np.ndarray) -> Iterator[np.ndarray]:
    """At most some thousand points of a scatter, taken evenly."""
    step = max(1, len(arrays[0]) // _DOTS)
    return (a[::step] for a in arrays)


def profile_graph(title: str, d: npt.ArrayLike, f: npt.ArrayLike, polynomial: OddPolynomial) -> Graph:
    """f over the distance d (px), with the odd polynomial that was fitted."""
    d, f = np.ravel(d), np.ravel(f)
    near = np.isfinite(f) & (np.abs(polynomial(d)) < 8)
    order = np.argsort(d[near])
    d, f = _thin(d[near][order], f[near][order])
    line = np.linspace(d.min(), d.max(), 201)
    curves = (
        Curve(d, f, "f", dots=True),
        Curve(line, polynomial(line), f"odd polynomial, degree {polynomial.degree}"),
    )
    return Graph(f"{title}-profile", "distance d (px)", "f(d)", curves)


def esf_graph(title: str, fit: FittedEdge, d: np.ndarray, values: np.ndarray) -> Graph:
    """Gray values over the distance d (px), with the fitted edge."""
    span = 2.5 * fit.psf.model.half_width() + 2
    near = np.isfinite(values) & (np.abs(d) < span)
    order = np.argsort(d[near])
    d, values = _thin(d[near][order], values[near][order])
    line = np.linspace(-span, span, 301)
    curves = (Curve(d, values, "gray value", dots=True), Curve(line, fit.esf(line), f"fit, {fit.model}"))
    return Graph(f"{title}-edge", "distance d (px)", "gray value", curves)
