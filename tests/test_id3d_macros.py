"""Macros written for Iterative Deconvolve 3D, without the plugin or without a window."""

import re
import zipfile

import numpy as np
import pytest

from blurred import spot
from conftest import image_of, show
from edgepsf.errors import MacroError
from edgepsf.imagej.launch.class_files import ITERATIVE_DECONVOLVE, class_folders, holder
from edgepsf.plugins.compat import damas3

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')

RNG = np.random.default_rng(5)
IMAGE = RNG.uniform(10, 100, (40, 37)).astype(np.float32)
VOLUME = RNG.uniform(10, 100, (6, 20, 22)).astype(np.float32)
PSF, PSF3 = (spot(shape, 3).astype(np.float32) for shape in ((7, 7), (3, 7, 7)))

pytestmark = pytest.mark.usefixtures("no_plugins", "tidy")


def restored(imagej, words, more="", after="return getTitle();"):
    """Run the line on the images y and h; the macro's answer."""
    return imagej.run_macro(f'{more} run("Iterative Deconvolve 3D", "image=y point=h {words}"); {after}')


def opened(imagej, image=IMAGE, psf=PSF):
    show(imagej, image, "y")
    show(imagej, psf, "h")


def test_a_recorded_line(imagej, capfd):
    opened(imagej)
    title = restored(
        imagej,
        "output=Deconvolved normalize show log perform detect wiener=0.000 low=1 z_direction=1 maximum=7 "
        "terminate=0.010",
    )
    want = damas3(IMAGE, PSF, iterations=7, normalize=True)
    assert title == "Deconvolved_7"
    np.testing.assert_array_equal(image_of(imagej, title), want.image)
    assert imagej.run_macro('return "" + nImages;') == "3"  # the picture of the iterations is gone
    lines = capfd.readouterr().err.split("\n")
    assert [float(line) for line in lines[:7]] == pytest.approx(want.changes, rel=1e-6)
    assert "edgepsf: native engine answered Iterative Deconvolve 3D" in lines


@pytest.mark.parametrize("dimension", [2, 3])
def test_every_word_counts(imagej, dimension):
    image, psf = (IMAGE, PSF) if dimension == 2 else (VOLUME, PSF3)
    opened(imagej, image, psf)
    title = restored(
        imagej, "output=[my result] perform wiener=0.02 low=0.5 z_direction=2 maximum=4 terminate=0.1"
    )
    options = {"gamma": 0.02, "filter_xy": 0.5, "filter_z": 2.0, "change_thresh_percent": 0.1}
    want = damas3(image, psf, iterations=4, **options).image
    assert title == "my result_4"
    np.testing.assert_array_equal(image_of(imagej, title), want)
    for changed in ({"anti_ring": False}, {"gamma": 0.0}, {"filter_xy": 1.0}, {"normalize": True}):
        other = damas3(image, psf, **({"iterations": 4} | options | changed)).image
        assert not np.allclose(other, want, rtol=1e-3), changed


def test_the_end_before_the_last_iteration(imagej, capfd):
    opened(imagej)
    title = restored(imagej, "output=x normalize log maximum=100 terminate=0.5")
    done = damas3(IMAGE, PSF, normalize=True, anti_ring=False, change_thresh_percent=0.5)
    assert done.ended == "change"
    assert title == f"x_{done.iterations}"
    told = capfd.readouterr().err
    assert f"Automatically terminated after {done.iterations} iterations." in told
    assert "not given, so the plugin's first defaults: wiener, low, z_direction" in told


def test_divergence_is_told(imagej, capfd):
    opened(imagej, psf=np.roll(PSF, 3, axis=1))
    title = restored(imagej, "log detect maximum=60 terminate=-1000")
    done = damas3(IMAGE, np.roll(PSF, 3, axis=1), iterations=60, anti_ring=False, change_thresh_percent=-1000)
    assert done.ended == "divergence"
    assert title == f"Deconvolved_{done.iterations}"
    assert f"terminated due to divergence {done.iterations} iterations." in capfd.readouterr().err


def test_without_log_nothing_is_written(imagej, capfd):
    opened(imagej)
    restored(imagej, "maximum=3 low=1 z_direction=1 wiener=0 terminate=0.01")
    assert capfd.readouterr().err == "edgepsf: native engine answered Iterative Deconvolve 3D\n"


def test_the_result_is_as_the_plugin_shows_it(imagej):
    opened(imagej, VOLUME, PSF3)
    answer = restored(
        imagej,
        "maximum=2",
        'selectImage("y"); setVoxelSize(0.2, 0.2, 1, "um"); run("Fire");',
        'getPixelSize(unit, w, h); getLut(r, g, b); return unit + " " + w + " " + bitDepth() + " " + '
        'getSliceNumber() + " " + nSlices + " " + r[200] + " " + g[200] + " " + getInfo("slice.label");',
    )
    red_green = imagej.run_macro('selectImage("y"); getLut(r, g, b); return "" + r[200] + " " + g[200];')
    assert answer.strip() == f"pixels 1 32 4 6 {red_green}"


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_integer_pictures(imagej, kind):
    image, psf = IMAGE.astype(kind), (200 * PSF).astype(kind)
    opened(imagej, image, psf)
    title = restored(imagej, "normalize maximum=3")
    want = damas3(image, psf, normalize=True, iterations=3, anti_ring=False).image
    np.testing.assert_array_equal(image_of(imagej, title), want)


