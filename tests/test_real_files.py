"""Files as people bring them, made by other programs than ours: each kind gives its right value, or a sentence."""

from __future__ import annotations

import json
import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image

import edgepsf as ep
from edgepsf.cli import main
from edgepsf.commands import BY_NAME
from edgepsf.errors import InputError
from edgepsf.pictures.files import read_picture, write_picture
from edgepsf.pictures.picture import Calibration
from edgepsf.testing import edge_image

RAMP = np.arange(12 * 16, dtype=np.uint16).reshape(12, 16)
EDGE = edge_image(ep.psf.Gaussian(1.5), shape=(96, 96), v1=1000.0, v2=4000.0, angle=12.0, noise=0.002, seed=4)
LINEAR = BY_NAME["Linear Channels..."]


def run(capsys, *words):
    """Exit code, stdout, stderr of a command line."""
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


# TIFF: compressions and depths


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "lzw"},
        {"compression": "zlib", "predictor": True},
        {"compression": "zstd"},
        {"compression": "lzma"},
        {"compression": "packbits"},
        {"compression": "png"},
        {"compression": "jpeg2000"},
        {"compression": "lerc"},
        {"compression": "jpegxl"},
        {"compression": "webp", "lossless": True},
        {"tile": (16, 16), "compression": "lzw"},
        {"rowsperstrip": 1},
        {"bigtiff": True, "byteorder": ">"},
    ],
    ids=str,
)
def test_compressed_tiff_is_read(tmp_path, options):
    data, path = RAMP.astype(np.uint8), tmp_path / "p.tif"
    if options.pop("lossless", False):
        data = np.stack([data] * 3, axis=-1)
        options["compressionargs"] = {"lossless": True}
    photometric = "rgb" if data.ndim == 3 else "minisblack"
    if options.get("compression") in ("jpeg2000", "jpegxl"):
        options["compressionargs"] = (
            {"level": 0} if options["compression"] == "jpeg2000" else {"lossless": True}
        )
    tifffile.imwrite(path, data, photometric=photometric, **options)
    np.testing.assert_array_equal(read_picture(path).data, RAMP)


def test_float_predictor_and_half_floats(tmp_path):
    data = np.random.default_rng(1).normal(size=(33, 21)).astype(np.float32)
    tifffile.imwrite(tmp_path / "p.tif", data, compression="zlib", predictor=3)
    np.testing.assert_array_equal(read_picture(tmp_path / "p.tif").data, data)
    tifffile.imwrite(tmp_path / "h.tif", data.astype(np.float16))
    np.testing.assert_array_equal(read_picture(tmp_path / "h.tif").data, data.astype(np.float16))


def test_jpeg_in_tiff_is_gray_or_rgb(tmp_path):
    y, x = np.mgrid[:64, :64]
    gray = (2 * x + y).astype(np.uint8)
    tifffile.imwrite(tmp_path / "g.tif", gray, compression="jpeg", compressionargs={"level": 98})
    assert np.abs(read_picture(tmp_path / "g.tif").data.astype(int) - gray).max() <= 3
    color = np.stack([2 * x, 3 * y, x + y], axis=-1).astype(np.uint8)
    tifffile.imwrite(tmp_path / "c.tif", color, photometric="rgb", compression="jpeg")
    with tifffile.TiffFile(tmp_path / "c.tif") as file:
        assert file.pages[0].photometric == 6  # YCbCr
    found = read_picture(tmp_path / "c.tif", color=True).data
    assert np.abs(found.astype(int) - color).max() <= 12
    assert np.abs(found.astype(int) - color).mean() < 2


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_bits_keep_their_values_and_their_full_light(tmp_path, bits):
    data = (RAMP * 5).astype(np.uint16)
    data[0, 0] = 2**bits - 1
    _packed_tiff(tmp_path / "p.tif", data, bits)
    picture = read_picture(tmp_path / "p.tif")
    np.testing.assert_array_equal(picture.data, data)
    light = LINEAR.run(picture, {"gamma": 1.0}).picture.data
    assert light[0, 0] == pytest.approx(1.0)


