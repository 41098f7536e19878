"""Images between numpy, xarray, ImagePlus and Dataset, in the real ImageJ: every kind there and back."""

from __future__ import annotations

import gc
import itertools
import weakref

import numpy as np
import pytest

from edgepsf.errors import EngineError, InputError
from edgepsf.imagej.exchange import convert, named
from edgepsf.imagej.exchange.named import NamedImage, Scale

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')

KINDS = {8: np.uint8, 16: np.uint16, 32: np.float32}
SHAPES = {
    "yx": (5, 7),
    "zyx": (3, 5, 7),
    "cyx": (2, 5, 7),
    "tyx": (4, 5, 7),
    "zcyx": (3, 2, 5, 7),
    "tzyx": (4, 3, 5, 7),
    "tcyx": (4, 2, 5, 7),
    "tzcyx": (4, 3, 2, 5, 7),
}
SCALES = {
    "x": Scale(0.065, "µm", 1.5),
    "y": Scale(0.13, "µm", -2.25),
    "z": Scale(0.3, "µm", 0.5),
    "t": Scale(2.5, "sec"),
}
CASES = list(itertools.product(KINDS, SHAPES, (False, True)))


def picture(bits: int, axes: str, calibrated: bool) -> NamedImage:
    """Every pixel another value, the whole range of the kind used."""
    shape, kind = SHAPES[axes], KINDS[bits]
    values = np.random.default_rng(0).permutation(np.arange(np.prod(shape)))
    top = 1.0 if bits == 32 else np.iinfo(kind).max
    data = (values * (top / values.max())).reshape(shape).astype(kind)
    return NamedImage(data, axes, "a tïtle.tif", SCALES if calibrated else {})


def same(one: NamedImage, other: NamedImage, scales: bool, exact: bool = True) -> None:
    assert one.axes == other.axes
    assert one.data.dtype == other.data.dtype
    np.testing.assert_array_equal(one.data, other.data)
    assert one.title == other.title
    for axis in "xyzt" if scales else "":
        a, b = one.scale(axis), other.scale(axis)
        assert (a.unit, a.size) == (b.unit, b.size)
        assert a.origin == (b.origin if exact else pytest.approx(b.origin, abs=1e-12))


@pytest.fixture
def ij(imagej):
    """pyimagej's gateway."""
    if imagej.gateway is None:
        pytest.skip("the embedded ImageJ has no Datasets: runs inside a Fiji only (EDGEPSF_FIJI)")
    return imagej.gateway


# There and back


@pytest.mark.parametrize(("bits", "axes", "calibrated"), CASES)
def test_imageplus_and_back(imagej, bits, axes, calibrated):
    image = picture(bits, axes, calibrated)
    imp = imagej.to_imageplus(image)
    assert int(imp.getBitDepth()) == bits
    back = convert.to_named(imp)
    same(back, image, calibrated)
    again = convert.to_named(imagej.to_imageplus(back))
    same(again, back, True)


@pytest.mark.parametrize(("bits", "axes", "calibrated"), CASES)
def test_imageplus_to_xarray_and_back(imagej, bits, axes, calibrated):
    pytest.importorskip("xarray")
    image = picture(bits, axes, calibrated)
    array = imagej.to_xarray(imagej.to_imageplus(image))
    assert (array.dims, array.dtype, array.name) == (tuple(axes), KINDS[bits], image.title)
    if calibrated:
        np.testing.assert_allclose(array.x, (np.arange(7) - 1.5) * 0.065)
        assert array.y.attrs["units"] == "µm"
    same(convert.to_named(imagej.to_imageplus(array)), image, calibrated)


