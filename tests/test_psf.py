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