def _packed_tiff(path, data, bits):
    """A TIFF whose values have no bits to spare, its rows filled up to whole bytes."""
    rows = [
        np.packbits(((row[:, None] >> np.arange(bits)[::-1]) & 1).astype(np.uint8).ravel()) for row in data
    ]
    body = b"".join(row.tobytes() for row in rows)
    height, width = data.shape
    tags = [(256, width), (257, height), (258, bits), (259, 1), (262, 1), (273, 8), (277, 1), (278, height)]
    tags.append((279, len(body)))
    entries = b"".join(
        struct.pack("<HHII", tag, 4 if tag in (273, 279) else 3, 1, value) for tag, value in tags
    )
    place = 8 + len(body) + len(body) % 2
    path.write_bytes(
        struct.pack("<2sHI", b"II", 42, place)
        + body.ljust(place - 8, b"\0")
        + struct.pack("<H", len(tags))
        + entries
        + b"\0\0\0\0"
    )


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_fax_compressions_are_black_and_white(tmp_path, compression):
    drawing = (RAMP % 7 < 3).astype(np.uint8) * np.uint8(255)
    Image.fromarray(drawing).convert("1").save(tmp_path / "p.tif", compression=compression)
    np.testing.assert_array_equal(read_picture(tmp_path / "p.tif").data, drawing)


def test_a_missing_codec_is_named_with_its_remedy(tmp_path, monkeypatch):
    tifffile.imwrite(tmp_path / "p.tif", RAMP, compression="lzw")
    text = "<COMPRESSION.LZW: 5> requires the 'imagecodecs' package"
    monkeypatch.setattr("tifffile.TiffPage.asarray", lambda *a, **k: (_ for _ in ()).throw(ValueError(text)))
    with pytest.raises(InputError, match="pip install imagecodecs"):
        read_picture(tmp_path / "p.tif")


# Axes


def test_ome_axes_are_named_and_a_3d_psf_mixes_nothing(tmp_path):
    rng = np.random.default_rng(2)
    stack = rng.uniform(50, 90, (2, 3, 5, 14, 15)).astype(np.float32)  # c t z y x
    kernel = np.ones((3, 3, 3), np.float32)
    kernel[1, 1, 1] = 20
    options = {"ome": True, "photometric": "minisblack"}
    tifffile.imwrite(tmp_path / "y.ome.tif", stack, metadata={"axes": "CTZYX"}, **options)
    tifffile.imwrite(tmp_path / "h.tif", kernel, imagej=True, metadata={"axes": "ZYX"})
    words = [tmp_path / "y.ome.tif", "--psf", tmp_path / "h.tif", "--method", "wiener", "--stack"]
    words += ["--regularization", ".01", "-o", tmp_path / "x.ome.tif"]
    assert main(["deconvolve", *map(str, words)]) == 0
    found = read_picture(tmp_path / "x.ome.tif")
    assert found.dimensions == (2, 5, 3)
    for c, t in ((0, 0), (1, 2)):
        want = ep.deconvolve(stack[c, t], kernel, "wiener", regularization=0.01)
        np.testing.assert_allclose(found.ordered()[t, :, c], want, rtol=2e-4)
    with tifffile.TiffFile(tmp_path / "x.ome.tif") as file:
        text = file.ome_metadata
    assert 'SizeC="2"' in text
    assert 'SizeT="3"' in text


@pytest.mark.parametrize("name", ["p.btf", "p.tf8", "p.lsm", "p.stk", "p.ome.btf", "p.dat", "p.png"])
def test_the_content_and_not_the_name_says_the_format(tmp_path, name):
    stack = np.stack([RAMP + k for k in range(4)])
    tifffile.imwrite(tmp_path / "x.tif", stack, photometric="minisblack", bigtiff="b" in name)
    (tmp_path / "x.tif").rename(tmp_path / name)
    picture = read_picture(tmp_path / name)
    assert picture.plane_count == 4
    np.testing.assert_array_equal(picture.all_planes(), stack)
    assert "taken as slices" in picture.meta.remarks[0]


def test_axes_without_names_are_not_guessed(tmp_path):
    tifffile.imwrite(tmp_path / "p.tif", np.zeros((2, 3, 9, 8), np.uint8), photometric="minisblack")
    picture = read_picture(tmp_path / "p.tif")
    assert picture.plane_count == 6
    with pytest.raises(InputError, match="none of channels, slices"):
        picture.all_planes()
    np.save(tmp_path / "p.npy", np.zeros((2, 3, 9, 8)))
    with pytest.raises(InputError, match="axes have no names"):
        read_picture(tmp_path / "p.npy")


