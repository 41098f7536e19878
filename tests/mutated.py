"""Damaged files: pictures and sets of regions with bytes changed, cut, doubled or overwritten by extreme numbers.

`python -m tests.mutated 4000 [SEED]` reads that many and prints every one that ends otherwise than with a picture or
with a sentence, takes longer than 5 s, or raises the memory of the process beyond 2 GiB.
"""

from __future__ import annotations

import contextlib
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image
from roifile import ROI_TYPE, ImagejRoi

from edgepsf.errors import InputError
from edgepsf.pictures.files import read_picture, write_picture
from edgepsf.pictures.picture import Calibration, Picture
from edgepsf.pictures.rois import read_selections

LONGEST, MOST = 5.0, 2 * 2**30  # seconds of one file, bytes of the process
EXTREMES = (
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\xff\xff\xff\x7f",
    b"\1\0\0\0",
    b"\0\0\0\x80",
    b"\0\1",
    b"\xff\xff",
)


def originals(folder: Path) -> list[Path]:
    """Small sound files of every format, as other programs and we write them."""
    rng = np.random.default_rng(0)
    gray, stack = rng.integers(0, 255, (40, 50), np.uint8), rng.integers(0, 4000, (12, 30, 31), np.uint16)
    color = rng.integers(0, 255, (20, 24, 3), np.uint8)
    for name, options in (
        ("plain", {}),
        ("lzw", {"compression": "lzw"}),
        ("zip", {"compression": "zlib", "predictor": True}),
        ("zstd", {"compression": "zstd"}),
        ("tiled", {"tile": (16, 16), "compression": "zlib"}),
        ("big", {"bigtiff": True}),
        ("white", {"photometric": "miniswhite"}),
    ):
        tifffile.imwrite(folder / f"{name}.tif", gray, **options)
    tifffile.imwrite(folder / "jpeg.tif", color, photometric="rgb", compression="jpeg")
    hyper = stack.reshape(2, 3, 2, 30, 31)
    box = ImagejRoi(roitype=ROI_TYPE.OVAL, left=2, top=3, right=20, bottom=24, name="box").tobytes()
    metadata = {"axes": "TZCYX", "unit": "um", "spacing": 0.3, "Labels": ["a"] * 12, "Overlays": [box, box]}
    tifffile.imwrite(folder / "imagej.tif", hyper, imagej=True, resolution=(9, 9), metadata=metadata)
    tifffile.imwrite(
        folder / "ome.ome.tif", hyper, ome=True, metadata={"axes": "TZCYX", "PhysicalSizeX": 0.1}
    )
    tifffile.imwrite(folder / "pages.tif", stack, photometric="minisblack")
    for ending in ("png", "jpg", "gif", "webp", "bmp"):
        Image.fromarray(gray).save(folder / f"gray.{ending}")
        Image.fromarray(color).save(folder / f"color.{ending}")
    write_picture(folder / "deep.png", Picture(color.astype(np.uint16)))
    write_picture(
        folder / "cube.fits", Picture(stack, calibration=Calibration(0.1, 0.1, "µm"), dimensions=(1, 12, 1))
    )
    write_picture(folder / "gray.pgm", Picture(gray))
    write_picture(folder / "gray.npy", Picture(gray))
    _regions(folder, box)
    return sorted(folder.iterdir())


def _regions(folder: Path, box: bytes) -> None:
    quad = ImagejRoi.frompoints(np.array([[2, 3], [30, 5], [28, 33], [4, 30.5]]))
    (folder / "quad.roi").write_bytes(quad.tobytes())
    with zipfile.ZipFile(folder / "set.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("quad.roi", quad.tobytes())
        archive.writestr("box.roi", box)
    (folder / "set.csv").write_text("name;x;y;width;height\na;1;2;30;30\nb;5;5;9;9\n")


def mutated(raw: bytes, rng: np.random.Generator) -> bytes:
    """The bytes with a few changes; those near the beginning are the likelier places."""
    out = bytearray(raw)
    for _ in range(int(rng.integers(1, 5))):
        if len(out) < 8:
            break
        place = int(len(out) * rng.random() ** (3 if rng.random() < 0.6 else 1)) % (len(out) - 4)
        kind = rng.integers(0, 6)
        if kind == 0:
            out[place] = rng.integers(0, 256)
        elif kind == 1:
            out[place] ^= 1 << int(rng.integers(0, 8))
        elif kind == 2:
            word = EXTREMES[int(rng.integers(len(EXTREMES)))]
            out[place : place + len(word)] = word
        elif kind == 3:
            del out[place : place + int(rng.integers(1, 1 + len(out) // 3))]
        elif kind == 4:
            out[place:place] = out[place : place + int(rng.integers(1, 200))]
        else:
            end = len(out) if rng.random() < 0.5 else place + int(rng.integers(1, 60))
            out[place:end] = rng.bytes(max(min(end, len(out)) - place, 0))
    return bytes(out)


def fate(path: Path) -> str:
    """What becomes of a file: "read", "refused", or the traceback."""
    try:
        if path.suffix in (".roi", ".zip", ".csv"):
            read_selections(path, (40, 50))
            return "read"
        picture = read_picture(path, color=True)
        picture.all_planes()
        if path.suffix == ".tif":
            _overlay(path)
        return "read"
    except InputError as error:
        return "refused" if str(error) and "Traceback" not in str(error) else f"no sentence: {error!r}"
    except Exception:
        return traceback.format_exc()


def _overlay(path: Path) -> None:
    with contextlib.suppress(InputError):
        read_selections(path)


def run(count: int, seed: int = 0) -> dict[str, int]:
    """Read so many damaged files; print what is wrong and give the counts of each fate."""
    rng, counts = np.random.default_rng(seed), {"read": 0, "refused": 0, "wrong": 0, "slow": 0, "large": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sound").mkdir()
        files = originals(folder / "sound")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(count):
            source = files[number % len(files)]
            target = folder / f"m{source.suffix}"
            target.write_bytes(mutated(source.read_bytes(), rng))
            start = time.perf_counter()
            what = fate(target)
            spent = time.perf_counter() - start
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            counts[what if what in counts else "wrong"] += 1
            if what not in ("read", "refused"):
                print(f"{number} {source.name}: {what}")
            if spent > LONGEST:
                counts["slow"] += 1
                print(f"{number} {source.name}: {spent:.1f} s")
            if after > before + 2e5 and after * 1024 > MOST:
                counts["large"] += 1
                print(f"{number} {source.name}: {after / 2**20:.2f} GiB")
                before = after
    return counts


if __name__ == "__main__":
    print(run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB at most")
