"""Defocused JPEG photographs of the real world: is the FWHM of a hand-picked region right, or warned of, or refused?

    python benchmarks/photographs.py FOLDER [--only NAME] [--radius 2 3 4 5] [--quality 75 85 92 95]

FOLDER holds the photographs that `photographs.json` names; they are the pictures of these names in the folder `jpg` of
the public GitHub repository drewnoakes/metadata-extractor-images. Each is made linear, reduced 3 × by area, blurred
by a disk, given photon noise (5000 electrons at full scale), encoded as sRGB, and saved as JPEG with 4:2:0 chroma. The
green channel of the decoded picture, made linear, is measured. `photographs.json` lists twenty rectangles a photograph
(x, y, width, height in the reduced picture); a "good" one shows one straight isolated edge with clean plateaus.
They were marked by eye on the sharp picture, before any fit. The fifth number of a good one is its own softness:
the FWHM (px) of that edge in the reduced picture, before the blur; edges softer than 2.3 px are not in the list. The
truth is the FWHM of the disk blurred by that softness; for the others by the median of the photograph.
"""

from __future__ import annotations

import argparse
import io
import json
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.signal import fftconvolve

import edgepsf as ep
from edgepsf.pictures.light import linear_to_srgb, srgb_to_linear

REDUCED, ELECTRONS = 3, 5000.0
LIST = Path(__file__).with_name("photographs.json")


def reduced(path: Path) -> np.ndarray:
    """Linear light, reduced by area, shape (ny, nx, 3)."""
    encoded = np.asarray(Image.open(path).convert("RGB"), dtype=np.float32) / 255
    ny, nx = (n // REDUCED * REDUCED for n in encoded.shape[:2])
    blocks = srgb_to_linear(encoded[:ny, :nx]).reshape(ny // REDUCED, REDUCED, nx // REDUCED, REDUCED, 3)
    return blocks.mean(axis=(1, 3)).astype(np.float64)


@cache
def disk(radius: float) -> np.ndarray:
    """The disk on the pixel grid, each pixel with the share of it that is inside."""
    half, fine = int(np.ceil(radius)) + 1, 21
    line = (np.arange((2 * half + 1) * fine) + 0.5) / fine - half - 0.5
    inside = (line[:, None] ** 2 + line**2 <= radius**2).astype(float)
    kernel = inside.reshape(2 * half + 1, fine, 2 * half + 1, fine).mean(axis=(1, 3))
    return kernel / kernel.sum()


def camera(light: np.ndarray, radius: float, quality: int, seed: int) -> np.ndarray:
    """Linear light of the JPEG that a camera out of focus makes, shape (ny, nx, 3)."""
    kernel, rng = disk(radius), np.random.default_rng(seed)
    pad = len(kernel)
    wide = np.pad(light, ((pad, pad), (pad, pad), (0, 0)), mode="reflect")
    blurred = np.stack([fftconvolve(wide[..., c], kernel, mode="same") for c in range(3)], axis=-1)
    blurred = np.clip(blurred[pad:-pad, pad:-pad], 0, 1)
    counted = rng.poisson(blurred * ELECTRONS) / ELECTRONS
    encoded = np.round(255 * linear_to_srgb(np.clip(counted, 0, 1))).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(encoded).save(file, "JPEG", quality=quality, subsampling=2)
    return srgb_to_linear(np.asarray(Image.open(file), dtype=np.float32) / 255).astype(np.float32)


def photographed(light: np.ndarray, radius: float, quality: int, seed: int) -> np.ndarray:
    """Green light of that JPEG."""
    return camera(light, radius, quality, seed)[..., 1]


@cache
def soft_disk_fwhm(radius: float, softness: float) -> float:
    """FWHM of the disk blurred by a Gaussian of FWHM `softness`, px."""
    step, half = 0.05, radius + 2 * softness + 1
    x = np.arange(-half, half + step / 2, step)
    inside = (x[:, None] ** 2 + x**2 <= radius**2).astype(float)
    line = np.exp(-4 * np.log(2) * (x / softness) ** 2)
    row = fftconvolve(inside * line[:, None], np.ones((len(x), 1)), mode="valid")[0]
    profile = fftconvolve(row, line, mode="same")
    middle = len(x) // 2
    return 2 * float(np.interp(-profile[middle] / 2, -profile[middle:], x[middle:]))


def measured(image: np.ndarray, roi: list[int]) -> tuple[str, float, tuple[float, float], str]:
    """(silent, warned or refused; FWHM; its interval; the words)."""
    try:
        fit = ep.fit_edge(image, tuple(roi))
    except ep.EdgeError as error:
        return "refused", np.nan, (np.nan, np.nan), str(error)
    words = " | ".join(fit.warnings)
    return ("warned" if words else "silent"), fit.psf.fwhm, fit.interval("fwhm"), f"{fit.model} {words}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="part of a name")
    parser.add_argument("--radius", nargs="*", type=float, default=[2, 3, 4, 5])
    parser.add_argument("--quality", nargs="*", type=int, default=[75, 85, 92, 95])
    parser.add_argument("--list", type=Path, default=LIST)
    parser.add_argument("--words", action="store_true", help="print every region")
    arguments = parser.parse_args()
    rows, count = [], 0
    for name, marks in json.loads(arguments.list.read_text()).items():
        if arguments.only not in name:
            continue
        light = reduced(arguments.folder / f"{name}.jpg")
        for radius in arguments.radius:
            quality = arguments.quality[count % len(arguments.quality)]
            count += 1
            image = photographed(light, radius, quality, seed=count)
            for mark in ("good", "bad"):
                for x, y, width, height, *own in marks[mark]:
                    roi = [x, y, width, height]
                    truth = soft_disk_fwhm(radius, own[0] if own else marks["softness"])
                    found = (mark, radius, truth, *measured(image, roi))
                    rows.append(found)
                    if arguments.words:
                        show(name, quality, roi, found)
        count += 1  # another quality for each radius of the next photograph
    summary(rows)


def show(name: str, quality: int, roi: list[int], found: tuple) -> None:
    """A line for one region."""
    mark, radius, truth, state, fwhm, (low, high), words = found
    print(
        f"{name[:12]:12s} R{radius:g} q{quality} {roi!s:22s} {mark:4s} {state:7s} {100 * (fwhm / truth - 1):+6.1f} % "
        f"[{100 * (low / truth - 1):+.0f}, {100 * (high / truth - 1):+.0f}] {words[:170]}",
        flush=True,
    )


def summary(rows: list[tuple]) -> None:
    """Print the three figures."""
    silent = [r for r in rows if r[3] == "silent"]
    off = sum(abs(r[4] / r[2] - 1) > 0.10 for r in silent)
    held = sum(r[5][0] <= r[2] <= r[5][1] for r in silent)
    good = [r for r in rows if r[0] == "good"]
    flagged = sum(r[3] != "silent" for r in good)
    print(
        f"{len(rows)} regions, {len(silent)} silent ({len(good) - flagged} of them good): within 10 % or warned "
        f"or refused {100 * (1 - off / len(rows)):.1f} %; of {len(good)} good ones "
        f"{100 * flagged / max(len(good), 1):.0f} % warned or refused; "
        f"the interval holds in {100 * held / max(len(silent), 1):.0f} % of the unwarned"
    )


if __name__ == "__main__":
    main()