def test_planes_of_a_hyperstack_are_z(imagej):
    show(imagej, VOLUME, "y", dimensions=(2, 3, 1))
    show(imagej, PSF3, "h")
    title = restored(imagej, "normalize maximum=3")
    want = damas3(VOLUME, PSF3, normalize=True, iterations=3, anti_ring=False).image
    np.testing.assert_array_equal(image_of(imagej, title), want)


def test_batch_mode_macro_variables_and_the_picture_as_its_own_psf(imagej):
    show(imagej, IMAGE, "y")
    answer = imagej.run_macro(
        'setBatchMode(true); selectImage("y"); run("Duplicate...", "title=[a b]"); t = "a b"; n = 2;'
        'run("Iterative Deconvolve 3D", "image=&t point=y output=D show perform maximum=&n terminate=0.000");'
        'getStatistics(area, mean); return getTitle() + " " + nImages + " " + d2s(mean, 9);'
    )
    want = damas3(IMAGE, IMAGE, iterations=2, change_thresh_percent=0).image.mean(dtype=np.float64)
    assert answer.split()[:2] == ["D_2", "3"]
    assert float(answer.split()[2]) == pytest.approx(want, rel=1e-5)


def test_the_name_of_a_variable_in_the_place_of_a_title(imagej):
    """As a public macro writes it: image=title, where the variable title holds the title."""
    opened(imagej)
    answer = imagej.run_macro(
        'title = "y"; run("Iterative Deconvolve 3D", "image=title point=h output=D perform maximum=2");'
        "return getTitle();"
    )
    assert answer == "D_2"
    np.testing.assert_array_equal(image_of(imagej, "D_2"), damas3(IMAGE, PSF, iterations=2).image)
    with pytest.raises(MacroError, match="image=title: there is no open image of this title"):
        imagej.run_macro('title = "gone"; run("Iterative Deconvolve 3D", "image=title point=h output=D");')
    with pytest.raises(MacroError, match="image=title: there is no open image of this title"):
        imagej.run_macro('run("Iterative Deconvolve 3D", "image=title point=h output=D");')


def test_of_two_images_with_one_title_the_older_counts(imagej):
    opened(imagej)
    show(imagej, 2 * IMAGE, "y")
    title = restored(imagej, "maximum=2")
    np.testing.assert_array_equal(
        image_of(imagej, title), damas3(IMAGE, PSF, iterations=2, anti_ring=False).image
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "image=y point=nix",
            'point=nix: there is no open image of this title; open are "y", "h", "rgb", "nan"',
        ),
        ("image=rgb point=h", 'The image "rgb" is RGB'),
        ("image=nan point=h", "NaN"),
        ("image=y point=h normalise", "did you mean normalize"),
        ("image=y point=h low=0,5", "decimal comma"),
        ("image=y point=h maximum=&none", "the macro has no variable none"),
        ("image=my y point=h", r"image=\[my y\]"),
        ("", "options are missing"),
    ],
)
def test_failures_stop_the_macro_and_show_nothing(imagej, line, says):
    opened(imagej)
    imagej.run_macro('newImage("rgb", "RGB ramp", 40, 30, 1);')
    show(imagej, np.full_like(IMAGE, np.nan), "nan")
    with pytest.raises(MacroError, match=says):
        imagej.run_macro(f'run("Iterative Deconvolve 3D", "{line}"); print("went on");')
    assert imagej.run_macro('return "" + nImages;') == "4"


def test_an_installed_plugin_needs_a_window(imagej, tmp_path, monkeypatch, capfd):
    """The log gives the reason why the plugin does not answer; the file need not be a real one for this."""
    (tmp_path / "Iterative_Deconvolve_3D.class").write_bytes(b"")
    monkeypatch.setenv("EDGEPSF_PLUGINS", str(tmp_path))
    opened(imagej)
    restored(imagej, "maximum=2")
    assert re.search("native engine answered .*; the plugin itself needs a window", capfd.readouterr().err)


# ---- where the plugin is


def test_class_files_are_found_in_a_fiji_and_in_a_folder_of_plugins(tmp_path):
    fiji, folder, jars = tmp_path / "Fiji.app", tmp_path / "loose", tmp_path / "jars"
    for made in (fiji / "plugins" / "more", folder, jars):
        made.mkdir(parents=True)
    assert class_folders(fiji) == []
    assert holder(fiji, ITERATIVE_DECONVOLVE) is None
    for file in (fiji / "plugins" / "more" / ITERATIVE_DECONVOLVE, folder / ITERATIVE_DECONVOLVE):
        file.write_bytes(b"")
        assert holder(fiji if "plugins" in file.parts else folder, ITERATIVE_DECONVOLVE) == file
    assert class_folders(fiji) == [fiji / "plugins", fiji / "plugins" / "more"]
    assert class_folders(folder) == [folder]
    (jars / "a.jar").write_bytes(b"no archive")
    with zipfile.ZipFile(jars / "b.jar", "w") as made:
        made.writestr(ITERATIVE_DECONVOLVE, b"")
    assert holder(jars, ITERATIVE_DECONVOLVE) == jars / "b.jar"
    assert class_folders(jars) == []


def test_doctor_lists_the_plugin(tmp_path, monkeypatch):
    from edgepsf.imagej import doctor

    def line():
        return {name: value for name, value, _ in doctor._plugins()}["Iterative Deconvolve 3D"]

    assert line() == "not found (its macros need no plugin)"
    (tmp_path / ITERATIVE_DECONVOLVE).write_bytes(b"")
    monkeypatch.setenv("EDGEPSF_PLUGINS", str(tmp_path))
    assert line() == f"{tmp_path / ITERATIVE_DECONVOLVE} (works in a window)"
