"""What it costs to hand a 2048² picture to a plugin and take the result back, beside the plugin's own time.

    EDGEPSF_PLUGINS=FOLDER python benchmarks/hand_over.py [--size 2048] [--repeats 5]

Prints medians: seconds of the whole call, of the plugin's own Java call, and the difference; and the memory this
process needed at its peak in copies of the picture (the result is one of them).
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc

import numpy as np

import edgepsf as ep

METHODS = (
    ("DeconvolutionLab2", "RL 5"),
    ("DeconvolutionLab2", "TRIF 0.01"),
    ("Parallel Iterative", "CGLS 5"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    y = np.random.default_rng(0).uniform(10, 100, (given.size, given.size)).astype(np.float32)
    grid = np.arange(-8, 9)
    psf = np.exp(-(grid[:, None] ** 2 + grid**2) / 8)
    rows: dict[tuple[str, str], list[tuple[float, float]]] = {each: [] for each in METHODS}
    for _ in range(given.repeats):  # one after another, so that a busy moment hits all alike
        for engine, method in METHODS:
            begin = time.perf_counter()
            _, record = ep.deconvolve(y, psf, method, engine=engine, full_output=True)
            rows[engine, method].append((time.perf_counter() - begin, record["plugin_seconds"]))
    print(f"{given.size}² float32, median of {given.repeats}")
    for (engine, method), times in rows.items():
        total, own, rest = (
            statistics.median(v)
            for v in ([a for a, _ in times], [b for _, b in times], [a - b for a, b in times])
        )
        print(f"{engine:20s} {method:10s} total {total:6.2f} s, plugin {own:6.2f} s, hand-over {rest:5.2f} s")
    tracemalloc.start()
    ep.deconvolve(y, psf, "TRIF 0.01", engine="DeconvolutionLab2")
    print(
        f"peak memory in this process: {tracemalloc.get_traced_memory()[1] / y.nbytes:.1f} copies of the picture"
    )


if __name__ == "__main__":
    main()
