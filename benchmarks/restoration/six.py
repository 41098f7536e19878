"""The six public scenarios: gain over the blurred picture (ISNR), dB, beside published values.

The published values (TVMM; L0-AbS; BM3DDEB, Dabov 2008; IDD-BM3D, Danielyan 2012) are for the classic photograph
Cameraman of 256²; they are printed when that photograph is given.
"""

from __future__ import annotations

import numpy as np

from . import peers, tables
from .judge import Restorer, entries, relative_time, restore
from .kernels import SIX
from .pictures import cut, photographs
from .scenes import scenario
from .settings import Settings

PUBLISHED = {
    "TVMM (published)": (7.41, 5.17, 8.54, 2.57, 3.36, 1.30),
    "L0-AbS (published)": (7.70, 5.55, 9.10, 2.93, 3.49, 1.77),
    "BM3DDEB (published)": (8.19, 6.40, 8.34, 3.34, 3.73, 4.70),
    "IDD-BM3D (published)": (8.85, 7.12, 10.45, 3.98, 4.31, 4.89),
}
SHIPPED = ("coffee", "rocket", "coins")


def run(settings: Settings) -> None:
    """A table for every photograph; the mean over the seeds."""
    side = 48 if settings.quick else 256
    tables.heading(
        "Six scenarios",
        f"Gain over the blurred picture, dB; {side}², periodic; mean over the seeds {list(settings.seeds)}. "
        "CPU time in units of 20 Richardson–Lucy iterations: from the shortest to the longest of the scenarios.",
    )
    found = photographs(settings.photographs, SHIPPED[:1] if settings.quick else SHIPPED)
    judged: list[Restorer] = [*entries(settings.methods)]
    judged += peers.present(scenario(np.eye(48), 1, 0))
    for name, picture in found.items():
        picture = cut(picture, side)
        tables.head(name, *map(str, SIX), "mean", "CPU ÷ RL-20")
        for by in judged:
            _row(picture, by, settings)
        for published, values in PUBLISHED.items() if is_cameraman(picture) else ():
            tables.row(published, *values, float(np.mean(values)), "")


def _row(picture: np.ndarray, by: Restorer, settings: Settings) -> None:
    gains, times = [], []
    for number in SIX:
        scenes = [scenario(picture, number, seed) for seed in settings.seeds]
        outcomes = [restore(scene, by) for scene in scenes]
        gains.append(float(np.mean([outcome.gain for outcome in outcomes])))
        times += [relative_time(outcome, scene) for outcome, scene in zip(outcomes, scenes, strict=True)]
    span = f"{np.nanmin(times):.1f}–{np.nanmax(times):.1f}" if np.isfinite(times).any() else "–"
    tables.row(by.label, *gains, float(np.mean(gains)), span)


def is_cameraman(picture: np.ndarray) -> bool:
    """Whether it is the classic photograph, told by its size and its mean gray value."""
    return picture.shape == (256, 256) and abs(255 * picture.mean() - 118.7245) < 1e-3
