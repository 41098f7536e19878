"""JPEG photographs of the real world, defocused on the computer, with the true PSF and with wrong ones.

Each photograph is made linear, reduced 3 × by area, blurred by a disk, given photon noise (5000 electrons at full
scale), encoded as sRGB and saved as JPEG with 4:2:0 chroma (benchmarks/photographs.py). A square from the middle of
the decoded picture is restored, each channel by itself, in linear light. Without files, scikit-image's colour
photographs are taken as they are; they are smaller, and are not reduced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.photographs import camera, disk, reduced
from skimage import data

from edgepsf.pictures.light import linear_to_srgb, srgb_to_linear
from edgepsf.pictures.quality import psnr

from . import tables
from .judge import Restorer, few, restore
from .pictures import cut, files
from .scenes import Scene
from .settings import Settings

COUNT, SIDE = 8, 256
RADII = (2.0, 3.0, 4.0, 5.0)
QUALITIES = (75, 85, 92, 95)
# The radius of the PSF that is given, in units of the true one.
GIVEN = {"true": 1.0, "10 % wide": 1.1, "10 % narrow": 0.9, "30 % wide": 1.3, "30 % narrow": 0.7}
SHIPPED = ("astronaut", "chelsea", "coffee", "rocket", "stereo_motorcycle")


@dataclass(frozen=True)
class Photograph:
    """A decoded JPEG and its truth, linear light 0 … 1, shape (ny, nx, 3)."""

    name: str
    image: np.ndarray
    truth: np.ndarray
    radius: float


@dataclass(frozen=True)
class Result:
    """One photograph, one PSF: gains (dB) of linear light and of sRGB; whether a channel was warned of, refused."""

    linear: float
    encoded: float
    warned: bool
    refused: bool


def light(path: Path | str) -> np.ndarray:
    """Linear light of a photograph, 0 … 1, of a file reduced 3 ×."""
    if isinstance(path, Path):
        return reduced(path)
    shipped = getattr(data, path)()
    encoded = (shipped[0] if isinstance(shipped, tuple) else shipped)[..., :3]
    return srgb_to_linear(encoded.astype(np.float32) / 255).astype(np.float64)


def photographs(settings: Settings) -> Iterator[Photograph]:
    """Eight photographs for every seed; radius and quality change from one to the next, each pair in its turn."""
    paths = files(settings.jpegs)[:COUNT] or list(SHIPPED)
    side = 48 if settings.quick else SIDE
    for seed in settings.seeds:
        for number, path in enumerate(paths[:1] if settings.quick else paths):
            sharp, radius = light(path), RADII[number % 4]
            quality = QUALITIES[(number + number // 4 + seed) % 4]
            image = camera(sharp, radius, quality, seed=100 * seed + number)
            name = f"{getattr(path, 'stem', path)}, disk {radius:g}, q{quality}"
            yield Photograph(name, cut(image, side), cut(sharp, side), radius)


def restored(photograph: Photograph, by: Restorer, factor: float) -> Result:
    """Every channel restored with a disk of `factor` times the true radius."""
    psf, outcomes = disk(factor * photograph.radius), []
    for c in range(3):
        image = np.ascontiguousarray(photograph.image[..., c])
        outcomes.append(restore(Scene(photograph.name, image, psf, photograph.truth[..., c]), by))
    out = np.stack([outcome.picture for outcome in outcomes], axis=-1)
    truth, image = photograph.truth, photograph.image
    linear = psnr(out, truth, peak=1.0) - psnr(image, truth, peak=1.0)
    encoded = psnr(_shown(out), _shown(truth), peak=1.0) - psnr(_shown(image), _shown(truth), peak=1.0)
    warned, refused = (any(getattr(o, name) for o in outcomes) for name in ("said", "refused"))
    return Result(linear, encoded, warned, refused)


def _shown(light: np.ndarray) -> np.ndarray:
    return linear_to_srgb(np.clip(light, 0, 1))


def run(settings: Settings) -> None:
    """Median and worst gain of every method for every given PSF, and how many photographs were warned of."""
    found = list(photographs(settings))
    tables.heading(
        "JPEG photographs",
        f"Gain over the blurred picture, dB: median / worst of {len(found)} photographs, linear light, then sRGB; "
        "then the photographs with a warning. Disk of 2 to 5 px, JPEG quality 75 to 95, 4:2:0.",
    )
    print(*(f"- {each.name}" for each in found), sep="\n")
    judged = few(settings.methods)
    tables.head("", *(f"{name}: {what}" for name in GIVEN for what in ("linear", "sRGB", "warned")))
    for by in judged:
        cells: list[str] = []
        for factor in GIVEN.values():
            results = [restored(each, by, factor) for each in found]
            cells += _cells(results)
        tables.row(by.label, *cells)


def _cells(results: list[Result]) -> list[str]:
    if any(result.refused for result in results):
        return ["refused", "refused", "–"]
    linear, encoded = ([getattr(r, name) for r in results] for name in ("linear", "encoded"))
    spans = [f"{np.median(values):+.2f} / {min(values):+.2f}" for values in (linear, encoded)]
    return [*spans, f"{sum(r.warned for r in results)}/{len(results)}"]
