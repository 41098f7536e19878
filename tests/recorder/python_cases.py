"""Cases of the Python names that are public."""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from edgepsf.io import read_picture

import edgepsf as ep

from .case import BOUNDARIES, ITERATIVE, METHODS, Case, plain
from .figures import described
from .pictures import blurred, edge, kernel, scene

BOX = (20, 8, 56, 60)
MODELS = ("auto", "gaussian", "logistic", "logistic3", "logistic5", "disk", "moffat", "airy", "free")
PSF = kernel((9, 9))
SHAPES = {
    "airy": (ep.psf.Airy, (0.4,)),
    "disk": (ep.psf.Disk, (2.3,)),
    "gaussian": (ep.psf.Gaussian, (1.4,)),
    "logistic": (ep.psf.Logistic, (1.1, 0.03)),
    "moffat": (ep.psf.Moffat, (2.1, 2.5)),
}


def called(work: Callable[[], Any]) -> Callable[[Path], dict[str, Any]]:
    """A run that records what a call gives, or how it fails."""

    def run(root: Path) -> dict[str, Any]:
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            try:
                out = {"front": "python", "value": described(work())}
            except Exception as error:
                out = {"front": "python", "error": f"{type(error).__name__}: {error}"}
        text = plain(said.getvalue(), root)
        return out | ({"stderr": text} if text else {})

    return run


def fits() -> dict[str, Callable[[], Any]]:
    """Calls of fit_edge."""
    y, x = np.mgrid[:80, :96]
    oval = ((x - 48) / 26.0) ** 2 + ((y - 38) / 30.0) ** 2 < 1
    out = {f"model {m}": lambda m=m: ep.fit_edge(edge(), BOX, model=m) for m in MODELS}
    out |= {
        "mask": lambda: ep.fit_edge(edge(), oval, model="logistic"),
        "mask auto": lambda: ep.fit_edge(edge(), oval),
        "optical": lambda: ep.fit_edge(edge(), model="gaussian", pixel="optical"),
        "aspect": lambda: ep.fit_edge(edge(), model="logistic", aspect=1.2),
        "levels": lambda: ep.fit_edge(edge(), model="logistic", v1=30, v2=100),
        "curved": lambda: ep.fit_edge(edge(ep.psf.Gaussian(1.2), radius=150.0), model="gaussian"),
        "gradient": lambda: ep.fit_edge(edge(gradient=0.2), model="logistic"),
        "correlated": lambda: ep.fit_edge(edge(kind="correlated"), model="logistic"),
        "poisson": lambda: ep.fit_edge(edge(kind="poisson"), model="logistic"),
        "flat": lambda: ep.fit_edge(np.full((40, 40), 7.0)),
        "noise": lambda: ep.fit_edge(np.random.default_rng(0).standard_normal((60, 60))),
        "complex": lambda: ep.fit_edge(edge().astype(complex)),
        "volume": lambda: ep.fit_edge(np.zeros((3, 4, 5))),
        "unknown figure": lambda: ep.fit_edge(edge(), model="gaussian").interval("gain"),
        "json": lambda: ep.fit_edge(edge(), model="gaussian").to_json(),
    }
    return {f"fit_edge/{name}": work for name, work in out.items()}


def steps() -> dict[str, Callable[[], Any]]:
    """Calls of the single steps and of the models."""
    image = edge()
    g = lambda: ep.edge.g(image, 30, 100)  # noqa: E731
    f = lambda: ep.edge.f(g())  # noqa: E731
    plane = lambda: ep.edge.fit_plane(f()[8:68, 20:76], origin=(20, 8))  # noqa: E731
    at = lambda: ep.edge.distance_map(plane(), image.shape)  # noqa: E731
    values = np.linspace(-3, 3, 9)
    out = {
        "edge/g": g,
        "edge/f": f,
        "edge/fit_plane": plane,
        "edge/distance_map": at,
        "edge/fit_profile": lambda: ep.edge.fit_profile(at()[8:68, 20:76], f()[8:68, 20:76], 3),
        "edge/fit_profile even": lambda: ep.edge.fit_profile(at(), f(), 4),
        "edge/estimate_levels": lambda: ep.edge.estimate_levels(image, np.ones(image.shape, bool)),
        "edge/esf_from_f": lambda: ep.edge.esf_from_f(values),
        "edge/g_from_f": lambda: ep.edge.g_from_f(values),
        "edge/df_dg": lambda: ep.edge.df_dg(np.linspace(0.1, 0.4, 5)),
        "edge/dg_dv": lambda: ep.edge.dg_dv(30.0, 100.0),
        "edge/v_from_g": lambda: ep.edge.v_from_g(np.linspace(0, 0.5, 5), 30.0, 100.0),
        "edge/names": lambda: sorted(ep.edge.__all__),
        "psf/names": lambda: sorted(ep.psf.__all__),
        "psf/from_profile": lambda: ep.psf.from_profile(p1=0.9, p3=0.02),
        "psf/from_profile aspect": lambda: ep.psf.from_profile(p1=0.9, aspect=1.3),
        "psf/from_profile no p1": lambda: ep.psf.from_profile(p3=0.9),
        "psf/closed form": lambda: ep.psf.logistic_closed_form(np.linspace(0.1, 4, 7), 1.2),
        "names": lambda: sorted(ep.__all__),
    }
    for name, (model, size) in SHAPES.items():
        out[f"psf/{name}"] = lambda m=model, s=size: m(*s)
        for pixel in ("sampled", "optical"):
            out[f"psf/{name} {pixel}"] = lambda m=model, s=size, p=pixel: ep.PointSpread(m(*s), p, 1.1)
    return out


