"""Part 1 of the demo: a photograph defocused by a known PSF; how near do PSF and picture come to the truth?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..deconvolve import best_unsharp_mask, deconvolve
from ..errors import EngineError
from ..measure.edge.fit import fit_edge
from ..measure.edge.result import EdgeFit
from ..pictures import files
from ..pictures.picture import Picture
from . import photographs
from .chain import ITERATIONS, Chain, largest_difference, run_chain, run_in_imagej, start_imagej, write_macro
from .words import described, print_table, psf_distance


@dataclass(frozen=True)
class Known:
    """A photograph of known defocus: scene, fit of the edge, chain of the method, and the pictures made.

    Attributes
    ----------
    scene : Defocused
    fit : EdgeFit
    chain : Chain
    unsharp, wiener : ndarray, shape of the scene
    radius, amount : float
        Of the unsharp mask.
    without_imagej : str
        Why ImageJ did not run the chain, where it was asked for; else empty.
    """

    scene: photographs.Defocused
    fit: EdgeFit
    chain: Chain
    unsharp: np.ndarray
    radius: float
    amount: float
    wiener: np.ndarray
    without_imagej: str = ""

    @property
    def restored(self) -> np.ndarray:
        """The picture that the chain of the method restored."""
        return self.chain.pictures["restored"].data


def known_defocus(folder: Path, imagej: bool) -> Known:
    """Restore the photograph, write the pictures into a folder and print the figures; in ImageJ too if asked for."""
    scene = photographs.camera()
    blurred = Picture(scene.blurred, "blurred.tif", photographs.CAMERA_EDGE)
    files.write_picture(folder / "blurred.tif", blurred)
    chain = run_chain(blurred)
    for name in ("g", "f", "distance", "psf", "restored"):
        files.write_picture(folder / f"{name}.tif", chain.pictures[name])
    fit = fit_edge(scene.blurred, photographs.CAMERA_EDGE)
    masked, radius, amount = best_unsharp_mask(scene.blurred, scene.truth)
    files.write_picture(folder / "unsharp.tif", Picture(masked))
    wiener = deconvolve(scene.blurred, fit.psf, "wiener")
    known = Known(scene, fit, chain, masked, radius, amount, wiener)
    _print_psf(known)
    _print_pictures(known)
    return replace(known, without_imagej=_compare_with_imagej(folder, chain)) if imagej else known


def _print_psf(known: Known) -> None:
    scene, fit = known.scene, known.fit
    print(
        "1. A photograph defocused by a known PSF (logistic edge, p = 0.9 px^-1), photon noise of 10 000 electrons"
    )
    print(f"   PSF read from the edge in {photographs.CAMERA_EDGE}: {described(fit)}")
    width = 100 * (fit.psf.fwhm / scene.psf.fwhm - 1)
    contrast = 100 * (fit.psf.mtf50 / scene.psf.mtf50 - 1)
    distance = psf_distance(fit.psf, scene.psf)
    print(
        f"   true FWHM {scene.psf.fwhm:.3f} px: error {width:+.2f} %; MTF50 {contrast:+.2f} %; L1 {distance:.3f}"
    )
    own = fit_edge(scene.truth, photographs.CAMERA_EDGE, model="logistic").parameters["p1"]
    expected = np.hypot(1.0, photographs.TRUE_SLOPE / own) - 1
    print(
        f"   (the photograph's own edge is soft too, p = {own:.2f}: {100 * expected:+.2f} % of FWHM are to be expected)"
    )


def _print_pictures(known: Known) -> None:
    print_table(
        [
            ("blurred", known.scene.blurred),
            (f"best unsharp mask (radius {known.radius:.2f}, amount {known.amount:.2f})", known.unsharp),
            (f"Richardson-Lucy, {ITERATIONS} iterations", known.restored),
            ("Wiener, regularisation from the data", known.wiener),
        ],
        known.scene.truth,
    )


def _compare_with_imagej(folder: Path, chain: Chain) -> str:
    """Print how far the chain in ImageJ is from the one in Python; gives the sentence why there is no ImageJ."""
    macro = folder / "chain.ijm"
    write_macro(folder / "blurred.tif", macro, photographs.CAMERA_EDGE)
    try:
        start_imagej()
    except EngineError as error:
        print("   The same chain as macro commands in ImageJ (chain.ijm): left out, ImageJ did not start")
        return str(error)
    numbers, pictures = run_in_imagej(macro)
    differences = largest_difference(chain, numbers, pictures)
    print("   The same chain as macro commands in ImageJ (chain.ijm); largest differences from Python:")
    print("   " + ", ".join(f"{k} {v:.1e}" for k, v in differences.items()))
    return ""
