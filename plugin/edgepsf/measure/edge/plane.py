"""The plane f = a + b x + c y of a straight edge, by least squares from the sums.

f is noisy where the ESF E is near 0 or 1: sd(f) = sd(E) / (E (1 − E)). Pixels chosen by their measured
0 < g < ½ let plateau noise in and make the slope up to 90 % too small. So pixels are chosen by
*position*, the distance to the line, and weighted by the *model's* (E (1 − E))², iterated.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ...errors import EdgeError, InputError
from ...options.arguments import ASPECT, gray_values, optional, origin_of, shown, sizes, takes
from ...psf.odd import esf_from_f

_MAX_ITERATIONS = 200
_TOLERANCE = 1e-11


@dataclass(frozen=True)
class Plane:
    """Fitted plane f = a + b x + c y in whole-image pixel coordinates (x right, y down).

    Attributes
    ----------
    a, b, c : float
        Coefficients; b and c in px⁻¹.
    covariance : ndarray, shape (3, 3)
        Covariance of (a, b, c).
    n : int
        Number of pixels with a weight above zero.
    aspect : float
        Height of a pixel divided by its width; p, angle, offset and distances are in pixel widths.
    """

    a: float
    b: float
    c: float
    covariance: np.ndarray = field(default_factory=lambda: np.full((3, 3), np.nan), repr=False)
    n: int = 0
    aspect: float = 1.0

    @property
    def p(self) -> float:
        """Slope p = √(b² + c²), px⁻¹ (with c per pixel width)."""
        return float(np.hypot(self.b, self.c / self.aspect))

    @property
    def normal_angle(self) -> float:
        """Direction of the edge normal towards d > 0, atan2(c, b) in degrees."""
        return float(np.degrees(np.arctan2(self.c / self.aspect, self.b)))

    @property
    def offset(self) -> float:
        """Signed distance of the edge from pixel (0, 0) along the normal, px: d = 0 on the edge."""
        return -self.a / self.p

    @property
    def sd(self) -> tuple[float, float, float]:
        """Standard deviations of a, b, c."""
        a, b, c = np.sqrt(np.diag(self.covariance))
        return float(a), float(b), float(c)

    @property
    def sd_p(self) -> float:
        """Standard deviation of p, px⁻¹."""
        gradient = np.array([0.0, self.b, self.c / self.aspect**2]) / self.p
        return float(np.sqrt(gradient @ self.covariance @ gradient))


def _a_plane(name: str, value: object) -> Plane:
    """A plane."""
    if not isinstance(value, Plane):
        raise InputError(f"{name} must be a Plane, as fit_plane gives it, not {shown(value)}")
    return value


@takes(
    f=gray_values, weights=optional(gray_values), mask=optional(gray_values), origin=origin_of, aspect=ASPECT
)
def fit_plane(
    f: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    mask: npt.ArrayLike | None = None,
    origin: tuple[int, int] = (0, 0),
    aspect: float = 1.0,
) -> Plane:
    """Fit the plane f = a + b x + c y by weighted least squares.

    Parameters
    ----------
    f : array_like, shape (ny, nx)
        Logit of the edge; NaN where it is not defined (such pixels are left out).
    weights : array_like, shape (ny, nx), optional
        Weights ≥ 0 for one plain weighted fit. By default pixels are chosen by position and weighted
        by the model, iterated to convergence.
    mask : array_like of bool, shape (ny, nx), optional
        Pixels to use.
    origin : (x, y)
        Whole-image pixel indices of f[0, 0].
    aspect : float
        Height of a pixel divided by its width.

    Returns
    -------
    Plane

    Raises
    ------
    EdgeError
        If too few pixels are usable, they lie on one line, or the iteration finds no edge.
    InputError
        If `f` is not two-dimensional or a shape differs.
    """
    x, y, values, chosen = _pixels(f, mask, origin)
    center = np.array([x.mean(), y.mean()])
    design = np.column_stack([np.ones_like(x), x - center[0], y - center[1]])
    if weights is not None:
        weight = _given_weights(weights, np.shape(f))[chosen]
        solution, covariance = _solve(design, values, weight, weight)
        return _plane(solution, covariance, center, int((weight > 0).sum()), aspect)
    solution = _start(design, values)
    for _ in range(_MAX_ITERATIONS):
        ideal, taper = position_weights(design @ solution, np.hypot(solution[1], solution[2] / aspect))
        previous, (solution, covariance) = solution, _solve(design, values, ideal * taper, ideal)
        if np.abs(solution - previous).max() <= _TOLERANCE * max(1.0, np.abs(solution).max()):
            break
    else:
        raise EdgeError("the plane fit did not settle: f has no single straight edge in this region")
    return _plane(solution, covariance, center, int((taper > 0).sum()), aspect)


def position_weights(model_f: np.ndarray, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights of pixels by where they lie: (E (1 − E))² of the model, and a taper to zero.

    The taper (1 − (f/T)²)² ends at |f| = T = 4 (E = 0.018), or at 2 px for edges sharper than that, and
    ends smoothly so that rounding cannot move a pixel in or out.

    Parameters
    ----------
    model_f, p : ndarray, float
        f of the model at each pixel, and its slope, px⁻¹.
    """
    esf = esf_from_f(model_f)
    limit = max(4.0, 2.0 * p)
    return (esf * (1.0 - esf)) ** 2, np.clip(1.0 - (model_f / limit) ** 2, 0.0, None) ** 2