@pytest.mark.parametrize(("bits", "axes", "calibrated"), CASES)
def test_imageplus_to_dataset_and_back(imagej, ij, bits, axes, calibrated):
    image = picture(bits, axes, calibrated)
    dataset = imagej.to_dataset(imagej.to_imageplus(image))
    assert dataset.getTypeLabelShort() == {8: "8-bit uint", 16: "16-bit uint", 32: "32-bit float"}[bits]
    same(convert.to_named(imagej.to_imageplus(dataset)), image, calibrated, exact=False)
    seen = ij.py.from_java(dataset)  # as pyimagej reads it
    theirs = NamedImage(seen.values, "".join(named.axis_of(name) for name in seen.dims)).squeezed()
    assert theirs.axes == axes
    np.testing.assert_array_equal(theirs.data, image.data)


@pytest.mark.parametrize("axes", [a for a in SHAPES if len(a) > 2])
def test_positions_are_those_that_imagej_counts(imagej, tidy, axes):
    """By ImageJ's own macro functions, not by our reading of its order."""
    image = picture(16, axes, True)
    imagej.to_imageplus(image).show()
    t, z, c = (dict(zip(axes, SHAPES[axes], strict=True)).get(a, 1) - 1 for a in "tzc")
    value = imagej.run_macro(
        f"Stack.setPosition({c + 1}, {z + 1}, {t + 1}); Stack.getDimensions(w, h, c, z, t);"
        "getVoxelSize(x, y, d, unit);"
        'return "" + getPixel(6, 3) + "|" + c + "|" + z + "|" + t + "|" + x + "|" + d + "|" + unit;'
    )
    pixel = image.ordered()[t, z, c, 3, 6]
    assert value == f"{pixel}|{c + 1}|{z + 1}|{t + 1}|0.065|0.3|µm"


def test_imagej_s_own_conversion_agrees(imagej, ij):
    """ImageJ2's Dataset of an ImagePlus, made by ImageJ2, against ours of the same image."""
    from jpype import JClass

    imp = imagej.to_imageplus(picture(16, "tzcyx", True))
    theirs = ij.convert().convert(imp, JClass("net.imagej.Dataset"))
    same(convert.to_named(theirs), convert.to_named(imagej.to_dataset(imp)), False)
    steps = [convert.to_named(each).scale(axis) for each in (theirs, imp) for axis in "xyz"]
    assert [s.size for s in steps[:3]] == pytest.approx([s.size for s in steps[3:]])


# Other arrays, names of axes


def test_axes_in_any_order_and_under_any_name(imagej):
    xarray = pytest.importorskip("xarray")
    data = np.random.default_rng(0).random((7, 2, 5, 3)).astype(np.float32)
    straight = data.transpose(3, 1, 2, 0)
    for names in ("xcyz", ("col", "ch", "row", "pln"), ("X", "Channel", "Y", "Z")):
        array = xarray.DataArray(data, dims=list(names))
        np.testing.assert_array_equal(convert.to_named(imagej.to_imageplus(array)).data, straight)
    np.testing.assert_array_equal(convert.to_named(imagej.to_imageplus(data, axes="XCYZ")).data, straight)


def test_coordinates_become_the_scale(imagej):
    xarray = pytest.importorskip("xarray")
    x = xarray.DataArray(np.arange(4) * 0.5 + 2, dims="x", attrs={"units": "mm"})
    array = xarray.DataArray(np.zeros((3, 4)), dims=("y", "x"), coords={"x": x}, name="n")
    calibration = imagej.to_imageplus(array).getCalibration()
    assert (calibration.pixelWidth, calibration.xOrigin, calibration.getUnit()) == (0.5, -4, "mm")
    uneven = array.assign_coords(x=[0, 1, 3, 4])
    with pytest.raises(InputError, match='coordinates of "x" are not evenly spaced'):
        imagej.to_imageplus(uneven)


