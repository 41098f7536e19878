"""Files that ImageJ itself writes, read by us, and ours read by ImageJ: values, axes, sizes, names and display."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

import edgepsf as ep
from edgepsf.cli import main
from edgepsf.errors import InputError
from edgepsf.pictures.files import read_picture, write_picture
from edgepsf.pictures.metadata import Metadata
from edgepsf.pictures.picture import Calibration, Picture
from edgepsf.testing import edge_image

# The type of the new image, and its channels, slices, frames.
LAYOUTS = [
    ("8-bit", (1, 1, 1)),
    ("16-bit", (1, 1, 1)),
    ("32-bit", (1, 1, 1)),
    ("8-bit", (1, 4, 1)),
    ("16-bit", (1, 4, 1)),
    ("8-bit composite", (3, 1, 1)),
    ("16-bit composite", (2, 3, 4)),
    ("32-bit color", (2, 3, 1)),
    ("8-bit grayscale", (2, 1, 5)),
    ("16-bit grayscale", (1, 3, 4)),
    ("32-bit grayscale", (1, 1, 4)),
]


@pytest.fixture
def jc(tidy):
    """JClass, with ImageJ running."""
    from jpype import JClass

    return JClass


def make(jc, kind, dimensions, shape=(11, 14)):
    """An open hyperstack of ImageJ, with values that tell plane and place."""
    channels, slices, frames = dimensions
    count = channels * slices * frames
    depth = kind.split()[0]
    values = np.add.outer(31 * np.arange(count), np.add.outer(3 * np.arange(shape[0]), np.arange(shape[1])))
    values = (values % 251).astype({"8-bit": np.uint8, "16-bit": np.uint16, "32-bit": np.float32}[depth])
    from edgepsf.imagej.exchange import images

    imp = images.to_imageplus(values if count > 1 else values[0], "made.tif")
    imp.setDimensions(channels, slices, frames)
    imp.setOpenAsHyperStack(count > 1 and dimensions != (1, count, 1))
    mode = kind.split()[-1]
    if channels > 1:
        modes = {"composite": 1, "color": 2, "grayscale": 3}
        imp = jc("ij.CompositeImage")(imp, modes[mode])
    calibration = imp.getCalibration()
    calibration.setUnit("um")
    calibration.pixelWidth, calibration.pixelHeight, calibration.pixelDepth = 0.065, 0.13, 0.4
    calibration.frameInterval, calibration.xOrigin = 1.5, 3.0
    for number in range(1, count + 1):
        imp.getStack().setSliceLabel(f"plane {number}", number)
    return imp, values


@pytest.mark.parametrize(("kind", "dimensions"), LAYOUTS)
def test_hyperstacks_of_imagej_are_read(jc, tmp_path, kind, dimensions):
    imp, values = make(jc, kind, dimensions)
    path = tmp_path / "p.tif"
    saver = jc("ij.io.FileSaver")(imp)
    assert (saver.saveAsTiffStack if len(values) > 1 else saver.saveAsTiff)(str(path))
    picture = read_picture(path)
    assert picture.dimensions == dimensions
    np.testing.assert_array_equal(picture.all_planes(), values if len(values) > 1 else values[0])
    depth = 0.4 if dimensions[1] > 1 else 1.0
    interval = 1.5 if dimensions[2] > 1 else 0.0
    found = picture.calibration
    # ImageJ keeps pixels per unit to six decimals.
    assert found.unit == "µm"
    assert (found.pixel_width, found.pixel_height) == pytest.approx((0.065, 0.13), rel=1e-7)
    assert found.origin == (3.0, 0.0, 0.0)
    assert found.pixel_depth in (0.4, depth)
    assert found.frame_interval in (1.5, interval)
    if len(values) > 1:
        assert picture.meta.labels == tuple(f"plane {i}" for i in range(1, len(values) + 1))
    if dimensions[0] > 1:
        assert picture.meta.mode == kind.split()[-1]
        assert len(picture.meta.ranges) == dimensions[0]
        assert len(picture.meta.luts) in (0, dimensions[0])  # ImageJ saves those that are not its own


@pytest.mark.parametrize(("kind", "dimensions"), LAYOUTS)
def test_imagej_reads_what_we_write(jc, tmp_path, kind, dimensions):
    imp, values = make(jc, kind, dimensions)
    saver = jc("ij.io.FileSaver")(imp)
    (saver.saveAsTiffStack if len(values) > 1 else saver.saveAsTiff)(str(tmp_path / "p.tif"))
    picture = read_picture(tmp_path / "p.tif")
    picture.data, picture.planes = picture.all_planes(), None
    write_picture(tmp_path / "q.tif", picture)
    from edgepsf.imagej.exchange import images

    again = jc("ij.IJ").openImage(str(tmp_path / "q.tif"))
    assert (again.getNChannels(), again.getNSlices(), again.getNFrames()) == dimensions
    np.testing.assert_array_equal(images.to_numpy(again), values if len(values) > 1 else values[0])
    want, got = imp.getCalibration(), again.getCalibration()
    assert str(got.getUnit()) == "µm"
    for name in ("pixelWidth", "pixelHeight", "xOrigin"):
        assert float(getattr(got, name)) == pytest.approx(float(getattr(want, name)), rel=1e-7)
    if dimensions[1] > 1:
        assert float(got.pixelDepth) == 0.4
    if dimensions[2] > 1:
        assert float(got.frameInterval) == 1.5
    if dimensions[0] > 1:
        assert again.isComposite()
        assert int(again.getMode()) == int(imp.getMode())
        assert [str(lut) for lut in again.getLuts()] == [str(lut) for lut in imp.getLuts()]
    if len(values) > 1:
        assert str(again.getStack().getSliceLabel(len(values))) == f"plane {len(values)}"


def test_a_command_in_imagej_keeps_names_and_mode(jc, tidy):
    imp, values = make(jc, "16-bit composite", (2, 3, 4))
    imp.show()
    tidy.run_macro('run("Edge f...", "v1=-300 v2=900 stack");')
    made = jc("ij.WindowManager").getCurrentImage()
    assert (made.getNChannels(), made.getNSlices(), made.getNFrames()) == (2, 3, 4)
    assert made.isComposite()
    assert int(made.getMode()) == 1
    assert str(made.getStack().getSliceLabel(9)) == "plane 9"
    assert float(made.getCalibration().pixelDepth) == 0.4
    assert float(made.getCalibration().frameInterval) == 1.5
    from edgepsf.imagej.exchange import images

    np.testing.assert_allclose(
        images.to_numpy(made),
        ep.edge.f(ep.edge.g(values, -300.0, 900.0)).astype(np.float32),
        rtol=1e-5,
        atol=1e-6,
    )


def test_rgb_stacks_of_imagej(jc, tmp_path, tidy):
    tidy.run_macro('newImage("c.tif","RGB white",9,8,3); setSlice(2); setColor(200,30,7); fillRect(2,1,4,5);')
    imp = jc("ij.WindowManager").getCurrentImage()
    assert jc("ij.io.FileSaver")(imp).saveAsTiffStack(str(tmp_path / "c.tif"))
    picture = read_picture(tmp_path / "c.tif", color=True)
    assert (picture.data.shape, picture.plane_count) == ((8, 9, 3), 3)
    assert picture.all_planes()[1, 2, 3].tolist() == [200, 30, 7]
    with pytest.raises(InputError, match="planes with colours"):
        read_picture(tmp_path / "c.tif").all_planes()
    tidy.run_macro('run("Linear Channels...", "gamma=1 stack");')
    made = jc("ij.WindowManager").getImage("c-red")
    assert int(made.getStackSize()) == 3
    assert float(made.getStack().getProcessor(2).getf(3, 2)) == pytest.approx(200 / 255)


CALIBRATIONS = {
    "straight": ("Straight Line", [-100.0, 2.0]),
    "poly": ("2nd Degree Polynomial", [1.0, 0.5, 0.01]),
    "exponential": ("Exponential", [2.0, 0.02]),
    "power": ("Power", [0.3, 1.2]),
    "log": ("Log", [5.0, 0.7]),
    "rodbard": ("Rodbard", [3.0, 1.4, 90.0, 700.0]),
    "gamma": ("Gamma Variate", [10.0, 0.2, 1.1, 40.0]),
    "nih": ("Rodbard (NIH Image)", [1.0, 1.3, 5.0, 900.0]),
    "recovery": ("Exponential Recovery", [9.0, 0.01, 2.0]),
    "gaussian": ("Gaussian", [2.0, 90.0, 100.0, 30.0]),
    "od": ("Uncalibrated OD", []),
}


@pytest.mark.parametrize("name", CALIBRATIONS)
@pytest.mark.parametrize("kind", ["8-bit", "16-bit"])
def test_gray_value_calibrations_count_in_every_front_end(jc, tmp_path, kind, name):
    from jpype import JArray, JDouble

    word, numbers = CALIBRATIONS[name]
    imp, _ = make(jc, kind, (1, 4, 1))
    calibration = imp.getCalibration()
    if word == "Uncalibrated OD":
        calibration.setFunction(21, None, "Uncalibrated OD")
    else:
        number = [str(each) for each in jc("ij.measure.CurveFitter").fitList].index(word)
        calibration.setFunction(number, JArray(JDouble)(numbers), "OD")
    assert jc("ij.io.FileSaver")(imp).saveAsTiffStack(str(tmp_path / "p.tif"))
    picture = read_picture(tmp_path / "p.tif")
    opened = jc("ij.IJ").openImage(str(tmp_path / "p.tif"))
    from edgepsf.imagej.exchange.windows import picture_of

    shown = picture_of(opened)
    want = np.array([[opened.getProcessor().getPixelValue(x, y) for x in range(14)] for y in range(11)])
    np.testing.assert_allclose(shown.data, want, rtol=1e-6)
    np.testing.assert_allclose(picture.data, want, rtol=1e-6)
    np.testing.assert_allclose(picture.all_planes(), shown.all_planes(), rtol=1e-6)
    assert shown.all_planes().shape == (4, 11, 14)


def test_signed_16_bit_stacks_in_the_macro_and_on_the_command_line(jc, tmp_path, tidy):
    data = np.arange(-40, 56, dtype=np.int16).reshape(2, 6, 8)
    tifffile.imwrite(tmp_path / "s.tif", data, photometric="minisblack")
    macro = 'open(getArgument()); run("Edge g...", "v1=-10 v2=30 stack"); saveAs("tiff", getArgument() + "-m.tif");'
    tidy.run_macro(macro, str(tmp_path / "s.tif"))
    words = ["g", tmp_path / "s.tif", "--v1", -10, "--v2", 30, "--stack", "-o", tmp_path / "c.tif"]
    assert main([str(word) for word in words]) == 0
    want = ep.edge.g(data, -10.0, 30.0)
    for name in ("s.tif-m.tif", "c.tif"):
        np.testing.assert_allclose(read_picture(tmp_path / name).all_planes(), want, rtol=1e-6, atol=1e-7)


def test_the_same_angle_and_unit_in_the_macro_and_on_the_command_line(jc, tmp_path, tidy, capsys):
    image = edge_image(
        ep.psf.Gaussian(1.5), shape=(96, 96), v1=10.0, v2=200.0, angle=12.0, noise=0.002, seed=4
    )
    path = tmp_path / "e.tif"
    tifffile.imwrite(path, image.astype(np.float32), resolution=(204, 98), resolutionunit="INCH")
    macro = 'open(getArgument()); run("PSF from Edge...");'
    macro += 'return "" + getResult("angle") + " " + getResult("fwhm_unit");'
    angle, fwhm = (float(v) for v in tidy.run_macro(macro, str(path)).split())
    assert main(["psf", "edge", str(path), "--json"]) == 0
    import json

    row = json.loads(capsys.readouterr().out)
    assert row["angle"] == pytest.approx(angle, abs=1e-3)
    assert row["fwhm_unit"] == pytest.approx(fwhm, rel=1e-3)
    assert row["unit"] == "inch"


def test_an_inverting_table_is_said(jc, tmp_path, tidy):
    tifffile.imwrite(tmp_path / "w.tif", np.full((6, 6), 20, np.uint8), photometric="miniswhite")
    from edgepsf.imagej.exchange.windows import picture_of

    shown = picture_of(jc("ij.IJ").openImage(str(tmp_path / "w.tif")))
    assert "inverting lookup table" in shown.meta.remarks[0]
    imp, values = make(jc, "8-bit", (1, 1, 1))
    imp.show()
    tidy.run_macro('run("Invert LUT"); saveAs("tiff", getArgument());', str(tmp_path / "v.tif"))
    found = read_picture(tmp_path / "v.tif")
    np.testing.assert_array_equal(found.data, values[0])
    assert "inverting lookup table" in found.meta.remarks[0]


def test_colour_tables_of_imagej_leave_the_gray_values(jc, tmp_path, tidy):
    imp, values = make(jc, "8-bit", (1, 1, 1))
    imp.show()
    tidy.run_macro('run("Fire"); saveAs("tiff", getArgument());', str(tmp_path / "fire.tif"))
    np.testing.assert_array_equal(read_picture(tmp_path / "fire.tif").data, values[0])


def test_imagej_reads_our_fits_and_pgm_as_we_do(jc, tmp_path):
    data = np.add.outer(900 * np.arange(7), np.arange(9)).astype(np.uint16)
    for ending in (".fits", ".pgm", ".png"):
        write_picture(tmp_path / f"p{ending}", Picture(data))
        imp = jc("ij.IJ").openImage(str(tmp_path / f"p{ending}"))
        want = np.array([[imp.getProcessor().getPixelValue(x, y) for x in range(9)] for y in range(7)])
        np.testing.assert_array_equal(read_picture(tmp_path / f"p{ending}").data, want)


def test_names_of_channels_become_labels_in_imagej(jc, tmp_path):
    stack = np.zeros((6, 5, 5), np.uint16)
    meta = Metadata(channels=("DAPI", "GFP"), ranges=((1.0, 9.0), (2.0, 50.0)), mode="composite")
    scale = Calibration(0.1, 0.1, "µm", 0.5)
    write_picture(tmp_path / "p.tif", Picture(stack, calibration=scale, dimensions=(2, 3, 1), meta=meta))
    imp = jc("ij.IJ").openImage(str(tmp_path / "p.tif"))
    assert [str(imp.getStack().getSliceLabel(i)) for i in (1, 2, 3)] == ["DAPI", "GFP", "DAPI"]
    luts = imp.getLuts()
    assert [(float(lut.min), float(lut.max)) for lut in luts] == [(1.0, 9.0), (2.0, 50.0)]


def test_an_ome_tiff_that_imagej_opens_without_its_axes_is_refused(jc, tmp_path, tidy):
    from edgepsf.errors import MacroError

    stack = np.zeros((2, 3, 4, 9, 8), np.uint8)
    options = {"ome": True, "photometric": "minisblack"}
    tifffile.imwrite(tmp_path / "o.ome.tif", stack, metadata={"axes": "TCZYX"}, **options)
    with pytest.raises(MacroError, match="3 channels, 4 slices and 2 frames"):
        tidy.run_macro(
            'open(getArgument()); run("Edge g...", "v1=1 v2=2 stack");', str(tmp_path / "o.ome.tif")
        )
    from edgepsf.imagej.exchange.windows import picture_of

    shown = picture_of(jc("ij.IJ").openImage(str(tmp_path / "o.ome.tif")))
    assert "without its sizes" in shown.meta.remarks[0]
