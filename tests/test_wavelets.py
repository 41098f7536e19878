"""The wavelets, shrinkage with them, and the two methods that minimise with them."""

import numpy as np
import pytest

from blurred import problem
from edgepsf.deconvolve.wavelets import WAVELETS, _filters, analyse, shrink, synthesise
from edgepsf.plugins.compat import deconvolutionlab2

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("wavelet", WAVELETS)
@pytest.mark.parametrize("shape", [(32, 48), (64, 8), (4, 16, 24)])
def test_wavelets_are_orthonormal(wavelet, shape):
    x = RNG.random(shape)
    scales = 3 if len(shape) == 2 else 2
    coefficients = analyse(x, wavelet, scales)
    np.testing.assert_allclose(synthesise(coefficients, wavelet, scales), x, atol=2e-6)
    assert np.linalg.norm(coefficients) == pytest.approx(np.linalg.norm(x), rel=1e-6)
    y = RNG.random(shape)
    assert (coefficients * analyse(y, wavelet, scales)).sum() == pytest.approx((x * y).sum(), rel=1e-5)


@pytest.mark.parametrize(
    ("degree", "taps"),
    [
        (1, (0.817645956, 0.397296430, -0.069101020, -0.051945337, 0.016974805)),
        (3, (0.766130398, 0.433923147, -0.050201753, -0.110036987, 0.032080869)),
    ],
)
def test_spline_filters_are_battle_and_lemaries(degree, taps):
    """Impulse response of the low-pass as tabulated by Mallat (A Wavelet Tour of Signal Processing, table 7.1)."""
    response = np.fft.ifft(_filters(256, degree)[0])
    np.testing.assert_allclose(response[:5], taps, atol=5e-6)


@pytest.mark.parametrize("degree", [1, 3, 5])
def test_spline_details_of_polynomials_vanish(degree):
    """The wavelet of degree n has n + 1 vanishing moments (away from where the period closes)."""
    x = np.linspace(-1, 1, 256)
    details = analyse(x**degree, f"Spline{degree}", 1)[128:]
    assert np.abs(details[50:78]).max() < 1e-7
    wave = analyse(np.sin(200 * x), f"Spline{degree}", 1)[128:]
    assert np.abs(wave[50:78]).max() > 1e-3


@pytest.mark.parametrize("wavelet", WAVELETS)
def test_shrinkage(wavelet):
    """Threshold 0 changes nothing, also for lengths without a factor of 8; a threshold shrinks, both signs alike."""
    x = RNG.standard_normal((37, 42)).astype(np.float32)
    np.testing.assert_allclose(shrink(x, 0, wavelet, 3), x, atol=1e-5)
    less = shrink(x, 0.3, wavelet, 3)
    assert np.linalg.norm(less) < np.linalg.norm(x)
    np.testing.assert_allclose(shrink(-x, 0.3, wavelet, 3), -less, atol=1e-6)
    np.testing.assert_array_equal(shrink(x, 1e3, wavelet, 3), 0)


@pytest.mark.parametrize("wavelet", WAVELETS)
def test_ista_and_fista_minimise_their_objective(wavelet):
    image, psf, otf, _ = problem((32, 40), (9, 9))
    weight = 2.0

    def objective(x):
        misfit = np.fft.ifftn(np.fft.fftn(x) * otf).real - image
        return (misfit**2).sum() + weight * np.abs(analyse(x, wavelet, 3)).sum()

    values = [
        objective(deconvolutionlab2(image, psf, "ISTA", n, 1, weight, 3, wavelet)) for n in (1, 5, 20, 60)
    ]
    assert values == sorted(values, reverse=True)
    fista = [
        deconvolutionlab2(image, psf, "FISTA", 60, 1, w, 3, wavelet)
        for w in (weight, 0.7 * weight, 1.4 * weight)
    ]
    assert objective(fista[0]) < min(values[-1], objective(fista[1]), objective(fista[2]))