def test_counts_of_imagej_that_do_not_fit_the_pages(tmp_path):
    stack = np.stack([RAMP + k for k in range(6)])
    tifffile.imwrite(tmp_path / "p.tif", stack, imagej=True, metadata={"axes": "ZYX"})
    tifffile.imwrite(tmp_path / "one.tif", RAMP, imagej=True)
    with tifffile.TiffWriter(tmp_path / "q.tif", imagej=True) as file:
        file.write(stack, metadata={"axes": "ZYX"}, contiguous=False)
    with tifffile.TiffWriter(tmp_path / "pages.tif") as file:
        for number, plane in enumerate(stack):
            text = "ImageJ=1.54p\nimages=6\nchannels=2\nslices=2\nhyperstack=true\n" if number == 0 else None
            file.write(plane, description=text, metadata=None)
    picture = read_picture(tmp_path / "pages.tif")
    assert picture.dimensions == (1, 6, 1)
    np.testing.assert_array_equal(picture.all_planes(), stack)
    assert "they are not 2 channels × 2 slices × 1 frames" in picture.meta.remarks[0]
    for name in ("p.tif", "q.tif"):
        np.testing.assert_array_equal(read_picture(tmp_path / name).all_planes(), stack)


def test_samples_that_are_no_colours_are_channels(tmp_path):
    data = np.random.default_rng(1).integers(0, 99, (10, 11, 5), dtype=np.uint8)
    tifffile.imwrite(
        tmp_path / "p.tif", data, photometric="minisblack", planarconfig="contig", extrasamples=[0] * 4
    )
    picture = read_picture(tmp_path / "p.tif")
    assert picture.dimensions == (5, 1, 1)
    np.testing.assert_array_equal(picture.data, data[..., 0])
    np.testing.assert_array_equal(picture.all_planes(), np.moveaxis(data, -1, 0))


def test_pages_of_other_sizes_are_said(tmp_path):
    with tifffile.TiffWriter(tmp_path / "p.tif") as file:
        file.write(RAMP)
        file.write(RAMP[:5, :6], subfiletype=1)
    picture = read_picture(tmp_path / "p.tif")
    np.testing.assert_array_equal(picture.data, RAMP)
    assert "1 further pictures" in picture.meta.remarks[0]


def test_animations_and_cubes_have_all_their_planes(tmp_path, capsys):
    planes = [Image.fromarray((RAMP + k).astype(np.uint8)) for k in range(3)]
    for ending in ("png", "webp"):
        path = tmp_path / f"a.{ending}"
        planes[0].save(path, save_all=True, append_images=planes[1:], lossless=True)
        picture = read_picture(path)
        assert picture.dimensions == (1, 1, 3)
        np.testing.assert_array_equal(picture.all_planes()[2], np.asarray(planes[2]))
    code, _, err = run(
        capsys, "g", tmp_path / "a.png", "--v1", 1, "--v2", 5, "--stack", "-o", tmp_path / "g.tif"
    )
    assert code == 0
    assert "animation" in err
    assert read_picture(tmp_path / "g.tif").dimensions == (1, 1, 3)


# Sizes, names, display: through a command and back


def test_a_command_keeps_what_the_hyperstack_had(tmp_path, capsys):
    stack = np.random.default_rng(1).uniform(0, 50, (2, 3, 2, 12, 13)).astype(np.float32)
    metadata = {"axes": "TZCYX", "unit": "\\u00B5m", "spacing": 0.3, "finterval": 2.5, "mode": "composite"}
    metadata |= {"Labels": ["red", "green"] * 6, "Ranges": (1.0, 40.0, 2.0, 45.0), "zorigin": 2}
    tifffile.imwrite(tmp_path / "y.tif", stack, imagej=True, resolution=(20, 10), metadata=metadata)
    tifffile.imwrite(tmp_path / "h.tif", np.ones((3, 3), np.float32))
    words = ("--psf", tmp_path / "h.tif", "--method", "wiener", "--stack", "-o")
    for ending in (".tif", ".ome.tif"):
        assert run(capsys, "deconvolve", tmp_path / "y.tif", *words, tmp_path / f"x{ending}")[0] == 0
        found = read_picture(tmp_path / f"x{ending}")
        assert found.dimensions == (2, 3, 2)
        origin = (0.0, 0.0, 2.0) if ending == ".tif" else (0.0, 0.0, 0.0)
        assert found.calibration == Calibration(0.05, 0.1, "µm", 0.3, 2.5, "sec", origin)
        assert found.meta.channels == ("red", "green")
        assert found.meta.labels == ("red", "green") * 6
        assert found.meta.ranges == ((1.0, 40.0), (2.0, 45.0))
        assert found.meta.mode == "composite"


