"""The pictures that the macros in this folder open: small, the same at every call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tifffile

import edgepsf as ep
from blurred import beads, centred, gaussian
from edgepsf.testing import edge_image


def write_inputs(folder: Path) -> None:
    """Write all pictures into a folder; pictures of 16 bits, PSFs of 32 bits with their centre at n // 2."""
    flat, wide, deep = _psf((32, 32), 1.1), _psf((32, 32), 1.5), _psf((8, 24, 24), 1.1)
    for name, psf in (("psf", flat), ("wide", wide), ("psf3", deep)):
        _write(folder / f"{name}.tif", psf)
    _write(folder / "cell.tif", _blurred(flat, 1))
    _write(folder / "stack.tif", _blurred(deep, 2))
    _write(folder / "frames.tif", np.array([_blurred(flat, 10 + k) for k in range(3)]))
    _write(folder / "channels.tif", np.array([_blurred(flat, 20), _blurred(wide, 21)]), "CYX")
    _write(
        folder / "channels3.tif", np.array([_blurred(deep, 30), _blurred(deep, 31)]).swapaxes(0, 1), "ZCYX"
    )
    series = np.array([_blurred(flat, 40 + k) for k in range(4)]).reshape(2, 2, 32, 32)
    _write(folder / "series.tif", series, "TCYX")
    (folder / "many").mkdir()
    for k, name in enumerate(("a1", "b2", "c3")):
        _write(folder / "many" / f"{name}.tif", _blurred(flat, 50 + k))
    (folder / "many" / "notes.txt").write_text("no picture\n")
    edge = edge_image(ep.psf.Gaussian(1.4), (65, 65), center=(32, 32), noise=0.01)
    _write(folder / "edge.tif", (10 * edge).astype(np.uint16))


def _psf(shape: tuple[int, ...], sd: float) -> np.ndarray:
    """A Gaussian of sum 1."""
    psf = gaussian(shape, sd)
    return (psf / psf.sum()).astype(np.float32)


def _blurred(psf: np.ndarray, seed: int) -> np.ndarray:
    """Points of light and a block behind a PSF, with photon noise; no pixel is 0."""
    rng = np.random.default_rng(seed)
    otf = np.fft.fftn(centred(psf, psf.shape))
    light = np.fft.ifftn(np.fft.fftn(beads(psf.shape, 60.0, 8, rng)) * otf).real
    return np.maximum(rng.poisson(np.maximum(light, 0)), 1).astype(np.uint16)


def _write(path: Path, pixels: np.ndarray, axes: str | None = None) -> None:
    named = axes or {2: "YX", 3: "ZYX"}[pixels.ndim]
    tifffile.imwrite(path, pixels, imagej=True, metadata={"axes": named})
