"""Edges that are not textbook: rough, sharpened, quantised and asymmetric ones, beside clean ones.

    python benchmarks/difficult_edges.py [rough sharpened quantised asymmetric clean] [--seeds 12]

Each line shows the error of the FWHM, whether the 95 % interval holds the truth, and what the fit says.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d
from scipy.optimize import brentq

import edgepsf as ep
from accuracy_images import LIBRARY
from edgepsf.psf import Gaussian
from edgepsf.psf.model import RadialModel
from edgepsf.testing import distance, edge_image

Cell = tuple[str, np.ndarray, float]
WANTED_WITHIN = 0.10


def rough(seed: int) -> Iterator[Cell]:
    """Position jitter of .05 to .5 px rms along the edge, from row to row or over 5 px, noise .5 %."""
    for jitter in (0.05, 0.1, 0.2, 0.35, 0.5):
        for length in (0.0, 2.0, 5.0):
            yield f"jitter {jitter:g} px over {length:g} px", rough_edge(jitter, length, seed), 1.5


def rough_edge(jitter: float, length: float, seed: int, size: int = 96) -> np.ndarray:
    """A Gaussian edge, σ 1.5 px at 5°, whose line wanders."""
    rng = np.random.default_rng([seed, int(1000 * jitter), int(10 * length)])
    shift = rng.standard_normal(3 * size)
    if length:
        shift = gaussian_filter1d(shift, length)
    shift = shift[size : 2 * size]
    shift = jitter * (shift - shift.mean()) / shift.std()
    d = distance((size, size), 5.0, (47.3, 48.1)) - shift[:, None]
    return 0.2 + 0.6 * Gaussian(1.5).esf(d) + 0.003 * rng.standard_normal(d.shape)


def sharpened(seed: int) -> Iterator[Cell]:
    """Unsharp masks of three radii, overshoot of 3 to 31 % of the step, three edges, noise .5 % before."""
    for sigma in (1.0, 1.5, 2.5):
        plain = edge_image(Gaussian(sigma), (96, 96), v1=0.2, v2=0.8, noise=0.005, seed=seed)
        exact = edge_image(Gaussian(sigma), (96, 96), v1=0.0, v2=1.0)
        for radius in (1.0, 2.0, 4.0):
            mask = exact - gaussian_filter(exact, radius)
            for overshoot in (0.03, 0.06, 0.11, 0.18, 0.31):
                amount = brentq(lambda a, e=exact, m=mask, o=overshoot: (e + a * m).max() - 1 - o, 0, 100)
                image = plain + amount * (plain - gaussian_filter(plain, radius))
                yield f"σ {sigma:g}, radius {radius:g}, overshoot {overshoot:g}", image, sigma


def quantised(seed: int) -> Iterator[Cell]:
    """Integer edges without noise, steps of 4 to 100 counts."""
    rng = np.random.default_rng(seed)
    for step in (4, 6, 10, 15, 20, 30, 50, 75, 100):
        low, center = 10 + rng.random(), 47 + 2 * rng.random(2)
        image = edge_image(
            Gaussian(1.5),
            (96, 96),
            v1=low,
            v2=low + step,
            noise=0,
            center=tuple(center),
            angle=rng.uniform(2, 43),
        )
        yield f"step {step}", np.round(image).astype(np.uint8), 1.5


def asymmetric(seed: int) -> Iterator[Cell]:
    """A Gaussian edge with an exponential tail on one side, noise .5 %."""
    rng = np.random.default_rng(seed)
    for length in (1.0, 2.0, 4.0):
        for side in (1, -1):
            yield f"tail {length:g} px on side {side:+d}", lopsided(length, side, rng), float("nan")


def lopsided(length: float, side: int, rng: np.random.Generator, size: int = 96) -> np.ndarray:
    """A Gaussian edge, σ 1.2 px, whose LSF has 40 % in a one-sided exponential."""
    line = np.linspace(-40, 40, 8001)
    tail = np.where(side * line > 0, np.exp(-np.abs(line) / length) / length, 0.0)
    lsf = 0.6 * Gaussian(1.2).lsf(line) + 0.4 * gaussian_filter1d(tail, 1.2 / 0.01)
    esf = 1 - np.cumsum(lsf) / lsf.sum()
    d = distance((size, size), 7.0, (47.3, 48.1))
    return 0.2 + 0.6 * np.interp(d, line, esf) + 0.003 * rng.standard_normal(d.shape)


def clean(seed: int) -> Iterator[Cell]:
    """The PSFs of the library at 1 % and 3 % noise."""
    rng = np.random.default_rng(seed)
    for name, model in LIBRARY.items():
        for noise in (0.01, 0.03):
            yield f"{name}, {noise:g}", _clean_edge(model, noise, rng), ep.psf.PointSpread(model).fwhm


def _clean_edge(model: RadialModel, noise: float, rng: np.random.Generator) -> np.ndarray:
    center = tuple(63.5 + rng.uniform(-1, 1, 2))
    return edge_image(model, v1=0.2, v2=0.8, center=center, noise=noise, seed=rng)


KINDS: dict[str, Callable[[int], Iterator[Cell]]] = {
    "rough": rough,
    "sharpened": sharpened,
    "quantised": quantised,
    "asymmetric": asymmetric,
    "clean": clean,
}


def judge(image: np.ndarray, truth: float) -> tuple[str, float, bool, str]:
    """(what happened, relative error, whether the interval holds the truth, the sentence)."""
    try:
        fit = ep.fit_edge(image)
    except ep.EdgeError as error:
        return "refused", np.nan, False, str(error)
    error = fit.psf.fwhm / truth - 1
    low, high = fit.interval("fwhm")
    words = " | ".join(fit.warnings)
    return ("warned" if words else "silent"), error, bool(low <= truth <= high), f"{fit.model} {words}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", default=[])
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--brief", action="store_true")
    arguments = parser.parse_args()
    for kind in arguments.kinds or KINDS:
        table: dict[str, list] = {}
        start = time.process_time()
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            for name, image, size in KINDS[kind](seed):
                truth = size if kind == "clean" else 2.3548 * size
                table.setdefault(name, []).append(judge(image, truth))
        report(kind, table, brief=arguments.brief, seconds=time.process_time() - start)


def report(kind: str, table: dict[str, list], *, brief: bool, seconds: float) -> None:
    """Print a line a cell and a line for all."""
    every = [row for rows in table.values() for row in rows]
    for name, rows in [] if brief else table.items():
        errors = ", ".join(f"{100 * r[1]:+.0f}{'' if r[2] else '!'}{r[0][0]}" for r in rows)
        print(f"{name:28s} {errors}   {rows[0][3][:150]}")
    count = len(every)
    silent = [r for r in every if r[0] == "silent"]
    wrong = sum(not r[2] for r in silent)
    far = sum(abs(r[1]) > WANTED_WITHIN for r in silent)
    flagged = {w: sum(r[0] == w for r in every) for w in ("refused", "warned", "silent")}
    print(
        f"== {kind}: {count} edges, {flagged}, silent outside the interval {wrong} ({100 * wrong / count:.1f} %), "
        f"silent and more than 10 % off {far}, CPU {1000 * seconds / count:.0f} ms an edge"
    )


if __name__ == "__main__":
    main()
