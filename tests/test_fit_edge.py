"""The intensity fit: exact, noisy, other number types, and refusals."""

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.testing import AiryDisk, Ring, edge_image

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


def box_edge(model, angle, seed, noise=0.005):
    """An edge averaged over each pixel by 11 × 11 samples."""
    offsets = (np.arange(11) - 5) / 11
    y, x = np.mgrid[:64, :64].astype(float)
    t = np.radians(angle)
    shares = [
        model.esf((x + a - 31.7) * np.cos(t) + (y + b - 32) * np.sin(t)) for a in offsets for b in offsets
    ]
    return (
        30 + 70 * np.mean(shares, axis=0) + 70 * noise * np.random.default_rng(seed).standard_normal(x.shape)
    )


@pytest.mark.parametrize("angle", [0, 5, 30, 45])
def test_optical_psf_is_the_one_without_the_pixel(angle):
    model = ep.psf.Gaussian(0.6)
    image = box_edge(model, angle, 1)
    optical, sampled = ep.fit_edge(image, pixel="optical"), ep.fit_edge(image)
    assert optical.parameters["sigma"] == pytest.approx(0.6, rel=0.015)
    assert sampled.psf.fwhm > 1.08 * optical.psf.fwhm
    # Both give the kernel of the same grid.
    a, b = optical.psf.kernel(9), sampled.psf.kernel(9)
    assert np.abs(a - b).max() < 0.03 * a.max()


@pytest.mark.parametrize("name", ["gaussian", "logistic", "disk", "moffat", "airy"])
@pytest.mark.parametrize("seed", [0, 1])
def test_auto_finds_the_model_and_its_width(name, seed):
    truth = {
        "gaussian": ep.psf.Gaussian(1.5),
        "logistic": ep.psf.Logistic(1.2),
        "disk": ep.psf.Disk(3.0),
        "moffat": ep.psf.Moffat(2.4, 2.5),
        "airy": ep.psf.Airy(0.35),
    }[name]
    fit = ep.fit_edge(edge_image(truth, noise=0.01, seed=seed))
    assert fit.model == name
    assert fit.psf.fwhm == pytest.approx(2 * truth.half_maximum_radius(), rel=0.015)
    assert not fit.warnings


class Mixture(ep.psf.RadialModel):
    """0.6 of a Gaussian of 1 px and 0.4 of one of 3 px: in no family."""

    name = "mixture"
    parts = ((0.6, ep.psf.Gaussian(1.0)), (0.4, ep.psf.Gaussian(3.0)))

    def esf(self, d):
        return sum(w * m.esf(d) for w, m in self.parts)

    def radial(self, r):
        return sum(w * m.radial(r) for w, m in self.parts)

    def mtf(self, nu):
        return sum(w * m.mtf(nu) for w, m in self.parts)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_where_no_model_fits_the_psf_is_free(seed):
    fit = ep.fit_edge(edge_image(Mixture(), noise=0.01, seed=seed))
    assert fit.model == "free"
    r = np.linspace(0, 15, 1501)
    difference = np.abs(fit.psf.radial(r) - Mixture().radial(r))
    assert np.trapezoid(difference * 2 * np.pi * r, r) < 0.12
    assert fit.psf.mtf(0.1) == pytest.approx(float(Mixture().mtf(0.1)), abs=0.01)
    assert fit.psf.kernel().min() >= 0
    low, high = fit.interval("mtf50")
    assert low < fit.psf.mtf50 < high


@pytest.mark.parametrize("truth", [Ring(1.5, 3.0), AiryDisk(0.35, 1.2)], ids=["ring", "airy disk"])
def test_compositions_find_jumps_and_tails(truth):
    fit = ep.fit_edge(edge_image(truth, noise=0.01, seed=4))
    assert fit.model == "free"
    r = np.linspace(0, 40, 8001)
    difference = np.abs(fit.psf.radial(r) - truth.radial(r))
    assert np.trapezoid(difference * 2 * np.pi * r, r) < 0.06
    low, high = fit.interval("fwhm", 0.999)
    assert low < 2 * truth.half_maximum_radius() < high


def test_free_on_request_leaves_the_library():
    truth = ep.psf.Gaussian(1.5)
    image = edge_image(truth, noise=0.01, seed=3)
    fit = ep.fit_edge(image, model="free")
    assert fit.model == "free"
    assert fit.psf.mtf50 == pytest.approx(ep.PointSpread(truth).mtf50, rel=0.01)
    bare = ep.fit_edge(image, model="auto")
    assert bare.model == "gaussian"


