"""fit_edge: the PSF from one edge, by a least-squares fit of the *intensity*.

Levels, angle, offset and shape are free together: v = v1 + (v2 − v1) E(d; shape), d = distance to the
line. The transforms g and f with their plane fit give the start; the intensity fit gives the answer, since
its noise is uniform where that of f is not.
"""

from __future__ import annotations

import numpy as np

from ..color import linear_to_srgb, srgb_slope, srgb_to_linear
from ..errors import EdgeError, InputError
from ..psf.families import family, library
from ..psf.model import ShapeFamily
from ..psf.pointspread import PointSpread
from ..region import Region, take_region, usable_pixels
from .checks import check_contrast, check_plateaus
from .levels import coarse_line, estimate_levels
from .pixels import Samples, thin
from .plane import fit_plane
from .result import EdgeFit
from .scene import ACROSS1, ALONG2, ANGLE, CURVATURE, OFFSET, SHAPE, V1, V2, Candidate, EdgeScene
from .transform import check_levels, f, g


_NOISELESS = 1e-7  # mean squared residual, in steps
_POLISH_LIMIT = 100_000  # pixels


def fit_edge(
    image, roi=None, model: str = "auto", pixel: str = "sampled", v1=None, v2=None, *, aspect=1.0
) -> EdgeFit:
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
    aspect : float
        Height of a pixel divided by its width; lengths are in pixel widths.

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
    families = list(library().values()) if model == "auto" else [family(model)]
    region = take_region(image, roi)
    use, warnings = usable_pixels(region)
    if not (np.isfinite(aspect) and aspect > 0):
        raise InputError(f"aspect must be a positive number, not {aspect}")
    problem = _Problem(region, use, _given_levels(v1, v2), float(aspect))
    problem.find_start()
    candidate, psf = _choose(problem.candidates(families), aspect, explicit=model != "auto")
    candidate = problem.polish(candidate)
    psf = PointSpread(candidate.family.model(candidate.shape), aspect=aspect)
    fit = problem.result(candidate, psf)
    fit.warnings.extend(warnings + psf.warnings)
    if not candidate.solution.converged:
        fit.warnings.append("the fit did not settle fully; its numbers are less certain than stated")
    if problem.looks_encoded(candidate, np.asarray(image).dtype):
        fit.warnings.append(
            "the picture looks gamma-encoded (the edge is lopsided, and not once the sRGB curve is undone): "
            "make it linear first (Linear Channels..., edgepsf linear)"
        )
    check_plateaus(fit, problem.x + problem.center[0], (problem.y + problem.center[1]) / aspect)
    return fit


def _given_levels(v1, v2):
    if (v1 is None) != (v2 is None):
        raise InputError("give both plateau levels v1 and v2, or neither")
    if v1 is None:
        return None
    check_levels(v1, v2)
    return float(v1), float(v2)


