"""Low light: filaments and blobs through a Gaussian of 2 px, the brightest pixel 5 to 500 photons; planes and stacks.

Filaments are smooth random curves of the thickness of a pixel, blobs are Gaussian spots; the ground is 1 % of the
brightest pixel. The scene goes on beyond the border.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from . import peers, tables
from .judge import Restorer, entries, restore
from .kernels import gaussian
from .scenes import Scene, with_photons
from .settings import Settings

SD = 2.0
PEAKS = (5, 20, 100, 500)
PLANE, STACK = (256, 256), (24, 80, 80)
GROUND = 0.01


@cache
def filaments_and_blobs(shape: tuple[int, ...], seed: int) -> np.ndarray:
    """A truth of this shape; 0 … 1."""
    rng = np.random.default_rng(seed)
    area = float(np.prod(shape))
    lines, spots = np.zeros(shape), np.zeros(shape)
    for _ in range(max(2, round(area ** (1 / len(shape)) / 24))):
        _deposit(lines, _curve(shape, rng), rng.uniform(0.4, 1.0))
    for sd in (1.0, 2.0, 4.0):
        count = max(1, round(area / (2500 * sd ** (len(shape) - 1))))
        one = np.zeros(shape)
        _deposit(one, rng.random((count, len(shape))) * (np.array(shape) - 1), 1.0)
        spots += gaussian_filter(one, sd) * (np.sqrt(2 * np.pi) * sd) ** len(shape) * rng.uniform(0.3, 0.8)
    lines = gaussian_filter(lines, 0.6)
    truth = lines / np.quantile(lines[lines > 0.1 * lines.max()], 0.9) + spots
    return GROUND + (1 - GROUND) * truth / truth.max()


def _curve(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Points of a smooth curve, half a pixel apart, in px."""
    count = 4 * max(shape)
    turns = gaussian_filter1d(rng.standard_normal((count, len(shape))), 40, axis=0) * 6
    direction = rng.standard_normal(len(shape)) * (np.array(shape) / max(shape)) + turns
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    path = np.cumsum(0.5 * direction, axis=0)
    return path - path[count // 2] + rng.random(len(shape)) * np.array(shape)


def _deposit(into: np.ndarray, points: np.ndarray, weight: float) -> None:
    """Add light at points between the pixels: each is shared among its neighbours; in place."""
    base = np.floor(points).astype(int)
    part = points - base
    for corner in np.ndindex((2,) * into.ndim):
        at = base + corner
        share = np.prod(np.where(np.array(corner) == 1, part, 1 - part), axis=1)
        inside = ((at >= 0) & (at < into.shape)).all(axis=1)
        np.add.at(into, tuple(at[inside].T), weight * share[inside])


def scene(shape: tuple[int, ...], peak: float, seed: int) -> Scene:
    """Photon counts of such a truth; the picture has this shape."""
    psf = gaussian(SD, len(shape))
    wide = tuple(n + k - 1 for n, k in zip(shape, psf.shape, strict=True))
    return with_photons(filaments_and_blobs(wide, seed), psf, peak, seed, f"{peak}")


def run(settings: Settings) -> None:
    """A table for planes, and one for stacks."""
    tables.heading(
        "Low light: filaments and blobs",
        f"PSNR, dB, Gaussian of {SD:g} px, photons in the brightest pixel, unknown borders; mean over the seeds "
        f"{list(settings.seeds)}.",
    )
    plane, stack = ((48, 48), (8, 24, 24)) if settings.quick else (PLANE, STACK)
    for shape in (plane, stack):
        sets = {peak: [scene(shape, peak, seed) for seed in settings.seeds] for peak in PEAKS}
        judged: list[Restorer] = [*entries(settings.methods)]
        judged += peers.present(sets[PEAKS[0]][0])
        title = " × ".join(map(str, shape))
        tables.head(title, *(f"{peak} photons" for peak in PEAKS), "mean", "CPU s")
        blurred = [float(np.mean([each.blurred for each in sets[peak]])) for peak in PEAKS]
        tables.row("blurred", *blurred, float(np.mean(blurred)), "")
        for by in judged:
            outcomes = [[restore(each, by) for each in sets[peak]] for peak in PEAKS]
            means = [float(np.mean([outcome.psnr for outcome in row])) for row in outcomes]
            seconds = float(np.median([outcome.seconds for row in outcomes for outcome in row]))
            tables.row(by.label, *means, float(np.mean(means)), f"{seconds:.2f}")
