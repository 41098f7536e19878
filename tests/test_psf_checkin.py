"""A PSF is checked before it is used: faults of measured kernels are mended and said, or refused."""

from __future__ import annotations

import functools
import json

import numpy as np
import pytest
from scipy import ndimage
from scipy.signal import fftconvolve

import edgepsf as ep
from blurred import gaussian
from edgepsf.pictures.quality import psnr
from edgepsf.psf import KernelPsf, PreparedPsf, prepare_psf
from edgepsf.psf.models.airy import Airy
from edgepsf.psf.models.disk import Disk
from edgepsf.psf.models.gaussian import Gaussian
from edgepsf.psf.models.moffat import Moffat

SCENES = ("camera", "coins", "moon", "page")
METHODS = ("wiener", "richardson_lucy")
NOISE = 2.0  # gray values of 255


@functools.cache
def scene(name):
    """A part of a photograph of scikit-image, 0 … 255."""
    from skimage import data

    return getattr(data, name)()[20:180, 30:200].astype(np.float64)


def shapes():
    """Right PSFs on 31 × 31 pixels, by name."""
    y, x = np.mgrid[-15:16, -15:16]
    r = np.hypot(x, y)
    return {
        "gaussian": np.exp(-(r**2) / (2 * 2.0**2)),
        "disk": np.clip(4.5 - r, 0, 1),
        "moffat": (1 + (r / 2) ** 2) ** -3.0,
    }


RIGHT = {name: kernel / kernel.sum() for name, kernel in shapes().items()}


@functools.cache
def seen(name, shape):
    """A blurred scene with a margin of light around it, with noise."""
    truth, kernel = scene(name), RIGHT[shape]
    wide = np.pad(truth, 15, mode="reflect")
    rng = np.random.default_rng(5)
    return fftconvolve(wide, kernel, mode="valid") + NOISE * rng.standard_normal(truth.shape)


@functools.cache
def right_result(name, shape, method):
    """PSNR of the restoration with the right PSF, dB."""
    out = ep.deconvolve(seen(name, shape), RIGHT[shape], method)
    return psnr(out, scene(name))


def larger(kernel, factor=2):
    """The PSF on pixels that are so many times smaller, by its own formula where it is a Gaussian."""
    half = 15 * factor
    y, x = np.mgrid[-half : half + 1, -half : half + 1] / factor
    return np.exp(-(x**2 + y**2) / 8)


FAULTS = {
    "pedestal": lambda k: 100 + 1000 * k / k.max(),
    "low pedestal": lambda k: 3 + 1000 * k / k.max(),
    "high pedestal": lambda k: 10000 + 1000 * k / k.max(),
    "negative pedestal": lambda k: k - 0.01 * k.max(),
    "shift +3 +3": lambda k: np.roll(k, (3, 3), (0, 1)),
    "shift -3 +3": lambda k: np.roll(k, (-3, 3), (0, 1)),
    "shift 0 -3": lambda k: np.roll(k, -3, 1),
    "shift 1 0": lambda k: np.roll(k, 1, 0),
    "FFT order": np.fft.ifftshift,
    "FFT order, large": lambda k: np.fft.ifftshift(np.pad(k, 50)),
    "FFT order, even": lambda k: np.fft.ifftshift(np.pad(k, ((1, 0), (1, 0)))),
    "FFT order of the rows": lambda k: np.fft.ifftshift(k, 0),
    "even, peak at n/2 - 1": lambda k: np.pad(k, ((0, 1), (0, 1))),
    "even rows": lambda k: np.pad(k, ((0, 1), (0, 0))),
    "shift and pedestal": lambda k: 50 + 1000 * np.roll(k, (3, -3), (0, 1)) / k.max(),
    "16 bit on a pedestal": lambda k: np.rint(100 + 20000 * k / k.max()).astype(np.uint16),
    "FFT order on a pedestal": lambda k: 100 + 1000 * np.fft.ifftshift(k) / k.max(),
    "noisy on a pedestal": lambda k: (
        100 + 1000 * k / k.max() + np.random.default_rng(1).normal(0, 1, k.shape)
    ),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("shape", RIGHT)
@pytest.mark.parametrize("name", SCENES)
def test_a_mended_psf_restores_as_the_right_one(name, shape, fault, method):
    bad = FAULTS[fault](RIGHT[shape])
    out, record = ep.deconvolve(seen(name, shape), bad, method, psf_background="auto", full_output=True)
    assert record["warnings"]
    assert psnr(out, scene(name)) > right_result(name, shape, method) - 0.2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SCENES)
