"""How accurate fit_edge is, against known edges: `python benchmarks/accuracy.py --seed 3` or `make accuracy SEED=3`.

Prints Markdown tables: each figure beside the Cramér–Rao bound (CRB) of the parameters needed, its target, and
what other tools make of the same images where `--peers` (or EDGEPSF_PEERS) names a Python that has them; see
peers_accuracy.py. The images depend on the seed alone.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import time
from itertools import chain
from multiprocessing import get_context

import numpy as np
import scipy

import edgepsf as ep
from accuracy_cells import run_all
from accuracy_peers import ask_peers
from accuracy_psfs import (
    clean_rows,
    information_edges,
    information_row,
    library_cases,
    library_rows,
    other_cases,
    other_rows,
    outside_cases,
    outside_rows,
)
from accuracy_situations import (
    angle_cases,
    angle_rows,
    coverage_cases,
    coverage_rows,
    disturbed_cases,
    disturbed_rows,
    optical_cases,
    optical_rows,
    refusal_cases,
    refusal_rows,
    same_edge_rows,
)
from accuracy_tables import Row, show
from accuracy_times import CORES, many_row, time_rows


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
        "Further shapes outside the library": (other_cases((runs + 1) // 2), other_rows),
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
        yield "Visible or not", rows
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
