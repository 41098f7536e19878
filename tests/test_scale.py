"""Restoring does not depend on the unit of the gray values, on a pedestal, or on one very bright star."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import fftconvolve

import edgepsf as ep
from blurred import blobs, centred, gaussian, relative
from edgepsf.deconvolve import choose
from edgepsf.deconvolve.methods import METHODS

PICTURE, KERNEL = blobs(noise=1.0), gaussian((9, 9), 1.3)
LINEAR = ("wiener", "tikhonov", "inverse", "landweber", "cgls", "hybr", "unsharp_mask")
FACTORS = (1e-30, 1e-17, 1e-12, 3e-7, 0.37, 7.0, 1e6, 1e9, 1e16, 1e20, 1e30)
# Every method with its defaults, and with each way to choose numbers from the picture or to give gray values.
WAYS = [(name, {}) for name in METHODS] + [
    ("richardson_lucy", {"stop": "auto"}),
    ("richardson_lucy", {"accelerate": True, "tv": 0.005, "iterations": 10}),
    ("fista", {"penalty": "wavelet"}),
    ("unsharp_mask", {"radius": 1.5}),
]
GRAY = [("fista", "regularization", 2.0), ("fista", "noise", 1.5), ("richardson_lucy", "offset", 6.0)]
# Methods that decide between patches: the rounding of a digit may change a decision.
CLOSE = dict.fromkeys(("collaborative", "richardson_lucy_collaborative"), 1e-3)
every_way = pytest.mark.parametrize(
    ("name", "options"), [pytest.param(n, o, id=f"{n}-{'-'.join(o)}") for n, o in WAYS]
)


def star(size=128, height=1e9):
    """A star on a level of 1, blurred, and the places far from it and from the border."""
    scene = np.ones((size, size))
    scene[size // 2, size // 2] += height
    blurred = fftconvolve(np.pad(scene, 8, mode="reflect"), KERNEL / KERNEL.sum(), mode="same")[8:-8, 8:-8]
    distance = np.max(np.abs(np.indices(scene.shape) - size // 2), axis=0)
    blurred[distance > 8] = 1.0  # not the rounding of this very convolution
    return blurred, (distance > 36) & (distance < size // 2 - 8)


def plain_richardson_lucy(picture, iterations):
    """The iteration of a periodic picture, in double precision and without any care."""
    otf = np.fft.rfft2(centred(KERNEL, picture.shape))
    scene = np.full(picture.shape, picture.mean())
    for _ in range(iterations):
        ratio = picture / np.fft.irfft2(np.fft.rfft2(scene) * otf, picture.shape)
        scene *= np.fft.irfft2(np.fft.rfft2(ratio) * otf.conj(), picture.shape)
    return scene


@every_way
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_factor_comes_out_as_it_went_in(name, options, dtype):
    expected = ep.deconvolve(PICTURE.astype(dtype), KERNEL, name, **options).astype(np.float64)
    for factor in FACTORS:
        out = ep.deconvolve((PICTURE * factor).astype(dtype), KERNEL, name, **options)
        assert relative(out / factor, expected) < CLOSE.get(name, 1e-5), factor


@every_way
def test_factors_beyond_single_precision_keep_their_digits(name, options):
    expected = ep.deconvolve(PICTURE, KERNEL, name, **options)
    for factor in (1e-200, 1e-40, 1e40, 1e250):
        out = ep.deconvolve(PICTURE * factor, KERNEL, name, **options)
        assert out.dtype == np.float64
        assert relative(out / factor, expected) < CLOSE.get(name, 1e-5), factor


@every_way
def test_a_power_of_two_changes_no_digit(name, options):
    one = ep.deconvolve(PICTURE.astype(np.float32), KERNEL, name, **options)
    other = ep.deconvolve(PICTURE.astype(np.float32) * np.float32(2.0**40), KERNEL, name, **options)
    np.testing.assert_array_equal(other, one * np.float32(2.0**40))


@pytest.mark.parametrize(("name", "key", "value"), GRAY)
def test_options_in_gray_values_have_the_unit_of_the_picture(name, key, value):
    picture = PICTURE - 12 if key == "offset" else PICTURE
    expected, record = ep.deconvolve(picture, KERNEL, name, full_output=True, **{key: value})
    for factor in (1e-20, 1e20):
        out, other = ep.deconvolve(picture * factor, KERNEL, name, full_output=True, **{key: value * factor})
        assert relative(out / factor, expected) < 1e-5
        for figure in {"objective", "regularization", "offset"} & record.keys():
            np.testing.assert_allclose(np.divide(other[figure], factor), record[figure], rtol=1e-4)
        chosen = choose(picture * factor, KERNEL, name, **{key: value * factor})
        assert key not in chosen or chosen[key] == pytest.approx(value * factor)


@pytest.mark.parametrize("name", METHODS)
def test_numbers_that_are_chosen_scale_too(name):
    first, other = choose(PICTURE, KERNEL, name), choose(PICTURE * 1e-9, KERNEL, name)
    gray = {option.key for option in METHODS[name].options if option.unit == "gray value"}
    for key, value in first.items():
        scale = 1e-9 if key in gray else 1.0
        assert other[key] == (pytest.approx(value * scale, rel=1e-4) if isinstance(value, float) else value)
    for factor, numbers in ((1.0, first), (1e-9, other)):
        out = ep.deconvolve(PICTURE * factor, KERNEL, name, **numbers)
        np.testing.assert_array_equal(out, ep.deconvolve(PICTURE * factor, KERNEL, name))


@every_way
@pytest.mark.parametrize("pedestal", [1e3, 1e6, 1e9])
def test_a_pedestal_that_is_told_changes_nothing(name, options, pedestal):
    expected = ep.deconvolve(PICTURE, KERNEL, name, **options)
    out = ep.deconvolve(PICTURE + pedestal, KERNEL, name, background=pedestal, **options)
    assert relative(out, expected) < CLOSE.get(name, 1e-5)


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("pedestal", [1e6, 1e8])
def test_linear_methods_carry_a_pedestal_that_is_not_told(name, pedestal):
    numbers = choose(PICTURE, KERNEL, name)
    expected = ep.deconvolve(PICTURE, KERNEL, name, **numbers)
    out = ep.deconvolve(PICTURE + pedestal, KERNEL, name, **numbers)
    assert out.dtype == np.float64
    assert np.abs(out - pedestal - expected).max() < 1e-4 * np.ptp(expected)


def test_wiener_chooses_the_same_on_a_pedestal():
    expected = ep.deconvolve(PICTURE, KERNEL, "wiener")
    out = ep.deconvolve(PICTURE + 1e6, KERNEL, "wiener")
    assert np.abs(out - 1e6 - expected).max() < 1e-3 * np.ptp(expected)


@every_way
def test_nothing_is_lost_on_a_pedestal(name, options):
    """Methods that allow no negative light see the pedestal as light; all digits of the picture are still there."""
    out = ep.deconvolve(PICTURE + 1e7, KERNEL, name, **options)
    assert out.dtype == np.float64
    assert np.isfinite(out).all()
    assert len(np.unique(out)) > 0.9 * out.size  # float32 has steps of 1 there
    assert abs(out.mean() / (1e7 + PICTURE.mean()) - 1) < 1e-3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("options", [{}, {"stop": "auto"}, {"accelerate": True}, {"iterations": 200}])
@pytest.mark.parametrize("height", [1e3, 1e5, 1e7, 1e9])
def test_richardson_lucy_leaves_the_surroundings_of_a_star_as_they_are(dtype, options, height):
    picture, far = star(height=height)
    out = ep.deconvolve(picture.astype(dtype), KERNEL, **options)
    assert np.isfinite(out).all()
    np.testing.assert_allclose(out[far], 1, rtol=0.01)


@pytest.mark.parametrize("height", [1e3, 1e6, 1e9])
def test_richardson_lucy_beside_a_star_is_the_iteration_in_double_precision(height):
    picture, _ = star(height=height)
    out = ep.deconvolve(picture, KERNEL, iterations=20, boundary="periodic")
    expected = plain_richardson_lucy(picture, 20)
    seen = expected > 1e-2
    np.testing.assert_allclose(out[seen], expected[seen], rtol=0.01)


@pytest.mark.parametrize("name", METHODS)
def test_a_star_spoils_nothing(name):
    for picture in (star()[0], star()[0].astype(np.float32)):
        assert np.isfinite(ep.deconvolve(picture, KERNEL, name)).all()


def test_single_precision_stays_single_and_usual_pictures_are_quick():
    for dtype in (np.uint8, np.uint16, np.float32, np.float64, np.int32):
        assert ep.deconvolve(PICTURE.clip(0).astype(dtype), KERNEL, iterations=1).dtype == np.float32
    high = (PICTURE + 1e6).astype(np.float32)
    assert ep.deconvolve(high, KERNEL, "wiener").dtype == np.float32
    assert ep.deconvolve((100 * PICTURE + 1e9).astype(np.int64), KERNEL, "wiener").dtype == np.float64


def test_a_result_that_no_number_can_hold_is_refused():
    edge = np.zeros((40, 40), np.float32)
    edge[:, 20:] = 3e38
    with pytest.raises(ep.InputError, match="NaN or infinite; nothing was made"):
        ep.deconvolve(edge, KERNEL, "unsharp_mask", amount=5.0)
    assert np.isfinite(ep.deconvolve(edge.astype(np.float64), KERNEL, "unsharp_mask", amount=5.0)).all()


def test_planes_of_a_stack_have_scales_of_their_own():
    stack = np.stack([PICTURE, PICTURE * 1e-9, PICTURE * 1e12])
    out = ep.deconvolve(stack, KERNEL, iterations=5, axes="tyx")
    for plane, factor in zip(out, (1, 1e-9, 1e12), strict=True):
        assert relative(plane / factor, ep.deconvolve(PICTURE, KERNEL, iterations=5)) < 1e-6


@pytest.mark.parametrize(
    ("program", "method"),
    [("DeconvolutionLab2", m) for m in ("RL 5", "LW 5 1", "NNLS 5 1", "TRIF 0.01", "RIF 0.01", "TM 5 1 0.1")]
    + [("Parallel Iterative", m) for m in ("CGLS", "MRNSD", "HyBR", "WPL")],
)
def test_the_numbers_of_the_plugins_scale_too(program, method):
    picture = PICTURE.clip(0)
    expected = ep.deconvolve(picture, KERNEL, method, compat=program)
    for factor in (2.0**-90, 2.0**-40, 2.0**40, 2.0**90):
        out = ep.deconvolve(picture * factor, KERNEL, method, compat=program)
        assert relative(out / factor, expected) < 1e-4, factor
