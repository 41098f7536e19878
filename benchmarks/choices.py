"""What automatic choices lose against the best choice, which only the truth can tell.

python benchmarks/choices.py             all pictures of scikit-image that are taken, every method; about an hour
python benchmarks/choices.py --quick     two pictures, three kinds of blur, three levels of noise; some minutes
python benchmarks/choices.py guard       how often the guard warns of the PSF on JPEG photographs
python benchmarks/choices.py --pictures FOLDER   the pictures of a folder instead

A picture is a part of a larger scene: what lies beyond its border is unknown to the restoration. Noise is white, its
standard deviation given as a share of the range. The loss is in dB of PSNR over the whole picture; a loss below zero
means that the choice lies between two tried values. The constants of the choices were set on coins, brick, moon, page,
rocket, clock, stereo_motorcycle and immunohistochemistry.
"""

from __future__ import annotations

import argparse
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.signal import fftconvolve
from skimage import data

import edgepsf as ep
from edgepsf.deconvolve.guard import check
from edgepsf.deconvolve.observation import observe
from edgepsf.deconvolve.operator import Blur, prepare_kernel
from edgepsf.pictures.quality import psnr

PICTURES = (
    "astronaut",
    "camera",
    "coffee",
    "chelsea",
    "cat",
    "coins",
    "brick",
    "moon",
    "rocket",
    "clock",
    "retina",
    "page",
)
NOISE = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
TRIED = np.logspace(-6, 1, 22)
METHODS: dict[str, dict[str, object]] = {
    "wiener": {},
    "tikhonov": {},
    "inverse": {},
    "wpl": {},
    "hybr": {"iterations": 40},
}
_FINE = 8  # parts of a pixel, by which a kernel is drawn


