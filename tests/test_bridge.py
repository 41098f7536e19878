"""Commands written in Python, called by macros in the real ImageJ."""

import numpy as np
import pytest

import edgepsf as ep
from conftest import image_of, show
from edgepsf.commands import COMMANDS
from edgepsf.errors import MacroError
from edgepsf.testing import edge_image
from edges import EDGE

ROI = (20, 10, 100, 100)
LAST = 'getResult("{}", nResults-1)'

pytestmark = pytest.mark.usefixtures("tidy")


def columns(names):
    return "return " + '+" "+'.join(f"d2s({LAST.format(n)}, -16)" for n in names) + ";"


def test_the_chain_equals_python(imagej):
    show(imagej, EDGE)
    x, y, w, h = ROI
    numbers = imagej.run_macro(
        f'makeRectangle({x},{y},{w},{h}); run("Edge g...", "v1=30 v2=100"); run("Edge f...");'
        'run("Fit Edge Plane"); run("Edge Distance Map");' + columns("abcp")
    )
    f = ep.edge.f(ep.edge.g(EDGE, 30, 100))[y : y + h, x : x + w]
    plane = ep.edge.fit_plane(f, origin=(x, y))
    got = [float(v) for v in numbers.split()]
    np.testing.assert_allclose(got, [plane.a, plane.b, plane.c, plane.p], rtol=1e-6)
    distance = ep.edge.distance_map(plane, EDGE.shape)
    np.testing.assert_allclose(image_of(imagej, "img-distance"), distance, rtol=1e-5, atol=1e-5)
    assert image_of(imagej, "img-g").dtype == np.float32
    profile = ep.edge.fit_profile(distance[y : y + h, x : x + w], f, 3)
    numbers = imagej.run_macro('run("Fit Edge Profile...", "degree=3");' + columns(["p1", "p3"]))
    np.testing.assert_allclose([float(v) for v in numbers.split()], profile.coefficients, rtol=1e-4)
    imagej.run_macro(
        f'p1={LAST.format("p1")}; p3={LAST.format("p3")}; run("PSF from Profile...", "p1=&p1 p3=&p3");'
    )
    kernel = ep.psf.from_profile(**profile.parameters).kernel()
    np.testing.assert_allclose(image_of(imagej, "img-PSF"), kernel, atol=1e-4 * kernel.max())


def test_psf_from_edge_and_deconvolve_equal_python(imagej):
    show(imagej, EDGE)
    x, y, w, h = ROI
    answer = imagej.run_macro(
        f'makeRectangle({x},{y},{w},{h}); run("PSF from Edge...", "model=logistic3"); title = getTitle();'
        'selectImage("img"); run("Deconvolve...", "psf=[" + title + "] iterations=5"); rename("restored");'
        'selectImage("img"); run("Deconvolve...", "psf=["+title+"] method=wiener");'
        + columns(["fwhm", "fwhm_low", "v1", "v2", "angle", "offset"])
    )
    fit = ep.fit_edge(EDGE, ROI, model="logistic3")
    expected = [fit.psf.fwhm, fit.interval("fwhm")[0], fit.v1, fit.v2, fit.normal_angle, fit.offset]
    np.testing.assert_allclose([float(v) for v in answer.split()], expected, rtol=1e-9)
    np.testing.assert_array_equal(image_of(imagej, "img-PSF"), fit.psf.kernel())
    np.testing.assert_array_equal(
        image_of(imagej, "restored"), ep.deconvolve(EDGE, fit.psf.kernel(), iterations=5)
    )
    np.testing.assert_array_equal(
        image_of(imagej, "img-deconvolved"), ep.deconvolve(EDGE, fit.psf.kernel(), "wiener")
    )


def test_comparison_equals_python(imagej):
    show(imagej, EDGE)
    sharp = edge_image(ep.psf.Logistic(8.0)).astype(np.float32)
    show(imagej, sharp, "sharp")
    x, y, w, h = ROI
    answer = imagej.run_macro(
        'run("PSF from Profile...", "p1=1.2"); rename("PSF"); run("Clear Results");'
        f'selectImage("img"); makeRectangle({x},{y},{w},{h});'
        'run("Compare Sharpening...", "psf=PSF iterations=5 truth=sharp");'
        "getMinAndMax(low, high); labels = '';"
        "for (i = 1; i <= nSlices; i++) { setSlice(i); labels += getInfo('slice.label') + ','; }"
        'kind = getResultString("image", nResults-1) + "," + getResultString("method", nResults-1);'
        'return getTitle() + "|" + labels + "|" + low + "|" + high + "|" + kind + "|" + nResults;'
    )
    title, labels, low, high, kind, count = answer.split("|")
    kernel = ep.psf.from_profile(p1=1.2).kernel()
    expected = ep.compare_sharpening(EDGE, kernel, iterations=5, truth=sharp, roi=ROI)
    assert (title, labels) == ("img-compared", "blurred,unsharp mask,deconvolved,")
    assert (kind, count) == ("deconvolved,richardson_lucy", "3")
    np.testing.assert_allclose([float(low), float(high)], expected.display, rtol=1e-3)
    np.testing.assert_array_equal(image_of(imagej, "img-compared"), np.stack(expected.pictures))
    for i, row in enumerate(expected.rows):
        names = [name for name, value in row.items() if isinstance(value, float)]
        got = imagej.run_macro(
            "return " + '+" "+'.join(f'd2s(getResult("{name}", {i}), -16)' for name in names) + ";"
        )
        np.testing.assert_allclose([float(v) for v in got.split()], [row[n] for n in names], rtol=1e-9)


