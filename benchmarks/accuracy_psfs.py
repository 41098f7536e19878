"""Tables of the PSFs in the library and outside it."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from functools import partial

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import norm

import edgepsf as ep
from accuracy_cells import Case, jumps, l1_distance
from accuracy_images import LIBRARY, OTHERS, OUTSIDE, V1, V2, G, edge, other_edge
from accuracy_tables import Row, choices, error_row, fits, l1_row, line_rows, reasons
from edgepsf.pictures.light import linear_to_srgb
from edgepsf.psf.families import library
from edgepsf.testing import distance, edge_image
from peers_accuracy import percent

HARMLESS = "sRGB left encoded, levels .45/.55"


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
        held = f"{sum(r['covered'] for r in fits(found))} of {len(found)}"
        rows += [mtf, width, Row(case.name, "95 % interval of FWHM holds the truth", held), away, reported]
    return rows


def other_cases(runs: int) -> list[Case]:
    return [
        Case(f"{name}, {100 * noise:g} %", partial(other_edge, name=name, noise=noise), runs, name)
        for name in OTHERS
        for noise in (0.01, 0.03)
    ]


def other_rows(cases, results) -> list[Row]:
    rows = []
    for case in cases:
        found = results[case.name]
        free = sum(r["model"] == "free" for r in fits(found))
        rows += [
            error_row(case.name, found, "mtf50", None),
            l1_row(case.name, found, None),
            Row(case.name, "reported as model-free", f"{free} of {len(found)} ({choices(found)})"),
        ]
    return rows


def information_edges() -> dict:
    """Edges without noise that no model of the library fits: model, levels, whether sRGB is left on."""
    out = {name: (model, V1, V2, False) for name, model in OUTSIDE.items()}
    out |= {f"sRGB left encoded, {name}": (model, V1, V2, True) for name, model in LIBRARY.items()}
    return out | {HARMLESS: (G, 0.45, 0.55, True)}


def information_row(name: str) -> Row:
    """How well the best wrong model explains such an edge, and how often a test could tell.

    The misfit is the sum over all pixels. No test that raises a false alarm on 1 % of the edges of that model
    sees the truth more often than Φ(√misfit − 2.33), even one that is told both shapes (Neyman and Pearson).
    """
    model, v1, v2, encode = information_edges()[name]
    center = (63.2, 64.1)
    image = edge_image(model, center=center, v1=v1, v2=v2)
    image = linear_to_srgb(image) if encode else image
    d = distance(image.shape, 5.0, center).ravel()
    gap, best, psf = min(misfits(image.ravel(), d, 0.01), key=lambda found: found[0])
    away = l1_distance(psf.radial, model.radial, jumps(psf.model, model))
    shift = percent(psf.mtf50 / ep.PointSpread(model).mtf50 - 1)
    power = [f"{100 * norm.cdf(np.sqrt(g) - norm.isf(0.01)):.0f} %" for g in (gap, gap / 9)]
    value = f"misfit {gap:.1f} at 1 % noise, {gap / 9:.1f} at 3 %; at best seen in {power[0]}, {power[1]}"
    return Row(name, f"best library model: {best}", f"{value}; its L1 {away:.3f}, MTF50 off by {shift}")


def misfits(values, d, noise: float):
    """(Σ residual² / noise variance, name, PSF) of each model of the library on a noise-free edge."""
    scale = noise * np.ptp(values)
    for name, each in library().items():

        def residual(p, each=each):
            return (p[0] + p[1] * each.esf_and_gradient(p[3:], d - p[2])[0] - values) / scale

        def jacobian(p, each=each):
            esf, slope, by_shape = each.esf_and_gradient(p[3:], d - p[2])
            rows = np.vstack([np.ones_like(d), esf, -p[1] * slope, p[1] * by_shape])
            return rows.T / scale

        start = [values.min(), np.ptp(values), 0.0, *(each.start(1.0) + 1e-3)]
        bounds = [-np.inf] * 3 + list(each.lower), [np.inf] * 3 + list(each.upper)
        found = least_squares(residual, start, jacobian, bounds, x_scale="jac")
        with contextlib.suppress(ep.EdgeError):
            yield 2.0 * found.cost, name, ep.PointSpread(each.model(found.x[3:]))
