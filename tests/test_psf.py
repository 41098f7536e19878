"""P(r), kernel, FWHM, MTF and energy against closed forms."""

import json

import numpy as np
import pytest

import edgepsf as ep

ZETA3 = 1.2020569031595942


@pytest.mark.parametrize("p", [0.6, 1.2, 2.5])
def test_logistic_psf_is_the_closed_form(p):
    psf = ep.psf.from_profile(p1=p)
    r = np.linspace(0, 8 / p, 101)
    np.testing.assert_allclose(psf.radial(r), ep.psf.logistic_closed_form(r, p), atol=1e-12 * psf.radial(0.0))
    assert psf.radial(0.0) == pytest.approx(7 * ZETA3 * p**2 / (4 * np.pi**3), rel=1e-12)
    assert psf.fwhm == pytest.approx(3.2565 / p, rel=1e-5)
    assert psf.mtf50 == pytest.approx(0.110304 * p, rel=1e-5)
    x = 2 * np.pi**2 * np.array([0.01, 0.1, 0.3]) / p
    np.testing.assert_allclose(psf.mtf([0.01, 0.1, 0.3]), x / np.sinh(x), rtol=1e-10)


@pytest.mark.parametrize(
    "profile", [{"p1": 1.2}, {"p1": 0.9, "p3": 0.04}, {"p1": 0.8, "p3": -0.01, "p5": 0.002}]
)
def test_edge_integral_of_the_psf_is_the_esf(profile):
    """v(d) = v1 + 2 (v2 − v1) ∫_d^∞ arccos(d/r) r P(r) dr for d ≥ 0: the forward formula 1."""
    psf = ep.psf.from_profile(**profile)
    for d in (0.0, 0.7, 2.0):
        u = np.linspace(0, np.sqrt(psf.model.reach - d), 20001)  # r = d + u² smooths the arccos
        r = d + u**2
        arccos = np.arccos(np.divide(d, r, out=np.zeros_like(r), where=r > 0))
        integral = np.trapezoid(arccos * r * psf.radial(r) * 2 * u, u)
        assert 2 * integral == pytest.approx(float(psf.esf(d)), abs=2e-7)


def test_energy_and_lsf_are_consistent():
    psf = ep.psf.from_profile(p1=1.0, p3=0.02)
    assert psf.energy(psf.model.reach) == pytest.approx(1)
    d = np.linspace(-5, 5, 11)
    numeric = -(psf.esf(d + 1e-5) - psf.esf(d - 1e-5)) / 2e-5
    np.testing.assert_allclose(psf.lsf(d), numeric, rtol=1e-6)
    r = np.linspace(0, 3, 3001)
    assert np.trapezoid(2 * np.pi * r * psf.radial(r), r) == pytest.approx(float(psf.energy(3.0)), abs=1e-5)


def test_kernel_is_odd_normalised_centred_and_sampled():
    psf = ep.psf.from_profile(p1=1.2)
    kernel = psf.kernel()
    assert kernel.dtype == np.float32
    assert kernel.shape[0] == kernel.shape[1] == psf.default_size
    assert kernel.sum() == pytest.approx(1, abs=1e-6)
    half = kernel.shape[0] // 2
    assert np.unravel_index(kernel.argmax(), kernel.shape) == (half, half)
    np.testing.assert_array_equal(kernel, kernel.T)
    np.testing.assert_array_equal(kernel, kernel[::-1, ::-1])
    assert kernel[half, half + 2] / kernel[half, half] == pytest.approx(
        float(psf.radial(2.0) / psf.radial(0.0)), rel=1e-5
    )
    assert psf.crop_loss() < 1e-3 < psf.crop_loss(psf.default_size - 4)
    assert psf.kernel(5).shape == (5, 5)