def test_resolution_in_inches_and_centimetres_counts(tmp_path, capsys):
    for unit, name in (("INCH", "inch"), ("CENTIMETER", "cm")):
        path = tmp_path / f"{name}.tif"
        tifffile.imwrite(path, EDGE.astype(np.float32), resolution=(204, 98), resolutionunit=unit)
        scale = read_picture(path).calibration
        assert (scale.unit, scale.pixel_width, scale.pixel_height) == (name, 1 / 204, pytest.approx(1 / 98))
        code, out, _ = run(capsys, "psf", "edge", path, "--json")
        row = json.loads(out)
        assert code == 0
        assert row["unit"] == name
        # 12° in pixels are another angle in inches.
        want = -np.degrees(np.arctan2(np.tan(np.radians(12)), 204 / 98))
        assert (row["angle"] - want + 90) % 180 - 90 == pytest.approx(0, abs=0.3) or (
            row["angle"] + want + 90
        ) % 180 - 90 == pytest.approx(0, abs=0.3)


def test_the_screen_is_no_resolution(tmp_path):
    Image.fromarray(RAMP.astype(np.uint8)).save(tmp_path / "p.tif", dpi=(72, 72))
    assert not read_picture(tmp_path / "p.tif").calibration.calibrated


def test_y_in_another_unit_than_x(tmp_path):
    metadata = {"axes": "YX", "unit": "mm", "yunit": "\\u00B5m"}
    tifffile.imwrite(tmp_path / "p.tif", RAMP, imagej=True, resolution=(100, 0.05), metadata=metadata)
    scale = read_picture(tmp_path / "p.tif").calibration
    assert (scale.pixel_width, scale.pixel_height, scale.unit) == (0.01, pytest.approx(0.02), "mm")


# A stack is not replaced by one plane


def test_a_stack_is_not_replaced_by_one_plane(tmp_path, capsys):
    path = tmp_path / "y.tif"
    stack = np.stack([EDGE.astype(np.float32)] * 12).reshape(2, 3, 2, *EDGE.shape)
    tifffile.imwrite(path, stack, imagej=True, metadata={"axes": "TZCYX"})
    before = path.read_bytes()
    (tmp_path / "link.tif").symlink_to(path)
    for target in (path, tmp_path / "link.tif"):
        for words in (("g", path, "--v1", 1000, "--v2", 4000), ("psf", "edge", path)):
            code, _, err = run(capsys, *words, "-o", target, "--overwrite")
            assert code == 2
            assert "12 planes would be replaced by one" in err
    assert path.read_bytes() == before
    code, _, _ = run(capsys, "g", path, "--v1", 1000, "--v2", 4000, "--stack", "-o", path, "--overwrite")
    assert code == 0
    assert read_picture(path).plane_count == 12


# Gray values


def test_signed_numbers_as_imagej_saves_them(tmp_path):
    stored = (RAMP.astype(np.int32) - 90 + 32768).astype(np.uint16)
    metadata = {"axes": "YX", "cf": 0, "c0": -32768.0, "c1": 1.0, "vunit": "Gray Value"}
    tifffile.imwrite(tmp_path / "p.tif", stored, imagej=True, metadata=metadata)
    np.testing.assert_array_equal(read_picture(tmp_path / "p.tif").data, RAMP.astype(np.float32) - 90)
    with pytest.raises(InputError, match="give the gray value of full light as maximum="):
        LINEAR.run(read_picture(tmp_path / "p.tif"), {})


def test_an_unknown_calibration_is_refused(tmp_path):
    tifffile.imwrite(tmp_path / "p.tif", RAMP, imagej=True, metadata={"axes": "YX", "cf": 77})
    with pytest.raises(InputError, match="calibration that is not known"):
        read_picture(tmp_path / "p.tif")


@pytest.mark.parametrize("kind", ["int16", "int32", "uint32"])
def test_whole_numbers_without_a_full_scale_need_one(tmp_path, kind):
    tifffile.imwrite(tmp_path / "p.tif", (RAMP * 100).astype(kind))
    picture = read_picture(tmp_path / "p.tif")
    np.testing.assert_array_equal(picture.data, RAMP.astype(np.int64) * 100)
    with pytest.raises(InputError, match="give maximum="):
        LINEAR.run(picture, {})
    light = LINEAR.run(picture, {"gamma": 1.0, "maximum": 19100.0}).picture.data
    assert light.max() == pytest.approx(1)


