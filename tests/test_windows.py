"""Stacks, scale, overlay and plots of the commands, in the real ImageJ."""

import numpy as np
import pytest

import edgepsf as ep
from conftest import image_of, show
from edgepsf.pictures.light import srgb_to_linear
from edges import EDGE

pytestmark = pytest.mark.usefixtures("tidy")


def test_g_and_deconvolve_of_a_hyperstack(imagej):
    rng = np.random.default_rng(0)
    stack = np.stack([EDGE[:40, 40:90] + rng.random() for _ in range(12)])
    show(imagej, stack, dimensions=(2, 3, 2))
    size = imagej.run_macro(
        'Stack.setPosition(2, 1, 2); run("Edge g...", "v1=30 v2=100 stack");'
        'Stack.getDimensions(w, h, c, z, t); return "" + w + " " + h + " " + c + " " + z + " " + t;'
    )
    assert size == "50 40 2 3 2"
    np.testing.assert_allclose(image_of(imagej, "img-g"), ep.edge.g(stack, 30, 100), atol=1e-6)
    show(imagej, ep.psf.from_profile(p1=1.2).kernel(), "PSF")
    imagej.run_macro('selectImage("img"); run("Deconvolve...", "psf=PSF iterations=2 stack=true");')
    restored = image_of(imagej, "img-deconvolved")
    one = ep.deconvolve(stack[7], ep.psf.from_profile(p1=1.2), iterations=2)
    np.testing.assert_array_equal(restored[7], one)


def test_volumes_with_a_3d_psf(imagej):
    rng = np.random.default_rng(0)
    stack = rng.random((2 * 6, 20, 24)).astype(np.float32) + 1  # 2 channels, 6 slices
    kernel = rng.random((3, 5, 5)).astype(np.float32)
    show(imagej, stack, dimensions=(2, 6, 1))
    show(imagej, kernel, "PSF3")
    imagej.run_macro('selectImage("img"); run("Deconvolve...", "psf=PSF3 iterations=2 stack");')
    restored = image_of(imagej, "img-deconvolved")
    np.testing.assert_array_equal(restored[1::2], ep.deconvolve(stack[1::2], kernel, iterations=2))


@pytest.mark.parametrize(("scale", "rows"), [((0.065, 0.065), 1), ((0.1, 0.2), 2)])
@pytest.mark.parametrize("angle", [5, 60])
def test_fwhm_in_both_units(imagej, scale, rows, angle):
    """The same blur, 0.2 µm wide: right in pixel widths and in µm, whatever the pixel's shape and the angle."""
    from edgepsf.testing import distance

    y, x = np.mgrid[: 128 // rows, :128]
    t = np.radians(angle)
    d = (x - 63.2) * np.cos(t) + rows * (y - 64.2 / rows) * np.sin(t)
    assert rows == 2 or np.allclose(d, distance((128, 128), angle, (63.2, 64.2)))
    p = 3.2565 / (0.2 / scale[0])
    image = 30 + 70 * ep.psf.Logistic(p).esf(d) + 0.35 * np.random.default_rng(0).standard_normal(d.shape)
    show(imagej, image.astype(np.float32), scale=scale)
    answer = imagej.run_macro(
        'run("PSF from Edge...", "model=logistic"); n=nResults-1;'
        'return d2s(getResult("fwhm", n), 9) + " " + d2s(getResult("fwhm_unit", n), 9) + " "'
        '+ getResultString("unit", n)'
        '+ " " + d2s(getResult("angle", n), 9);'
    )
    fwhm, fwhm_unit, unit, normal = answer.split()
    assert float(fwhm) == pytest.approx(0.2 / scale[0], rel=0.02)
    assert (float(fwhm_unit), unit) == (pytest.approx(0.2, rel=0.02), "µm")
    assert float(normal) == pytest.approx(angle, abs=0.5)
    kernel = image_of(imagej, "img-PSF")
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    assert kernel.shape[1] / kernel.shape[0] == pytest.approx(rows, rel=0.25)
    step = imagej.run_macro(
        'selectImage("img"); run("Edge f...", "v1=30 v2=100"); run("Fit Edge Plane"); n=nResults-1;'
        'return d2s(getResult("p_unit", n), 9);'
    )
    assert float(step) == pytest.approx(p / scale[0], rel=0.03)


def test_overlay_shows_line_and_band_and_keeps_what_others_drew(imagej):
    show(imagej, EDGE)
    answer = imagej.run_macro(
        'makeRectangle(1,1,5,5); Overlay.addSelection("blue"); run("Select None");'
        'run("PSF from Edge...", "model=logistic"); selectImage("img"); run("PSF from Edge...", "model=logistic");'
        'selectImage("img"); n = Overlay.size; Overlay.activateSelection(1); getSelectionCoordinates(x, y);'
        'return "" + n + " " + d2s(x[0], 3) + " " + d2s(y[0], 3) + " " + d2s(x[x.length-1], 3);'
    )
    count, x, y, last = (float(v) for v in answer.split())
    assert count == 4
    fit = ep.fit_edge(EDGE, model="logistic")
    assert abs(fit.distance(x, y)) < 0.02
    assert abs(last - x) > 5


def test_plots_have_values(imagej):
    show(imagej, EDGE)
    answer = imagej.run_macro(
        'run("Edge f...", "v1=30 v2=100"); run("Fit Edge Plane"); run("Fit Edge Profile...", "degree=3 plot");'
        'Plot.getValues(d, f); title = getTitle(); run("PSF from Profile...", "p1=1.2 plot"); current = getTitle();'
        'selectImage(replace(current, "PSF", "P(r)")); Plot.getValues(r, p);'
        'return title + "|" + d.length + "|" + current + "|" + d2s(p[0], 6) + "|" + d2s(r[r.length-1], 3);'
    )
    title, count, current, peak, last = answer.split("|")
    assert title == "img-profile"
    assert int(count) > 300
    assert current.endswith("-PSF")
    psf = ep.psf.from_profile(p1=1.2)
    assert float(peak) == pytest.approx(float(psf.radial(0.0)), rel=1e-4)
    assert float(last) == pytest.approx(psf.default_size / 2, abs=1e-3)


def test_linear_channels_and_back(imagej):
    color = np.random.default_rng(0).integers(0, 256, (3, 16, 20)).astype(np.uint8)
    for i, name in enumerate(("R", "G", "B")):
        show(imagej, color[i], name)
    imagej.run_macro(
        'run("Merge Channels...", "c1=R c2=G c3=B keep"); rename("photo"); run("RGB Color"); rename("photo.png");'
        'run("Linear Channels...");'
    )
    for i, name in enumerate(("red", "green", "blue")):
        np.testing.assert_allclose(
            image_of(imagej, f"photo-{name}"), srgb_to_linear(color[i] / 255), atol=1e-6
        )
    back = imagej.run_macro(
        'run("Linear Channels...", "merge red=photo-red green=photo-green blue=photo-blue"); return "" + bitDepth();'
    )
    assert back == "24"
    imagej.run_macro('run("Split Channels");')
    from jpype import JClass

    titles = [str(t) for t in JClass("ij.WindowManager").getImageTitles()] or []
    for i, name in enumerate(("red", "green", "blue")):
        own = [t for t in titles if t.startswith("photo-RGB") and t.endswith(f"({name})")]
        title = own[0] if own else f"photo-RGB ({name})"
        np.testing.assert_array_equal(image_of(imagej, title), color[i])
