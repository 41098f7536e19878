"""What each command does, on pictures and plain values; knows nothing of ImageJ, files or windows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..deconvolve import deconvolve as restore
from ..errors import InputError
from ..measure.edge import drawing, transform
from ..measure.edge import fit as edge_fit
from ..measure.edge.levels import estimate_levels
from ..measure.edge.plane import Plane, fit_plane
from ..measure.edge.plane import distance_map as plane_distance
from ..measure.edge.profile import fit_profile as profile_fit
from ..pictures.picture import Picture, Result, as_property
from ..pictures.region import take_region
from ..psf.graphs import psf_graph
from ..psf.pointspread import PointSpread, from_profile
from ..report.measurement_page import write_page
from .overlay import fit_overlay

PLANE, PROFILE, LEVELS, SOURCE = "edgepsf.plane", "edgepsf.profile", "edgepsf.levels", "edgepsf.source"


def new_image(source: Picture, data: np.ndarray, suffix: str, **properties: str) -> Picture:
    """A new 32-bit picture made from another: its title, region and scale kept."""
    return replace(
        source,
        data=np.asarray(data, dtype=np.float32),
        title=source.base + suffix,
        properties=dict(properties),
        dimensions=source.dimensions if np.ndim(data) == 3 else (1, 1, 1),
        planes=None,
        areas=None,
        labels=(),
        display=None,
    )


def _levels(picture: Picture, v1, v2) -> tuple[float, float, bool]:
    """Given or estimated plateau levels, and whether they were estimated."""
    if (v1 is None) != (v2 is None):
        raise InputError("give both plateau levels v1 and v2, or neither")
    if v1 is not None:
        return float(v1), float(v2), False
    region = take_region(picture.data, picture.roi)
    return (*estimate_levels(region.values, region.mask), True)


def edge_g(picture: Picture, v1=None, v2=None, stack=False) -> Result:
    """g of the whole picture, with levels given or estimated in its region."""
    v1, v2, estimated = _levels(picture, v1, v2)
    values = transform.g(picture.all_planes() if stack else picture.data, v1, v2)
    out = new_image(picture, values, "-g", **{LEVELS: as_property(v1, v2)})
    return Result([out], summary={"v1": v1, "v2": v2, "levels_estimated": estimated})


def edge_f(picture: Picture, v1=None, v2=None, stack=False) -> Result:
    """f of a g image, or of a gray image with v1 and v2; NaN outside 0 < g < ½."""
    properties = {}
    if (v1 is None) != (v2 is None):
        raise InputError("give both plateau levels v1 and v2, or neither")
    g = picture.all_planes() if stack else picture.data
    if v1 is not None:
        g = transform.g(g, v1, v2)
        properties[LEVELS] = as_property(v1, v2)
    elif LEVELS not in picture.properties and not _looks_like_g(g):
        low, high = np.nanpercentile(g, [1, 99])
        raise InputError(
            f"this is no g image (values from {low:g} to {high:g}, not 0 to 0.5): "
            "run Edge g... first, or give v1= and v2="
        )
    f = transform.f(g)
    if not np.isfinite(f).any():
        raise InputError(
            "f is defined nowhere (0 < g < 0.5 holds for no pixel): v1 and v2 must be the two levels of the edge"
        )
    return Result(
        [new_image(picture, f, "-f", **properties)], summary={"defined_pixels": int(np.isfinite(f).sum())}
    )


def _looks_like_g(g: np.ndarray) -> bool:
    finite = g[np.isfinite(g)]
    if not finite.size:
        return False
    low, high = np.percentile(finite, [1, 99])
    return bool(-0.25 < low < high < 0.75)


def edge_plane(picture: Picture) -> Result:
    """Least-squares plane f = a + b x + c y in whole-image pixels."""
    plane, region = _fit_plane(picture)
    sd_a, sd_b, sd_c = plane.sd
    row = {"a": plane.a, "b": plane.b, "c": plane.c, "p": plane.p, "angle": plane.normal_angle}
    row |= {"sd_a": sd_a, "sd_b": sd_b, "sd_c": sd_c, "sd_p": plane.sd_p, "n": plane.n}
    row |= picture.calibration.in_units(row, {"p": -1, "sd_p": -1})
    lines = drawing.plane_lines(plane, region.origin, region.shape)
    return Result(row=row, properties={PLANE: as_property(plane.a, plane.b, plane.c)}, lines=lines)


def _fit_plane(picture: Picture):
    _check_f(picture)
    region = take_region(picture.data, picture.roi)
    aspect = picture.calibration.aspect
    return fit_plane(region.values, mask=region.mask, origin=region.origin, aspect=aspect), region


def _check_f(picture: Picture) -> None:
    """Refuse an image whose values all have one sign: f runs from below zero to above it across an edge."""
    finite = picture.data[np.isfinite(picture.data)]
    if finite.size and (finite.min() >= 0 or finite.max() <= 0):
        raise InputError(
            f'"{picture.title}" is no f image (values from {finite.min():g} to {finite.max():g}; f changes its sign '
            "on the edge): run Edge f... first"
        )


def _known_plane(picture: Picture) -> Plane:
    """The plane last fitted on this picture, or fitted now."""
    kept = picture.numbers(PLANE)
    return Plane(*kept, aspect=picture.calibration.aspect) if kept else _fit_plane(picture)[0]


def edge_distance(picture: Picture, a=None, b=None, c=None) -> Result:
    """Distance map (a + b x + c y) / p of the whole picture."""
    given = [v is not None for v in (a, b, c)]
    if any(given) and not all(given):
        raise InputError("give all of a, b and c, or none of them")
    plane = Plane(a, b, c, aspect=picture.calibration.aspect) if all(given) else _known_plane(picture)
    numbers = as_property(plane.a, plane.b, plane.c)
    distance = plane_distance(plane, np.shape(picture.data))
    out = new_image(picture, distance, "-distance", **{PLANE: numbers, SOURCE: picture.title})
    return Result([out], summary={"a": plane.a, "b": plane.b, "c": plane.c, "p": plane.p})


def edge_profile(picture: Picture, distance: Picture | None = None, degree: int = 5, plot=False) -> Result:
    """Odd polynomial f(d) from an f image and its distance map (or its plane)."""
    if SOURCE in picture.properties:
        raise InputError(f'"{picture.title}" is a distance map; give the f image, and this one as distance=')
    if distance is None:
        d = plane_distance(_known_plane(picture), np.shape(picture.data))
    else:
        d = np.asarray(distance.data, dtype=np.float64)
        if d.shape != np.shape(picture.data):
            raise InputError(
                f'the distance map "{distance.title}" has shape {d.shape}, the f image {np.shape(picture.data)}'
            )
    region = take_region(picture.data, picture.roi)
    y, x = region.origin[1], region.origin[0]
    part = d[y : y + region.shape[0], x : x + region.shape[1]]
    polynomial = profile_fit(part, region.values, degree, mask=region.mask)
    result = Result(properties={PROFILE: as_property(*polynomial.coefficients)})
    if not polynomial.monotone:
        result.warnings.append("f(d) does not rise everywhere: no PSF can be made of it; fit a lower degree")
    result.row = (
        polynomial.parameters | polynomial.sd | {"n": polynomial.n, "monotone": int(polynomial.monotone)}
    )
    if plot:
        inside = region.mask
        result.graphs.append(
            drawing.profile_graph(picture.base, part[inside], region.values[inside], polynomial)
        )
    return result


def _kernel(psf: PointSpread, size, picture: Picture | None) -> Picture:
    """Kernel image titled after the picture that the PSF was read from."""
    source = picture or Picture(np.zeros((1, 1)), title="")
    out = new_image(source, psf.kernel(size), "-PSF" if picture else "PSF")
    out.roi = None
    out.properties = {"edgepsf.psf": psf.to_json(size)}
    return out


def psf_from_profile(picture: Picture | None, size=None, plot=False, **coefficients) -> Result:
    """P(r) and kernel image of f(d) = p1 d + p3 d³ + …; without p1, of the profile last fitted."""
    given = {k: v for k, v in coefficients.items() if v is not None}
    if not given and picture is not None and PROFILE in picture.properties:
        given = {f"p{2 * i + 1}": v for i, v in enumerate(picture.numbers(PROFILE))}
    psf = from_profile(aspect=picture.calibration.aspect if picture else 1.0, **given)
    row = psf.parameters | {"fwhm": psf.fwhm, "mtf50": psf.mtf50, "energy_outside": psf.crop_loss(size)}
    row |= picture.calibration.in_units(row, {"fwhm": 1, "mtf50": -1}) if picture else {}
    result = Result([_kernel(psf, size, picture)], row, psf.summary(size), warnings=list(psf.warnings))
    if plot:
        result.graphs.append(psf_graph(picture.base if picture else "PSF", psf))
    return result


def psf_from_edge(
    picture: Picture,
    model="auto",
    pixel="sampled",
    v1=None,
    v2=None,
    size=None,
    plot=False,
    overlay=False,
    report=None,
) -> Result:
    """The full intensity fit of the edge in the region: kernel image and table row.

    With `overlay` that of every area in the overlay of an image open in ImageJ, rows only; `report` is the path of
    a PNG to write.
    """
    if overlay:
        return _overlay_rows(picture, size, plot, report, model=model, pixel=pixel, v1=v1, v2=v2)
    aspect = picture.calibration.aspect
    fit = edge_fit.fit_edge(picture.data, picture.roi, model=model, pixel=pixel, v1=v1, v2=v2, aspect=aspect)
    region = take_region(picture.data, picture.roi)
    result = Result(
        [_kernel(fit.psf, size, picture)],
        fit.row(picture.calibration),
        fit.summary(size),
        lines=fit.lines(region.origin, region.shape),
        warnings=list(fit.warnings),
    )
    if report is not None:
        write_page(picture.data, fit, picture.roi, report, title=picture.title)
    if plot:
        result.graphs += fit.graphs(picture.base, region)
    return result


def _overlay_rows(picture: Picture, size, plot, report, **options) -> Result:
    if size is not None or plot or report is not None:
        raise InputError("overlay makes rows of figures only: leave size, plot and report out")
    return fit_overlay(picture, **options)


def deconvolve(
    picture: Picture,
    psf: Picture,
    method="richardson_lucy",
    iterations=None,
    engine="native",
    boundary="extended",
    regularization=None,
    accelerate=False,
    tv=None,
    stop=None,
    background=None,
    saturation=None,
    mask: Picture | None = None,
    penalty=None,
    amount=None,
    radius=None,
    compat=None,
    memory=None,
    timeout=None,
    stack=False,
    callback=None,
) -> Result:
    """The whole picture restored with a kernel image; with `stack` every plane, or volumes with a 3-D PSF."""
    options = {
        "regularization": regularization,
        "tv": tv,
        "penalty": penalty,
        "amount": amount,
        "radius": radius,
        "compat": compat,
    }
    if engine == "native" and not (memory is None and timeout is None):
        raise InputError("memory and timeout are for a plugin engine; leave them out with engine=native")
    options |= {"memory": memory, "timeout": timeout}
    options |= {"accelerate": accelerate or None, "stop": stop}
    options = {name: value for name, value in options.items() if value is not None}
    kernel, data = psf.data, picture.data
    if psf.plane_count > 1 and not stack:
        raise InputError(
            f'the PSF "{psf.title}" has {psf.plane_count} planes; a volume is restored with stack'
        )
    if stack:
        kernel, data = psf.all_planes(), picture.all_planes()
    axes, data = _named(data, np.ndim(kernel), picture.dimensions)
    restored, record = restore(
        data,
        kernel,
        method,
        iterations,
        engine,
        callback,
        boundary=boundary,
        axes=axes,
        background=background,
        saturation=saturation,
        mask=None if mask is None else _left_out(mask, data.shape),
        full_output=True,
        **options,
    )
    planes = restored.reshape(-1, *restored.shape[-2:]) if axes != "yx" else restored
    summary = {name: value for name, value in record.items() if name not in ("objective", "residual")}
    left_out = np.sum(record.get("left_out", 0)) / restored.size
    warnings = [f"{100 * left_out:.3g} % of the pixels were left out"] if left_out > 0.5 else []
    out = new_image(picture, planes, "-deconvolved")
    return Result([out], summary=summary, warnings=[*summary.pop("warnings", []), *warnings])


def _named(data: np.ndarray, kernel_axes: int, dimensions) -> tuple[str, np.ndarray]:
    """Axes of a plane or of a stack in ImageJ's order (channels fastest, then slices, then frames)."""
    if data.ndim == 2:
        return "yx", data
    channels, slices, frames = dimensions
    if kernel_axes == 3 and slices < 2:
        raise InputError("a 3-D PSF needs a stack with slices (z); this one has channels or frames only")
    return "tzcyx", data.reshape(frames, slices, channels, *data.shape[1:])


def _left_out(mask: Picture, shape: tuple[int, ...]) -> np.ndarray:
    """Non-zero pixels of a mask image: of one plane for all, or of as many as the picture has."""
    planes = mask.all_planes() if mask.plane_count > 1 else mask.data
    bad = planes != 0
    if bad.shape[-2:] == shape[-2:] and bad.ndim == 2:
        return np.broadcast_to(bad, shape)
    if bad.size != np.prod(shape) or bad.shape[-2:] != shape[-2:]:
        raise InputError(f'the mask "{mask.title}" has shape {bad.shape}, the picture {shape}')
    return bad.reshape(shape)
