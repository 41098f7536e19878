"""Times in the accuracy tables."""

from __future__ import annotations

import time

import numpy as np

import edgepsf as ep
from accuracy_images import LIBRARY, OUTSIDE, G, edge
from accuracy_tables import Row
from timings import median_time

CORES = 2


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