def test_a_psf_of_other_pixels_restores_as_the_right_one(name, method):
    for factor in (2, 3):
        ready = prepare_psf(larger(RIGHT["gaussian"], factor), psf_spacing=0.1 / factor, spacing=0.1)
        assert "it was resampled" in ready.warnings[-1]
        out = ep.deconvolve(seen(name, "gaussian"), ready, method, full_output=True)[0]
        assert psnr(out, scene(name)) > right_result(name, "gaussian", method) - 0.2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SCENES)
def test_an_even_psf_with_its_centre_between_pixels_is_moved_by_half_a_pixel(name, method):
    at = np.arange(32) - 15.5
    out, record = ep.deconvolve(
        seen(name, "gaussian"), np.exp(-(at**2 + at[:, None] ** 2) / 8), method, full_output=True
    )
    assert "half a pixel" in record["warnings"][0]
    assert psnr(out, scene(name)) > right_result(name, "gaussian", method) - 0.2


# What is said and what is refused


def test_a_level_is_refused_or_warned_of_where_nobody_asked_to_subtract_it():
    picture = seen("camera", "gaussian")
    with pytest.raises(
        ep.InputError, match=r"stands on a level of 100, which is 79.. % of its light: give psf_back"
    ):
        ep.deconvolve(picture, FAULTS["pedestal"](RIGHT["gaussian"]))
    with pytest.warns(
        UserWarning, match="stands on a level of 1, which is 3.7 % of its light; psf_background=auto"
    ):
        ep.deconvolve(picture, 1 + 1000 * RIGHT["gaussian"] / RIGHT["gaussian"].max(), iterations=1)
    kept = ep.deconvolve(picture, FAULTS["pedestal"](RIGHT["gaussian"]), psf_background=0, iterations=1)
    assert np.isfinite(kept).all()


def test_a_level_may_be_given():
    ready = prepare_psf(FAULTS["pedestal"](RIGHT["gaussian"]), psf_background=100)
    np.testing.assert_allclose(ready.kernel(), RIGHT["gaussian"], atol=1e-7)
    assert ready.warnings == ("the level 100 was subtracted from the PSF",)


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (lambda k: np.where(k == k.max(), np.nan, k), r"holds NaN or infinite values \(1 of 961 pixels\)"),
        (lambda k: np.ma.masked_less(k, 1e-9), "masked array with .* masked pixels"),
        (lambda k: k - 0.3 * np.roll(k, (4, 4), (0, 1)), "has negative values .*: is it a PSF"),
        (lambda k: k.astype(complex), "real numbers, not complex128"),
        (lambda k: k.astype(str), "real numbers, not <U"),
        (lambda k: np.stack([k, 2 * k, k + 1], -1), "colour channels"),
        (lambda k: np.zeros_like(k), "sums to 0"),
        (lambda k: -k, "negative values|sums to"),
        (lambda k: k[0], "not shape|has shape"),
        (lambda k: np.zeros((0, 3)), "has shape"),
    ],
)
def test_what_cannot_be_mended_is_refused(bad, sentence):
    kernel = bad(RIGHT["gaussian"])
    for call in (
        lambda: ep.prepare_psf(kernel, np.ones((40, 40))),
        lambda: ep.deconvolve(np.ones((40, 40)), kernel),
    ):
        with pytest.raises(ep.InputError, match=sentence):
            call()


def test_a_masked_array_without_masked_pixels_is_an_array():
    ready = prepare_psf(np.ma.masked_less(RIGHT["gaussian"], -1))
    assert not ready.warnings