@pytest.mark.parametrize(
    ("image", "axes", "sentence"),
    [
        (np.zeros((2, 2, 2, 2)), None, 'name the axes, such as axes="tzcyx"'),
        (np.zeros((2, 2)), "zx", "do not fit"),
        (np.zeros((2, 2)), "zyx", "do not fit"),
        (np.zeros((2, 2, 2)), "yyx", "do not fit"),
        (np.zeros((0, 2)), None, "non-empty"),
        (np.zeros((2, 2), complex), None, "real numbers"),
        (None, None, "ImageJ takes"),
    ],
)
def test_what_is_no_image(imagej, image, axes, sentence):
    with pytest.raises(InputError, match=sentence):
        imagej.to_imageplus(image, axes=axes)


def test_an_axis_that_imagej_does_not_have(imagej):
    xarray = pytest.importorskip("xarray")
    with pytest.raises(InputError, match='ImageJ has no axis "lifetime"'):
        imagej.to_imageplus(xarray.DataArray(np.zeros((2, 3, 4)), dims=("lifetime", "y", "x")))


def test_rgb_is_refused(imagej):
    from jpype import JClass

    imp = JClass("ij.IJ").createImage("colour", "RGB", 4, 4, 1)
    for function in (convert.to_named, convert.to_imageplus, convert.to_xarray):
        with pytest.raises(InputError, match=r'"colour" is RGB'):
            function(imp)
    with pytest.raises(InputError, match="is no image"):
        convert.to_named(imp.getCalibration())
    if imagej.gateway is not None:
        dataset = imagej.gateway.convert().convert(imp, JClass("net.imagej.Dataset"))
        with pytest.raises(InputError, match="is RGB"):
            convert.to_named(dataset)


def test_datasets_need_imagej2(imagej):
    if imagej.gateway is not None:
        pytest.skip("this is an ImageJ2")
    with pytest.raises(EngineError, match="the embedded ImageJ has no Datasets"):
        imagej.to_dataset(np.zeros((3, 3)))


def test_other_types_of_datasets(imagej, ij):
    """Cell images, signed and 64-bit pixels come as what they show; unnamed axes are x, y, z."""
    for kind in (np.int16, np.int32, np.float64, np.int8):
        data = np.random.default_rng(0).integers(-90, 90, (3, 4, 5)).astype(kind)
        found = convert.to_named(ij.py.to_dataset(data))
        assert (found.axes, found.data.dtype) == ("zyx", np.float32)
        np.testing.assert_array_equal(found.data, data)


def test_signed_16_bit_comes_as_it_shows(imagej):
    imp = imagej.to_imageplus(np.array([[0, 32768], [32767, 65535]], np.uint16))
    imp.getCalibration().setSigned16BitCalibration()
    np.testing.assert_array_equal(convert.to_named(imp).data, [[-32768, 0], [-1, 32767]])


# Copies


def test_changes_in_place_are_neither_lost_nor_shared(imagej, tidy):
    array = np.zeros((2, 4, 6), np.uint8)
    imp = imagej.to_imageplus(array, "a")
    imp.show()
    imagej.run_macro('setSlice(2); setPixel(3, 1, 9); run("Add...", "value=1 stack");')
    array[0] = 77
    found = convert.to_named(imp).data
    assert (found[1, 1, 3], found[0, 0, 0], array[1, 1, 3]) == (10, 1, 0)
    found[:] = 5
    assert convert.to_named(imp).data[1, 1, 3] == 10


def test_nothing_is_kept_alive(imagej):
    """Neither Python's array by Java, nor Java's images by Python."""
    from jpype import JClass

    class Array(np.ndarray):  # one that takes weak references
        pass

    array = np.zeros((3, 64, 64), np.float32).view(Array)
    here = weakref.ref(array)
    imp = imagej.to_imageplus(array)
    there = JClass("java.lang.ref.WeakReference")(imp)
    found = convert.to_named(imp).data
    del array
    gc.collect()
    assert here() is None
    del imp
    gc.collect()
    for _ in range(20):
        JClass("java.lang.System").gc()
        if there.get() is None:
            break
    assert there.get() is None
    assert found.sum() == 0
