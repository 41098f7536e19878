"""Defocus by a disk of radius 3 px, unknown borders, noise of .5, 1 and 2 % of the range.

The scene is a square of 256 px of the luminance, from row and column 128 on where the picture reaches so far, and
goes on beyond the border. Chelsea is fur, where methods that prefer flat regions gain little.
"""

from __future__ import annotations

import numpy as np

from . import peers, tables
from .judge import Restorer, entries, relative_time, restore
from .kernels import disk
from .pictures import cut, photographs
from .scenes import Scene, with_noise
from .settings import Settings

RADIUS, CORNER = 3.0, 128
NOISES = (0.005, 0.01, 0.02)
SHIPPED = ("camera", "astronaut", "coffee", "chelsea")


def scenes(picture: np.ndarray, sd: float, seeds: tuple[int, ...], side: int) -> list[Scene]:
    """The picture with this noise, once for every seed."""
    psf = disk(RADIUS)
    corner = CORNER - len(psf) // 2
    wide = cut(picture, side + len(psf) - 1, corner)
    return [with_noise(wide, psf, sd, seed, f"{sd:g}") for seed in seeds]


def run(settings: Settings) -> None:
    """A table for every photograph."""
    side = 48 if settings.quick else 256
    tables.heading(
        f"Defocus, disk of {RADIUS:g} px",
        f"Gain over the blurred picture, dB; {side}², unknown borders, white noise in % of the range; "
        f"mean over the seeds {list(settings.seeds)}. CPU time in units of 20 Richardson–Lucy iterations.",
    )
    found = photographs(settings.photographs, SHIPPED[:1] if settings.quick else SHIPPED)
    judged: list[Restorer] = [*entries(settings.methods)]
    judged += peers.present(scenes(np.ones((60, 60)), 0.0, (0,), 48)[0])
    for name, picture in found.items():
        tables.head(name, *(f"{100 * sd:g} %" for sd in NOISES), "CPU ÷ RL-20")
        sets = [scenes(picture, sd, settings.seeds, side) for sd in NOISES]
        blurred = [float(np.mean([scene.blurred for scene in scenes_])) for scenes_ in sets]
        tables.row("blurred (PSNR)", *blurred, "")
        for by in judged:
            _row(sets, by)


def _row(sets: list[list[Scene]], by: Restorer) -> None:
    gains, times = [], []
    for each in sets:
        outcomes = [restore(scene, by) for scene in each]
        gains.append(float(np.mean([outcome.gain for outcome in outcomes])))
        times += [relative_time(outcome, scene) for outcome, scene in zip(outcomes, each, strict=True)]
    tables.row(by.label, *gains, float(np.median(times)))