def test_small_negative_values_are_set_to_zero_and_said():
    kernel = RIGHT["gaussian"] - 0.02 * RIGHT["gaussian"].max() * gaussian((31, 31), 0.5).clip(0) * 0
    kernel[3, 4:9] = -0.02 * kernel.max()
    ready = prepare_psf(kernel)
    assert "down to -2 % of its maximum) were set to 0" in ready.warnings[0]
    assert ready.kernel().min() == 0


def test_noise_below_zero_is_left_as_it_is():
    rng = np.random.default_rng(2)
    noisy = RIGHT["gaussian"] / RIGHT["gaussian"].max() + rng.normal(0, 0.004, (31, 31))
    ready = prepare_psf(noisy)
    assert ready.warnings == ()
    assert ready.checked().array is noisy


def test_a_gray_psf_saved_as_rgb_is_one_channel():
    rgb = np.stack([np.rint(250 * RIGHT["gaussian"] / RIGHT["gaussian"].max()).astype(np.uint8)] * 3, -1)
    assert prepare_psf(rgb, np.ones((50, 50))).shape == (31, 31)


@pytest.mark.parametrize("shape", [(31, 31), (160, 170), (200, 256)])
def test_swapped_arguments_are_noticed(shape):
    psf = np.zeros((31, 31)) + RIGHT["gaussian"]
    picture = np.resize(scene("camera"), shape)
    with pytest.raises(ep.InputError, match="are they swapped"):
        ep.deconvolve(psf, picture)
    same = np.zeros(shape)
    same[: min(31, shape[0]), : min(31, shape[1])] = psf
    with pytest.raises(ep.InputError, match="are they swapped"):
        ep.deconvolve(same, picture)


def test_a_picture_of_few_stars_is_not_taken_for_a_psf():
    stars = np.zeros((200, 200))
    stars[50, 60], stars[120, 130] = 1000, 500
    stars = fftconvolve(stars, RIGHT["gaussian"], mode="same").clip(0)
    ep.deconvolve(stars, np.pad(RIGHT["gaussian"], 100), iterations=2)
    ep.deconvolve(stars, RIGHT["disk"][8:23, 8:23], iterations=2)


def test_light_that_a_kernel_lacks_is_warned_of_and_refused():
    picture = seen("camera", "gaussian")
    with pytest.raises(ep.InputError, match=r"% of the light of the PSF lie outside its kernel"):
        ep.deconvolve(picture, ep.psf.from_profile(p1=0.01))
    with pytest.raises(ep.InputError, match=r"% of the light of the PSF lie outside its kernel"):
        ep.deconvolve(picture, ep.psf.from_profile(p1=0.01).kernel())
    wide = ep.psf.from_profile(p1=0.3)
    with pytest.raises(ep.InputError, match=r"its wings are cut off"):
        ep.deconvolve(picture, wide.kernel(9))
    with pytest.warns(UserWarning, match=r"% of the light of the PSF lie outside"):
        ep.deconvolve(picture, ep.PointSpread(Gaussian(3.0)).kernel(15), iterations=1)


# No false alarm


def own_kernels():
    """Kernels that the package itself makes."""
    models = [
        Gaussian(0.5),
        Gaussian(2.5),
        Gaussian(9),
        Disk(0.8),
        Disk(3.0),
        Disk(7.4),
        Airy(2.5),
        Airy(6.0),
    ]
    models += [Moffat(2.0, 2.5), Moffat(3.0, 4.0), ep.psf.Logistic(1.2), ep.psf.Logistic(0.4, 0.01)]
    return [ep.PointSpread(m, pixel) for m in models for pixel in ("sampled", "optical")]


@pytest.mark.parametrize("psf", own_kernels(), ids=str)
def test_the_packages_own_kernels_pass_digit_for_digit(psf):
    from edgepsf.psf.checkin import check_in

    assert np.array_equal(check_in(psf).array, psf.kernel())
    for given in (psf.kernel(), psf.kernel().astype(np.float64)):
        told = check_in(given)
        assert told.array is given
        if psf.crop_loss() < 0.01:
            assert told.warnings == ()


