"""The native engine: blur operator, Richardson–Lucy, Wiener, unsharp mask."""

import numpy as np
import pytest

import edgepsf as ep
from blurred import blurred_photograph, spot
from edgepsf.deconvolve.operator import BOUNDARIES
from edgepsf.pictures.quality import psnr

METHODS = ["richardson_lucy", "wiener"]
KERNEL = ep.psf.from_profile(p1=0.9).kernel()


@pytest.fixture(scope="module")
def scene():
    """Blurred and true picture; the truth is wider than the field."""
    blurred, truth, _ = blurred_photograph(KERNEL, 1, (150, 150), 180)
    return blurred + 0.005 * np.random.default_rng(0).standard_normal(blurred.shape), truth


@pytest.mark.parametrize("method", METHODS)
def test_restores_better_than_the_best_unsharp_mask(scene, method):
    blurred, truth = scene
    restored = ep.deconvolve(blurred, KERNEL, method)
    masked, _, _ = ep.best_unsharp_mask(blurred, truth)
    assert restored.dtype == np.float32
    assert restored.shape == blurred.shape
    assert psnr(restored, truth) > psnr(masked, truth) + 0.5 > psnr(blurred, truth) + 1.5


def test_extended_border_beats_periodic_and_zero(scene):
    blurred, truth = scene
    band = np.ones(truth.shape, bool)
    band[8:-8, 8:-8] = False
    score = {b: psnr(ep.deconvolve(blurred, KERNEL, boundary=b)[band], truth[band]) for b in BOUNDARIES}
    assert score["extended"] > max(score["periodic"], score["zero"]) + 2


@pytest.mark.parametrize("n", [32, 33])
@pytest.mark.parametrize("size", [(9, 9), (10, 10), (9, 10)])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_point_source_stays_where_it_is(n, size, boundary):
    kernel = spot(size, 4.0)
    blurred = np.zeros((n, n + 3))
    blurred[
        16 - size[0] // 2 : 16 - size[0] // 2 + size[0], 15 - size[1] // 2 : 15 - size[1] // 2 + size[1]
    ] = kernel
    restored = ep.deconvolve(blurred, kernel, iterations=30, boundary=boundary).astype(float)
    yy, xx = np.mgrid[:n, : n + 3]
    assert (restored * yy).sum() / restored.sum() == pytest.approx(16, abs=0.02)
    assert (restored * xx).sum() / restored.sum() == pytest.approx(15, abs=0.02)
    assert restored.sum() == pytest.approx(blurred.sum(), rel=0.005)


def test_scale_of_the_psf_and_type_of_the_image_do_not_matter(scene):
    blurred = np.round(scene[0] * 60000).clip(0, 65535)
    one = ep.deconvolve(blurred, KERNEL, iterations=5)
    np.testing.assert_allclose(
        ep.deconvolve(blurred.astype(np.uint16), 7 * KERNEL, iterations=5), one, rtol=1e-4
    )


def test_psf_larger_than_the_image_and_zero_image():
    small = np.random.default_rng(0).random((9, 11)) + 1
    assert np.isfinite(ep.deconvolve(small, KERNEL)).all()
    assert ep.deconvolve(small, KERNEL, boundary="periodic").shape == small.shape
    for method in METHODS:
        assert not ep.deconvolve(np.zeros((20, 20)), KERNEL, method).any()


def test_callback_stops_and_record_tells(scene):
    seen = []
    _, record = ep.deconvolve(
        scene[0],
        KERNEL,
        iterations=9,
        callback=lambda i, n, info: seen.append((i, n)) or i < 3,
        full_output=True,
    )
    assert seen == [(1, 9), (2, 9), (3, 9)]
    assert record["iterations"] == 3
    _, record = ep.deconvolve(scene[0], KERNEL, "wiener", full_output=True)
    assert 1e-5 < record["regularization"] < 1


def test_input_is_untouched(scene):
    before = scene[0].copy()
    ep.deconvolve(scene[0], KERNEL, iterations=2)
    np.testing.assert_array_equal(scene[0], before)


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"image": np.full((9, 9), np.nan)}, ep.InputError, "NaN"),
        ({"image": np.zeros((9, 9, 3))}, ep.InputError, "colour"),
        ({"image": np.zeros(9)}, ep.InputError, "2-D or 3-D"),
        ({"psf": np.zeros((3, 3))}, ep.InputError, "sums to 0"),
        ({"psf": np.ones((3, 3, 3))}, ep.InputError, "2-D kernel"),
        ({"psf": np.full((3, 3), np.inf)}, ep.InputError, "NaN or infinite"),
        ({"method": "magic"}, ep.InputError, "unknown method"),
        ({"engine": "DeconvolutionLab3"}, ep.EngineError, "not available"),
        ({"boundary": "mirror"}, ep.InputError, "unknown boundary"),
        ({"iterations": 0}, ep.InputError, "iterations"),
        ({"tvv": 0.1}, ep.InputError, "unknown option"),
        ({"method": "wiener", "regularization": -1.0}, ep.InputError, "positive"),
    ],
)
def test_bad_arguments(change, error, sentence):
    arguments = {"image": np.ones((9, 9)), "psf": np.ones((3, 3))} | change
    with pytest.raises(error, match=sentence):
        ep.deconvolve(**arguments)


def test_unsharp_mask_searches_radius_and_amount(scene):
    blurred, truth = scene
    best, radius, amount = ep.best_unsharp_mask(blurred, truth)
    np.testing.assert_array_equal(best, ep.unsharp_mask(blurred, radius, amount))
    for other in (radius * 0.7, radius * 1.4):
        assert psnr(ep.unsharp_mask(blurred, other, amount), truth) < psnr(best, truth)
    with pytest.raises(ep.InputError, match="radius"):
        ep.unsharp_mask(blurred, 0)
