"""Every format × depth × axes × scale: what one program writes, we read and write again without any loss; or refuse."""

from __future__ import annotations

from dataclasses import replace

import imagecodecs  # noqa: F401  (its codecs write the compressed files)
import numpy as np
import pytest
import tifffile

from edgepsf.errors import InputError
from edgepsf.pictures.files import read_picture, write_picture
from edgepsf.pictures.metadata import Metadata
from edgepsf.pictures.picture import Calibration, Picture

DEPTHS = ("uint8", "uint16", "int16", "float32")
AXES = {"YX": (1, 1, 1), "ZYX": (1, 3, 1), "TZCYX": (2, 3, 4)}  # (channels, slices, frames)
SCALED = Calibration(0.065, 0.078, "µm")
COMPRESSIONS = {
    "plain": {},
    "lzw": {"compression": "lzw"},
    "deflate": {"compression": "zlib"},
    "zstd": {"compression": "zstd"},
    "tiled": {"tile": (16, 16)},
    "tiled-deflate-predictor": {"tile": (16, 16), "compression": "zlib", "predictor": True},
    "bigtiff": {"bigtiff": True},
}
ENDINGS = (".tif", ".ome.tif", ".fits", ".npy", ".png", ".pgm")


def values(kind: str, shape: tuple[int, ...]) -> np.ndarray:
    """Random values over the range of a number type, its ends among them."""
    rng = np.random.default_rng(3)
    if kind == "float32":
        return rng.normal(3, 1e4, shape).astype(np.float32)
    info = np.iinfo(kind)
    out = rng.integers(info.min, info.max, shape, dtype=kind, endpoint=True)
    out.reshape(-1)[:2] = info.min, info.max
    return out


def picture(kind: str, axes: str, scaled: bool) -> Picture:
    """A picture of all axes, its planes apart."""
    channels, slices, frames = dimensions = AXES[axes]
    count = channels * slices * frames
    data = values(kind, (count, 21, 34) if count > 1 else (21, 34))
    scale = SCALED if scaled else Calibration()
    if scaled and slices > 1:
        scale = replace(scale, pixel_depth=0.3)
    if scaled and frames > 1:
        scale = replace(scale, frame_interval=2.5)
    meta = Metadata()
    if channels > 1:
        meta = Metadata(channels=("DAPI", "GFP"))
    return Picture(data, "p.tif", calibration=scale, dimensions=dimensions, meta=meta)


def same(one: Picture, other: Picture) -> None:
    """Values, axes, sizes, units and names are identical."""
    assert one.axes == other.axes
    assert one.dimensions == other.dimensions
    np.testing.assert_array_equal(one.ordered(), other.ordered())
    assert one.calibration == other.calibration
    assert one.meta.channels == other.meta.channels


def kept(ending: str, kind: str, axes: str, scaled: bool) -> bool:
    """Whether a format holds such a picture."""
    if ending in (".tif", ".ome.tif"):
        return True
    if ending == ".fits":
        return axes != "TZCYX"
    whole = kind in ("uint8", "uint16")
    return not scaled and (axes != "TZCYX" if ending == ".npy" else axes == "YX" and whole)