def asymmetric():
    """PSFs whose light is not about their centre, as they should be."""
    y, x = np.mgrid[-15:16, -15:16].astype(float)
    r = np.hypot(x, y)
    spot = np.exp(-(r**2) / 4)
    coma = spot + sum(0.5 * 0.85**k * np.exp(-((x - k) ** 2 + y**2) / (4 + 2 * k)) for k in range(1, 9))
    line = ((np.abs(y) < 0.5) & (x >= 0) & (x <= 10)).astype(float)
    diagonal = ((np.abs(x - y) < 0.5) & (np.abs(x) <= 7)).astype(float)
    decay = np.where((np.abs(y) < 0.5) & (x >= 0), np.exp(-x / 4), 0.0)
    ring = np.exp(-((r - 6) ** 2) / 2) * (1 + 0.3 * x / (r + 1))
    ghost = spot + 0.6 * np.roll(spot, 8, 1)
    shake = np.zeros((31, 31))
    path = np.cumsum(np.random.default_rng(4).normal(0, 1.2, (60, 2)), 0)
    path -= path.mean(0)
    for dy, dx in np.rint(path).astype(int).clip(-14, 14):
        shake[15 + dy, 15 + dx] += 1
    return {
        "coma": coma, "line from the centre": line, "diagonal motion": diagonal, "decay": decay, "ring": ring,
        "ghost": ghost, "shake": shake, "smooth shake": ndimage.gaussian_filter(shake, 0.7),
        "box": np.ones((5, 5)), "even box": np.ones((4, 4)), "wide box": np.ones((13, 13)),
        "disk that fills its array": np.clip(7.5 - np.hypot(*np.mgrid[-7:8, -7:8]), 0, 1),
        "line that fills its array": np.ones((1, 15)), "binomial": np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]),
        "one pixel": np.ones((1, 1)), "identity": np.eye(1, 9, 4).T @ np.eye(1, 9, 4), "two pixels": np.ones((1, 2)),
    }  # fmt: skip


