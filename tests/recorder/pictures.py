"""The small pictures that the cases work on, made from fixed seeds.

Gray values are rounded to sixteenths, so that rounding in the last digit does not differ between machines.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image
from roifile import ROI_TYPE, ImagejRoi
from scipy.ndimage import convolve

import edgepsf as ep
from edgepsf.testing import edge_image

SHAPE = (80, 96)
REGION = "20,8,56,60"


def rounded(values: np.ndarray) -> np.ndarray:
    """The values as float32, rounded to sixteenths."""
    return (np.round(np.asarray(values) * 16) / 16).astype(np.float32)


def edge(model: ep.psf.RadialModel | None = None, **options) -> np.ndarray:
    """An edge of 80 by 96 pixels."""
    options = {"shape": SHAPE, "noise": 0.01, "seed": 1} | options
    return rounded(edge_image(model or ep.psf.Logistic(1.1, 0.03), **options))


def kernel(shape: tuple[int, ...], skew: float = 0.0) -> np.ndarray:
    """A Gaussian kernel of sum 1, with a second peak beside it where there is a skew."""
    grids = np.meshgrid(*(np.arange(n) - n // 2 for n in shape), indexing="ij")
    parts = ((1.0, 0), (skew, 1))
    out = sum(w * np.exp(-0.5 * sum((g - s) ** 2 for g in grids) / 1.6) for w, s in parts)
    return (out / out.sum()).astype(np.float32)


def scene(shape: tuple[int, ...]) -> np.ndarray:
    """Boxes and points on a dark ground."""
    out = np.full(shape, 20.0)
    out[tuple(slice(n // 4, n // 2) for n in shape)] = 120.0
    out[tuple(slice(n // 2 + 2, n // 2 + 4) for n in shape)] = 200.0
    out[tuple(3 * n // 4 for n in shape)] = 400.0
    return out


def blurred(shape: tuple[int, ...], psf: np.ndarray, seed: int = 2) -> np.ndarray:
    """The scene, blurred, with photon noise."""
    rng = np.random.default_rng(seed)
    light = convolve(scene(shape), psf.astype(np.float64), mode="reflect")
    return rng.poisson(np.round(light, 6)).astype(np.float32)


def make(folder: Path) -> None:
    """Write every picture and set of regions into a folder."""
    _edges(folder)
    _scenes(folder)
    _colors(folder)
    _regions(folder)
    tifffile.imwrite(folder / "flat.tif", np.full((40, 40), 7, np.uint8))
    noise = np.random.default_rng(0).standard_normal((90, 90))
    tifffile.imwrite(folder / "noise.tif", rounded(noise))
    (folder / "broken.tif").write_bytes(b"II*\0 this is no TIFF")
    (folder / "text.png").write_text("hello")


def save(path: Path, data: np.ndarray, **options) -> None:
    """Write a TIFF as ImageJ does."""
    tifffile.imwrite(path, data, imagej=True, **options)


def _edges(folder: Path) -> None:
    one = edge()
    save(folder / "edge.tif", one)
    save(folder / "edge8.tif", np.clip(np.round(one), 0, 255).astype(np.uint8))
    save(folder / "edge16.tif", np.round(one * 100).astype(np.uint16))
    Image.fromarray(np.clip(np.round(one), 0, 255).astype(np.uint8)).save(folder / "edge.png")
    scale = {"resolution": (1 / 0.065, 1 / 0.065), "metadata": {"unit": "\\u00B5m"}}
    save(folder / "scaled.tif", one, **scale)
    save(folder / "tall.tif", one, **scale | {"resolution": (1 / 0.065, 1 / 0.078)})
    save(folder / "stack.tif", np.stack([one, one + 5, one[::-1]]), metadata={"axes": "ZYX"})
    planes = np.stack([one + k for k in range(12)]).reshape(2, 3, 2, *SHAPE)
    save(folder / "hyper.tif", planes, metadata={"axes": "TZCYX"})
    broken = one.copy()
    broken[5, 5], broken[40, 50] = np.nan, np.inf
    save(folder / "nan.tif", broken)
    save(folder / "disk.tif", edge(ep.psf.Disk(2.5), angle=20.0))
    save(folder / "gauss.tif", edge(ep.psf.Gaussian(1.4), angle=-70.0, gradient=0.05))
    save(folder / "curved.tif", edge(ep.psf.Gaussian(1.2), radius=150.0))
    save(folder / "steep.tif", edge(ep.psf.Logistic(1.4), v1=5.0, v2=250.0, kind="poisson"))
    g = rounded((one - 30) / 140 * 1024) / 1024
    save(folder / "g.tif", g)
    with np.errstate(all="ignore"):
        f = np.where((g > 0) & (g < 0.5), np.log(1 / (2 * g.astype(np.float64)) - 1), np.nan)
    save(folder / "f.tif", (np.round(f * 4096) / 4096).astype(np.float32))
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    save(folder / "distance.tif", rounded((x - 47.3) * 0.9962 + (y - 36.1) * 0.0872))


def _scenes(folder: Path) -> None:
    psf, psf3 = kernel((9, 9)), kernel((3, 5, 5))
    for name, data in (("psf", psf), ("skew", kernel((8, 7), 0.4)), ("even", kernel((8, 8))), ("psf3", psf3)):
        save(folder / f"{name}.tif", data, metadata={"axes": "ZYX" if data.ndim == 3 else "YX"})
    save(folder / "wide.tif", kernel((91, 91)))
    save(folder / "zeros.tif", np.zeros((5, 5), np.float32))
    picture = blurred((60, 64), psf)
    save(folder / "blurred.tif", picture)
    save(folder / "truth.tif", scene((60, 64)).astype(np.float32))
    save(folder / "blurred16.tif", picture.astype(np.uint16))
    save(folder / "dark.tif", picture - 25)
    save(folder / "black.tif", np.zeros((40, 44), np.float32))
    hole = picture.copy()
    hole[20:23, 30:34] = np.nan
    save(folder / "hole.tif", hole)
    mask = np.zeros((60, 64), np.uint8)
    mask[10:14, 12:30] = 255
    save(folder / "mask.tif", mask)
    save(folder / "mask2.tif", mask[:30])
    save(folder / "series.tif", np.stack([picture, picture[::-1], picture * 2]), metadata={"axes": "TYX"})
    save(folder / "volume.tif", blurred((8, 24, 26), psf3), metadata={"axes": "ZYX"})
    five = np.stack([blurred((8, 24, 26), psf3, seed) for seed in range(4)]).reshape(2, 2, 8, 24, 26)
    save(folder / "five.tif", np.moveaxis(five, 2, 1), metadata={"axes": "TZCYX"})


def _colors(folder: Path) -> None:
    y, x = np.mgrid[:40, :48]
    color = np.stack([5 * x, 6 * y, 2 * (x + y)], axis=-1).astype(np.uint8)
    tifffile.imwrite(folder / "color.tif", color, photometric="rgb")
    Image.fromarray(color).save(folder / "color.png")
    deep = np.moveaxis(color, -1, 0).astype(np.uint16) * 257
    save(folder / "color16.tif", deep, metadata={"axes": "CYX", "mode": "composite"})
    for name, plane in zip(("red", "green", "blue"), deep, strict=True):
        save(folder / f"{name}.tif", rounded(plane / 65535.0 * 64) / 64)


def _regions(folder: Path) -> None:
    rows = "name,x,y,width,height\nleft,20,8,56,60\nflat,80,2,14,20\n,500,500,9,9\nlow,30,20,40,50\n"
    (folder / "rois.csv").write_text(rows)
    (folder / "outside.csv").write_text("x,y,width,height\n500,500,9,9\n")
    (folder / "bad.csv").write_text("x,y,width\n1,2,3\n")
    box = ImagejRoi(roitype=ROI_TYPE.RECT, left=20, top=8, right=76, bottom=68, name="box")
    corners = [[22, 6], [78, 12], [74, 70], [18, 66]]
    quad = ImagejRoi.frompoints(corners)
    quad.name = "quad"
    with zipfile.ZipFile(folder / "rois.zip", "w") as archive:
        archive.writestr("box.roi", box.tobytes())
        archive.writestr("quad.roi", quad.tobytes())
    save(folder / "overlay.tif", edge(), metadata={"Overlays": [box.tobytes(), quad.tobytes()]})