@takes(plane=_a_plane, shape=sizes(2), origin=origin_of)
def distance_map(plane: Plane, shape: tuple[int, int], *, origin: tuple[int, int] = (0, 0)) -> np.ndarray:
    """Signed distance to the edge, d(x, y) = (a + b x + c y) / p.

    Parameters
    ----------
    plane : Plane
    shape : (ny, nx)
    origin : (x, y)
        Whole-image pixel indices of the first pixel.

    Returns
    -------
    ndarray of float64, shape (ny, nx)
        Distance in px, positive on the v1 side.

    Raises
    ------
    InputError
        If the plane has no slope.
    """
    if not plane.p > 0 or not np.isfinite(plane.p):
        raise InputError(
            f"a plane with slope p = {plane.p:g} has no edge: give b and c that are not both zero"
        )
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (plane.a + plane.b * (x + origin[0]) + plane.c * (y + origin[1])) / plane.p


def _pixels(
    f: npt.ArrayLike, mask: npt.ArrayLike | None, origin: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Coordinates x and y and values of the finite pixels inside the mask, and which pixels these are."""
    f = np.asarray(f, dtype=np.float64)
    if f.ndim != 2:
        raise InputError(f"f must be a 2-D image, not an array of shape {f.shape}")
    chosen = np.isfinite(f)
    if mask is not None:
        chosen &= check_mask(mask, f.shape)
    if chosen.sum() < 4:
        raise EdgeError(
            f"no edge: f has {chosen.sum()} defined pixels here (0 < g < ½); at least 4 are needed. "
            "Check v1 and v2 and the region"
        )
    y, x = np.nonzero(chosen)
    return x + float(origin[0]), y + float(origin[1]), f[chosen], chosen


def check_mask(mask: npt.ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """The mask as booleans; raises InputError where its shape is not `shape`."""
    mask = np.asarray(mask, dtype=bool)
    if mask.shape != tuple(shape):
        raise InputError(f"the mask has shape {mask.shape}, the image {tuple(shape)}")
    return mask


def _given_weights(weights: npt.ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """The weights as numbers; refused where one is negative or not finite, or their shape differs."""
    weights = np.asarray(weights, dtype=np.float64)
    if weights.shape != tuple(shape):
        raise InputError(f"weights have shape {weights.shape}, f has {tuple(shape)}")
    if not np.all(np.isfinite(weights)) or weights.min() < 0:
        raise InputError("weights must be finite and not negative")
    return weights


def _start(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """First plane: pixels near f = 0 only, the band widened until it determines a plane."""
    for limit in (1.0, 1.5, 2.0, 3.0, 5.0, np.inf):
        near = np.abs(values) <= limit
        if near.sum() < 4:
            continue
        try:
            solution, _ = _solve(design[near], values[near], np.ones(near.sum()), np.ones(near.sum()))
        except EdgeError:
            continue
        if np.hypot(*solution[1:]) > 0:
            return solution
    raise EdgeError("no edge: the pixels with a defined f lie on one line or show no slope")


def _solve(
    design: np.ndarray, values: np.ndarray, weight: np.ndarray, ideal: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted least squares from the sums: solution, and its covariance for noise of variance s²/ideal."""
    normal = design.T @ (design * weight[:, None])
    scale = np.sqrt(np.diag(normal))
    if not np.all(scale > 0) or np.linalg.cond(normal / np.outer(scale, scale)) > 1e10:
        raise EdgeError(
            "no plane: the usable pixels lie on one line; choose a larger region or check v1 and v2"
        )
    solution = np.linalg.solve(normal, design.T @ (weight * values))
    share = np.divide(weight, ideal, out=np.zeros_like(weight), where=ideal > 0)
    effective = share.sum() ** 2 / (share**2).sum()
    residual = values - design @ solution
    noise = (weight * residual**2).sum() / share.sum() * effective / max(effective - 3.0, 1.0)
    inverse = np.linalg.inv(normal)
    middle = design.T @ (design * (weight * share)[:, None])
    return solution, noise * inverse @ middle @ inverse


def _plane(solution: np.ndarray, covariance: np.ndarray, center: np.ndarray, n: int, aspect: float) -> Plane:
    """Move the plane from centred to whole-image coordinates."""
    shift = np.eye(3)
    shift[0, 1:] = -center
    a, b, c = shift @ solution
    if not np.hypot(b, c) > 0:
        raise EdgeError("no edge: the fitted plane has no slope")
    return Plane(float(a), float(b), float(c), shift @ covariance @ shift.T, n, aspect)
