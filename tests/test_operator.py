"""FFT backends and the blur operator: right transforms, right centre, exact adjoint."""

import importlib.util
import warnings

import numpy as np
import pytest
from scipy.signal import fftconvolve

import edgepsf as ep
from edgepsf.deconvolve import border, fft
from edgepsf.deconvolve.operator import BOUNDARIES, Blur, prepare_kernel

INSTALLED = [b for b in fft.BACKENDS if b == "scipy" or importlib.util.find_spec(b)]
SHAPES = [
    ((24, 31), (7, 5)),
    ((25, 30), (6, 8)),
    ((8, 9, 10), (3, 4, 5)),
    ((5, 40), (19, 20)),
    ((40, 1), (5, 1)),
]


@pytest.mark.parametrize("backend", fft.BACKENDS)
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize(("shape", "kernel_shape"), SHAPES)
def test_adjoint_is_exact(backend, boundary, shape, kernel_shape):
    if backend not in INSTALLED:
        pytest.skip(f"{backend} is not installed (extra fast)")
    rng = np.random.default_rng(0)
    blur = Blur(prepare_kernel(rng.random(kernel_shape), len(shape)), shape, boundary, 2, backend)
    x = rng.standard_normal(blur.scene_shape).astype(np.float32)
    y = rng.standard_normal(shape).astype(np.float32)
    hx, hty = blur.forward(x).astype(float), blur.adjoint(y).astype(float)
    assert abs((hx * y).sum() - (x * hty).sum()) < 1e-6 * np.linalg.norm(hx) * np.linalg.norm(y)


@pytest.mark.parametrize("kernel_shape", [(6, 5), (5, 5), (4, 8), (1, 3)])
def test_blur_is_true_convolution_with_the_centre_at_half(kernel_shape):
    rng = np.random.default_rng(1)
    kernel, image = rng.random(kernel_shape), rng.random((30, 29))
    full = fftconvolve(image, kernel / kernel.sum())
    y, x = kernel_shape[0] // 2, kernel_shape[1] // 2
    blur = Blur(prepare_kernel(kernel, 2), image.shape, "zero")
    np.testing.assert_allclose(blur.forward(image), full[y : y + 30, x : x + 29], atol=1e-6)
    wrapped = Blur(prepare_kernel(kernel, 2), image.shape, "periodic")
    tiled = np.tile(image, (3, 3))
    expected = fftconvolve(tiled, kernel / kernel.sum())[30 + y : 60 + y, 29 + x : 58 + x]
    np.testing.assert_allclose(wrapped.forward(image.astype(np.float32)), expected, atol=1e-6)


@pytest.mark.parametrize("margins", [[(3, 4), (0, 2)], [(25, 31), (9, 1)]])
def test_reflection_is_that_of_numpy_and_fold_its_adjoint(margins):
    rng = np.random.default_rng(2)
    picture = rng.random((7, 5))
    padded = border.reflect(picture, margins)
    np.testing.assert_array_equal(padded, np.pad(picture, margins, mode="symmetric"))
    other = rng.random(padded.shape)
    assert (padded * other).sum() == pytest.approx((picture * border.fold(other, margins)).sum(), rel=1e-12)


def test_closed_picture_has_no_jump():
    ramp = np.outer(np.arange(20.0), np.ones(6)) + np.arange(6)
    closed = np.full((32, 15), np.nan)
    closed[5:25, 4:10] = ramp
    border.close(closed, [(5, 7), (4, 5)])
    np.testing.assert_array_equal(closed[5:25, 4:10], ramp)
    for axis in (0, 1):
        assert np.abs(np.diff(closed, axis=axis, append=closed.take([0], axis))).max() < 4


@pytest.mark.parametrize("size", [(41, 60), (64, 33), (40, 40)])
def test_dark_margins_of_a_psf_cost_nothing_and_change_nothing(size):
    """A PSF image as large as the picture, with light in its middle only."""
    small = np.random.default_rng(5).random((7, 9))
    large = np.full(size, 1e-13)
    y, x = size[0] // 2 - 3, size[1] // 2 - 4
    large[y : y + 7, x : x + 9] = small
    kernel = prepare_kernel(large, 2)
    assert kernel.shape == (7, 9)
    np.testing.assert_allclose(kernel, small / small.sum(), rtol=1e-6)
    image = np.random.default_rng(6).random((30, 31)) + 1
    np.testing.assert_allclose(ep.deconvolve(image, large), ep.deconvolve(image, small), rtol=1e-4)


def test_an_even_psf_keeps_its_centre():
    kernel = np.zeros((10, 12))
    kernel[5, 6], kernel[0, 6] = 1, 0.5
    trimmed = prepare_kernel(kernel, 2)
    assert trimmed.shape == (10, 1)
    assert trimmed[5, 0] == 2 * trimmed[0, 0]


@pytest.mark.parametrize("n", [1, 2, 3, 7, 31, 94, 286, 1056])
def test_fast_lengths_are_even_products_of_2_3_5(n):
    length = rest = fft.fast_length(n)
    for prime in (2, 3, 5):
        while rest % prime == 0:
            rest //= prime
    assert rest == 1
    assert length % 2 == 0
    assert n <= length <= max(2, 1.3 * n + 2)


@pytest.mark.parametrize("backend", INSTALLED)
@pytest.mark.parametrize("shape", [(8, 6), (7, 9), (4, 6, 10)])
def test_backends_agree_with_numpy(backend, shape):
    plan = fft.Plan(shape, 2, backend)
    x = np.random.default_rng(3).standard_normal(shape).astype(np.float32)
    expected = np.fft.rfftn(x)
    np.testing.assert_allclose(plan.forward(x), expected, atol=1e-5)
    np.testing.assert_allclose(plan.forward(x, conjugate=True), expected.conj(), atol=1e-5)
    np.testing.assert_allclose(plan.inverse(plan.forward(x)), x, atol=1e-6)
    np.testing.assert_allclose(plan.inverse(plan.forward(x, True), True), x, atol=1e-6)


def test_a_backend_that_transforms_wrongly_is_not_trusted(monkeypatch):
    class Wrong(fft._Scipy):
        def inverse(self, spectrum, conjugate=False):
            return super().inverse(spectrum, conjugate) / np.float32(self.workers)

    monkeypatch.setitem(fft._MAKERS, "ducc0", Wrong)
    monkeypatch.setattr(fft, "_choose", lambda backend: "ducc0")
    fft._trusted.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fft.Plan((16, 18), 1).backend == "ducc0"  # right with one thread
    with pytest.warns(UserWarning, match="scipy takes over"):
        assert fft.Plan((16, 18), 2).backend == "scipy"
    fft._trusted.cache_clear()


def test_unknown_backend_is_refused(monkeypatch):
    monkeypatch.setenv("EDGEPSF_FFT", "fftw")
    with pytest.raises(ep.InputError, match='unknown FFT backend "fftw"'):
        fft.Plan((8, 8), 1)