@pytest.mark.parametrize(("plain", "largest"), [(False, 255), (False, 4095), (False, 65535), (True, 4095)])
def test_pgm_has_the_values_that_it_stores(tmp_path, plain, largest):
    data = np.minimum(RAMP, largest)
    data[3, 4] = largest
    head = f"{'P2' if plain else 'P5'} # a remark\n16 12\n{largest}\n".encode()
    body = (
        b" ".join(b"%d" % v for v in data.ravel())
        if plain
        else data.astype(">u2" if largest > 255 else "u1").tobytes()
    )
    (tmp_path / "p.pgm").write_bytes(head + body)
    picture = read_picture(tmp_path / "p.pgm")
    np.testing.assert_array_equal(picture.data, data)
    assert LINEAR.run(picture, {"gamma": 1.0}).picture.data[3, 4] == pytest.approx(1)


def _fits(path, stored, *cards):
    """A FITS file as its standard describes it."""
    bits = {"u1": 8, "i2": 16, "i4": 32, "f4": -32, "f8": -64}[stored.dtype.str[1:]]
    all_cards = [("SIMPLE", "T"), ("BITPIX", bits), ("NAXIS", stored.ndim)]
    all_cards += [(f"NAXIS{i}", n) for i, n in enumerate(stored.shape[::-1], 1)]
    text = "".join(f"{k:<8}= {v:>20} / comment".ljust(80) for k, v in [*all_cards, *cards]) + "END".ljust(80)
    body = stored.astype(stored.dtype.newbyteorder(">")).tobytes()
    path.write_bytes(text.encode().ljust(2880) + body + b"\0" * (-len(body) % 2880))


def test_fits_values_are_the_meant_ones(tmp_path):
    signed = (RAMP.astype(np.int32) + 4000 - 32768).astype(np.int16)
    _fits(tmp_path / "u.fits", signed, ("BZERO", 32768), ("BSCALE", 1))
    found = read_picture(tmp_path / "u.fits").data
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, RAMP[::-1] + 4000)
    _fits(tmp_path / "s.fits", RAMP.astype(np.int16) - 50)
    np.testing.assert_array_equal(read_picture(tmp_path / "s.fits").data, RAMP[::-1].astype(int) - 50)
    _fits(tmp_path / "b.fits", RAMP.astype(np.int16), ("BZERO", 1.5), ("BSCALE", 0.25), ("BLANK", 7))
    found = read_picture(tmp_path / "b.fits").data
    want = RAMP[::-1] * 0.25 + 1.5
    want[RAMP[::-1] == 7] = np.nan
    np.testing.assert_array_equal(found, want.astype(np.float32))


def test_fits_cubes_extensions_and_damage(tmp_path):
    cube = np.stack([RAMP, RAMP + 1, RAMP + 2]).astype(np.int16)
    _fits(tmp_path / "c.fits", cube, ("CTYPE3", "'TIME    '"), ("CDELT3", 0.5), ("CUNIT3", "'s       '"))
    picture = read_picture(tmp_path / "c.fits")
    assert picture.dimensions == (1, 1, 3)
    assert picture.calibration.frame_interval == 0.5
    np.testing.assert_array_equal(picture.all_planes(), cube[:, ::-1])
    _fits(tmp_path / "h.fits", np.stack([cube, cube]))
    with pytest.raises(InputError, match="at most three axes"):
        read_picture(tmp_path / "h.fits")
    empty = "".join(f"{k:<8}= {v:>20}".ljust(80) for k, v in (("SIMPLE", "T"), ("BITPIX", 8), ("NAXIS", 0)))
    inner = (
        (tmp_path / "c.fits")
        .read_bytes()
        .replace(b"SIMPLE  =                    T", b"XTENSION= 'IMAGE   '          ", 1)
    )
    (tmp_path / "e.fits").write_bytes((empty + "END".ljust(80)).encode().ljust(2880) + inner)
    np.testing.assert_array_equal(read_picture(tmp_path / "e.fits").data, RAMP[::-1])
    (tmp_path / "d.fits").write_bytes((tmp_path / "c.fits").read_bytes()[:2900])
    with pytest.raises(InputError, match="damaged"):
        read_picture(tmp_path / "d.fits")


