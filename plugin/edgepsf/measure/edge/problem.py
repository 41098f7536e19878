"""One edge as a fitting problem: its pixels, a first line, candidates, noise, and the result in image units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import EdgeError
from ...pictures.light import linear_to_srgb, srgb_slope, srgb_to_linear
from ...pictures.region import Region
from ...psf.families import library
from ...psf.model import ShapeFamily
from ...psf.pixel import PixelFamily
from ...psf.pointspread import PointSpread
from .checks import check_contrast
from .defects import lonely, robust_deviation
from .free import FreeFit
from .levels import coarse_line, estimate_levels
from .noise import Noise, measure, parameter_covariance
from .pixels import Samples, thin
from .plane import fit_plane
from .result import EdgeFit
from .scene import ACROSS1, ALONG2, ANGLE, CURVATURE, FLOOR, OFFSET, SHAPE, V1, V2, Candidate, EdgeScene
from .transform import f, g

_NOISELESS = 1e-7  # mean squared residual, in steps
_OUTLIER = 5.5  # standard deviations
_MANY = 100_000  # pixels


class EdgeProblem:
    """The usable pixels of a region, centred, and the fits made on them.

    Parameters
    ----------
    region : Region
    use : bool array of the region's shape
    levels : (v1, v2) or None
        Given levels are not fitted.
    aspect : float
        Height of a pixel divided by its width.
    pixel : {"sampled", "optical"}
        Whether the models hold the pixel box.
    """

    def __init__(self, region: Region, use: np.ndarray, levels, aspect: float, pixel: str = "sampled"):
        self.region, self.levels, self.aspect, self.pixel = region, levels, aspect, pixel
        self.inflation = 1.0
        self._take(use)

    def _take(self, use: np.ndarray) -> None:
        self.use, self._known, self._differences, self._first = use, None, None, {}
        self.rows, self.columns = np.nonzero(use)
        origin = self.region.origin
        self.center = np.array(
            [self.columns.mean() + origin[0], (self.rows.mean() + origin[1]) * self.aspect]
        )
        self.x = self.columns - self.columns.mean()
        self.y = (self.rows - self.rows.mean()) * self.aspect
        self.values = self.region.values[use]
        self.reach = float(np.hypot(self.x, self.y).max()) + 1.0

    def find_start(self) -> None:
        """First levels, direction, offset and slope: plane fit of f, else the coarse line.

        Raises
        ------
        EdgeError
            If the region is constant or has no two sides.
        """
        if self.values.max() == self.values.min():
            raise EdgeError(f"no edge: the region is constant (every pixel is {self.values[0]:g})")
        region = np.where(self.use, self.region.values, np.nan)
        self.start_levels = self.levels or estimate_levels(region)
        v1, v2 = self.start_levels
        if v1 == v2:
            raise EdgeError(f"no edge: both sides of the region have the same level, {v1:g}")
        self.step = v2 - v1
        self.floor = FLOOR
        if np.array_equal(self.values, np.round(self.values)):
            # Rounding to whole gray values: differences below its noise decide nothing between models.
            self.floor = max(FLOOR, 1.0 / (12.0 * self.step**2))
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
        samples = thin(self.x, self.y, (self.values - shift) / scale, d, near)
        return EdgeScene(samples, self.reach, curve, self.inflation, self.floor)

    def every_pixel(self) -> EdgeScene:
        """The scene without thinning, values in units of the first step: 0 at v1 and 1 at v2."""
        values = (self.values - self.start_levels[0]) / self.step
        samples = Samples(self.x, self.y, values, np.ones(len(values)), len(values))
        return EdgeScene(samples, self.reach, None, self.inflation, self.floor)

    def first_fit(self) -> Candidate:
        """The best plain fit of all families, to read noise and defects from its residuals."""
        scene = self.scene(self.step, self.start_levels[0])
        fits = self._plain(scene, library().values())
        self._first = {c.family.name: c for c in fits}
        return scene.free_extras(min(fits, key=lambda c: c.bic))

    def check_contrast(self, candidate: Candidate) -> None:
        """Refuse a step that is lost in the noise, or no step at all."""
        esf = self.residuals(candidate)[1]
        values = (self.values - self.start_levels[0]) / self.step
        noise = robust_deviation(self.differences(candidate))
        check_contrast(candidate, esf, values, noise, self.step, self.inflation)

    def residuals(self, candidate: Candidate) -> tuple[np.ndarray, np.ndarray]:
        """Residual and ESF of every pixel, in units of the first step; kept for the candidate last asked for."""
        if self._known is None or self._known[0] is not candidate:
            scene = self.every_pixel()
            only = _only(V2, len(candidate.free))
            model, jacobian = scene.predict(candidate.family, candidate.parameters, only)
            self._known, self._differences = (candidate, scene.values - model, jacobian[0]), None
        return self._known[1:]

    def differences(self, candidate: Candidate) -> np.ndarray:
        """`lonely` differences of the residuals, kept with them: the median filter is the costly part."""
        residual, _ = self.residuals(candidate)
        if self._differences is None:
            self._differences = lonely(residual, self.rows, self.columns)
        return self._differences

    def reject_outliers(self, candidate: Candidate) -> int:
        """Drop hot and dead pixels; returns their number (none if they are too many to be defects)."""
        esf, differences = self.residuals(candidate)[1], self.differences(candidate)
        sides = [robust_deviation(differences[side]) for side in (esf < 0.5, esf >= 0.5)]
        bad = np.abs(differences) > _OUTLIER * np.maximum(Noise(*sides).deviation(esf), 1e-6)
        count = int(bad.sum())
        if not 0 < count <= 0.03 * bad.size:
            return 0
        use = self.use.copy()
        use[self.rows[bad], self.columns[bad]] = False
        self._take(use)
        return count

    def measure_noise(self, candidate: Candidate) -> Noise:
        """Noise of the pixels, read from the residuals; BIC counts correlated pixels for fewer from now on."""
        residual, esf = self.residuals(candidate)
        noise = measure(residual, esf, self.rows, self.columns)
        least = float(np.sqrt(self.floor))
        noise = replace(noise, low=max(noise.low, least), high=max(noise.high, least))
        self.inflation = noise.inflation
        return noise

    def candidates(self, families: list[ShapeFamily]) -> list[Candidate]:
        """Every family fitted; with curvature or gradients too where the best one asks for them."""
        scene = self.scene(self.step, self.start_levels[0])
        # The first fits were made on the same pixels; only the noise is known better now.
        done = [self._first.get(family.name) for family in families]
        missing = iter(self._plain(scene, [f for f, c in zip(families, done, strict=True) if c is None]))
        plain = [next(missing) if c is None else replace(c, inflation=self.inflation) for c in done]
        best = min(plain, key=lambda c: c.bic)
        if best.cost < _NOISELESS * best.count:
            # Without noise even the curvature within blocks counts: take every pixel by itself.
            scene = self.every_pixel()
            plain = self._plain(scene, families)
            best = min(plain, key=lambda c: c.bic)
        with_extras = scene.free_extras(best)
        if with_extras is best:
            return plain
        others = [scene.refit(c, with_extras) for c in plain if c is not best]
        richer = scene.free_extras(min([with_extras, *others], key=lambda c: c.bic))
        return [*plain, with_extras, *others, richer]

    def _plain(self, scene: EdgeScene, families) -> list[Candidate]:
        levels_free = self.levels is None
        if self.pixel == "optical":
            families = [PixelFamily(f, self.start[0], self.aspect) for f in families]
        return [
            scene.fit(f, self.start, f.start(self.start_slope), levels_free=levels_free) for f in families
        ]

    def polish(self, candidate: Candidate) -> Candidate:
        """The same fit once more on every pixel by itself, where there are not too many."""
        return candidate if candidate.count > _MANY else self.every_pixel().refit(candidate, candidate)

    def enough_pixels(self, candidate: Candidate) -> EdgeScene:
        """Every pixel by itself, or thinned where there are many."""
        return self.scene(self.step, self.start_levels[0]) if candidate.count > _MANY else self.every_pixel()

    def radius_limit(self, candidate: Candidate) -> float:
        """How far the region reaches from the line on its narrower side, px."""
        angle, offset = candidate.parameters[ANGLE], candidate.parameters[OFFSET]
        d = self.x * np.cos(angle) + self.y * np.sin(angle) - offset
        return float(max(min(np.percentile(d, 98), -np.percentile(d, 2)), 3.0))

    def looks_encoded(self, candidate: Candidate, first: Candidate, dtype: np.dtype) -> bool:
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
        encoded = self._plain(scene, _simple())
        encoded.append(scene.fit(candidate.family, self.start, candidate.shape, levels_free=True))
        # A model that was asked for by name may be wrong: the best one is the measure.
        straight = min(candidate.bic, replace(first, inflation=self.inflation).bic)
        return straight - min(each.bic for each in encoded) > 15.0

    def covariance(self, candidate: Candidate, noise: Noise, free_fit: FreeFit | None = None) -> np.ndarray:
        """Covariance of all parameters (zero for held ones) with the noise as it is."""
        if free_fit is not None:
            out = np.zeros((len(candidate.free), len(candidate.free)))
            out[SHAPE:, SHAPE:] = free_fit.shape_covariance * noise.inflation
            candidate = replace(candidate, free=candidate.free & (np.arange(len(candidate.free)) < SHAPE))
            out[:SHAPE, :SHAPE] = self.covariance(candidate, noise)[:SHAPE, :SHAPE]
            return out
        out = np.zeros((len(candidate.free), len(candidate.free)))
        if candidate.count > _MANY:
            plain = np.linalg.pinv(
                candidate.solution.jacobian @ candidate.solution.jacobian.T, hermitian=True
            )
            free = plain * candidate.cost / candidate.count * noise.inflation
        else:
            _, jacobian = self.every_pixel().predict(candidate.family, candidate.parameters, candidate.free)
            _, esf = self.residuals(candidate)
            free = parameter_covariance(jacobian, esf, self.rows, self.columns, noise)
        out[np.ix_(candidate.free, candidate.free)] = free
        return out

    def result(self, candidate: Candidate, psf: PointSpread, covariance: np.ndarray) -> EdgeFit:
        """Turn a candidate into whole-image coordinates and gray values."""
        parameters, first = candidate.parameters, self.start_levels[0]
        angle, offset = parameters[ANGLE], parameters[OFFSET]
        noise = candidate.cost / max(candidate.count - len(candidate.solution.x), 1)
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


def _simple() -> list[ShapeFamily]:
    return [library()["logistic"], library()["gaussian"]]


def _only(index: int, length: int) -> np.ndarray:
    mask = np.zeros(length, dtype=bool)
    mask[index] = True
    return mask


def _white_level(values: np.ndarray, dtype: np.dtype) -> float | None:
    """Full scale that an encoded picture of this number type would have."""
    if values.min() < 0:
        return None
    if dtype in (np.uint8, np.uint16):
        return float(np.iinfo(dtype).max)
    return next((white for white in (1.0, 255.0, 65535.0) if values.max() <= white), None)
