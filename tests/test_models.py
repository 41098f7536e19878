"""Each model: E, L, P, MTF, energy and FWHM are those of one PSF; families have right derivatives."""

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.psf import Airy, Disk, Gaussian, Logistic, Moffat
from edgepsf.psf.composite import Blurred, BlurredFamily, Steps, StepsFamily, Sum, SumFamily
from edgepsf.psf.families import family, library

MODELS = [Gaussian(1.5), Disk(3.0), Moffat(2.4, 2.5), Airy(0.35), Logistic(1.2), Logistic(0.9, 0.04)]
MODELS += [Logistic(0.8, -0.01, 0.002), Moffat(3.0, 5.0)]
MODELS += [Blurred(Disk(3.0), 0.8), Blurred(Logistic(1.2), 0.5), Sum(Gaussian(1.0), Disk(3.0), 0.6)]
MODELS += [Steps(1.5, 3.0, 0.1), Steps(1.5, 3.0, 0.0)]

COMPOSED = {
    "blurred airy": (BlurredFamily(library()["airy"]), [1.05, -0.5]),
    "sum": (SumFamily(library()["gaussian"], library()["moffat"]), [0.1, 1.0, 0.8, 0.3]),
    "sum of three": (
        SumFamily(BlurredFamily(library()["disk"]), library()["airy"]), [1.1, -0.4, 0.9, 0.7],
    ),
    "steps": (StepsFamily(), [1.1, 0.5, 0.1]),
    "hollow": (StepsFamily(hollow=True), [1.1, 0.5]),
}  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=repr)
class TestOnePsf:
    def test_lsf_is_minus_the_slope_of_the_esf(self, model):
        d = np.linspace(-7, 7, 29) + 0.013
        h = 1e-4
        numeric = -(model.esf(d + h) - model.esf(d - h)) / (2 * h)
        np.testing.assert_allclose(model.lsf(d), numeric, atol=1e-6 * model.lsf(0.0))
        np.testing.assert_allclose(model.esf(d) + model.esf(-d), 1, atol=1e-12)
        assert model.esf(0.0) == pytest.approx(0.5, abs=1e-12)

    def test_lsf_is_the_projection_of_the_psf(self, model):
        t = np.linspace(-1, 1, 40001)
        for d in (0.0, 0.5, 1.7):
            y = 300 * t**3  # dense near the centre, far out in the tails
            projected = np.trapezoid(model.radial(np.hypot(d, y)) * 900 * t**2, t)
            assert projected == pytest.approx(float(model.lsf(d)), rel=3e-3)

    def test_mtf_is_the_transform_of_the_lsf(self, model):
        nu = np.array([0.02, 0.1, 0.2])
        t = np.linspace(0, 1, 400001)
        d = 2000 * t**3
        transform = 2 * np.trapezoid(
            model.lsf(d) * 6000 * t**2 * np.cos(2 * np.pi * nu[:, None] * d), t, axis=1
        )
        np.testing.assert_allclose(model.mtf(nu), np.abs(transform), atol=2e-3)
        assert model.mtf(0.0) == pytest.approx(1)

    def test_energy_and_fwhm(self, model):
        r = np.linspace(0, 4, 40001)
        density = 2 * np.pi * r * model.radial(r)
        assert model.energy(4.0) == pytest.approx(np.trapezoid(density, r), abs=1e-4)
        half = model.half_maximum_radius()
        just_in, just_out = model.radial(half * (1 - 1e-6)), model.radial(half * (1 + 1e-6))
        peak = model.radial(np.linspace(0, half, 2001)).max()
        assert just_in >= 0.5 * peak * (1 - 1e-4)
        assert just_out <= 0.5 * peak * (1 + 1e-4)

    def test_mtf50_and_kernel(self, model):
        psf = ep.PointSpread(model)
        assert psf.mtf(psf.mtf50) == pytest.approx(0.5, abs=1e-9)
        kernel = psf.kernel()
        assert kernel.sum() == pytest.approx(1, abs=1e-5)
        assert kernel.min() >= 0
        x = np.arange(kernel.shape[1]) - kernel.shape[1] // 2
        assert (kernel * x).sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", [*sorted(library()), *COMPOSED])
def test_derivatives_of_families(name):
    if name in COMPOSED:
        each, shape = COMPOSED[name][0], np.array(COMPOSED[name][1])
    else:
        each = library()[name]
        shape = each.start(1.3) + 0.02
    d = np.linspace(-5, 5, 41) + 0.007
    esf, slope, gradient = each.esf_and_gradient(shape, d)
    np.testing.assert_allclose(esf, each.model(shape).esf(d), atol=1e-9)
    np.testing.assert_allclose(slope, -each.model(shape).lsf(d), atol=1e-7)
    for k in range(len(shape)):
        up, down = shape.copy(), shape.copy()
        up[k] += 1e-5
        down[k] -= 1e-5
        numeric = (each.esf_and_gradient(up, d)[0] - each.esf_and_gradient(down, d)[0]) / 2e-5
        np.testing.assert_allclose(gradient[k], numeric, atol=2e-6)


def test_library_and_names():
    assert {"gaussian", "logistic", "logistic3", "logistic5", "disk", "moffat", "airy"} <= set(library())
    assert family("logistic7").terms == 4
    for wrong in ("cauchy", "logistic2", "logisticx"):
        with pytest.raises(ep.InputError, match="unknown edge model"):
            family(wrong)


@pytest.mark.parametrize(
    "call", [lambda: Gaussian(0), lambda: Disk(-1), lambda: Moffat(1, 1), lambda: Airy(np.nan)]
)
def test_impossible_parameters(call):
    with pytest.raises(ep.InputError):
        call()