# Light and colours


def test_min_is_white_is_inverted_in_every_command(tmp_path, capsys):
    data = np.array([[0, 51], [204, 255]], np.uint8)
    tifffile.imwrite(tmp_path / "w.tif", data, photometric="miniswhite")
    picture = read_picture(tmp_path / "w.tif")
    np.testing.assert_array_equal(picture.data, 255 - data)
    result = LINEAR.run(picture, {"gamma": 1.0})
    np.testing.assert_allclose(result.picture.data, (255 - data) / 255.0, rtol=1e-6)
    assert "MinIsWhite" in result.warnings[0]
    tifffile.imwrite(tmp_path / "f.tif", data.astype(np.float32), photometric="miniswhite")
    with pytest.raises(InputError, match="do not tell what black is"):
        read_picture(tmp_path / "f.tif")


@pytest.mark.parametrize(("mode", "word"), [("CMYK", "CMYK"), ("LAB", "CIELab"), ("YCbCr", "YCbCr")])
def test_colours_that_are_not_rgb_are_refused(tmp_path, mode, word):
    image = Image.new(mode, (8, 8), (50, 100, 150, 20)[: 4 if mode == "CMYK" else 3])
    image.save(tmp_path / "p.tif")
    with pytest.raises(InputError, match=word):
        read_picture(tmp_path / "p.tif", color=True)
    if mode == "CMYK":
        image.save(tmp_path / "p.jpg")
        with pytest.raises(InputError, match="CMYK"):
            read_picture(tmp_path / "p.jpg", color=True)


def test_palettes_are_colours_or_gray(tmp_path):
    indices = (RAMP % 4).astype(np.uint8)
    image = Image.fromarray(indices).convert("P")
    for name, table in (
        ("gray", [[9] * 3, [80] * 3, [160] * 3, [251] * 3]),
        ("colour", [[1, 2, 3], [90, 5, 9], [0] * 3, [7] * 3]),
    ):
        image.putpalette([v for entry in table for v in entry] + [0] * 756)
        for ending in ("tif", "png", "gif"):
            path = tmp_path / f"{name}.{ending}"
            image.save(path)
            data = read_picture(path, color=True).data
            want = np.array(table)[indices]
            np.testing.assert_array_equal(data, want[..., 0] if name == "gray" else want)
            if name == "colour":
                with pytest.raises(InputError, match="colour"):
                    read_picture(path)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png", "tif"])
def test_orientation_is_applied(tmp_path, ending, orientation):
    from PIL import ImageOps

    image = Image.fromarray(np.kron(RAMP.astype(np.uint8), np.ones((8, 8), np.uint8)))
    exif = image.getexif()
    exif[274] = orientation
    path = tmp_path / f"p.{ending}"
    image.save(path, exif=exif)
    want = np.asarray(ImageOps.exif_transpose(image)).astype(int)
    picture = read_picture(path)
    assert picture.data.shape == want.shape
    assert np.abs(picture.data - want).max() <= (6 if ending == "jpg" else 0)
    assert bool(picture.meta.remarks) == (orientation != 1)


def test_orientation_turns_the_pixel_sizes_too(tmp_path):
    options = {"resolution": (200, 100), "resolutionunit": "CENTIMETER", "extratags": [(274, 3, 1, 6, True)]}
    tifffile.imwrite(tmp_path / "p.tif", RAMP, **options)
    picture = read_picture(tmp_path / "p.tif")
    assert (picture.calibration.pixel_width, picture.calibration.pixel_height) == (0.01, 0.005)
    np.testing.assert_array_equal(picture.data, np.rot90(RAMP, -1))


def test_alpha_is_said_where_it_says_anything(tmp_path, capsys):
    color = np.stack([RAMP, RAMP + 5, RAMP * 0, np.full_like(RAMP, 255)], axis=-1).astype(np.uint8)
    Image.fromarray(color).save(tmp_path / "opaque.png")
    assert read_picture(tmp_path / "opaque.png", color=True).meta.remarks == ()
    color[:6, :, 3] = 0
    Image.fromarray(color).save(tmp_path / "half.png")
    tifffile.imwrite(tmp_path / "half.tif", color, photometric="rgb", extrasamples=["unassalpha"])
    for name in ("half.png", "half.tif"):
        picture = read_picture(tmp_path / name, color=True)
        np.testing.assert_array_equal(picture.data, color[..., :3])
        assert "50 % transparent pixels" in picture.meta.remarks[0]
        code, _, err = run(capsys, "linear", tmp_path / name, "-o", tmp_path / f"{name}.tif")
        assert code == 0
        assert "transparent" in err
    write_picture(tmp_path / "again.png", picture)
    with Image.open(tmp_path / "again.png") as image:
        np.testing.assert_array_equal(np.asarray(image), color)


