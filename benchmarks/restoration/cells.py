"""The cells of benchmarks/quality.py: Gaussian 2.5 px and disk 3 px at 100 and 2000 photons, four photographs each."""

from __future__ import annotations

import numpy as np
from benchmarks import quality

from . import peers, tables
from .judge import Restorer, entries, restore
from .scenes import Scene
from .settings import Settings

CELLS = [(name, peak) for name in ("Gaussian 2.5 px", "disk 3 px") for peak in (100, 2000)]
PICTURES = ("camera", "coins", "moon", "brick")
# No scene shall lie far below the best of these.
LEADERS = ("richardson_lucy stop=auto", "tv", "collaborative")


def scenes(name: str, peak: float, seed: int, quick: bool = False) -> list[Scene]:
    """Four scenes of a cell, the same pixels as `python benchmarks/quality.py methods --seed SEED`."""
    rng = np.random.default_rng(seed)
    kernel = quality.KERNELS[name]
    seen = [quality.observe(picture, kernel, peak, rng) for picture in quality.pictures(rng)[:4]]
    psf = kernel / kernel.sum()
    made = [
        Scene(picture, image, psf, truth, float(peak))
        for picture, (image, truth) in zip(PICTURES, seen, strict=True)
    ]
    return made[:1] if quick else made


def run(settings: Settings) -> None:
    """PSNR of every method in every cell, and how far its worst scene lies below the leaders."""
    tables.heading(
        "Photographs with photon noise",
        "PSNR, dB, mean over four photographs of 130² (Gaussian) or 150² (disk), unknown borders, and over the "
        f"seeds {list(settings.seeds)}. Last column: the worst scene against the best of {', '.join(LEADERS)} there.",
    )
    sets = {
        cell: [scene for seed in settings.seeds for scene in scenes(*cell, seed, settings.quick)]
        for cell in CELLS
    }
    judged: list[Restorer] = [*entries(settings.methods)]
    judged += peers.present(sets[CELLS[0]][0])
    tables.head("", *(f"{name}, {peak} photons" for name, peak in CELLS), "mean", "CPU s", "worst scene")
    blurred = [float(np.mean([scene.blurred for scene in sets[cell]])) for cell in CELLS]
    tables.row("blurred", *blurred, float(np.mean(blurred)), "", "")
    first = [by for by in judged if by.label in LEADERS]
    reached = {by.label: _reached(sets, by) for by in first}
    best = np.max([values for values, _ in reached.values()], axis=0) if reached else np.nan
    for by in judged:
        values, seconds = reached.get(by.label) or _reached(sets, by)
        means = [float(cell.mean()) for cell in values]
        behind = _worst(values - best, sets)
        tables.row(by.label, *means, float(np.mean(means)), f"{seconds:.3f}", behind)


def _reached(sets: dict[tuple[str, int], list[Scene]], by: Restorer) -> tuple[np.ndarray, float]:
    """PSNR of every scene, a row a cell, and the median of the CPU seconds."""
    outcomes = [[restore(scene, by) for scene in sets[cell]] for cell in CELLS]
    seconds = float(np.median([outcome.seconds for row in outcomes for outcome in row]))
    return np.array([[outcome.psnr for outcome in row] for row in outcomes]), seconds


def _worst(behind: np.ndarray, sets: dict[tuple[str, int], list[Scene]]) -> str:
    if not np.isfinite(behind).any():
        return "–"
    i, j = np.unravel_index(int(np.nanargmin(behind)), behind.shape)
    name, peak = CELLS[i]
    return f"{behind[i, j]:+.2f} ({sets[CELLS[i]][j].name}, {name}, {peak})"
