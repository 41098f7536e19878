"""fit_edge: the PSF from one edge, by a least-squares fit of the *intensity*.

Levels, angle, offset and shape are free together: v = v1 + (v2 − v1) E(d; shape), d = distance to the
line. The transforms g and f with their plane fit give the start; the intensity fit gives the answer, since
its noise is uniform where that of f is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import EdgeError, InputError
from ..psf.families import AUTO, family
from ..psf.model import ShapeFamily
from ..psf.pointspread import PointSpread
from ..region import Region, take_region, usable_pixels
from .checks import check_contrast, check_plateaus
from .levels import coarse_line, estimate_levels
from .lm import Solution, levenberg_marquardt
from .plane import fit_plane
from .result import EdgeFit
from .transform import check_levels, f, g


def fit_edge(image, roi=None, model: str = "auto", pixel: str = "sampled", v1=None, v2=None) -> EdgeFit:
    """Read the isotropic PSF from one straight contrast edge.

    Parameters
    ----------
    image : array_like, shape (ny, nx)
        Gray values of one channel in linear light.
    roi : None, (x, y, width, height) or bool array of shape (ny, nx)
        Region with the edge and both plateaus, in whole-image pixels; None is the whole image.
    model : str
        "logistic", "logistic3", "logistic5", any other odd degree, or "auto": chosen among these by the
        Bayesian information criterion (BIC).
    pixel : {"sampled"}
        The PSF holds the pixel box, as deconvolution on the same grid needs it.
    v1, v2 : float, optional
        Plateau levels, v1 on the side d > 0. Without them both are fitted and v1 is the darker side.

    Returns
    -------
    EdgeFit

    Raises
    ------
    EdgeError
        If no PSF can be had from this region; the message says why.
    InputError
        If the image, region, model or levels are unusable.
    """
    if pixel != "sampled":
        raise InputError(f'pixel must be "sampled", not "{pixel}"')
    names = AUTO if model == "auto" else (model,)
    families = [family(name) for name in names]
    region = take_region(image, roi)
    use, warnings = usable_pixels(region)
    problem = _Problem(region, use, _given_levels(v1, v2))
    problem.find_start()
    candidate, psf = _choose([problem.solve(each) for each in families], explicit=model != "auto")
    fit = problem.result(candidate, psf)
    fit.warnings.extend(warnings + psf.warnings)
    if not candidate.solution.converged:
        fit.warnings.append("the fit did not settle fully; its numbers are less certain than stated")
    check_plateaus(fit, problem.x + problem.center[0], problem.y + problem.center[1])
    return fit


def _given_levels(v1, v2):
    if (v1 is None) != (v2 is None):
        raise InputError("give both plateau levels v1 and v2, or neither")
    if v1 is None:
        return None
    check_levels(v1, v2)
    return float(v1), float(v2)


@dataclass(frozen=True)
class _Candidate:
    """A family fitted to the edge: [v1, v2,] angle, offset[, curvature], shape."""

    family: ShapeFamily
    solution: Solution
    free: int
    curved: bool

    @property
    def shape(self) -> np.ndarray:
        return self.solution.x[self.free + 2 + self.curved :]

    @property
    def bic(self) -> float:
        """Bayesian information criterion of a Gaussian likelihood with unknown variance."""
        n = self.solution.residual.size
        return n * np.log(max(self.solution.cost / n, 1e-24)) + len(self.solution.x) * np.log(n)


class _Problem:
    """The pixels of one region, centred and scaled to a unit step, and the fits made on them."""

    def __init__(self, region: Region, use: np.ndarray, levels: tuple[float, float] | None):
        self.region, self.use, self.levels = region, use, levels
        y, x = np.nonzero(use)
        self.center = np.array([x.mean() + region.origin[0], y.mean() + region.origin[1]])
        self.x, self.y = x - x.mean(), y - y.mean()
        self.values = region.values[use]

    def find_start(self) -> None:
        """First levels, direction, offset and slope: plane fit of f, else the coarse line."""
        region = np.where(self.use, self.region.values, np.nan)
        self.start_levels = self.levels or estimate_levels(region)
        v1, v2 = self.start_levels
        if v1 == v2:
            raise EdgeError(f"no edge: both sides of the region have the same level, {v1:g}")
        self.step = v2 - v1
        check_contrast(self.values, v1, v2)
        x0, y0 = self.center - self.region.origin
        try:
            plane = fit_plane(f(g(region, v1, v2)))
            nx, ny, p = plane.b / plane.p, plane.c / plane.p, plane.p
            t = plane.offset - nx * x0 - ny * y0
        except EdgeError:
            nx, ny, t, _ = coarse_line(self.values * np.sign(self.step), self.x, self.y)
            p = 1.5
        self.start = np.array([np.arctan2(ny, nx), t])
        self.start_slope = float(np.clip(p, 1e-2, 20.0))

    def solve(self, shape_family: ShapeFamily) -> _Candidate:
        """Fit levels, line and shape of one family; with a curved line where the data ask for it."""
        shape = shape_family.start(self.start_slope)
        levels = [] if self.levels else [0.0, 1.0]
        straight = self._minimise(shape_family, np.concatenate([levels, self.start, shape]), curved=False)
        if not self._asks_for_curvature(straight):
            return straight
        at = len(levels) + 2
        start = np.insert(straight.solution.x, at, 0.0)
        curved = self._minimise(shape_family, start, curved=True)
        return min(straight, curved, key=lambda candidate: candidate.bic)

    def _minimise(self, shape_family: ShapeFamily, start: np.ndarray, *, curved: bool) -> _Candidate:
        """Least squares of the residual in units of the first step."""
        fixed = self.levels is not None
        free = 0 if fixed else 2
        reach = np.hypot(self.x, self.y).max() + 1
        line_bound = [10.0, reach] + [1.0 / reach] * curved
        lower = np.concatenate([[-2.0, -1.0][:free], [-b for b in line_bound], shape_family.lower])
        upper = np.concatenate([[2.0, 3.0][:free], line_bound, shape_family.upper])
        target = (self.values - self.start_levels[0]) / self.step
        split = free + 2 + curved

        def residual(parameters):
            low, high = (0.0, 1.0) if fixed else parameters[:2]
            d, moves = _distance(self.x, self.y, parameters[free:split])
            esf, slope, shapes = shape_family.esf_and_gradient(parameters[split:], d)
            jacobian = np.empty((len(parameters), d.size))
            if not fixed:
                jacobian[0], jacobian[1] = 1.0 - esf, esf
            jacobian[free:split] = (high - low) * slope * moves
            jacobian[split:] = (high - low) * shapes
            return low + (high - low) * esf - target, jacobian

        return _Candidate(shape_family, levenberg_marquardt(residual, start, lower, upper), free, curved)

    def _asks_for_curvature(self, candidate: _Candidate) -> bool:
        """Whether a curvature would lower χ² by more than BIC charges for it (one linear step)."""
        solution, at = candidate.solution, candidate.free
        along = -self.x * np.sin(solution.x[at]) + self.y * np.cos(solution.x[at])
        column = 0.5 * along**2 * solution.jacobian[at + 1]
        normal = solution.jacobian @ solution.jacobian.T
        rest = column - np.linalg.lstsq(normal, solution.jacobian @ column, rcond=None)[0] @ solution.jacobian
        gain = (rest @ solution.residual) ** 2 / max(rest @ rest, 1e-300)
        n = solution.residual.size
        return gain * n / max(solution.cost, 1e-24 * n) > np.log(n) and gain > 1e-18 * n

    def result(self, candidate: _Candidate, psf: PointSpread) -> EdgeFit:
        """Turn a solution into whole-image coordinates and gray values, with its covariance."""
        solution, free = candidate.solution, candidate.free
        first = self.start_levels[0]
        low, high = solution.x[:2] if free else (0.0, 1.0)
        angle, t = solution.x[free : free + 2]
        noise = solution.cost / max(solution.residual.size - len(solution.x), 1)
        covariance = noise * np.linalg.pinv(solution.jacobian @ solution.jacobian.T, hermitian=True)
        to_image = np.eye(len(solution.x))
        to_image[range(free), range(free)] = self.step
        to_image[free + 1, free] = -self.center[0] * np.sin(angle) + self.center[1] * np.cos(angle)
        moved = to_image @ covariance @ to_image.T
        keep = [i for i in range(len(solution.x)) if not (candidate.curved and i == free + 2)]
        return EdgeFit(
            psf=psf,
            v1=float(first + low * self.step),
            v2=float(first + high * self.step),
            normal_angle=float((np.degrees(angle) + 180.0) % 360.0 - 180.0),
            offset=float(t + self.center @ [np.cos(angle), np.sin(angle)]),
            curvature=float(solution.x[free + 2]) if candidate.curved else 0.0,
            center=(float(self.center[0]), float(self.center[1])),
            model=candidate.family.name,
            noise=float(np.sqrt(noise) * abs(self.step)),
            n=int(solution.residual.size),
            shape=candidate.shape,
            shape_family=candidate.family,
            covariance=moved[np.ix_(keep, keep)],
            levels_fitted=free == 2,
        )


def _distance(x, y, line) -> tuple[np.ndarray, np.ndarray]:
    """Distance to the line (angle, t) or the parabola (angle, t, curvature), and its derivatives."""
    cosine, sine = np.cos(line[0]), np.sin(line[0])
    across, along = x * cosine + y * sine, y * cosine - x * sine
    if len(line) == 2:
        return across - line[1], np.stack([along, np.full_like(along, -1.0)])
    half = 0.5 * along**2
    moves = np.stack([along * (1.0 + line[2] * across), np.full_like(along, -1.0), -half])
    return across - line[1] - line[2] * half, moves


def _choose(candidates: list[_Candidate], *, explicit: bool) -> tuple[_Candidate, PointSpread]:
    """The candidate of lowest BIC that is a PSF."""
    reasons = []
    for candidate in sorted(candidates, key=lambda c: c.bic):
        try:
            return candidate, PointSpread(candidate.family.model(candidate.shape))
        except EdgeError as error:
            reasons.append(str(error))
    raise EdgeError(reasons[0] if explicit else f"no model fits this edge: {reasons[0]}")