def drawn(side: int, inside: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """A kernel of 2 · side + 1 pixels from a function that is true inside."""
    n = 2 * side + 1
    axis = (np.arange(n * _FINE) + 0.5) / _FINE - n / 2
    fine = inside(*np.meshgrid(axis, axis, indexing="ij")).astype(float)
    kernel = fine.reshape(n, _FINE, n, _FINE).mean((1, 3))
    return kernel / kernel.sum()


def disk(radius: float) -> np.ndarray:
    return drawn(int(radius + 2), lambda y, x: np.hypot(y, x) <= radius)


def motion(length: float, angle: float = 30) -> np.ndarray:
    c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    return drawn(
        int(length / 2 + 2),
        lambda y, x: (np.abs(c * x + s * y) <= length / 2) & (np.abs(c * y - s * x) <= 0.5),
    )


def gaussian(sd: float) -> np.ndarray:
    axis = np.arange(-int(np.ceil(4 * sd)), int(np.ceil(4 * sd)) + 1)
    kernel = np.exp(-(axis[:, None] ** 2 + axis**2) / (2 * sd**2))
    return kernel / kernel.sum()


BLURS = {"Gaussian 2": gaussian(2), "disk 3": disk(3), "motion 7": motion(7)}


def pictures(folder: Path | None, names: tuple[str, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """Colour or gray pictures, values 0 to 1, at most 440 × 540 pixels."""
    if folder is None:
        found = ((name, getattr(data, name)()) for name in names)
    else:
        found = ((path.stem, np.asarray(Image.open(path))) for path in sorted(folder.iterdir()))
    for name, values in found:
        step = max(1, min(values.shape[:2]) // 400)
        rows, columns = (n // step * step for n in values.shape[:2])
        parts = values[:rows, :columns].reshape(rows // step, step, columns // step, step, -1)
        yield name, parts.mean((1, 3))[:440, :540, :3] / 255


def seen_of(scene: np.ndarray, kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The blurred picture without noise, and the part of the scene that it shows."""
    half = [n // 2 for n in kernel.shape]
    inside = tuple(slice(h, n - h) for h, n in zip(half, scene.shape, strict=True))
    return fftconvolve(scene, kernel, "valid"), scene[inside]


def losses(folder: Path | None, quick: bool) -> None:
    """Print the table of losses."""
    names = ("astronaut", "coffee") if quick else PICTURES
    levels = NOISE[1::2] if quick else NOISE
    tried = TRIED[::2] if quick else TRIED
    rows: dict[tuple[str, str], list[float]] = {}
    for name, picture in pictures(folder, names):
        for blur, kernel in BLURS.items():
            clean, truth = seen_of(picture.mean(-1), kernel)
            for number, sd in enumerate(levels):
                rng = np.random.default_rng([number, len(name)])
                image = (clean + sd * rng.standard_normal(clean.shape)).astype(np.float32)
                for method, settings in METHODS.items():
                    lost = loss(image, truth, kernel, method, settings, tried)
                    rows.setdefault((method, blur), []).append(lost)
                    print(f"{name:22} {blur:11} {sd:.0e} {method:9} {lost:6.2f}", flush=True)
    print(f"\n{'method':10}{'blur':12}{'median':>8}{'90 %':>8}{'worst':>8}")
    for (method, blur), lost in sorted(rows.items()):
        print(f"{method:10}{blur:12}{np.median(lost):8.2f}{np.quantile(lost, 0.9):8.2f}{max(lost):8.2f}")


def loss(
    image: np.ndarray,
    truth: np.ndarray,
    kernel: np.ndarray,
    method: str,
    settings: dict[str, object],
    tried: np.ndarray,
) -> float:
    """dB by which the automatic choice stays behind the best of the tried values."""
    best = max(
        psnr(ep.deconvolve(image, kernel, method, regularization=value, **settings), truth, peak=1)
        for value in map(float, tried)
    )
    return float(best - psnr(ep.deconvolve(image, kernel, method, **settings), truth, peak=1))


def jpeg(picture: np.ndarray, kernel: np.ndarray, quality: int, rng: np.random.Generator) -> np.ndarray:
    """A blurred photograph of 5000 electrons at full scale from a JPEG file, its green channel in linear light."""
    light = picture**2.2
    seen = np.stack([seen_of(light[..., c], kernel)[0] for c in range(3)], -1)
    seen = rng.poisson(np.clip(seen, 0, 1) * 5000) / 5000
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.rint(255 * np.clip(seen, 0, 1) ** (1 / 2.2)))).save(
        file, "JPEG", quality=quality, subsampling=2
    )
    return ((np.asarray(Image.open(file)) / 255) ** 2.2)[..., 1].astype(np.float32)


def warnings_of_the_guard(folder: Path | None, quick: bool) -> None:
    """Print how often the guard warns, by the error of the PSF's width."""
    names = ("astronaut", "coffee") if quick else ("astronaut", "coffee", "chelsea", "retina")
    rng, warned = np.random.default_rng(1), dict[tuple[int, float], list[bool]]()
    for _, picture in pictures(folder, names):
        if picture.shape[-1] < 3:
            continue
        for radius in (2, 3, 4, 5):
            for quality in (75, 85, 95):
                seen = observe(jpeg(picture, disk(radius), quality, rng))
                for factor in (0.7, 0.9, 1.0, 1.1, 1.3):
                    blur = Blur(prepare_kernel(disk(radius * factor), 2), seen.signal.shape)
                    warned.setdefault((quality, factor), []).append(check(seen, blur).doubtful)
    print("quality  width of the PSF ÷ true width: warned")
    for quality in (75, 85, 95):
        row = {f: warned[quality, f] for q, f in warned if q == quality}
        print(f"{quality:7}  " + "   ".join(f"{f}: {sum(w)}/{len(w)}" for f, w in sorted(row.items())))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=("losses", "guard"), default="losses")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--pictures", type=Path, help="a folder with pictures")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    (losses if given.what == "losses" else warnings_of_the_guard)(given.pictures, given.quick)


if __name__ == "__main__":
    main()