class _Problem:
    """The pixels of one region, centred and scaled to a unit step, and the fits made on them."""

    def __init__(self, region: Region, use: np.ndarray, levels: tuple[float, float] | None, aspect: float):
        self.region, self.use, self.levels, self.aspect = region, use, levels, aspect
        y, x = np.nonzero(use)
        self.center = np.array([x.mean() + region.origin[0], (y.mean() + region.origin[1]) * aspect])
        self.x, self.y = x - x.mean(), (y - y.mean()) * aspect
        self.values = region.values[use]
        self.reach = float(np.hypot(self.x, self.y).max()) + 1.0

    def find_start(self) -> None:
        """First levels, direction, offset and slope: plane fit of f, else the coarse line."""
        region = np.where(self.use, self.region.values, np.nan)
        self.start_levels = self.levels or estimate_levels(region)
        v1, v2 = self.start_levels
        if v1 == v2:
            raise EdgeError(f"no edge: both sides of the region have the same level, {v1:g}")
        self.step = v2 - v1
        check_contrast(self.values, v1, v2)
        x0, y0 = self.center - np.multiply(self.region.origin, (1.0, self.aspect))
        try:
            plane = fit_plane(f(g(region, v1, v2)), aspect=self.aspect)
            p = plane.p
            nx, ny = plane.b / p, plane.c / self.aspect / p
            t = plane.offset - nx * x0 - ny * y0
        except EdgeError:
            nx, ny, t, _ = coarse_line(self.values * np.sign(self.step), self.x, self.y)
            p = 1.5
        self.start = np.array([np.arctan2(ny, nx), t])
        self.start_slope = float(np.clip(p, 1e-2, 20.0))

    def scene(self, scale: float = 1.0, shift: float = 0.0, curve=None) -> EdgeScene:
        """The pixels as (value − shift) / scale, thinned far from the first line."""
        d = self.x * np.cos(self.start[0]) + self.y * np.sin(self.start[0]) - self.start[1]
        near = max(6.0, 10.0 / self.start_slope)
        return EdgeScene(thin(self.x, self.y, (self.values - shift) / scale, d, near), self.reach, curve)

    def candidates(self, families: list[ShapeFamily]) -> list[Candidate]:
        """Every family fitted; with curvature or gradients too where the best one asks for them."""
        scene = self.scene(self.step, self.start_levels[0])
        plain = self._plain(scene, families)
        best = min(plain, key=lambda c: c.bic)
        if best.cost < _NOISELESS * best.count:
            # Without noise even the curvature within blocks counts: take every pixel by itself.
            scene = self._every_pixel()
            plain = self._plain(scene, families)
            best = min(plain, key=lambda c: c.bic)
        with_extras = scene.free_extras(best)
        if with_extras is best:
            return plain
        others = [scene.refit(c, with_extras) for c in plain if c is not best]
        richer = scene.free_extras(min([with_extras, *others], key=lambda c: c.bic))
        return [*plain, with_extras, *others, richer]

    def polish(self, candidate: Candidate) -> Candidate:
        """The same fit once more on every pixel by itself, where there are not too many."""
        if candidate.count > _POLISH_LIMIT:
            return candidate
        return self._every_pixel().refit(candidate, candidate)

    def _every_pixel(self) -> EdgeScene:
        """The scene without thinning, values in units of the first step: 0 at v1 and 1 at v2."""
        values = (self.values - self.start_levels[0]) / self.step
        return EdgeScene(Samples(self.x, self.y, values, np.ones(len(values)), len(values)), self.reach)

    def _plain(self, scene: EdgeScene, families: list[ShapeFamily]) -> list[Candidate]:
        levels_free = self.levels is None
        return [scene.fit(f, self.start, f.start(self.start_slope), levels_free=levels_free) for f in families]

    def looks_encoded(self, candidate: Candidate, dtype: np.dtype) -> bool:
        """Whether an edge in linear light, seen through the sRGB curve, explains the pixels clearly better."""
        white = _white_level(self.values, dtype)
        if white is None or self.levels is not None:
            return False
        low, high = (float(srgb_to_linear(max(v, 0.0) / white)) for v in self.start_levels)
        scale = high - low

        def curve(model):
            light = np.clip(low + scale * model, 0.0, 2.0)
            return linear_to_srgb(light) * white / self.step, scale * white / self.step * srgb_slope(light)

        scene = self.scene(self.step, curve=curve)
        encoded = [scene.fit(candidate.family, self.start, candidate.shape, levels_free=True)]
        for name in ("logistic", "gaussian"):
            simple = library()[name]
            encoded.append(scene.fit(simple, self.start, simple.start(self.start_slope), levels_free=True))
        return candidate.bic - min(each.bic for each in encoded) > 15.0

    def result(self, candidate: Candidate, psf: PointSpread) -> EdgeFit:
        """Turn a candidate into whole-image coordinates and gray values, with its covariance."""
        solution, parameters = candidate.solution, candidate.parameters
        first = self.start_levels[0]
        angle, offset = parameters[ANGLE], parameters[OFFSET]
        noise = candidate.cost / max(candidate.count - len(solution.x), 1)
        covariance = np.zeros((len(parameters), len(parameters)))
        normal = solution.jacobian @ solution.jacobian.T
        covariance[np.ix_(candidate.free, candidate.free)] = noise * np.linalg.pinv(normal, hermitian=True)
        to_image = np.eye(len(parameters))
        to_image[V1, V1] = to_image[V2, V2] = self.step
        to_image[OFFSET, ANGLE] = -self.center[0] * np.sin(angle) + self.center[1] * np.cos(angle)
        kept = [V1, V2, ANGLE, OFFSET, *range(SHAPE, len(parameters))]
        return EdgeFit(
            psf=psf,
            v1=float(first + parameters[V1] * self.step),
            v2=float(first + parameters[V2] * self.step),
            normal_angle=float((np.degrees(angle) + 180.0) % 360.0 - 180.0),
            offset=float(offset + self.center @ [np.cos(angle), np.sin(angle)]),
            curvature=float(parameters[CURVATURE]),
            gradients=tuple(float(v * self.step / self.reach) for v in parameters[ACROSS1 : ALONG2 + 1]),
            center=(float(self.center[0]), float(self.center[1])),
            aspect=self.aspect,
            model=candidate.family.name,
            noise=float(np.sqrt(noise) * abs(self.step)),
            n=candidate.count,
            shape=candidate.shape,
            shape_family=candidate.family,
            covariance=(to_image @ covariance @ to_image.T)[np.ix_(kept, kept)],
        )


def _white_level(values: np.ndarray, dtype: np.dtype) -> float | None:
    """Full scale that an encoded picture of this number type would have."""
    if values.min() < 0:
        return None
    if dtype in (np.uint8, np.uint16):
        return float(np.iinfo(dtype).max)
    return next((white for white in (1.0, 255.0, 65535.0) if values.max() <= white), None)


def _choose(candidates: list[Candidate], aspect: float, *, explicit: bool) -> tuple[Candidate, PointSpread]:
    """The candidate of lowest BIC that is a PSF."""
    reasons = []
    for candidate in sorted(candidates, key=lambda c: c.bic):
        try:
            return candidate, PointSpread(candidate.family.model(candidate.shape), aspect=aspect)
        except EdgeError as error:
            reasons.append(str(error))
    raise EdgeError(reasons[0] if explicit else f"no model fits this edge: {reasons[0]}")