def test_profile_of_a_comparison_is_a_plot(imagej):
    show(imagej, EDGE)
    answer = imagej.run_macro(
        'run("PSF from Profile...", "p1=1.2"); rename("PSF"); selectImage("img");'
        'run("Compare Sharpening...", "psf=PSF method=wiener plot"); title = getTitle();'
        'selectImage("img-profile"); Plot.getValues(x, y); return title + " " + x.length + " " + y[40];'
    )
    title, length, value = answer.split()
    assert (title, length) == ("img-compared", "88")
    assert 25 < float(value) < 105


def test_results_columns_are_those_of_the_design(imagej):
    show(imagej, EDGE)
    headings = imagej.run_macro(
        'run("Edge f...", "v1=30 v2=100"); run("Fit Edge Plane"); return String.getResultsHeadings;'
    )
    assert headings.split() == ["a", "b", "c", "p", "angle", "sd_a", "sd_b", "sd_c", "sd_p", "n"]


def test_titles_scale_and_region_are_kept(imagej):
    show(imagej, EDGE, "my edge.tif")
    answer = imagej.run_macro(
        'run("Properties...", "channels=1 slices=1 frames=1 unit=um pixel_width=0.065 "'
        '+"pixel_height=0.065 voxel_depth=1");'
        'makeOval(20, 10, 100, 100); run("Edge g...", "v1=30 v2=100"); getPixelSize(unit, pw, ph);'
        'return getTitle() + "|" + unit + "|" + pw + "|" + selectionType() + "|" + bitDepth();'
    )
    assert answer.split("|") == ["my edge-g", "µm", "0.065", "1", "32"]


def test_second_run_gets_a_title_of_its_own(imagej):
    show(imagej, EDGE)
    titles = imagej.run_macro(
        'run("Edge g...", "v1=30 v2=100"); a=getTitle(); selectImage("img"); run("Edge g...", "v1=30 v2=100");'
        'b=getTitle(); run("Edge f..."); return a+" "+b+" "+getTitle();'
    )
    assert titles.split() == ["img-g", "img-g-1", "img-f"]


@pytest.mark.parametrize(
    ("selection", "mask"),
    [
        ("makeOval(20, 10, 100, 100)", None),
        ("makePolygon(20,10, 110,15, 120,120, 30,110)", None),
        ("makeRotatedRectangle(20, 60, 110, 70, 60)", None),
        ("makeLine(63, 5, 56, 120, 60)", None),
    ],
)
def test_other_regions_act_as_masks(imagej, selection, mask):
    show(imagej, EDGE)
    answer = imagej.run_macro(
        f'{selection}; run("PSF from Edge...", "model=logistic3");' + columns(["n", "fwhm"])
    )
    n, fwhm = (float(v) for v in answer.split())
    assert 3000 < n < 0.9 * EDGE.size
    assert fwhm == pytest.approx(ep.fit_edge(EDGE, model="logistic3").psf.fwhm, rel=0.02)


@pytest.mark.parametrize("kind", ["8-bit", "16-bit", "32-bit"])
def test_depths(imagej, kind):
    show(imagej, np.round(EDGE))
    assert imagej.run_macro(
        f'setMinAndMax(0, 255); run("Conversions...", " "); run("{kind}"); run("Edge g...", "v1=30 v2=100");'
        "return d2s(getPixel(0, 0), 9);"
    ) == imagej.run_macro("return d2s((getPixel(0,0)),9);")
    expected = ep.edge.g(np.round(EDGE), 30, 100).astype(np.float32)
    np.testing.assert_allclose(image_of(imagej, "img-g"), expected, atol=1e-6)


def test_the_slice_shown_is_used(imagej):
    show(imagej, np.stack([np.zeros_like(EDGE), EDGE, EDGE + 5]))
    mean = imagej.run_macro(
        'setSlice(2); run("Edge g...", "v1=30 v2=100"); getStatistics(n, mean); return d2s(mean, 6);'
    )
    assert float(mean) == pytest.approx(ep.edge.g(EDGE, 30, 100).mean(), abs=1e-5)


