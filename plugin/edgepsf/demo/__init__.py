"""`edgepsf demo`: from one edge to a restored picture, on two photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..deconvolve import best_unsharp_mask, deconvolve
from ..errors import InputError
from ..measure.edge.fit import fit_edge
from ..measure.edge.result import EdgeFit
from ..pictures import files as io
from ..pictures import quality
from ..pictures.picture import Picture
from ..psf import PointSpread
from . import photographs
from .chain import ITERATIONS, largest_difference, run_chain, run_in_imagej


def main(folder: Path, imagej: bool = True) -> int:
    """Run the demo, write its files into a folder, print its table."""
    _make_folder(folder)
    known = _known_defocus(folder, imagej)
    real = _real_defocus(folder)
    from .figure import overview

    with io.atomic_path(folder / "overview.png") as temporary:
        overview(known, real, temporary)
    print(f"\nwritten to {folder}/: overview.png, psf.tif, restored.tif, g.tif, f.tif, distance.tif and more")
    return 0


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f'the folder "{folder}" cannot be made: {error.strerror}') from None
    io.check_writable(folder / "overview.png", overwrite=True)


def psnr(image: np.ndarray, truth: np.ndarray) -> float:
    """Peak signal-to-noise ratio (dB) for a full scale of 1, linear light."""
    return quality.psnr(np.clip(image, 0, 1), truth, peak=1.0)


def psf_distance(psf: PointSpread, truth: PointSpread) -> float:
    """L1 distance ∫ |P − P_true| 2πr dr, between 0 and 2."""
    r = np.linspace(0.0, max(psf.model.reach, truth.model.reach), 8001)
    return float(np.trapezoid(np.abs(psf.radial(r) - truth.radial(r)) * 2 * np.pi * r, r))


def _known_defocus(folder: Path, imagej: bool) -> dict:
    """Part 1: a photograph defocused by a known PSF; how near do PSF and picture come to the truth?"""
    scene = photographs.camera()
    blurred = Picture(scene.blurred, "blurred.tif", photographs.CAMERA_EDGE)
    io.write_picture(folder / "blurred.tif", blurred)
    chain = run_chain(blurred)
    for name in ("g", "f", "distance", "psf", "restored"):
        io.write_picture(folder / f"{name}.tif", chain.pictures[name])
    fit = fit_edge(scene.blurred, photographs.CAMERA_EDGE)
    masked, radius, amount = best_unsharp_mask(scene.blurred, scene.truth)
    io.write_picture(folder / "unsharp.tif", Picture(masked))
    restored = chain.pictures["restored"].data
    wiener = deconvolve(scene.blurred, fit.psf, "wiener")
    out = {"scene": scene, "fit": fit, "chain": chain, "unsharp": masked, "restored": restored}
    print(
        "1. A photograph defocused by a known PSF (logistic edge, p = 0.9 px^-1), photon noise of 10 000 electrons"
    )
    print(f"   PSF read from the edge in {photographs.CAMERA_EDGE}: {_describe(fit)}")
    print(
        f"   true FWHM {scene.psf.fwhm:.3f} px: error {100 * (fit.psf.fwhm / scene.psf.fwhm - 1):+.2f} %;",
        end=" ",
    )
    print(
        f"MTF50 {100 * (fit.psf.mtf50 / scene.psf.mtf50 - 1):+.2f} %; L1 {psf_distance(fit.psf, scene.psf):.3f}"
    )
    own = fit_edge(scene.truth, photographs.CAMERA_EDGE, model="logistic").parameters["p1"]
    expected = np.hypot(1.0, photographs.TRUE_SLOPE / own) - 1
    print(
        f"   (the photograph's own edge is soft too, p = {own:.2f}: {100 * expected:+.2f} % of FWHM are to be expected)"
    )
    _table(
        [
            ("blurred", scene.blurred),
            (f"best unsharp mask (radius {radius:.2f}, amount {amount:.2f})", masked),
            (f"Richardson-Lucy, {ITERATIONS} iterations", restored),
            ("Wiener, regularisation by GCV", wiener),
        ],
        scene.truth,
    )
    if imagej:
        numbers, pictures = run_in_imagej(
            folder / "blurred.tif", folder / "chain.ijm", photographs.CAMERA_EDGE
        )
        differences = largest_difference(chain, numbers, pictures)
        print("   The same chain as macro commands in ImageJ (chain.ijm); largest differences from Python:")
        print("   " + ", ".join(f"{k} {v:.1e}" for k, v in differences.items()))
    return out


def _describe(fit: EdgeFit) -> str:
    low, high = fit.interval("fwhm")
    return f"{fit.model}, FWHM {fit.psf.fwhm:.3f} px (95 % {low:.3f} to {high:.3f})"


def _table(rows, truth) -> None:
    first = psnr(rows[0][1], truth)
    print(f"   {'':<52}{'PSNR dB':>8}{'gain':>8}")
    for name, image in rows:
        value = psnr(image, truth)
        print(f"   {name:<52}{value:>8.2f}{value - first:>+8.2f}")


def _real_defocus(folder: Path) -> dict:
    """Part 2: a really defocused background, its PSF read from an edge at that depth, channel by channel."""
    picture = photographs.astronaut()
    print("\n2. A really defocused background: the flag behind the astronaut, one channel at a time")
    fits, channels, masked = [], [], []
    for i, name in enumerate(("red", "green", "blue")):
        fit = fit_edge(picture[..., i], photographs.FLAG_EDGE)
        print(f"   {name:<6} PSF from the edge in {photographs.FLAG_EDGE}: {_describe(fit)}")
        fits.append(fit)
        channels.append(deconvolve(picture[..., i], fit.psf, iterations=20))
        x, y, width, height = photographs.FLAG_VIEW
        view = (slice(y, y + height), slice(x, x + width))
        # No truth is known here: the unsharp mask is the one that comes nearest to the restored view.
        _, radius, amount = best_unsharp_mask(picture[..., i][view], channels[-1][view])
        masked.append((radius, amount))
        io.write_picture(folder / f"flag_psf_{name}.tif", Picture(fit.psf.kernel()))
        io.write_picture(folder / f"flag_restored_{name}.tif", Picture(channels[-1]))
    return {"picture": picture, "fits": fits, "restored": np.stack(channels, axis=-1), "masks": masked}