@pytest.mark.parametrize("size", [4, 0, -3, 5.5])
def test_kernel_sizes_that_are_not_odd_are_refused(size):
    with pytest.raises(ep.InputError, match="odd"):
        ep.psf.from_profile(p1=1.2).kernel(size)


def test_profiles_that_are_no_psf_are_refused():
    with pytest.raises(ep.EdgeError, match="does not rise"):
        ep.psf.from_profile(p1=1.0, p3=-0.1)
    with pytest.raises(ep.EdgeError, match="negative"):
        ep.psf.from_profile(p1=0.1, p3=0.5)
    with pytest.raises(ep.InputError, match="p1 is missing"):
        ep.psf.from_profile(p3=0.5)
    with pytest.raises(ep.InputError, match="odd powers"):
        ep.psf.from_profile(p1=1, p2=0.5)


def test_json_holds_the_figures():
    figures = json.loads(ep.psf.from_profile(p1=1.2).to_json())
    assert figures["model"] == "logistic"
    assert figures["pixel"] == "sampled"
    assert figures["parameters"] == {"p1": 1.2}
    assert figures["fwhm_px"] == pytest.approx(2.7137, abs=1e-4)


LONG_AGO = """{"model": "logistic3", "parameters": {"p1": 1.1, "p3": 0.03}, "pixel": "sampled", "fwhm_px": 3.1,
 "mtf50_cycles_per_px": 0.11, "kernel_size_px": 15, "energy_outside_kernel": 0.0004, "warnings": []}"""


def test_texts_without_newer_keys_are_read():
    assert ep.psf.from_json(LONG_AGO) == ep.PointSpread(ep.psf.Logistic(1.1, 0.03))
    assert ep.psf.from_json('{"model": "gaussian", "parameters": {"sigma": 2}}') == ep.PointSpread(
        ep.psf.Gaussian(2)
    )


def test_json_of_square_pixels_and_library_models_has_the_keys_of_the_summary():
    psf = ep.psf.from_profile(p1=1.2)
    assert json.loads(psf.to_json(9)) == psf.summary(9)
    composed = ep.PointSpread(ep.psf.Sum(ep.psf.Gaussian(1.0), ep.psf.Disk(2.0), 0.4), aspect=1.5)
    told = json.loads(composed.to_json())
    assert told.keys() - composed.summary().keys() == {"aspect", "composition"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a kernel", "not JSON"),
        ("[1, 2]", 'key "model"'),
        ('{"model": 3}', 'key "model"'),
        ('{"model": "cauchy", "parameters": {}}', "unknown edge model"),
        ('{"model": "gaussian"}', "must be numbers by name"),
        ('{"model": "gaussian", "parameters": {"sigma": "2"}}', "must be numbers by name"),
        ('{"model": "gaussian", "parameters": {"radius": 2}}', "cannot be made from the parameters radius"),
        ('{"model": "gaussian", "parameters": {"sigma": -2}}', "positive"),
        ('{"model": "logistic", "parameters": {"p1": 1, "p3": 0.1}}', "cannot be made from the parameters"),
        ('{"model": "logistic3", "parameters": {"p1": 1}}', "cannot be made from the parameters"),
        ('{"model": "logistic3", "parameters": {"p1": 1, "p3": -1}}', "no PSF"),
        ('{"model": "gaussian", "parameters": {"sigma": 2}, "pixel": "round"}', "pixel must be"),
        ('{"model": "gaussian", "parameters": {"sigma": 2}, "aspect": 0}', "aspect must be"),
        ('{"model": "free", "parameters": {}}', "without its parts"),
        ('{"model": "free", "composition": 3}', "a model is written as"),
        ('{"model": "free", "composition": {"class": "Cone", "arguments": []}}', "unknown class of models"),
        ('{"model": "free", "composition": {"class": "Sum", "arguments": [1, 2, 3]}}', "cannot be made from"),
        ('{"model": "free", "composition": {"class": "Disk", "arguments": [-1]}}', "cannot be made from"),
        ('{"model": "free", "composition": {"class": "FreePsf", "arguments": [[], []]}}', "cannot be made"),
        ('{"model": "kernel", "kernel": [1, 2]}', "two or three axes"),
    ],
)
def test_texts_that_tell_no_psf_are_refused(text, sentence):
    with pytest.raises(ep.InputError, match=sentence):
        ep.psf.from_json(text)