@pytest.mark.parametrize("scaled", [False, True], ids=["plain", "calibrated"])
@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("kind", DEPTHS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_written_and_read_again_is_the_same_or_refused(tmp_path, ending, kind, axes, scaled):
    wanted, path = picture(kind, axes, scaled), tmp_path / f"p{ending}"
    if kept(ending, kind, axes, scaled):
        write_picture(path, wanted)
        same(wanted, read_picture(path))
        return
    with pytest.raises(InputError, match=r"cannot keep .*; write \.tif or \.ome\.tif"):
        write_picture(path, wanted)
    assert not path.exists()


@pytest.mark.parametrize("ending", [".tif", ".ome.tif"])
def test_tiff_refuses_nothing_of_the_matrix(tmp_path, ending):
    for kind in DEPTHS:
        for axes in AXES:
            write_picture(tmp_path / f"{kind}-{axes}{ending}", picture(kind, axes, True))


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("kind", DEPTHS)
def test_ome_tiff_of_tifffile_in_every_compression(tmp_path, kind, axes, compression):
    wanted, path = picture(kind, axes, True), tmp_path / "p.ome.tif"
    steps = {f"PhysicalSize{a}": getattr(SCALED, n) for a, n in (("X", "pixel_width"), ("Y", "pixel_height"))}
    if "Z" in axes:
        steps["PhysicalSizeZ"] = 300.0
        steps["PhysicalSizeZUnit"] = "nm"
    if "T" in axes:
        steps |= {"TimeIncrement": 2.5, "Channel": {"Name": ["DAPI", "GFP"]}}
    # The order of the axes in the file is another one than ours.
    stored = wanted.ordered().transpose(2, 1, 0, 3, 4) if "T" in axes else np.asarray(wanted.data)
    options = {"ome": True, "photometric": "minisblack", **COMPRESSIONS[compression]}
    metadata = {"axes": "CZTYX" if "T" in axes else axes, **steps}
    tifffile.imwrite(path, stored, metadata=metadata, **options)
    found = read_picture(path)
    assert found.calibration.pixel_depth == pytest.approx(wanted.calibration.pixel_depth)
    found.calibration = replace(found.calibration, pixel_depth=wanted.calibration.pixel_depth)
    same(wanted, found)
    write_picture(tmp_path / "q.tif", found)
    same(wanted, read_picture(tmp_path / "q.tif"))


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("kind", DEPTHS)
def test_plain_tiff_in_every_compression(tmp_path, kind, compression):
    data, path = values(kind, (40, 50)), tmp_path / "p.tif"
    options = {"resolution": (200, 400), "resolutionunit": "CENTIMETER", "photometric": "minisblack"}
    tifffile.imwrite(path, data, **options, **COMPRESSIONS[compression])
    found = read_picture(path)
    assert found.data.dtype == kind
    np.testing.assert_array_equal(found.data, data)
    assert found.calibration == Calibration(0.005, 0.0025, "cm")


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32"])
def test_imagej_tiff_of_tifffile(tmp_path, kind, axes):
    wanted, path = picture(kind, axes, True), tmp_path / "p.tif"
    channels, slices, frames = wanted.dimensions
    metadata = {"axes": axes, "unit": "\\u00B5m", "spacing": 0.3, "finterval": 2.5}
    if channels > 1:
        metadata["Labels"] = ["DAPI", "GFP"] * (slices * frames)
    stored = wanted.ordered() if "T" in axes else np.asarray(wanted.data)
    tifffile.imwrite(path, stored, imagej=True, resolution=((200, 13), (500, 39)), metadata=metadata)
    found = read_picture(path)
    assert (found.calibration.pixel_depth, found.calibration.frame_interval) == (0.3, 2.5)
    scale = replace(wanted.calibration, pixel_depth=0.3, frame_interval=2.5)
    same(replace(wanted, calibration=scale), found)


@pytest.mark.parametrize("color", [False, True])
def test_jpeg_of_8_bits_within_two_counts(tmp_path, color):
    y, x = np.mgrid[:40, :48]
    data = np.stack([4 * x, 5 * y, 2 * (x + y)], axis=-1).astype(np.uint8)
    data = data if color else data[..., 1]
    write_picture(tmp_path / "p.jpg", Picture(data))
    found = read_picture(tmp_path / "p.jpg", color=True)
    assert found.data.shape == data.shape
    assert np.abs(found.data.astype(int) - data).max() <= 2
    with pytest.raises(InputError, match="JPEG cannot keep uint16 values"):
        write_picture(tmp_path / "q.jpg", Picture(data.astype(np.uint16)))


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
@pytest.mark.parametrize("ending", [".png", ".tif", ".ome.tif", ".ppm"])
def test_colours_come_back(tmp_path, ending, kind):
    data = values(kind, (12, 15, 3))
    write_picture(tmp_path / f"p{ending}", Picture(data))
    found = read_picture(tmp_path / f"p{ending}", color=True)
    assert found.data.dtype == kind
    np.testing.assert_array_equal(found.data, data)


@pytest.mark.parametrize("kind", ["int32", "uint32", "float64"])
def test_wider_numbers_keep_their_values_or_are_refused(tmp_path, kind):
    data = np.array([[0, 1], [70000, 2**31 - 5]]).astype(kind)
    for ending in (".ome.tif", ".fits", ".npy"):
        write_picture(tmp_path / f"p{ending}", Picture(data))
        np.testing.assert_array_equal(read_picture(tmp_path / f"p{ending}").data, data)
    if kind != "float64":
        with pytest.raises(InputError, match="cannot keep"):
            write_picture(tmp_path / "p.tif", Picture(data))
    write_picture(tmp_path / "small.tif", Picture(data // 2**8))
    np.testing.assert_array_equal(read_picture(tmp_path / "small.tif").data, data // 2**8)


def test_floats_beyond_single_precision_are_refused_as_imagej_tiff(tmp_path):
    for size in (1e-60, 1e200):
        picture = Picture(np.full((3, 3), size))
        with pytest.raises(InputError, match="32 bits"):
            write_picture(tmp_path / "p.tif", picture)
        write_picture(tmp_path / "p.ome.tif", picture)
        np.testing.assert_array_equal(read_picture(tmp_path / "p.ome.tif").data, picture.data)
        (tmp_path / "p.ome.tif").unlink()
