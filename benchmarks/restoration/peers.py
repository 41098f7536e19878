"""Other programs on the same scenes, where they are there: nothing is installed for them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
import tifffile
from skimage import restoration

from edgepsf.errors import EngineError

from . import tables
from .scenes import Scene

ITERATIONS = 20


@dataclass(frozen=True)
class Peer:
    """A peer's call under a label."""

    label: str
    call: Callable[[Scene, np.ndarray], np.ndarray]

    def __call__(self, scene: Scene, psf: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """The restored picture; a peer says nothing."""
        try:
            return self.call(scene, psf), []
        except Exception as error:  # whatever goes wrong in another program is a row without figures
            raise EngineError(f"{type(error).__name__}: {error}") from error


def richardson_lucy(scene: Scene, psf: np.ndarray) -> np.ndarray:
    """scikit-image, 20 iterations.

    It takes the scene beyond the border for dark, so the picture gets a margin; it diverges with negative pixels, so
    they are set to 0.
    """
    inside = tuple(slice(n, -n) for n in psf.shape)
    mode: Literal["wrap", "symmetric"] = "wrap" if scene.boundary == "periodic" else "symmetric"
    wide = np.pad(scene.image, [(n, n) for n in psf.shape], mode=mode)
    return restoration.richardson_lucy(np.maximum(wide, 0), psf.astype(np.float32), ITERATIONS, clip=False)[
        inside
    ]


def unsupervised_wiener(scene: Scene, psf: np.ndarray) -> np.ndarray:
    """scikit-image; it takes the scene for periodic, so the picture gets its mirror image beside and below it."""
    inside = tuple(slice(0, n) for n in scene.image.shape)
    beyond = [(0, 0 if scene.boundary == "periodic" else n) for n in scene.image.shape]
    wide = np.pad(scene.image, beyond, mode="symmetric")
    return restoration.unsupervised_wiener(wide, psf, clip=False, rng=0)[0][inside]


def bm3d_deblurring(scene: Scene, psf: np.ndarray) -> np.ndarray:
    """The package bm3d (for non-commercial use only), which has to be told the noise: it gets the true one."""
    import bm3d

    noise = np.std(scene.image - scene.noise_free)
    return bm3d.bm3d_deblurring(scene.image / scene.peak, noise / scene.peak, psf) * scene.peak


def flowdec(scene: Scene, psf: np.ndarray) -> np.ndarray:
    """Flowdec, 20 iterations, padded by the PSF's size."""
    from flowdec.data import Acquisition
    from flowdec.restoration import RichardsonLucyDeconvolver

    solver = RichardsonLucyDeconvolver(psf.ndim, pad_mode="2357", pad_min=[n - 1 for n in psf.shape])
    data = Acquisition(data=np.maximum(scene.image, 0), kernel=psf.astype(np.float32))
    return solver.initialize().run(data, niter=ITERATIONS).data


def ci_deconvolve(scene: Scene, psf: np.ndarray) -> np.ndarray:
    """ci-deconvolve, 20 of its accelerated iterations from a flat start."""
    from core.deconvolve_ci import ci_rl_deconvolve

    settings = {"offset": 0.0, "background": 1e-6, "start": "flat", "convergence": "fixed", "tiling": "none"}
    settings |= {"niter": ITERATIONS, "two_d_mode": "legacy_2d", "device": "cpu"}
    return ci_rl_deconvolve(np.maximum(scene.image, 0), psf.astype(np.float32), **settings)["result"]


def deconwolf(scene: Scene, psf: np.ndarray) -> np.ndarray:
    """Deconwolf's program `dw`, 20 iterations, one thread."""
    with tempfile.TemporaryDirectory() as folder:
        image, kernel, out = (Path(folder) / name for name in ("image.tif", "psf.tif", "out.tif"))
        tifffile.imwrite(image, scene.image)
        tifffile.imwrite(kernel, psf.astype(np.float32))
        options = ["--iter", str(ITERATIONS), "--threads", "1", "--float", "--out", str(out)]
        subprocess.run(["dw", *options, str(image), str(kernel)], check=True, capture_output=True)
        return tifffile.imread(out)


def present(scene: Scene) -> list[Peer]:
    """The peers that are installed and do such a scene; a line names each that is not there."""
    planes, periodic = scene.image.ndim == 2, scene.boundary == "periodic"
    found = [Peer("scikit-image richardson_lucy", richardson_lucy)]
    found += [Peer("scikit-image unsupervised_wiener", unsupervised_wiener)] if planes else []
    others = [
        ("bm3d", find_spec("bm3d"), planes and periodic, bm3d_deblurring),
        ("flowdec", find_spec("flowdec"), not periodic, flowdec),
        ("ci-deconvolve", _module("core.deconvolve_ci"), not periodic, ci_deconvolve),
        ("deconwolf", shutil.which("dw"), not planes, deconwolf),
    ]
    for name, there, able, call in others:
        if able and there:
            found.append(Peer(name, call))
        elif able:
            tables.note(f"{name}: not installed here; it is left out")
    return found


def _module(name: str) -> bool:
    """Whether the module is there; its package is not imported where there is none."""
    return find_spec(name.partition(".")[0]) is not None and find_spec(name) is not None
