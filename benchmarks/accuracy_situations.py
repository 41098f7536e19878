"""Tables of what else a user may bring: any angle, noise, small regions, defects, box pixels, no edge at all."""

from __future__ import annotations

import re
from functools import partial

import numpy as np

import edgepsf as ep
from accuracy_cells import Case
from accuracy_images import (
    LIBRARY,
    G,
    bar,
    clipped,
    clipped_uint8,
    constant,
    corner,
    edge,
    encoded_edge,
    hot,
    noise_only,
    ramp,
    spoilt,
    stairs,
)
from accuracy_psfs import HARMLESS
from accuracy_tables import Row, coverage_row, error_row, reasons
from edgepsf import testing
from edgepsf.psf import Gaussian

ANGLES = (0, 1, 2, 5, 14.04, 18.43, 26.57, 36.87, 45)


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


def example(results, wanted) -> str:
    """The commonest wanted sentence, its numbers left as they are."""
    said = [s for r in results for s in reasons(r)]
    said = [s for s in said if wanted.search(s)] or said or ["nothing"]
    return said[0] if len(said[0]) < 110 else said[0][:107] + "…"


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
