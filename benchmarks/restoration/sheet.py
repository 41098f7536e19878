"""A picture for the eye: cuts of the same scene, blurred, restored by several methods, and the truth, side by side.

Numbers do not show ringing, grain or doubled contours. Each row is a scene of scikit-image's pictures or of the low
light; every cut has the gray scale of the truth and its gain over the blurred picture (dB).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgepsf.report.canvas import new_figure, write_png

from . import defocus, lowlight, tables
from .judge import RL_AUTO, Entry, entries, restore
from .kernels import motion
from .pictures import cut, shipped
from .scenes import Scene, with_noise
from .settings import Settings

COLUMNS = (RL_AUTO.label, "tv", "collaborative", "richardson_lucy_collaborative", "auto")
DEFAULT = Path("restorations.png")


@dataclass(frozen=True)
class Detail:
    """A scene, its title, and the square of it that is shown: row, column, side (px)."""

    title: str
    scene: Scene
    row: int
    column: int
    side: int

    def of(self, picture: np.ndarray) -> np.ndarray:
        """The square of a picture."""
        rows, columns = (slice(start, start + self.side) for start in (self.row, self.column))
        return picture[rows, columns]


def details(seed: int, quick: bool) -> list[Detail]:
    """The rows of the sheet."""
    side = 80 if quick else 256
    shown = 60 if quick else 96
    at = (10, 10) if quick else (60, 90)

    def defocused(name: str, sd: float) -> Detail:
        (scene,) = defocus.scenes(shipped(name), sd, (seed,), side)
        return Detail(f"{name}, disk 3, {100 * sd:g} %", scene, *at, shown)

    moved = with_noise(cut(shipped("rocket"), side + 10), motion(7.0), 0.003, seed, "rocket")
    dim = lowlight.scene((side, side), 100, seed)
    rows = [
        defocused("camera", 0.005),
        defocused("coffee", 0.01),
        defocused("chelsea", 0.01),
        Detail("rocket, motion 7, 0.3 %", moved, *at, shown),
        Detail("filaments, Gaussian 2, 100 photons", dim, *at, shown),
    ]
    return rows[:2] if quick else rows


def run(settings: Settings) -> None:
    """Draw the sheet, and print its numbers."""
    tables.heading("Side by side", "Gain over the blurred picture, dB.")
    found = entries(settings.methods or COLUMNS)
    rows = details(settings.seeds[0], settings.quick)
    tables.head("", *(by.label for by in found))
    figure = new_figure(2.1 * (len(found) + 2), 2.3 * len(rows))
    axes = figure.subplots(len(rows), len(found) + 2, squeeze=False)
    for detail, line in zip(rows, axes, strict=True):
        outcomes = [restore(detail.scene, by) for by in found]
        tables.row(detail.title, *(outcome.gain for outcome in outcomes))
        pictures = [detail.scene.image, *(outcome.picture for outcome in outcomes), detail.scene.truth]
        titles = [
            "blurred",
            *(f"{_short(by)} {o.gain:+.2f}" for by, o in zip(found, outcomes, strict=True)),
            "truth",
        ]
        low, high = np.quantile(detail.of(detail.scene.truth), [0.001, 0.999])
        for place, picture, title in zip(line, pictures, titles, strict=True):
            place.imshow(detail.of(picture), cmap="gray", vmin=low, vmax=high, interpolation="nearest")
            place.set_title(title, fontsize=7)
            place.set_axis_off()
        line[0].set_title(f"{detail.title}: blurred", fontsize=6)
    path = settings.picture or DEFAULT
    write_png(figure, path, 160)
    print(f"\nwritten: {path}")


def _short(by: Entry) -> str:
    return by.label.replace("richardson_lucy", "RL").replace(" stop=auto", " auto")
