"""What the methods of the native engine reach, on photographs blurred on the computer with photon noise.

python benchmarks/quality.py methods    PSNR and time of every method
python benchmarks/quality.py stopping   the automatic stop against the best iterate, 30 scenes
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve
from skimage import data

import edgepsf as ep
from edgepsf.deconvolve.operator import Blur, prepare_kernel
from edgepsf.deconvolve.richardson_lucy import RichardsonLucy
from edgepsf.pictures.quality import psnr

PEAKS = (5, 20, 100, 500, 2000, 5000)
METHODS = (
    ("auto", {}),
    ("collaborative", {}),
    ("richardson_lucy_collaborative", {}),
    ("tv", {}),
    ("richardson_lucy", {}),
    ("richardson_lucy", {"stop": "auto"}),
    ("richardson_lucy", {"stop": "auto", "accelerate": True}),
    ("richardson_lucy", {"tv": 0.005, "iterations": 60}),
    ("wiener", {}),
    ("tikhonov", {}),
    ("inverse", {}),
    ("landweber", {}),
    ("nnls", {}),
    ("cgls", {"iterations": 10}),
    ("mrnsd", {}),
    ("hybr", {"iterations": 60}),
    ("wpl", {}),
    ("fista", {"iterations": 60}),
    ("fista", {"iterations": 60, "penalty": "wavelet"}),
    ("unsharp_mask", {}),
)


def gaussian(side: int, sd: float) -> np.ndarray:
    x = np.arange(side) - side // 2
    profile = np.exp(-(x**2) / (2 * sd**2))
    return np.outer(profile, profile)


def disk(radius: float) -> np.ndarray:
    side = 2 * int(radius + 2) + 1
    y, x = np.mgrid[:side, :side] - side // 2
    return np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)


KERNELS = {
    "Gaussian 1.5 px": gaussian(21, 1.5),
    "Gaussian 2.5 px": gaussian(31, 2.5),
    "disk 3 px": disk(3),
    "disk 5 px": disk(5),
}


def pictures(rng: np.random.Generator) -> list[np.ndarray]:
    """Photographs, drawings, textures, and points of light."""
    points = np.zeros((300, 300))
    at = rng.integers(10, 290, (300, 2))
    points[at[:, 0], at[:, 1]] = rng.random(300) * 100 + 5
    out = [
        data.camera(),
        data.coins(),
        data.moon(),
        data.brick(),
        data.page(),
        data.text(),
        data.grass(),
        data.clock(),
    ]
    return [*(p.astype(float) for p in out), gaussian_filter(points, 0.8)]


def observe(picture, kernel, peak: float, rng, size: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """Photon counts of a part of a picture seen through the blur, and the truth; the truth reaches further."""
    if min(picture.shape) <= size:
        picture = np.pad(picture, size // 2, mode="reflect")
    y, x = (int(rng.integers(0, n - size + 1)) for n in picture.shape)
    wide = picture[y : y + size, x : x + size]
    wide = wide / wide.max() * peak
    kernel = kernel / kernel.sum()
    half = kernel.shape[0] // 2
    blurred = np.clip(fftconvolve(wide, kernel, mode="valid"), 0, None)
    return rng.poisson(blurred).astype(np.float32), wide[half:-half, half:-half]


def methods(seed: int) -> None:
    """PSNR of every method, mean over pictures, for two kernels and two photon levels."""
    print("| method | " + " | ".join(f"{k}, {p} photons" for k, p in _cells()) + " | s (160²) |")
    print("|---|" + "---|" * (len(_cells()) + 1))
    scenes = {}
    for name, peak in _cells():
        rng = np.random.default_rng(seed)
        scenes[name, peak] = [observe(p, KERNELS[name], peak, rng) for p in pictures(rng)[:4]]
    blurred = [np.mean([psnr(y, t, peak=peak) for y, t in scenes[n, peak]]) for n, peak in _cells()]
    print("| blurred | " + " | ".join(f"{v:.2f}" for v in blurred) + " | |")
    for method, options in METHODS:
        row, seconds = [], []
        for name, peak in _cells():
            reached = []
            for y, truth in scenes[name, peak]:
                started = time.perf_counter()
                out = ep.deconvolve(y, KERNELS[name], method, workers=1, **options)
                seconds.append(time.perf_counter() - started)
                reached.append(psnr(out, truth, peak=peak))
            row.append(np.mean(reached))
        said = ", ".join(f"{k}={v}" for k, v in options.items())
        print(
            f"| {method} {said} | " + " | ".join(f"{v:.2f}" for v in row) + f" | {np.median(seconds):.3f} |"
        )


def _cells() -> list[tuple[str, int]]:
    return [(name, peak) for name in ("Gaussian 2.5 px", "disk 3 px") for peak in (100, 2000)]


def stopping(seed: int) -> None:
    """PSNR lost by the automatic stop against the best iterate."""
    rng = np.random.default_rng(seed)
    lost = {False: [], True: []}
    print("scene  photons  | best after, stopped after, lost dB | accelerated: the same")
    for number in range(30):
        peak = PEAKS[number % len(PEAKS)]
        kernel = list(KERNELS.values())[number % len(KERNELS)]
        y, truth = observe(pictures(rng)[number % 9], kernel, peak, rng)
        line = f"{number:5d} {peak:8d}  "
        for accelerate in (False, True):
            most = 60 if accelerate else 400
            reached = _every_iterate(y, truth, kernel, peak, most, accelerate)
            _, record = ep.deconvolve(
                y, kernel, iterations=most, stop="auto", accelerate=accelerate, full_output=True
            )
            best, chosen = int(np.argmax(reached)) + 1, record["iterations"]
            lost[accelerate].append(reached[best - 1] - reached[chosen - 1])
            line += f"| {best:4d} {chosen:4d} {lost[accelerate][-1]:6.2f} "
        print(line, flush=True)
    for accelerate, values in lost.items():
        within = int((np.array(values) <= 0.3).sum())
        print(
            f"{'accelerated' if accelerate else 'plain'}: within .3 dB in {within} of 30, worst {max(values):.2f} dB"
        )


def _every_iterate(y, truth, kernel, peak, count, accelerate) -> list[float]:
    blur = Blur(prepare_kernel(kernel, 2), y.shape)
    solver, out = RichardsonLucy(y, blur, accelerate=accelerate), []
    for _ in range(count):
        solver.step()
        out.append(psnr(blur.crop(solver.scene), truth, peak=peak))
    return out


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=("methods", "stopping"))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    {"methods": methods, "stopping": stopping}[given.part](given.seed)
