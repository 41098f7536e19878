"""How accurate fit_edge is, against known edges: `python benchmarks/accuracy.py --seed 3` or `make accuracy SEED=3`.

Prints Markdown tables: each figure beside the Cramér–Rao bound (CRB) of the parameters needed, its target, and
what other tools make of the same images where `--peers` (or EDGEPSF_PEERS) names a Python that has them; see
peers_accuracy.py. The images depend on the seed alone.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from zlib import crc32

import numpy as np
import scipy

import edgepsf as ep
from edgepsf import testing
from edgepsf.color import linear_to_srgb
from edgepsf.psf import Airy, Disk, Gaussian, Logistic, Moffat, RadialModel
from edgepsf.psf.families import library
from edgepsf.testing import AiryDisk, GaussianMixture, Ring, distance, edge_image
from peers_accuracy import abel_fwhm, peer_error, percent, rms, setting_name, setting_width

CORES = 2
V1, V2 = 0.2, 0.8
STEP = V2 - V1
LIBRARY = {
    "Gaussian σ 1.5": Gaussian(1.5),
    "logistic p 1.2": Logistic(1.2),
    "disk R 3": Disk(3.0),
    "Moffat FWHM 3 β 2.5": Moffat(3.0 / (2.0 * np.sqrt(2.0**0.4 - 1.0)), 2.5),
    "Airy ν_c .35": Airy(0.35),
}
OUTSIDE = {
    "0.6 G(1) + 0.4 G(3)": GaussianMixture((0.6, 1.0), (0.4, 3.0)),
    "ring 1.5–3": Ring(1.5, 3.0),
    "Airy .35 ⊗ disk 1.2": AiryDisk(0.35, 1.2),
}
ANGLES = (0, 1, 2, 5, 14.04, 18.43, 26.57, 36.87, 45)
G = Gaussian(1.5)


# ---- images: module-level functions, so that they travel to other processes ----


def middle(rng, size: int) -> tuple[float, float]:
    """A point near the middle at a random phase against the pixel grid."""
    return tuple(size / 2 - 0.5 + rng.uniform(-1, 1, 2))


def edge(rng, model: RadialModel, size: int = 128, **settings):
    """Image and centre of one random edge."""
    center = middle(rng, size)
    settings = {"v1": V1, "v2": V2, "noise": 0.01, **settings}
    return edge_image(model, (size, size), center=center, seed=rng, **settings), center


def spoilt(rng, defect: Callable, **settings):
    image, center = edge(rng, G, **settings)
    return defect(image, rng), center


def hot(image, rng):
    return testing.with_hot_pixels(image, 0.003, 0.0, 1.0, rng)


def clipped(image, rng):
    return testing.clipped_at(image, 0.9, V1, V2)


def clipped_uint8(image, rng):
    return testing.quantised(40 + 215 * (image - V1) / (0.9 * STEP), np.uint8)


def encoded_edge(rng, model, **settings):
    image, center = edge(rng, model, **settings)
    return linear_to_srgb(image), center


def noise_only(rng, width: float = 0.0):
    shape = (128, 128)
    return testing.correlated_noise(shape, width, rng) if width else rng.standard_normal(shape), None


def constant(rng):
    return np.full((128, 128), 0.5), None


def ramp(rng):
    y, x = np.mgrid[:128, :128]
    return 0.2 + 0.6 * (x + 0.3 * y) / 165 + 0.006 * rng.standard_normal((128, 128)), None


def _moved(center, angle, shift):
    t = np.radians(angle)
    return center[0] + shift * np.cos(t), center[1] + shift * np.sin(t)


def bar(rng, width: float):
    center = middle(rng, 128)
    near, far = (G.esf(distance((128, 128), 5, _moved(center, 5, s))) for s in (width / 2, -width / 2))
    return _noisy(near - far, rng)


def stairs(rng):
    center = middle(rng, 128)
    near, far = (G.esf(distance((128, 128), 5, _moved(center, 5, s))) for s in (20, -20))
    return _noisy(0.55 * near + 0.45 * far, rng)


def corner(rng, turn: float, shift: float):
    center = middle(rng, 128)
    other = distance((128, 128), 5 + turn, _moved(center, 5 + turn, shift))
    return _noisy(G.esf(distance((128, 128), 5, center)) * G.esf(other), rng)


def _noisy(esf, rng):
    return V1 + STEP * (esf + 0.01 * rng.standard_normal(esf.shape)), None


# ---- one run ----


@dataclass(frozen=True)
class Case:
    """A cell of the tables: how to make its image, and the truth where there is one."""

    name: str
    make: Callable
    runs: int
    model: RadialModel | None = None
    angle: float = 5.0
    bound: dict | None = None  # settings of `bounds`; None where they are not wanted
    options: dict = field(default_factory=dict)


def image_of(case: Case, seed: int, run: int):
    rng = np.random.default_rng([seed, crc32(case.name.encode()), run])
    return case.make(rng)


def run_case(job: tuple[Case, int, int]) -> dict:
    """Errors of one fit; `refused` with the reason where there is no fit."""
    case, seed, run = job
    image, center = image_of(case, seed, run)
    out = {"case": case.name, "run": run}
    if case.bound is not None:
        out["bound"] = bounds(case.model, image.shape, case.angle, center, **case.bound)
    try:
        fit = ep.fit_edge(image, **case.options)
    except ep.EdgeError as error:
        return out | {"refused": str(error)}
    out |= {"model": fit.model, "warnings": list(fit.warnings), "width": fit.psf.fwhm}
    out["line"] = [fit.normal_angle, fit.offset, fit.v1, fit.v2]
    return out if case.model is None else out | errors(fit, case, center)


def errors(fit, case: Case, center) -> dict:
    truth = ep.PointSpread(case.model)
    low, high = fit.interval("fwhm")
    return {
        "mtf50": fit.psf.mtf50 / truth.mtf50 - 1,
        "fwhm": fit.psf.fwhm / truth.fwhm - 1,
        "l1": l1_distance(fit.psf.radial, case.model.radial, jumps(fit.psf.model, case.model)),
        "angle": (fit.normal_angle - case.angle + 90) % 180 - 90,
        "position": float(fit.distance(*center)),
        "covered": bool(low <= truth.fwhm <= high),
    }


def jumps(*models) -> list[float]:
    """Radii at which a P(r) jumps; the integral needs a node on either side."""
    found = [v for m in models for k, v in m.parameters.items() if k in ("radius", "inner", "outer")]
    return [r for r in found if r > 0]


def l1_distance(first, second, breaks=()) -> float:
    """∫ |P₁ − P₂| 2πr dr up to 64 px, half of the image: beyond it nothing was seen.

    It matters: the L1 distance of two Airy patterns grows with the logarithm of the end.
    """
    r = np.concatenate([np.linspace(0, 12, 2401), np.linspace(12, 64, 2001)])
    sides = [b + e for b in breaks for e in (-1e-9, 1e-9)]
    r = np.unique(np.concatenate([r, sides]))
    return float(np.trapezoid(np.abs(first(r) - second(r)) * 2 * np.pi * r, r))


def bounds(model: RadialModel, shape, angle: float, center, noise: float, l1: bool = False) -> dict:
    """Cramér–Rao bounds with v1, v2, angle, offset and shape unknown and white noise.

    The Jacobian is taken by central differences. MTF50 and FWHM are relative, the angle is in degrees.
    """
    kind, start = type(model), np.array(list(model.parameters.values()))

    def picture(p):
        d = distance(shape, angle + p[2], center) - p[3]
        return (p[0] + (p[1] - p[0]) * kind(*p[4:]).esf(d)).ravel()

    def figures(p):
        psf = ep.PointSpread(kind(*p[4:]))
        return np.array([np.log(psf.mtf50), np.log(psf.fwhm), p[2], p[3]])

    point = np.concatenate([[0.0, 1.0, 0.0, 0.0], start])
    steps = np.concatenate([[1e-3, 1e-3, 1e-3, 1e-3], 1e-3 * start])
    jacobian, gradient = (_differences(f, point, steps) for f in (picture, figures))
    covariance = noise**2 * np.linalg.inv(jacobian @ jacobian.T)
    sd = np.sqrt(np.einsum("ki,kl,li->i", gradient, covariance, gradient))
    out = dict(zip(("mtf50", "fwhm", "angle", "position"), sd.tolist(), strict=True))
    return out | {"l1": l1_bound(model, covariance[4:, 4:])} if l1 else out


def l1_bound(model: RadialModel, covariance) -> float:
    """Mean L1 distance of an estimator that reaches the bound: to first order linear in the error of the shape."""
    kind, start = type(model), np.array(list(model.parameters.values()))
    step = 1e-3 * start
    if len(start) == 1:  # two models apart instead of a derivative, which a disk has not
        near, far = kind(*(start - step)), kind(*(start + step))
        slope = l1_distance(near.radial, far.radial, jumps(near, far)) / (2 * step[0])
        return float(slope * np.sqrt(2 / np.pi * covariance[0, 0]))
    r = np.linspace(0, 64, 3201)
    slopes = _differences(lambda p: kind(*p).radial(r), start, step)
    errors = np.random.default_rng(0).multivariate_normal(np.zeros(len(start)), covariance, 400)
    return float(np.trapezoid(np.abs(errors @ slopes).mean(axis=0) * 2 * np.pi * r, r))


def _differences(function, point, steps) -> np.ndarray:
    """Derivative by each parameter, one per row."""
    moves = np.diag(steps)
    return np.array([(function(point + m) - function(point - m)) / (2 * m.sum()) for m in moves])


# ---- tables ----


@dataclass
class Row:
    case: str
    figure: str
    value: str
    bound: str = ""
    target: str = ""
    met: bool | None = None
    peers: str = ""

    def cells(self) -> list[str]:
        verdict = {True: "met", False: "**NOT met**", None: ""}[self.met]
        return [self.case, self.figure, self.value, self.bound, self.target, verdict, self.peers]


HEAD = ["case", "figure", "edgepsf", "CRB", "target", "verdict", "peers, same images"]


def show(title: str, rows: list[Row]) -> None:
    """Print a Markdown table, without the columns that are empty throughout."""
    cells = [HEAD] + [r.cells() for r in rows]
    used = [i for i in range(len(HEAD)) if any(c[i] for c in cells[1:])]
    lines = ["| " + " | ".join(c[i] for i in used) + " |" for c in cells]
    lines.insert(1, "|" + "---|" * len(used))
    print(f"\n## {title}\n\n" + "\n".join(lines), flush=True)


def fits(results: list[dict]) -> list[dict]:
    return [r for r in results if "mtf50" in r]


def failures(results: list[dict]) -> str:
    """What to add to a figure that not every run gave."""
    count = len(results) - len(fits(results))
    return f"; {count} of {len(results)} refused" if count else ""


def error_row(case: str, results, name: str, target: float | None, label: str = "") -> Row:
    """RMS error with the bias (mean error) of a relative figure."""
    good = fits(results)
    values = [r[name] for r in good]
    size = rms(values)
    bias = float(np.mean(values)) if values else float("nan")
    known = [r["bound"][name] for r in good if "bound" in r]
    return Row(
        case,
        label or f"{name.upper()} RMS error (bias)",
        f"{percent(size)} ({100 * bias:+.2f})" + failures(results),
        percent(rms(known)) if known else "",
        "" if target is None else f"≤ {100 * target:g} %",
        None if target is None else len(good) == len(results) and size <= target,
    )


def coverage_row(case: str, results, low: float, high: float) -> Row:
    share = float(np.mean([r["covered"] for r in fits(results)]))
    return Row(
        case,
        f"95 % interval of FWHM holds the truth, {len(results)} seeds",
        f"{share:.3f}" + failures(results),
        target=f"{low:g}–{high:g}",
        # Of a few seeds the share says nothing.
        met=low <= share <= high and len(fits(results)) == len(results) if len(results) >= 100 else None,
    )


def line_rows(case: str, results, judged: bool) -> list[Row]:
    """Angle and position beside 1.3 × their bound."""
    rows = []
    for name, unit, scale in (("angle", "°", 1.0), ("position", "px", 1.0)):
        good = fits(results)
        size, bound = rms([r[name] for r in good]), rms([r["bound"][name] for r in good])
        target, met = (f"≤ {1.3 * bound * scale:.5f}", size <= 1.3 * bound) if judged else ("", None)
        rows.append(Row(case, f"{name} RMS error, {unit}", f"{size:.5f}", f"{bound:.5f}", target, met))
    return rows


def choices(results) -> str:
    return ", ".join(f"{m} {c}" for m, c in Counter(r["model"] for r in fits(results)).most_common())


# ---- sections ----


def library_cases(runs: int) -> list[Case]:
    return [
        Case(
            f"{name}, {100 * noise:g} %",
            partial(edge, model=model, noise=noise),
            runs,
            model,
            bound={"noise": noise, "l1": True},
        )
        for name, model in LIBRARY.items()
        for noise in (0.01, 0.03)
    ]


def library_rows(cases, results, peers) -> list[Row]:
    rows = []
    for case in cases:
        found, low = results[case.name], case.name.endswith(" 1 %")
        fwhm = 0.008 if low else 0.03 if "Moffat" in case.name else 0.025
        mtf = error_row(case.name, found, "mtf50", 0.005 if low else 0.01)
        width = error_row(case.name, found, "fwhm", fwhm)
        distance_row = l1_row(case.name, found, 0.010 if low else 0.025)
        mtf.peers, width.peers, distance_row.peers = (
            peers.get((case.name, k), "") for k in ("mtf50", "fwhm", "l1")
        )
        model = Row(case.name, "model chosen", choices(found))
        rows += [mtf, width, distance_row, *line_rows(case.name, found, low), model]
    return rows


def l1_row(case: str, results, target: float) -> Row:
    values = [r["l1"] for r in fits(results)]
    mean = float(np.mean(values)) if values else float("nan")
    met = len(values) == len(results) and mean <= target
    text = f"{mean:.4f} (worst {max(values, default=float('nan')):.4f})" + failures(results)
    known = [r["bound"]["l1"] for r in fits(results) if "bound" in r]
    bound = f"{np.mean(known):.4f}" if known else ""
    return Row(case, "L1 of P, mean", text, bound, f"≤ {target:.3f}", met)


def outside_cases(runs: int) -> list[Case]:
    return [
        Case(f"{name}, {100 * noise:g} %", partial(edge, model=model, noise=noise), runs, model)
        for name, model in OUTSIDE.items()
        for noise in (0.01, 0.03)
    ]


def outside_rows(cases, results, peers) -> list[Row]:
    rows = []
    for case in cases:
        found, low = results[case.name], case.name.endswith(" 1 %")
        mtf, width = (error_row(case.name, found, k, None) for k in ("mtf50", "fwhm"))
        away = l1_row(case.name, found, 0.06 if low else 0.12)
        mtf.peers, width.peers, away.peers = (peers.get((case.name, k), "") for k in ("mtf50", "fwhm", "l1"))
        free = sum(r["model"] == "free" for r in fits(found))
        reported = Row(
            case.name, "reported as model-free", f"{free} of {len(found)} ({choices(found)})",
            target="every time", met=free == len(found),
        )  # fmt: skip
        rows += [mtf, width, away, reported]
    return rows


def angle_cases(runs: int, quick: bool) -> list[Case]:
    runs, quarters = (1, (0, 270)) if quick else (runs, (0, 90, 180, 270))
    return [
        Case(
            f"σ {sigma:g}, {angle:g}° + {quarter}°",
            partial(edge, model=Gaussian(sigma), angle=angle + quarter),
            runs,
            Gaussian(sigma),
            angle + quarter,
            bound={"noise": 0.01},
        )
        for sigma in (0.6, 1.5)
        for angle in ANGLES
        for quarter in quarters
    ]


def angle_rows(cases, results) -> list[Row]:
    """The worst of the quarter turns of each angle; a turn by 180° swaps dark and bright."""
    groups: dict[str, list[Row]] = {}
    for case in cases:
        row = error_row(case.name, results[case.name], "mtf50", 0.005)
        groups.setdefault(case.name.split("° +")[0], []).append(row)
    rows = []
    for name, group in groups.items():
        worst = max(group, key=lambda r: (r.met is False, float(r.value.split()[0])))
        turn = worst.case.split("+ ")[1]
        worst.case, worst.figure = (
            f"{name}°",
            f"MTF50 RMS error (bias), worst of {len(group)} turns (+ {turn})",
        )
        rows.append(worst)
    return rows


def coverage_cases(seeds: int) -> list[Case]:
    kinds = {
        "white": {},
        "correlated by 0.7 px": {"kind": "correlated", "correlation": 0.7},
        "Poisson": {"kind": "poisson"},
    }
    few = partial(edge, size=64, noise=0.03)
    white = {"noise": 0.03}
    cases = [
        Case(
            f"Gaussian σ 1.5, {name}, 64², 3 %",
            partial(few, model=G, **more),
            seeds,
            G,
            bound=None if more else white,
        )
        for name, more in kinds.items()
    ]
    others = [
        Case(f"{name}, white, 64², 3 %", partial(few, model=model), (seeds + 1) // 2, model, bound=white)
        for name, model in list(LIBRARY.items())[1:]
    ]
    small = Case(
        "24×24, Gaussian σ 1.5, 1 %", partial(edge, model=G, size=24), seeds, G, bound={"noise": 0.01}
    )
    return [*cases, *others, small]


def coverage_rows(cases, results) -> list[Row]:
    rows = []
    for case in cases:
        found = results[case.name]
        low = 0.92 if "white" in case.name else 0.90
        small = case.name.startswith("24")
        rows.append(error_row(case.name, found, "fwhm", 0.03 if small else None))
        row = coverage_row(case.name, found, low, 0.98)
        rows.append(row)
    return rows


def information_edges() -> dict:
    """Edges without noise that no model of the library fits: model, levels, whether sRGB is left on."""
    out = {name: (model, V1, V2, False) for name, model in OUTSIDE.items()}
    out |= {f"sRGB left encoded, {name}": (model, V1, V2, True) for name, model in LIBRARY.items()}
    return out | {HARMLESS: (G, 0.45, 0.55, True)}


def information_row(name: str) -> Row:
    """How well the best wrong model explains such an edge.

    Where the misfit, summed over all pixels, is below what BIC charges for one number, ln n = 9.7 noise
    variances, no test sees the truth, and the error of that model is that of whoever trusts the simplest one.
    """
    model, v1, v2, encode = information_edges()[name]
    image = edge_image(model, center=(63.2, 64.1), v1=v1, v2=v2)
    image = linear_to_srgb(image) if encode else image
    gap, best, psf = min(misfits(image, 0.01), key=lambda found: found[0])
    away = l1_distance(psf.radial, model.radial, jumps(psf.model, model))
    shift = percent(psf.mtf50 / ep.PointSpread(model).mtf50 - 1)
    value = f"misfit {gap:.1f} at 1 % noise, {gap / 9:.1f} at 3 %; its L1 {away:.3f}, MTF50 off by {shift}"
    return Row(name, f"best library model: {best}", value)


def misfits(image, noise: float):
    """(Σ residual² / noise variance, name, PSF) of each model of the library on a noise-free image."""
    x, y = np.meshgrid(np.arange(image.shape[1]), np.arange(image.shape[0]))
    for name in library():
        try:
            fit = ep.fit_edge(image, model=name)
        except ep.EdgeError:
            continue
        residual = (image - fit.esf(fit.distance(x, y))) / (noise * np.ptp(image))
        yield float((residual**2).sum()), name, fit.psf


DISTURBED = {
    "brightness gradient 10 %": (partial(edge, model=G, gradient=0.1), 0.01),
    "0.3 % hot or dead pixels": (partial(spoilt, defect=hot), 0.007),
    "edge curved R = 1500 px": (partial(edge, model=G, radius=1500.0), 0.004),
}


def disturbed_cases(runs: int) -> list[Case]:
    return [Case(name, make, runs, G) for name, (make, _) in DISTURBED.items()]


def disturbed_rows(cases, results) -> list[Row]:
    return [error_row(c.name, results[c.name], "mtf50", DISTURBED[c.name][1]) for c in cases]


EDGE = r"no (single )?edge"
REFUSALS = {
    "plateau clipped at 90 % of the step": (partial(spoilt, defect=clipped), r"clipped"),
    "the same in uint8": (partial(spoilt, defect=clipped_uint8), r"clipped"),
    "white noise only": (noise_only, EDGE),
    "noise correlated by 2 px only": (partial(noise_only, width=2.0), EDGE),
    "no edge: constant": (constant, EDGE),
    "no edge: linear ramp": (ramp, EDGE + r"|too wide"),
    "two edges, bar of 8 px": (partial(bar, width=8.0), r"single edge|one edge"),
    "two edges, bar of 24 px": (partial(bar, width=24.0), r"single edge|one edge"),
    "two edges, bar of 60 px": (partial(bar, width=60.0), r"single edge|one edge"),
    "two edges, stairs": (stairs, r"single edge|one edge"),
    "corner of 90°": (partial(corner, turn=90.0, shift=0.0), r"single edge|one edge"),
    "corner of 60°, off the middle": (partial(corner, turn=60.0, shift=30.0), r"single edge|one edge"),
    **{
        f"sRGB left encoded, {name}": (partial(encoded_edge, model=model), r"gamma")
        for name, model in LIBRARY.items()
    },
}
HARMLESS = "sRGB left encoded, levels .45/.55"


def refusal_cases(runs: int) -> list[Case]:
    cases = [Case(name, make, runs) for name, (make, _) in REFUSALS.items()]
    return [*cases, Case(HARMLESS, partial(encoded_edge, model=G, v1=0.45, v2=0.55), runs, G)]


def refusal_rows(cases, results) -> list[Row]:
    rows = []
    for case in cases:
        found = results[case.name]
        refused, silent = (
            sum(map(test, found)) for test in (lambda r: "refused" in r, lambda r: not reasons(r))
        )
        text = f"{refused} refused, {len(found) - refused - silent} warned, {silent} silent"
        if case.name == HARMLESS:
            error = error_row(case.name, found, "mtf50", None)
            rows.append(
                Row(case.name, "cannot be seen, and harms little", f"{text}; MTF50 off by {error.value}")
            )
            continue
        wanted = re.compile(REFUSALS[case.name][1])
        true = sum(any(wanted.search(s) for s in reasons(r)) for r in found)
        text += f"; true reason {true} of {len(found)}"
        said = f"“{example(found, wanted)}”"
        rows.append(Row(case.name, said, text, target="every time", met=true == len(found)))
    return rows


def reasons(result: dict) -> list[str]:
    return [result["refused"]] if "refused" in result else result["warnings"]


def example(results, wanted) -> str:
    """The commonest wanted sentence, its numbers left as they are."""
    said = [s for r in results for s in reasons(r)]
    said = [s for s in said if wanted.search(s)] or said or ["nothing"]
    return said[0] if len(said[0]) < 110 else said[0][:107] + "…"


def clean_rows(results: dict) -> list[Row]:
    """Warnings on edges that have nothing wrong."""
    found = [r for case in library_cases(0) for r in results[case.name]]
    said = Counter(re.sub(r"[\d.]+", "#", s) for r in found for s in reasons(r))
    text = "; ".join(f"{n}× {s[:80]}" for s, n in said.most_common()) or "none"
    return [
        Row(
            "all clean library edges",
            "warnings or refusals",
            f"{sum(map(bool, map(reasons, found)))} of {len(found)}: {text}",
        )
    ]


def optical_cases(runs: int) -> list[Case]:
    return [
        Case(
            f"box pixels, {name}, 1 %, pixel=\"optical\"", partial(edge, model=model, box=True), runs, model,
            options={"pixel": "optical"},
        )
        for name, model in LIBRARY.items()
    ]  # fmt: skip


def optical_rows(cases, results) -> list[Row]:
    return [error_row(c.name, results[c.name], k, None) for c in cases for k in ("mtf50", "fwhm")]


def same_edge_rows(seed: int) -> list[Row]:
    """The same gray values in other number types, turned and mirrored."""
    rng = np.random.default_rng([seed, 1])
    base = testing.quantised(edge(rng, G, v1=40.0, v2=200.0)[0], np.uint8)
    variants = {
        "uint16": base.astype(np.uint16),
        "float32": base.astype(np.float32),
        "float64": base.astype(np.float64),
        "turned by 90°": np.rot90(base),
        "turned by 180°": np.rot90(base, 2),
        "mirrored": base[:, ::-1],
        "upside down": base[::-1],
        "transposed": base.T,
    }
    reference, rows = ep.fit_edge(base).psf, []
    r = np.linspace(0, 10, 201)
    for name, image in variants.items():
        psf = ep.fit_edge(np.ascontiguousarray(image)).psf
        away = np.abs(psf.radial(r) - reference.radial(r)).max() / reference.radial(0.0)
        change = float(max(away, abs(psf.fwhm / reference.fwhm - 1)))
        rows.append(
            Row(
                f"uint8 edge as {name}",
                "largest relative change of P(r), FWHM",
                f"{change:.1e}",
                "",
                "≤ 1e-6",
                change <= 1e-6,
            )
        )
    return rows


# ---- times ----


def median_time(function, repeats: int) -> float:
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def fit_small(seed: int) -> float:
    rng = np.random.default_rng([seed, 2])
    fit = ep.fit_edge(edge(rng, list(LIBRARY.values())[seed % 5], size=64)[0])
    return fit.interval("fwhm")[0]


def time_rows(seed: int, quick: bool) -> list[Row]:
    rng, rows = np.random.default_rng([seed, 3]), []
    for name, model in (LIBRARY if quick else LIBRARY | OUTSIDE).items():
        image = edge(rng, model)[0]
        seconds = median_time(lambda image=image: ep.fit_edge(image).interval("fwhm"), 1 if quick else 5)
        outside = name in OUTSIDE
        rows.append(
            Row(f"128² {name}, auto, with interval", "median time", f"{1e3 * seconds:.0f} ms",
                target="" if outside else "≤ 250 ms", met=None if outside else seconds <= 0.25)
        )  # fmt: skip
    if not quick:
        image = edge(rng, G, size=1024)[0]
        seconds = median_time(lambda: ep.fit_edge(image).interval("fwhm"), 3)
        rows.append(Row("1024² Gaussian", "median time", f"{seconds:.2f} s", "", "≤ 2 s", seconds <= 2))
    return rows


def many_row(pool, seed: int, quick: bool) -> Row:
    count = 40 if quick else 1000
    start = time.perf_counter()
    pool.map(fit_small, range(1000 * seed, 1000 * seed + count), chunksize=10)
    seconds = time.perf_counter() - start
    name = f"{count} ROIs of 64², all five PSFs in turn, {CORES} processes"
    limit = 60 * count / 1000
    return Row(name, "time", f"{seconds:.1f} s", target=f"≤ {limit:g} s", met=seconds <= limit)


# ---- peers ----


def ask_peers(python: str, cases: list[Case], results: dict, seed: int) -> tuple[dict, str]:
    """(case, figure) → sentence about the peers on the same images, and their versions."""
    found = {c.name: fits(results[c.name]) for c in cases}
    images = [image_of(c, seed, r["run"])[0] for c in cases for r in found[c.name]]
    lines = [r["line"] for c in cases for r in found[c.name]]
    with tempfile.TemporaryDirectory() as folder:
        given, answers = Path(folder, "images.npz"), Path(folder, "answers.npz")
        np.savez(given, images=images, lines=lines)
        script = Path(__file__).with_name("peers_accuracy.py")
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        subprocess.run([python, str(script), str(given), str(answers)], check=True, env=env)
        with np.load(answers) as loaded:
            told = dict(loaded)
    out, start = {}, 0
    for case in cases:
        stop = start + len(found[case.name])
        out |= compare_peers(case, {k: v[start:stop] for k, v in told.items() if k != "versions"})
        start = stop
    return out, str(told["versions"])


def compare_peers(case: Case, told: dict) -> dict:
    truth = ep.PointSpread(case.model)
    curves = [
        f"{name} {peer_error(np.asarray(told[name]) / truth.mtf50 - 1)}" for name in ("quickMTF", "micro-CT")
    ]
    out = {(case.name, "mtf50"): ", ".join(curves)}
    abel = {k: v for k, v in told.items() if k.startswith("abel")}
    width = {
        k: np.array([abel_fwhm(p, setting_width(k)) for p in v]) / truth.fwhm - 1 for k, v in abel.items()
    }
    away = {k: np.mean([abel_l1(p, setting_width(k), case.model) for p in v]) for k, v in abel.items()}
    # The best of all settings, known only because the truth is: more than a user of it could have.
    best = min(width, key=lambda k: rms(width[k]) if np.isfinite(width[k]).all() else math.inf)
    out[case.name, "fwhm"] = f"PyAbel {peer_error(width[best])}, best of {len(abel)}: {setting_name(best)}"
    best = min(away, key=away.get)
    out[case.name, "l1"] = f"PyAbel {away[best]:.3f}, best of {len(abel)}: {setting_name(best)}"
    return out


def abel_l1(profile, step: float, model: RadialModel) -> float:
    radii = np.arange(len(profile)) * step
    return l1_distance(lambda r: np.interp(r, radii, profile, right=0.0), model.radial, jumps(model))


# ---- the whole ----


def run_all(pool, cases: list[Case], seed: int) -> dict[str, list[dict]]:
    jobs = [(case, seed, run) for case in cases for run in range(case.runs)]
    results: dict[str, list[dict]] = {case.name: [] for case in cases}
    for result in pool.imap(run_case, jobs, chunksize=4):
        results[result["case"]].append(result)
    return results


def arguments(argv=None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, required=True, help="any number; the images depend on it alone")
    parser.add_argument("--runs", type=int, default=20, help="edges a cell (default 20)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="2 edges a cell, 10 for intervals: under a minute, no more than a look",
    )
    parser.add_argument(
        "--peers",
        default=os.environ.get("EDGEPSF_PEERS"),
        help="Python with PyAbel, quickMTF and micro-ct-image-quality-toolbox (default: EDGEPSF_PEERS)",
    )
    parser.add_argument(
        "--only", default="", help="only tables of which this (a regular expression) is in the title"
    )
    args = parser.parse_args(argv)
    args.wanted = lambda title: re.search(args.only, title) is not None
    return args


def with_peers(args, cases, results) -> dict:
    """What peers make of these images, with their versions printed; empty where there are none."""
    if not args.peers:
        print("\nPeers skipped: name a Python that has them with --peers or EDGEPSF_PEERS.")
        return {}
    peers, versions = ask_peers(args.peers, cases, results, args.seed)
    print(f"\nPeers: {versions}.")
    return peers


def psf_sections(args, pool, runs: int):
    inside, outside = library_cases(runs), outside_cases(runs)
    found = run_all(pool, [*inside, *outside], args.seed)
    peers = with_peers(args, [*inside, *outside], found)
    yield "PSFs of the library", [*library_rows(inside, found, peers), *clean_rows(found)]
    yield "PSFs outside the library", outside_rows(outside, found, peers)


def sections(args, pool):
    """Title and rows of each table, as they come."""
    runs, seeds = (2, 10) if args.quick else (args.runs, 200)
    if args.wanted("PSFs"):
        yield from psf_sections(args, pool, runs)
    simple = {
        "Angles and polarity, 1 % noise": (angle_cases(runs, args.quick), angle_rows),
        "Intervals and small regions": (coverage_cases(seeds), coverage_rows),
        "Gradient, bad pixels, curvature (Gaussian σ 1.5, 1 %)": (disturbed_cases(runs), disturbed_rows),
        "Refusals and warnings": (refusal_cases(runs), refusal_rows),
        "Box pixels": (optical_cases((runs + 1) // 2), optical_rows),
    }
    for title, (cases, rows) in simple.items():
        if args.wanted(title):
            yield title, rows(cases, run_all(pool, cases, args.seed))
    if not args.quick and args.wanted("Visible"):
        rows = pool.map(information_row, information_edges(), chunksize=1)
        yield "Visible or not: misfit in noise variances; BIC asks 9.7 for a number", rows
    if args.wanted("Number types"):
        yield "Number types, turns, mirrors", same_edge_rows(args.seed)


def time_section(args, pool, alone: list[Row]):
    yield "Times", [*alone, many_row(pool, args.seed, args.quick)]


def main(argv=None) -> None:
    args, started = arguments(argv), time.perf_counter()
    print(
        f"edgepsf {ep.__version__}, seed {args.seed}; Python {platform.python_version()}, numpy {np.__version__}, "
        f"scipy {scipy.__version__}, {os.cpu_count()} cores ({platform.machine()}), load {os.getloadavg()[0]:.1f}"
    )
    judged, timed = [], args.wanted("Times")
    alone = time_rows(args.seed, args.quick) if timed else []
    # One thread a process: the processes are the parallelism. Read by numpy when a process starts.
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with get_context("spawn").Pool(CORES) as pool:
        for title, rows in chain(time_section(args, pool, alone) if timed else [], sections(args, pool)):
            show(title, rows)
            judged += [r for r in rows if r.met is not None]
    missed = [r for r in judged if not r.met]
    print(
        f"\n{len(judged) - len(missed)} of {len(judged)} targets met; {time.perf_counter() - started:.0f} s.\n"
    )
    for row in missed:
        print(f"- NOT met: {row.case}: {row.figure}: {row.value}, target {row.target}")


if __name__ == "__main__":
    sys.exit(main())