def test_alpha_and_profile_go_from_a_picture_to_the_merged_one(tmp_path, capsys):
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    color = np.stack([RAMP, RAMP + 5, RAMP * 0, 40 + RAMP // 2], axis=-1).astype(np.uint8)
    Image.fromarray(color).save(tmp_path / "p.png", icc_profile=profile)
    assert run(capsys, "linear", tmp_path / "p.png", "-o", tmp_path / "l.tif")[0] == 0
    channels = [w for c in ("red", "green", "blue") for w in (f"--{c}", tmp_path / f"l-{c}.tif")]
    for bits, ending in ((8, "png"), (16, "png"), (8, "tif")):
        out = tmp_path / f"m{bits}.{ending}"
        words = ("linear", tmp_path / "p.png", "--merge", *channels, "--bits", bits, "-o", out)
        assert run(capsys, *words)[0] == 0
        again = read_picture(out, color=True)
        scale = 1 if bits == 8 else 257
        assert np.abs(again.data.astype(int) - color[..., :3].astype(int) * scale).max() <= scale
        np.testing.assert_array_equal(again.meta.alpha, color[..., 3].astype(int) * scale)
        assert again.meta.icc == profile
    code, _, err = run(capsys, "linear", tmp_path / "p.png", "--merge", *channels, "-o", tmp_path / "m.jpg")
    assert code == 2
    assert "JPEG cannot keep the alpha of this picture; write .png" in err


def test_deep_colour_png_keeps_its_16_bits(tmp_path):
    color = np.stack([RAMP * 300, RAMP * 7, RAMP + 5], axis=-1).astype(np.uint16)
    _png16(tmp_path / "p.png", color)
    found = read_picture(tmp_path / "p.png", color=True)
    assert found.data.dtype == np.uint16
    np.testing.assert_array_equal(found.data, color)


def _png16(path, color):
    """A PNG of 16 bits a channel, as its standard describes it."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width, samples = color.shape
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in color)
    head = struct.pack(">IIBBBBB", width, height, 16, {3: 2, 4: 6}[samples], 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["gif", "webp", "la", "rgb", "tif"])
def test_gray_in_colour_clothes_is_read_as_gray(tmp_path, kind):
    gray = RAMP.astype(np.uint8)
    image = Image.fromarray(gray)
    path = tmp_path / f"p.{'png' if kind in ('la', 'rgb') else kind}"
    if kind == "la":
        image.convert("LA").save(path)
    elif kind in ("rgb", "tif"):
        image.convert("RGB").save(path)
    else:
        image.save(path, lossless=True)
    np.testing.assert_array_equal(read_picture(path).data, gray)


def test_encoded_pictures_come_with_the_hint(tmp_path, capsys):
    for name in ("p.png", "p.jpg"):
        Image.fromarray((EDGE / 16).astype(np.uint8)).save(tmp_path / name)
        code, _, err = run(
            capsys, "g", tmp_path / name, "--v1", 60, "--v2", 240, "-o", tmp_path / f"{name}.tif"
        )
        assert code == 0
        assert f"edgepsf linear {name} -o p-linear.tif" in err
        code, _, err = run(capsys, "linear", tmp_path / name, "-o", tmp_path / f"l-{name}.tif")
        assert (code, err) == (0, "")


def test_a_profile_that_is_not_srgb_is_said(tmp_path):
    from PIL import ImageCms

    image = Image.fromarray(np.zeros((5, 5, 3), np.uint8))
    for name, told in (("sRGB", False), ("LAB", True)):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()
        image.save(tmp_path / f"{name}.png", icc_profile=profile)
        result = LINEAR.run(read_picture(tmp_path / f"{name}.png", color=True), {})
        assert bool(result.warnings) == told


def test_twelve_bit_jpeg_is_refused(tmp_path):
    import imagecodecs

    (tmp_path / "p.jpg").write_bytes(imagecodecs.jpeg_encode(RAMP, bitspersample=12))
    with pytest.raises(InputError, match="JPEG of 12 bits: save it as TIFF"):
        read_picture(tmp_path / "p.jpg")


def test_colour_stacks_give_stacks_of_channels(tmp_path, capsys):
    stack = np.random.default_rng(1).integers(0, 255, (3, 8, 9, 3), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "p.tif", stack, imagej=True, metadata={"axes": "ZYXS"})
    words = ("linear", tmp_path / "p.tif", "--gamma", 1, "-o", tmp_path / "l.tif")
    code, _, err = run(capsys, *words)
    assert (code, read_picture(tmp_path / "l-red.tif").plane_count) == (0, 1)
    assert "the first of 3 planes is used" in err
    assert run(capsys, *words, "--stack", "--overwrite")[0] == 0
    green = read_picture(tmp_path / "l-green.tif")
    assert green.dimensions == (1, 3, 1)
    np.testing.assert_allclose(green.all_planes(), stack[..., 1] / 255.0, rtol=1e-6)


# Damage and size


def test_a_circle_in_the_list_of_pages_is_a_sentence(tmp_path):
    path = tmp_path / "p.tif"
    tifffile.imwrite(path, RAMP)
    raw = bytearray(path.read_bytes())
    first = struct.unpack("<I", raw[4:8])[0]
    count = struct.unpack("<H", raw[first : first + 2])[0]
    raw[first + 2 + 12 * count : first + 6 + 12 * count] = struct.pack("<I", first)
    path.write_bytes(raw)
    with pytest.raises(InputError, match="runs in a circle"):
        read_picture(path)


def test_bombs_are_refused_before_memory_is_taken(tmp_path):
    path = tmp_path / "bomb.tif"
    tifffile.imwrite(
        path, shape=(30000, 30000), dtype=np.uint8, data=_zeros(), compression="zlib", tile=(2000, 2000)
    )
    assert path.stat().st_size < 2e6
    with pytest.raises(InputError, match="made to fill the memory"):
        read_picture(path)
    raw = bytearray(_small_png())
    raw[16:24] = struct.pack(">II", 60000, 60000)
    raw[29:33] = struct.pack(">I", zlib.crc32(raw[12:29]))
    (tmp_path / "bomb.png").write_bytes(raw)
    with pytest.raises(InputError, match="made to fill the memory"):
        read_picture(tmp_path / "bomb.png")
    (tmp_path / "bomb.pgm").write_bytes(b"P5 60000 60000 255\n")
    with pytest.raises(InputError, match="fill the memory"):
        read_picture(tmp_path / "bomb.pgm")


def _zeros():
    return (np.zeros((2000, 2000), np.uint8) for _ in range(225))


def _small_png():
    import io

    out = io.BytesIO()
    Image.new("L", (4, 4)).save(out, "PNG")
    return out.getvalue()


def test_pixels_behind_the_end_of_the_file(tmp_path):
    for options in ({}, {"compression": "zlib"}, {"tile": (16, 16)}):
        path = tmp_path / "p.tif"
        tifffile.imwrite(path, np.random.default_rng(1).integers(0, 255, (64, 64), np.uint8), **options)
        path.write_bytes(path.read_bytes()[:-500])
        with pytest.raises(InputError, match=r"p\.tif"):
            read_picture(path)


# What cannot be kept is refused before the work


def test_outputs_that_lose_something_are_refused_first(tmp_path, capsys):
    path = tmp_path / "y.tif"
    tifffile.imwrite(path, EDGE.astype(np.float32), imagej=True, resolution=(10, 10), metadata={"unit": "um"})
    code, _, err = run(capsys, "g", path, "--v1", 1, "--v2", 2, "-o", tmp_path / "x.npy")
    assert code == 2
    assert "NPY cannot keep the size of a pixel (0.1 × 0.1 µm); write .tif or .ome.tif" in err
    for ending, word in (("png", "must end in"), ("jpg", "must end in")):
        code, _, err = run(capsys, "g", path, "--v1", 1, "--v2", 2, "-o", tmp_path / f"x.{ending}")
        assert code == 2
        assert word in err
    code, _, err = run(capsys, "g", path, "--v1", 1, "--v2", 2, "-o", tmp_path / "x.fits")
    assert (code, err) == (0, "")
    assert read_picture(tmp_path / "x.fits").calibration == Calibration(0.1, 0.1, "µm")
