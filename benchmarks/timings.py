"""Times of the main steps: `python benchmarks/timings.py`. Medians; nothing here is a test."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time

import numpy as np

import edgepsf as ep
from edgepsf.testing import edge_image


def median_time(function, repeats: int = 15) -> float:
    """Median time of a call in seconds, after one call to warm up."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def child_time(code: str, repeats: int = 7) -> float:
    """Median time in seconds that a fresh Python process reports for a piece of code."""
    program = f"import time; import numpy, scipy.special, scipy.optimize, scipy.fft; t = time.perf_counter(); {code}; "
    program += "print(time.perf_counter() - t)"
    times = [
        float(
            subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        )
        for _ in range(repeats)
    ]
    return statistics.median(times)


def main() -> None:
    edge = edge_image(ep.psf.Logistic(1.2), noise=0.01)
    f = ep.edge.f(ep.edge.g(edge, 30, 100))
    big = edge_image(ep.psf.Logistic(1.2), (1024, 1024), noise=0.01)
    kernel = ep.psf.from_profile(p1=0.6).kernel()
    picture = np.random.default_rng(0).random((1024, 1024), dtype=np.float32)
    rows = [
        ("fit_edge, 128², auto", median_time(lambda: ep.fit_edge(edge))),
        ("fit_plane, 128²", median_time(lambda: ep.edge.fit_plane(f))),
        ("fit_edge, 1024², auto", median_time(lambda: ep.fit_edge(big), 3)),
        ("kernel of a new PSF", median_time(lambda: ep.psf.from_profile(p1=0.6).kernel())),
        ("Richardson-Lucy, 1024², 20 iterations", median_time(lambda: ep.deconvolve(picture, kernel), 5)),
        ("import edgepsf beyond numpy and scipy", child_time("import edgepsf")),
        (
            "ImageJ ready, jars cached",
            child_time("from edgepsf.imagej.bridge import register; register()", 3),
        ),
    ]
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    for name, seconds in rows:
        print(f"{name:<42}{seconds:>9.3f} s")


if __name__ == "__main__":
    main()