@pytest.mark.parametrize("name", asymmetric())
@pytest.mark.parametrize("noise", [0.0, 0.003])
def test_a_psf_that_is_off_its_centre_by_its_shape_is_not_moved(name, noise):
    kernel = asymmetric()[name].astype(np.float64)
    if noise:
        if kernel.shape != (31, 31):
            pytest.skip("not a measured one")
        kernel = kernel + noise * kernel.max() * np.random.default_rng(3).standard_normal(kernel.shape)
    ready = ep.psf.checkin.check_in(kernel)
    assert ready.array is kernel
    assert ready.warnings == ()


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", ["moffat star", "gaussian bead"])
def test_measured_psfs_with_honest_noise_raise_no_alarm(kind, seed):
    """Light, photon noise and read noise, the background subtracted; centred to a fraction of a pixel."""
    rng = np.random.default_rng(seed)
    size = int(rng.choice([25, 31, 48, 64]))
    dy, dx = rng.uniform(-0.5, 0.5, 2)
    y, x = (np.arange(size) - size // 2 - d for d in (dy, dx))
    r2 = x**2 + y[:, None] ** 2
    spot = (
        (1 + r2 / 2.5**2) ** -3.5 if kind == "moffat star" else np.exp(-r2 / (2 * rng.uniform(1, 2.5) ** 2))
    )
    level, peak = rng.uniform(50, 200), rng.uniform(1000, 20000)
    counts = rng.poisson(level + peak * spot) + rng.normal(0, 3, spot.shape)
    ready = prepare_psf(counts - level)
    assert ready.warnings == ()


def test_volumes_are_checked_too():
    z, y, x = np.mgrid[-12:13, -15:16, -15:16]
    right = np.exp(-(x**2 + y**2) / 8 - z**2 / 8.0)
    for bad, word in (
        (100 + 1000 * right, "level"),
        (np.roll(right, (2, 3, -3), (0, 1, 2)), "moved to the middle"),
        (np.fft.ifftshift(right), "order of the FFT along z, y, x"),
        (np.pad(right, ((0, 1), (0, 1), (0, 1))), "moved to the middle"),
    ):
        ready = prepare_psf(bad)
        assert word in ready.warnings[0]
        kernel = ready.kernel()
        assert np.unravel_index(kernel.argmax(), kernel.shape) == tuple(n // 2 for n in kernel.shape)
        np.testing.assert_allclose(ready.kernel(15), KernelPsf(right).kernel(15), atol=1e-5)
    assert prepare_psf(right).warnings == ()
    ready = prepare_psf(right, psf_spacing=(0.2, 0.1, 0.1), spacing=(0.4, 0.2, 0.2))
    assert ready.widths == pytest.approx([w / 2 for w in KernelPsf(right).widths], rel=0.03)


# The function


def test_a_prepared_psf_is_not_checked_again_and_tells_what_was_done():
    off = np.roll(RIGHT["gaussian"], (4, 0), (0, 1))
    kept = prepare_psf(off, centre="given")
    assert isinstance(kept, PreparedPsf)
    assert kept.warnings == ()
    picture = seen("camera", "gaussian")
    moved = ep.deconvolve(picture, kept, "wiener")
    right = ep.deconvolve(picture, RIGHT["gaussian"], "wiener")
    np.testing.assert_allclose(moved[20:-20, 20:-20], np.roll(right, -4, 0)[20:-20, 20:-20], atol=4)
    for centre in ("auto", "peak", "centroid"):
        ready = prepare_psf(off, centre=centre)
        np.testing.assert_allclose(ready.kernel(31), RIGHT["gaussian"], atol=1e-7)
        assert ep.psf.checkin.check_in(ready).warnings == ready.warnings
    assert json.loads(ready.to_json())["shape"] == list(ready.shape)
    assert eval(repr(ready), {"PreparedPsf": PreparedPsf}) == ready


@pytest.mark.parametrize(
    "psf", [KernelPsf(np.roll(RIGHT["gaussian"], 3, 0)), np.roll(RIGHT["gaussian"], 3, 0)]
)
def test_check_in_is_idempotent(psf):
    once = prepare_psf(psf)
    again = prepare_psf(once.kernel())
    assert once.warnings
    assert again.warnings == ()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"psf_background": "yes"}, "psf_background must be"),
        ({"psf_background": np.nan}, "psf_background must be"),
        ({"psf_background": True}, "psf_background must be"),
        ({"psf_background": [1]}, "psf_background must be"),
        ({"centre": "middle"}, "centre must be one of"),
        ({"centre": 3}, "centre must be one of"),
        ({"spacing": 0.1}, "give both"),
        ({"spacing": 0.1, "psf_spacing": -1}, "psf_spacing must be a positive number"),
        ({"spacing": "a", "psf_spacing": 1}, "spacing must be a positive number"),
        ({"spacing": (1, 2, 3), "psf_spacing": 1}, "spacing must be a positive number, or one for each"),
        ({"spacing": 1, "psf_spacing": 1000}, "differ by more than 30 times"),
    ],
)
def test_wrong_arguments_are_refused(options, sentence):
    with pytest.raises(ep.InputError, match=sentence):
        prepare_psf(RIGHT["gaussian"], **options)


@pytest.mark.parametrize("compat", ["DeconvolutionLab2", "Parallel Iterative"])
def test_the_numbers_of_the_plugins_get_the_mended_psf(compat):
    picture, method = seen("camera", "gaussian"), "TRIF 0.01" if compat == "DeconvolutionLab2" else "CGLS 5"
    right = ep.deconvolve(picture, RIGHT["gaussian"], method, compat=compat)
    for fault in ("shift +3 +3", "FFT order", "pedestal"):
        out, record = ep.deconvolve(
            picture,
            FAULTS[fault](RIGHT["gaussian"]),
            method,
            compat=compat,
            psf_background="auto",
            full_output=True,
        )
        assert record["warnings"]
        assert psnr(out, scene("camera")) > psnr(right, scene("camera")) - 0.2
    with pytest.warns(UserWarning, match="moved to the middle"):
        ep.deconvolve(picture, FAULTS["shift +3 +3"](RIGHT["gaussian"]), method, compat=compat)
    with pytest.raises(ep.InputError, match="stands on a level"):
        ep.deconvolve(picture, FAULTS["pedestal"](RIGHT["gaussian"]), method, compat=compat)
