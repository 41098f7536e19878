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
    fits = [problem.solve(each) for each in families]
    return _choose(problem, families, fits, warnings, explicit=model != "auto")


def _given_levels(v1, v2):
    if (v1 is None) != (v2 is None):
        raise InputError("give both plateau levels v1 and v2, or neither")
    if v1 is None:
        return None
    check_levels(v1, v2)
    return float(v1), float(v2)


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

    def solve(self, shape_family: ShapeFamily) -> Solution:
        """Fit levels, angle, offset and the shape of one family, the line having been found."""
        v1, v2 = self.start_levels
        fixed = self.levels is not None
        levels = [] if fixed else [0.0, 1.0]
        free = len(levels)
        shape = shape_family.start(self.start_slope)
        start = np.concatenate([levels, self.start, shape])
        reach = np.hypot(self.x, self.y).max() + 1
        bound = [-2.0, -1.0][:free], [2.0, 3.0][:free]
        lower = np.concatenate([bound[0], [-10.0, -reach], shape_family.lower])
        upper = np.concatenate([bound[1], [10.0, reach], shape_family.upper])
        target = (self.values - v1) / self.step

        def residual(parameters):
            low, high = (0.0, 1.0) if fixed else parameters[:2]
            angle, t = parameters[free : free + 2]
            cosine, sine = np.cos(angle), np.sin(angle)
            d = self.x * cosine + self.y * sine - t
            esf, slope, shapes = shape_family.esf_and_gradient(parameters[free + 2 :], d)
            jacobian = np.empty((len(parameters), d.size))
            if not fixed:
                jacobian[0], jacobian[1] = 1.0 - esf, esf
            jacobian[free] = (high - low) * slope * (self.y * cosine - self.x * sine)
            jacobian[free + 1] = -(high - low) * slope
            jacobian[free + 2 :] = (high - low) * shapes
            return low + (high - low) * esf - target, jacobian

        return levenberg_marquardt(residual, start, lower, upper)

    def result(self, shape_family: ShapeFamily, solution: Solution, psf: PointSpread) -> EdgeFit:
        """Turn a solution into whole-image coordinates and gray values, with its covariance."""
        free = 0 if self.levels is not None else 2
        v1, v2 = self.start_levels
        low, high = (0.0, 1.0) if free == 0 else solution.x[:2]
        angle, t = solution.x[free : free + 2]
        dof = max(solution.residual.size - len(solution.x), 1)
        noise = solution.cost / dof
        covariance = noise * np.linalg.pinv(solution.jacobian @ solution.jacobian.T, hermitian=True)
        to_image = np.eye(len(solution.x))
        to_image[range(free), range(free)] = self.step
        to_image[free + 1, free] = -self.center[0] * np.sin(angle) + self.center[1] * np.cos(angle)
        normal = np.array([np.cos(angle), np.sin(angle)])
        return EdgeFit(
            psf=psf,
            v1=float(v1 + low * self.step),
            v2=float(v1 + high * self.step),
            normal_angle=float((np.degrees(angle) + 180.0) % 360.0 - 180.0),
            offset=float(t + self.center @ normal),
            model=shape_family.name,
            noise=float(np.sqrt(noise) * abs(self.step)),
            n=int(solution.residual.size),
            shape=solution.x[free + 2 :],
            shape_family=shape_family,
            covariance=to_image @ covariance @ to_image.T,
            levels_fitted=free == 2,
        )


def _bic(solution: Solution) -> float:
    n = solution.residual.size
    return n * np.log(max(solution.cost / n, 1e-24)) + len(solution.x) * np.log(n)


def _choose(problem, families, fits, warnings, *, explicit: bool) -> EdgeFit:
    """The candidate of lowest BIC that is a PSF, checked and turned into an EdgeFit."""
    reasons = []
    for i in np.argsort([_bic(fit) for fit in fits], kind="stable"):
        try:
            psf = PointSpread(families[i].model(fits[i].x[-len(families[i].lower) :]))
        except EdgeError as error:
            reasons.append(str(error))
            continue
        fit = problem.result(families[i], fits[i], psf)
        fit.warnings.extend(warnings + psf.warnings)
        if not fits[i].converged:
            fit.warnings.append("the fit did not settle fully; its numbers are less certain than stated")
        check_plateaus(fit, problem.x + problem.center[0], problem.y + problem.center[1])
        return fit
    raise EdgeError(reasons[0] if explicit or len(reasons) == 1 else f"no model fits this edge: {reasons[0]}")
