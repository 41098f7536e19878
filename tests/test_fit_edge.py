"""The intensity fit: exact, noisy, other number types, and refusals."""

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.testing import edge_image

ANGLES = [0, 5, 26.565, 45, 90, -30, 137]


@pytest.mark.parametrize("p", [0.6, 1.2, 2.5])
@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("dark_side", [0, 180])
def test_exact_logistic_edge(p, angle, dark_side):
    image = edge_image(ep.psf.Logistic(p), angle=angle + dark_side)
    fit = ep.fit_edge(image)
    assert fit.model == "logistic"
    assert fit.parameters["p1"] == pytest.approx(p, rel=1e-5)
    assert abs((fit.normal_angle - angle - dark_side + 180) % 360 - 180) < 1e-3
    assert (fit.v1, fit.v2) == (pytest.approx(30, abs=1e-5), pytest.approx(100, abs=1e-5))
    r = np.linspace(0, 8 / p, 81)
    closed = ep.psf.logistic_closed_form(r, p)
    np.testing.assert_allclose(fit.psf.radial(r), closed, atol=1e-4 * closed[0])


@pytest.mark.parametrize(("noise", "limit"), [(0.01, 0.007), (0.03, 0.02)])
def test_slope_under_noise_over_20_seeds(noise, limit):
    slopes, inside = [], 0
    for seed in range(20):
        fit = ep.fit_edge(edge_image(ep.psf.Logistic(1.2), noise=noise, seed=seed), model="logistic")
        slopes.append(fit.parameters["p1"])
        low, high = fit.interval("fwhm")
        inside += low < 3.2565 / 1.2 < high
    assert np.sqrt(np.mean((np.array(slopes) / 1.2 - 1) ** 2)) < limit
    assert inside >= 16  # 95 % intervals: 19 expected, fewer than 16 once in 400


def test_auto_finds_the_cubic_term():
    fit = ep.fit_edge(edge_image(ep.psf.Logistic(0.8, 0.03), noise=0.005))
    assert fit.model == "logistic3"
    assert fit.parameters["p3"] == pytest.approx(0.03, rel=0.2)
    truth = ep.psf.from_profile(p1=0.8, p3=0.03).fwhm
    assert abs(fit.psf.fwhm - truth) < 3 * fit.sd("fwhm") < 0.05 * truth


def test_given_levels_keep_their_sides():
    image = edge_image(ep.psf.Logistic(1.2), noise=0.01)
    fit = ep.fit_edge(image, v1=100, v2=30)
    assert (fit.v1, fit.v2) == (100, 30)
    assert abs(abs(fit.normal_angle) - 175) < 0.5
    assert ep.fit_edge(image).normal_angle == pytest.approx(5, abs=0.5)


def test_region_gives_whole_image_coordinates():
    image = edge_image(ep.psf.Logistic(1.2))
    fit = ep.fit_edge(image, roi=(25, 15, 80, 90))
    whole = ep.fit_edge(image)
    assert fit.offset == pytest.approx(whole.offset, abs=1e-5)
    mask = np.zeros(image.shape, bool)
    mask[15:105, 25:105] = True
    assert ep.fit_edge(image, roi=mask).offset == pytest.approx(fit.offset, abs=1e-9)
    assert fit.n == 80 * 90
    np.testing.assert_allclose([fit.plane.a, fit.plane.p], [-1.2 * fit.offset, 1.2], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32])
def test_number_types(dtype):
    image = edge_image(ep.psf.Logistic(0.8), v1=40, v2=220, noise=0.01)
    fit = ep.fit_edge(np.round(image).astype(dtype), model="logistic")
    assert fit.parameters["p1"] == pytest.approx(0.8, rel=0.02)


def test_input_is_not_changed_and_nan_is_left_out():
    image = edge_image(ep.psf.Logistic(1.2), noise=0.01)
    image[10:14, 50:70] = np.nan
    image[100, 60] = np.inf
    before = image.copy()
    fit = ep.fit_edge(image)
    np.testing.assert_array_equal(image, before)
    assert fit.n == image.size - 81
    assert any("81 NaN or infinite" in w for w in fit.warnings)
    assert fit.parameters["p1"] == pytest.approx(1.2, rel=0.02)


def test_intervals_and_names():
    fit = ep.fit_edge(edge_image(ep.psf.Logistic(1.2), noise=0.01))
    for name in ("fwhm", "mtf50", "p1", "v1", "v2", "normal_angle", "offset"):
        low, high = fit.interval(name)
        wide = fit.interval(name, level=0.99)
        assert wide[0] < low < fit.value(name) < high < wide[1]
    with pytest.raises(ep.InputError, match="unknown figure"):
        fit.interval("sigma")
    with pytest.raises(ep.InputError, match="level"):
        fit.interval("fwhm", level=95)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [24, 64, 128])
def test_pure_noise_is_refused(seed, size):
    with pytest.raises(ep.EdgeError, match="no edge"):
        ep.fit_edge(np.random.default_rng(seed).standard_normal((size, size)))


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (np.full((40, 40), 3.0), "constant"),
        (np.ones((1, 1)), "usable pixels"),
        (np.full((40, 40), np.nan), "usable pixels"),
        (np.mgrid[:64, :64][0].astype(float), "plateaus"),
    ],
)
def test_regions_without_an_edge_are_refused(image, sentence):
    with pytest.raises(ep.EdgeError, match=sentence):
        ep.fit_edge(image)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"roi": (500, 0, 10, 10)}, "outside"),
        ({"roi": (5, 5, 0, 10)}, "empty"),
        ({"roi": (1, 2, 3)}, "four whole numbers"),
        ({"roi": np.zeros((128, 128), bool)}, "empty"),
        ({"model": "cauchy"}, "unknown edge model"),
        ({"pixel": "integrated"}, "sampled"),
        ({"v1": 5, "v2": 5}, "both 5"),
        ({"v1": 5}, "neither"),
    ],
)
def test_bad_arguments_are_refused(options, sentence):
    with pytest.raises(ep.InputError, match=sentence):
        ep.fit_edge(edge_image(ep.psf.Logistic(1.2)), **options)


def test_colour_and_wrong_arrays_are_refused():
    with pytest.raises(ep.InputError, match="colour"):
        ep.fit_edge(np.zeros((30, 30, 3)))
    with pytest.raises(ep.InputError, match="2-D"):
        ep.fit_edge(np.zeros(30))
    with pytest.raises(ep.InputError, match="real numbers"):
        ep.fit_edge(np.zeros((30, 30), complex))
