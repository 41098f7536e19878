"""How far plain macros and Python lie apart on the edges of comparison.py, and how long a region of 256 x 256 takes.

`python macros/measure.py`, with the package installed.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tifffile
from comparison import CASES, COMMANDS, PLAIN, argument, chain, edge, numbers, show_edge, write_edge

from edgepsf.imagej.bridge import register


def deviations(imagej, macro: Path, folder: Path) -> dict[str, float]:
    """Largest deviation from Python over the edges of the tests, by quantity."""
    worst: dict[str, float] = {}

    def note(name: str, value: float) -> None:
        worst[name] = max(worst.get(name, 0.0), float(value))

    for seed, noise, bits, region, given, degree, scale in CASES:
        imagej.run_macro('close("*"); run("Clear Results");')
        aspect = scale[1] / scale[0] if scale else 1.0
        image, levels = edge(seed, noise, bits, aspect=aspect)
        levels = levels if given else None
        picture = show_edge(imagej, folder, image, region, scale)
        expected = chain(picture, levels, degree)
        row = numbers(imagej.run_macro(macro, argument(levels, degree, folder)))
        slope = np.hypot(expected["row"]["b"], expected["row"]["c"])
        for key, value in expected["row"].items():
            apart = abs(row[key] - value)
            if key in ("b", "c"):
                note("b, c (of the slope)", apart / slope)
            elif key.startswith("p") and key != "p":
                note(
                    "p1, p3, ... (of the coefficient or its sd)",
                    apart / max(abs(value), expected["profile"][f"sd_{key}"]),
                )
            else:
                note(key, apart / abs(value))
        kernel = expected["images"]["PSF"]
        note(
            "kernel (of its maximum)",
            np.abs(tifffile.imread(folder / "edge-PSF.tif") - kernel).max() / kernel.max(),
        )
    return worst


def seconds(imagej, folder: Path, p: float, runs: int = 6) -> list[float]:
    """Times of the plain chain on a 256 x 256 region, the first run of this ImageJ first."""
    image, _ = edge(20, 0.01, 16, (256, 256), p, 5.0)
    text = argument(None, 3, path=write_edge(folder, image))
    taken = []
    for _ in range(runs):
        imagej.run_macro('close("*"); run("Clear Results");')
        start = time.perf_counter()
        imagej.run_macro(PLAIN, text)
        taken.append(time.perf_counter() - start)
    return taken


def main() -> int:
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stderr(io.StringIO()):
        folder = Path(name)
        imagej = register()
        times = {p: seconds(imagej, folder, p) for p in (0.25, 1.2)}
        apart = {macro.name: deviations(imagej, macro, folder) for macro in (PLAIN, COMMANDS)}
    for p, taken in times.items():
        first, least = taken[0], min(taken)
        print(f"256 x 256, p = {p} per px: first run {first:.2f} s, shortest of {len(taken)} {least:.2f} s")
    for macro, worst in apart.items():
        print(f"{macro}, largest deviation from Python over {len(CASES)} edges:")
        for quantity, value in worst.items():
            print(f"  {quantity:<45} {value:.1e}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
