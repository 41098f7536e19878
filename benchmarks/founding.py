"""Is deconvolution better than an unsharp mask for an out-of-focus photograph?

Five photographs, defocused on the computer by a disk of 3 px, with noise of 0.5, 1 and 2 % of their range. The
unsharp mask may see the truth: its radius and amount are those of least squared error. Deconvolution may not.

python benchmarks/founding.py [--figure OUT.jpg | --limits]
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.signal import fftconvolve
from skimage import color, data

import edgepsf as ep
from edgepsf.pictures.quality import psnr, ssim

METHODS = (
    ("Wiener", "wiener", {}),
    ("Richardson–Lucy auto", "richardson_lucy", {"stop": "auto", "accelerate": True}),
    ("FISTA, total variation", "fista", {"iterations": 60}),
)
NOISES = (0.005, 0.01, 0.02)
RADIUS, SIZE = 3.0, 256


def disk(radius: float) -> np.ndarray:
    """Disk with the area of each pixel that it covers, by 9 × 9 samples a pixel."""
    half, fine = int(radius) + 1, 9
    at = (np.arange((2 * half + 1) * fine) - (half * fine + fine // 2)) / fine
    inside = np.hypot(at, at[:, None]) <= radius
    kernel = inside.reshape(2 * half + 1, fine, 2 * half + 1, fine).mean((1, 3))
    return kernel / kernel.sum()


def photographs() -> dict[str, np.ndarray]:
    """Linear light, 0 to 1, wider than the field by the blur's reach."""
    sources = {
        "cameraman": (data.camera(), (60, 120)),
        "astronaut": (data.astronaut(), (0, 90)),
        "coffee": (data.coffee(), (60, 150)),
        "cat": (data.chelsea(), (20, 90)),
        "rocket": (data.rocket(), (140, 180)),
    }
    reach, out = disk(RADIUS).shape[0] // 2, {}
    for name, (picture, (y, x)) in sources.items():
        gray = picture / 255.0 if picture.ndim == 2 else color.rgb2gray(picture)
        out[name] = gray[y : y + SIZE + 2 * reach, x : x + SIZE + 2 * reach] ** 2.2
    return out


def scenes(seed: int, noises=NOISES):
    """name, noise, blurred picture, truth."""
    kernel, rng = disk(RADIUS), np.random.default_rng(seed)
    half = kernel.shape[0] // 2
    for noise in noises:
        for name, wide in photographs().items():
            truth = wide[half:-half, half:-half]
            blurred = fftconvolve(wide, kernel, mode="valid")
            yield name, noise, blurred + noise * np.ptp(truth) * rng.standard_normal(truth.shape), truth


def restorations(blurred, truth, kernel) -> dict[str, np.ndarray]:
    """Blurred, best unsharp mask, and every method."""
    out = {"blurred": blurred, "best unsharp mask": ep.best_unsharp_mask(blurred, truth)[0]}
    return out | {label: ep.deconvolve(blurred, kernel, m, **options) for label, m, options in METHODS}


def table(seed: int) -> None:
    kernel, header = disk(RADIUS), False
    for name, noise, blurred, truth in scenes(seed):
        found = restorations(blurred, truth, kernel)
        if not header:
            print("| photograph | noise | " + " | ".join(found) + " |")
            print("|---|---|" + "---|" * len(found))
            header = True
        cells = [f"{psnr(p, truth):.2f} / {ssim(p, truth):.3f}" for p in found.values()]
        print(f"| {name} | {100 * noise:g} % | " + " | ".join(cells) + " |", flush=True)


def limits(seed: int) -> None:
    """Mean PSNR gained over the blurred picture: with a wrong PSF, and at much noise."""
    labels = ["best unsharp mask", *(label for label, _, _ in METHODS)]
    print("| | " + " | ".join(labels) + " |")
    print("|---|" + "---|" * len(labels))
    for noise, radius in (
        (0.005, 2.0),
        (0.005, 2.4),
        (0.005, 2.7),
        (0.005, 3.0),
        (0.005, 3.3),
        (0.005, 3.6),
        (0.05, 3.0),
        (0.1, 3.0),
        (0.2, 3.0),
    ):
        gains = []
        for _, _, blurred, truth in scenes(seed, (noise,)):
            found = restorations(blurred, truth, disk(radius))
            base = psnr(found.pop("blurred"), truth)
            gains.append([psnr(p, truth) - base for p in found.values()])
        cells = " | ".join(f"{g:+.2f}" for g in np.mean(gains, 0))
        print(f"| noise {100 * noise:g} %, PSF taken as a disk of {radius:g} px | {cells} |", flush=True)


def figure(path: str, seed: int, name: str = "cameraman", noises=(0.005, 0.02)) -> None:
    """One photograph at little and much noise: truth and results side by side, a detail enlarged."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    kernel = disk(RADIUS)
    chosen = [s for s in scenes(seed) if s[0] == name and s[1] in noises]
    fig, axes = plt.subplots(len(chosen), 6, figsize=(18, 3.25 * len(chosen)), layout="constrained")
    for row, (_, noise, blurred, truth) in zip(axes, chosen, strict=True):
        found = {"truth": truth} | restorations(blurred, truth, kernel)
        for axis, (label, picture) in zip(row, found.items(), strict=True):
            part = np.clip(picture[20:150, 60:190], 0, 1) ** (1 / 2.2)
            axis.imshow(part, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            figures = (
                "" if label == "truth" else f"\n{psnr(picture, truth):.2f} dB, {ssim(picture, truth):.3f}"
            )
            axis.set_title(label + figures, fontsize=11)
            axis.set_xticks([])
            axis.set_yticks([])
        row[0].set_ylabel(f"noise {100 * noise:g} %", fontsize=12)
    fig.savefig(path, dpi=90, pil_kwargs={"quality": 88})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--figure", metavar="OUT.jpg")
    parser.add_argument("--limits", action="store_true")
    given = parser.parse_args()
    if given.limits:
        limits(given.seed)
    elif given.figure:
        figure(given.figure, given.seed)
    else:
        table(given.seed)