@pytest.mark.parametrize(
    ("macro", "sentence"),
    [
        ('run("Edge g...", "v1=1 v2=2");', "Edge g: there is no image open"),
        ('newImage("a","RGB",64,64,1); run("Edge g...", "v1=1 v2=2");', 'Edge g: "a" is an RGB image'),
        ('newImage("a","8-bit",64,64,1); run("Edge g...", "v1=1 v3=2");', 'unknown key "v3"'),
        ('newImage("a","8-bit",64,64,1); run("Edge g...", "v1=3 v2=3");', "both 3"),
        ('newImage("a","8-bit",64,64,1); run("Edge g...", "v1=&nope v2=3");', "no variable nope"),
        ('newImage("a","8-bit",64,64,1); run("Edge g...");', "constant"),
        ('newImage("a","8-bit ramp",64,64,1); run("Edge f...");', "no g image"),
        ('newImage("a","8-bit",64,64,1); makePoint(3,3); run("PSF from Edge...", "");', "Point selection"),
        (
            'newImage("a","8-bit ramp",64,64,1); makeRectangle(3,3,1,1); run("PSF from Edge...", "");',
            "usable pixels",
        ),
        (
            'newImage("a","8-bit ramp",64,64,1); makeRectangle(70,3,5,5); run("PSF from Edge...", "");',
            "outside",
        ),
        (
            'newImage("a","8-bit ramp",64,64,1); run("PSF from Edge...", "model=cauchy");',
            "unknown edge model",
        ),
        ('newImage("a","8-bit ramp",64,64,1); run("Deconvolve...", "psf=nope");', "no open image titled"),
        ('newImage("a","8-bit ramp",64,64,1); run("Deconvolve...", "psf=a method=magic");', "unknown method"),
        ('newImage("a","8-bit ramp",64,64,1); run("Deconvolve...", "");', "psf is missing"),
        (
            'newImage("a","32-bit noise",64,64,1); run("Add...", "value=NaN"); run("Deconvolve...", "psf=a");',
            "NaN",
        ),
        ('run("PSF from Profile...", "p1=1 p3=-1");', "does not rise"),
        ('run("PSF from Profile...", "");', "p1 is missing"),
    ],
)
def test_bad_input_stops_the_macro_with_a_sentence(imagej, macro, sentence):
    with pytest.raises(MacroError) as stop:
        imagej.run_macro(macro + ' print("still running"); return "end";')
    assert sentence in str(stop.value)
    assert "\n" not in str(stop.value)


def test_commands_work_from_ij_run(imagej):
    from jpype import JClass

    show(imagej, EDGE)
    JClass("ij.IJ").run("Edge g...", "v1=30 v2=100")
    assert image_of(imagej, "img-g").shape == EDGE.shape


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_examples_run(imagej, command):
    show(imagej, EDGE, "img")
    if command.name in ("Fit Edge Plane", "Fit Edge Profile..."):
        imagej.run_macro('run("Edge f...", "v1=30 v2=100");')
    if command.name in ("Deconvolve...", "Compare Sharpening...", "Check PSF..."):
        shown = "PSF" if command.name == "Check PSF..." else "img"
        imagej.run_macro(f'run("PSF from Profile...", "p1=1.2"); rename("PSF"); selectImage("{shown}");')
    made = 'return "" + (nImages + nResults);'
    before = int(imagej.run_macro(made))
    assert int(imagej.run_macro(f'run("{command.name}", "{command.example}"); {made}')) > before


def test_cli_macro(imagej, tmp_path, capsys):
    from edgepsf.cli import main

    good, bad = tmp_path / "good.ijm", tmp_path / "bad.ijm"
    good.write_text('print("log line"); return "value " + getArgument();')
    bad.write_text('newImage("a","8-bit",9,9,1); run("Edge g...", "v1=1 v2=1"); return "end";')
    assert main(["macro", str(good), "äö x"]) == 0
    out, err = capsys.readouterr()
    assert out == "value äö x\n"
    assert "log line" in err
    assert main(["macro", str(bad)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Edge g: v1 and v2 are both 1" in err


# The kernel as the current image


def test_a_kernel_that_is_the_current_image_gives_way_to_its_picture(tidy):
    tidy.run_macro(
        'newImage("edge", "32-bit ramp", 64, 64, 1);'
        'run("Macro...", "code=[v=100-70/(1+exp(-4*(x-32.3)-0.8*(y-32)))]");'
        'setMinAndMax(0, 200); run("PSF from Edge...", "model=logistic"); rename("mine");'
    )
    once = tidy.run_macro(
        'run("Deconvolve...", "psf=mine iterations=3"); getMinAndMax(a, b); return getTitle() + a + " " + b;'
    )
    assert once == "edge-deconvolved0 200"
    assert (
        tidy.run_macro('selectWindow("mine"); run("Deconvolve...", "iterations=3"); return getTitle();')
        == "edge-deconvolved-1"
    )
    tidy.run_macro('selectWindow("edge"); close(); selectWindow("mine");')
    with pytest.raises(MacroError, match='"edge", is not open: select the picture to work on'):
        tidy.run_macro('run("Deconvolve...", "psf=mine iterations=3");')