class TestKernelPsf:
    def test_width_is_that_of_the_model(self):
        for sigma in (1.0, 1.5, 2.3):
            truth = ep.PointSpread(ep.psf.Gaussian(sigma))
            assert ep.psf.KernelPsf(truth.kernel()).fwhm == pytest.approx(truth.fwhm, rel=0.01)

    def test_widths_along_every_axis(self):
        z, y, x = np.mgrid[-9:10, -7:8, -7:8]
        volume = np.exp(-0.5 * ((z / 3.0) ** 2 + (y / 1.5) ** 2 + (x / 2.0) ** 2))
        psf = ep.psf.KernelPsf(volume)
        factor = np.sqrt(8 * np.log(2))
        assert psf.widths == pytest.approx((3 * factor, 1.5 * factor, 2 * factor), rel=0.005)
        assert psf.fwhm == pytest.approx(np.sqrt(3.0) * factor, rel=0.005)
        assert (psf.ndim, psf.shape) == (3, (19, 15, 15))

    def test_it_is_cropped_and_padded_about_its_centre(self):
        given = np.arange(1.0, 21.0).reshape(4, 5)  # centre (2, 2)
        psf = ep.psf.KernelPsf(given)
        np.testing.assert_allclose(psf.kernel(), given / given.sum(), rtol=1e-6)
        part = given[1:4, 1:4]
        np.testing.assert_allclose(psf.kernel(3), part / part.sum(), rtol=1e-6)
        assert psf.crop_loss(3) == pytest.approx(1 - part.sum() / given.sum())
        wide = np.zeros((7, 7))
        wide[1:5, 1:6] = given
        np.testing.assert_allclose(psf.kernel(7), wide / wide.sum(), rtol=1e-6)

    def test_it_restores_as_its_array_does(self):
        kernel = ep.psf.from_profile(p1=0.9).kernel()
        image = np.random.default_rng(0).random((40, 40)).astype(np.float32)
        expected = ep.deconvolve(image, kernel, iterations=3)
        found = ep.deconvolve(image, ep.psf.KernelPsf(kernel), iterations=3)
        np.testing.assert_allclose(found, expected, rtol=1e-5)

    def test_scale_does_not_matter_and_the_array_is_kept_apart(self):
        given = np.array([[1.0, 2.0, 1.0]])
        psf = ep.psf.KernelPsf(given)
        assert psf == ep.psf.KernelPsf(3 * given)
        given[0, 1] = 9.0
        assert psf == ep.psf.KernelPsf([[0.25, 0.5, 0.25]])
        assert psf != ep.psf.KernelPsf([[0.25, 0.5, 0.2]])

    @pytest.mark.parametrize(
        ("kernel", "sentence"),
        [
            ([1.0, 2.0], "two or three axes"),
            (np.zeros((3, 0)), "two or three axes"),
            ([[1.0, np.nan]], "NaN"),
            ([[1.0, -2.0]], "positive sum"),
            ([[1j]], "real numbers"),
            ([["a"]], "real numbers"),
            ([[1.0], [1.0, 2.0]], "different lengths"),
        ],
    )
    def test_arrays_that_are_no_kernel_are_refused(self, kernel, sentence):
        with pytest.raises(ep.InputError, match=sentence):
            ep.psf.KernelPsf(kernel)

    def test_a_size_without_light_is_refused(self):
        with pytest.raises(ep.InputError, match="no light"):
            ep.psf.KernelPsf([[1.0, 0.0, 1.0]]).kernel(1)