def restored() -> dict[str, Callable[[], Any]]:
    """Calls of deconvolve."""
    y, five = blurred((60, 64), PSF), np.stack([blurred((8, 20, 22), kernel((3, 5, 5)))] * 2)
    out: dict[str, Callable[[], Any]] = {}
    for method in METHODS:
        count = 4 if method in ITERATIVE else None
        for boundary in BOUNDARIES if method in ("richardson_lucy", "wiener", "cgls") else BOUNDARIES[:1]:
            out[f"{method} {boundary}"] = lambda m=method, b=boundary, n=count: ep.deconvolve(
                y, PSF, m, n, boundary=b, full_output=True
            )
    model = ep.psf.from_profile(p1=1.2)
    seen: list[Any] = []
    calls = {
        "psf model": lambda: ep.deconvolve(y, model, iterations=4),
        "float64": lambda: ep.deconvolve(y.astype(np.float64), PSF, iterations=4),
        "uint8": lambda: ep.deconvolve(np.minimum(y, 255).astype(np.uint8), PSF, "wiener"),
        "mask": lambda: ep.deconvolve(y, PSF, iterations=4, mask=y > 200, background=5, full_output=True),
        "callback": lambda: (ep.deconvolve(y, PSF, iterations=4, callback=_heard(seen)), list(seen)),
        "stopped by callback": lambda: ep.deconvolve(y, PSF, iterations=9, callback=lambda i, n, info: i < 3),
        "step": lambda: ep.deconvolve(y, PSF, "landweber", 4, step=0.5),
        "workers": lambda: ep.deconvolve(y, PSF, iterations=4, workers=2),
        "axes": lambda: ep.deconvolve(five, kernel((3, 5, 5)), iterations=3, axes="tzyx", full_output=True),
        "axes planes": lambda: ep.deconvolve(five, kernel((5, 5)), "wiener", axes="tzyx", full_output=True),
        "axes missing": lambda: ep.deconvolve(five, kernel((5, 5)), "wiener"),
        "volume": lambda: ep.deconvolve(five[0], kernel((3, 5, 5)), "cgls", 3),
        "DL2": lambda: ep.deconvolve(y, PSF, "RL 4", compat="DeconvolutionLab2", full_output=True),
        "PID": lambda: ep.deconvolve(y, PSF, "WPL", 3, compat="Parallel Iterative", full_output=True),
        "unknown": lambda: ep.deconvolve(y, PSF, "magic"),
        "unknown option": lambda: ep.deconvolve(y, PSF, "wiener", tv=1),
        "masked array": lambda: ep.deconvolve(np.ma.masked_greater(y, 50), PSF),
        "iterations": lambda: ep.deconvolve(y, PSF, iterations=2.5),
        "step 3": lambda: ep.deconvolve(y, PSF, "landweber", step=3),
        "workers 0": lambda: ep.deconvolve(y, PSF, workers=0),
        "accelerate 1": lambda: ep.deconvolve(y, PSF, accelerate=1),
        "engine": lambda: ep.deconvolve(y, PSF, engine="other"),
        "signature": lambda: str(inspect.signature(ep.deconvolve)),
    }
    return {f"deconvolve/{name}": work for name, work in (out | calls).items()}


def _heard(seen: list[Any]) -> Callable[[int, int, dict[str, Any]], None]:
    seen.clear()
    return lambda i, n, info: seen.append([i, n, sorted(info)])


def sharpened() -> dict[str, Callable[[], Any]]:
    """Calls of the comparison with unsharp masks."""
    y, truth = blurred((60, 64), PSF), scene((60, 64)).astype(np.float32)
    return {
        "compare/wiener": lambda: ep.compare_sharpening(y, PSF, "wiener"),
        "compare/truth": lambda: ep.compare_sharpening(y, PSF, iterations=4, truth=truth, roi=(8, 8, 40, 40)),
        "compare/stop": lambda: ep.compare_sharpening(y, PSF, stop="auto"),
        "compare/flat": lambda: ep.compare_sharpening(np.ones((20, 20)), PSF),
        "unsharp/best": lambda: ep.best_unsharp_mask(y, truth),
        "unsharp/region": lambda: ep.best_unsharp_mask(y, truth, region=truth > 50),
        "unsharp/mask": lambda: ep.unsharp_mask(y, 1.5, 0.8),
        "unsharp/bad": lambda: ep.unsharp_mask(y, -1, 0.8),
        "signature": lambda: [str(inspect.signature(v)) for v in (ep.fit_edge, ep.compare_sharpening)],
    }


PICTURES = ("edge16.tif", "edge.png", "tall.tif", "hyper.tif", "color.tif", "broken.tif", "f.tif")


def _read(name: str) -> dict[str, Any]:
    picture = read_picture(name)
    names = ("title", "calibration", "properties", "dimensions", "plane_count")
    return {n: described(getattr(picture, n)) for n in names} | {"data": described(picture.data)}


def all_cases() -> list[Case]:
    """Every case of this module."""
    works = fits() | steps() | restored() | sharpened()
    works |= {f"read_picture/{name}": lambda name=name: _read(name) for name in PICTURES}
    return [Case(f"python/{name}", called(work)) for name, work in works.items()]
