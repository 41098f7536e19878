"""What snapshots cost: a macro line with `-out stack @1` beside the same line without `@1`.

    EDGEPSF_PLUGINS=FOLDER python benchmarks/snapshots.py [--size 512] [--method "RL 8"] [--repeats 7]

The lines show their pictures, or save them in a temporary folder. They run one after another, in turns, by the plugin
in its own process (where EDGEPSF_PLUGINS names its folder) and by the native engine. "Engine alone" is the native
engine that keeps its snapshots on disk and makes no picture of ImageJ. Prints the median seconds of both, and the
median of the ratios within the turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tifffile

from edgepsf.imagej.bridge import register
from edgepsf.plugins.methods import parse
from edgepsf.plugins.native import compute
from edgepsf.plugins.snapshots import Snapshots, spill

WAYS = {"shown": "nosave", "saved": "noshow"}


@contextmanager
def without_plugins() -> Iterator[None]:
    """No variable names a folder with plugins: the native engine answers."""
    names = ("EDGEPSF_PLUGINS", "EDGEPSF_FIJI")
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def timed(line: str, folder: Path) -> float:
    """Seconds of a macro line in the ImageJ of this process; what it made is taken away again."""
    begin = time.perf_counter()
    register().run_macro(line)
    seconds = time.perf_counter() - begin
    register().run_macro('run("Close All");')
    for file in folder.glob("x*.tif"):
        file.unlink()  # to replace a file costs more than to write a new one
    return seconds


def turn(folder: Path, method: str, way: str) -> tuple[float, float]:
    """Seconds without and with snapshots."""
    line = (
        f'run("DeconvolutionLab2 Run", "-image file y.tif -psf file h.tif -algorithm {method} '
        f'-out stack {{}} {way} x -path {folder}");'
    )
    return timed(line.format(""), folder), timed(line.format("@1"), folder)


def restored(y: np.ndarray, psf: np.ndarray, method: str) -> tuple[float, float]:
    """Seconds of the native engine alone, without and with snapshots: no picture of ImageJ is made."""
    call, kept = parse("DeconvolutionLab2", method), []
    seconds = []
    for wanted in (None, Snapshots((1,), lambda i, volume: kept.append(spill(volume)))):
        begin = time.perf_counter()
        compute(call, y, psf, snapshots=wanted)
        seconds.append(time.perf_counter() - begin)
    return seconds[0], seconds[1]


def tell(who: str, times: list[tuple[float, float]]) -> None:
    """Print one line of the result."""
    without, snapshots = (statistics.median(each) for each in zip(*times, strict=True))
    ratio = statistics.median(b / a for a, b in times)
    print(f"{who:24s} without {without:7.3f} s, with {snapshots:7.3f} s, ratio {ratio:5.2f}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--method", default="RL 8")
    parser.add_argument("--repeats", type=int, default=7)
    given = parser.parse_args()
    grid = np.arange(-8, 9)
    psf = np.exp(-(grid[:, None] ** 2 + grid**2) / 8).astype(np.float32)
    y = np.random.default_rng(0).uniform(10, 100, (given.size, given.size)).astype(np.float32)
    print(f"{given.method}, {given.size}² float32, median of {given.repeats}, load {os.getloadavg()[0]:.1f}")
    times: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tifffile.imwrite(folder / "y.tif", y, imagej=True)
        tifffile.imwrite(folder / "h.tif", psf, imagej=True)
        with without_plugins():
            turn(folder, given.method, "noshow")  # starts ImageJ
        for _ in range(given.repeats):
            times.setdefault("native, engine alone", []).append(restored(y, psf, given.method))
            for way, word in WAYS.items():
                if "EDGEPSF_PLUGINS" in os.environ:
                    times.setdefault(f"plugin, {way}", []).append(turn(folder, given.method, word))
                with without_plugins():
                    times.setdefault(f"native, {way}", []).append(turn(folder, given.method, word))
    for who in sorted(times):
        tell(who, times[who])


if __name__ == "__main__":
    main()