def test_defects_of_real_pictures():
    rng = np.random.default_rng(0)
    model = ep.psf.Gaussian(1.5)
    image = edge_image(model, noise=0.01)
    hot = rng.random(image.shape) < 0.003
    spoilt = np.where(hot, rng.choice([0.0, 150.0], image.shape), image)
    fit = ep.fit_edge(spoilt)
    assert fit.parameters["sigma"] == pytest.approx(1.5, rel=0.01)
    assert any("hot or dead" in w for w in fit.warnings)
    y, x = np.mgrid[:128, :128]
    tilted = image + 7 * (0.6 * x + 0.8 * y) / 128
    fit = ep.fit_edge(tilted)
    assert fit.parameters["sigma"] == pytest.approx(1.5, rel=0.01)
    assert any(fit.gradients)
    d = np.hypot(x - 63 + 1500, y - 63) - 1500
    fit = ep.fit_edge(30 + 70 * model.esf(d) + 0.7 * rng.standard_normal(d.shape))
    assert fit.parameters["sigma"] == pytest.approx(1.5, rel=0.01)
    assert abs(fit.curvature) == pytest.approx(1 / 1500, rel=0.1)


def two_edges(width):
    from edgepsf.testing import distance

    d, model = distance((128, 128), 5), ep.psf.Gaussian(1.5)
    return 30 + 70 * (model.esf(d - width / 2) - model.esf(d + width / 2))


def corner(angle):
    from edgepsf.testing import distance

    model = ep.psf.Gaussian(1.5)
    return 30 + 70 * model.esf(distance((128, 128), 5)) * model.esf(distance((128, 128), angle, (60, 90)))


REFUSED = [
    (lambda: np.minimum(edge_image(ep.psf.Gaussian(1.5), noise=0.01), 93), "bright plateau is clipped"),
    (
        lambda: np.clip(edge_image(ep.psf.Gaussian(1.5), v2=300, noise=0.01), 0, 255).astype(np.uint8),
        "bright plateau is clipped",
    ),
    (lambda: np.maximum(edge_image(ep.psf.Gaussian(1.5), noise=0.01), 37), "dark plateau is clipped"),
    (lambda: two_edges(8), "no single edge"),
    (lambda: two_edges(24), "no single edge"),
    (lambda: two_edges(60), "no single edge"),
    (lambda: corner(95), "no single edge"),
    (lambda: corner(60), "no single edge"),
    (lambda: edge_image(ep.psf.Gaussian(60.0)), "too wide"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_regions_that_carry_no_psf_are_refused_with_the_reason(case):
    make, sentence = REFUSED[case]
    image = make()
    noisy = image + (
        0.5 * np.random.default_rng(0).standard_normal(image.shape) if case in (3, 4, 5, 6, 7) else 0
    )
    with pytest.raises(ep.EdgeError, match=sentence):
        ep.fit_edge(noisy.astype(image.dtype))


def test_sharp_edges_are_warned_of():
    fit = ep.fit_edge(edge_image(ep.psf.Gaussian(0.4), noise=0.01))
    assert any("sampling limit" in w for w in fit.warnings)


@pytest.mark.parametrize("kind", ["white", "correlated", "photon"])
def test_intervals_hold_the_truth(kind):
    """60 edges of 64² with 3 % noise: 95 % intervals of the FWHM must hold the truth in at least 52."""
    from scipy.ndimage import gaussian_filter

    model, inside = ep.psf.Gaussian(1.5), 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        image = edge_image(model, (64, 64), v1=0.1, v2=0.9, center=(31 + rng.random(), 32))
        if kind == "photon":
            image = rng.poisson(image * 780) / 780
        else:
            noise = rng.standard_normal((80, 80))
            noise = gaussian_filter(noise, 0.7) if kind == "correlated" else noise
            image = image + 0.8 * 0.03 * noise[8:72, 8:72] / noise.std()
        low, high = ep.fit_edge(image).interval("fwhm")
        inside += low < 2 * model.half_maximum_radius() < high
    assert inside >= 52


def test_number_type_and_orientation_do_not_matter():
    image = np.round(edge_image(ep.psf.Gaussian(1.5), v1=40, v2=220, noise=0.01))
    reference = ep.fit_edge(image.astype(np.float32)).psf.fwhm
    for dtype in (np.uint8, np.uint16, np.float64):
        assert ep.fit_edge(image.astype(dtype)).psf.fwhm == pytest.approx(reference, rel=1e-6)
    for other in (np.rot90(image), image.T, image[::-1], image[:, ::-1]):
        assert ep.fit_edge(other).psf.fwhm == pytest.approx(reference, rel=1e-6)
