"""Faults known from other deconvolution programs; none may occur here."""

import numpy as np
import pytest

import edgepsf as ep
from blurred import blobs, gaussian
from edgepsf.deconvolve.methods import METHODS

# Total variation by forward differences has a direction; groups of patches begin in a corner, and a decision between
# patches, or a number chosen with a random probe, differs for a mirrored picture.
DIRECTED = ("fista", "tv", "collaborative", "richardson_lucy_collaborative", "auto")
FIXED = {m: {"regularization": 1e-3} for m in ("wiener", "tikhonov", "inverse")}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("shape", "size"), [((40, 43), (9, 9)), ((41, 38), (8, 9)), ((10, 21, 20), (3, 4, 5))]
)
def test_same_shape_finite_and_flux_kept(method, shape, size):
    image = blobs(shape, 0.5)
    out = ep.deconvolve(image, gaussian(size, 1.2), method)
    assert out.shape == image.shape
    assert out.dtype == np.float32
    assert np.isfinite(out).all()
    # The border of a volume of ten planes darkens a little with every filter.
    assert out.mean() == pytest.approx(image.mean(), rel=0.03 if len(shape) == 2 else 0.035)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [32, 33])
@pytest.mark.parametrize("size", [(9, 9), (10, 10), (9, 10)])
@pytest.mark.parametrize("boundary", ["extended", "reflect", "periodic", "zero"])
def test_no_shift_whatever_the_parity(method, n, size, boundary):
    """Image shifted by a pixel: the PSF turned about the wrong centre."""
    kernel = gaussian(size)
    blurred = np.zeros((n, n + 3))
    y, x = 16 - size[0] // 2, 15 - size[1] // 2
    blurred[y : y + size[0], x : x + size[1]] = kernel
    out = ep.deconvolve(blurred, kernel, method, boundary=boundary, **FIXED.get(method, {})).astype(float)
    assert np.unravel_index(out.argmax(), out.shape) == (16, 15)
    near = out[12:21, 11:20]
    yy, xx = np.mgrid[12:21, 11:20]
    # A picture without noise leaves decisions between patches to rounding.
    limit = 0.05 if method in DIRECTED else 0.02
    assert (near * yy).sum() / near.sum() == pytest.approx(16, abs=limit)
    assert (near * xx).sum() / near.sum() == pytest.approx(15, abs=limit)
    # The ringing of the one-step filters reaches beyond the picture; the others get there with iterations.
    if method == "richardson_lucy" or (method in FIXED and boundary == "periodic"):
        assert out.sum() == pytest.approx(blurred.sum(), rel=0.005)


@pytest.mark.parametrize("method", [m for m in METHODS if m not in DIRECTED])
@pytest.mark.parametrize("axis", [0, 1])
def test_mirror_and_flip_equivariant(method, axis):
    """A mirrored picture with a mirrored PSF gives the mirrored scene; odd PSF, asymmetric."""
    image = blobs()
    kernel = gaussian((7, 9), 1.3) * np.linspace(0.5, 1.5, 9) * np.linspace(0.7, 1.2, 7)[:, None]
    options = (FIXED | {"wpl": FIXED["wiener"]}).get(method, {})
    one = ep.deconvolve(image, kernel, method, **options)
    other = ep.deconvolve(np.flip(image, axis), np.flip(kernel, axis), method, **options)
    assert np.abs(np.flip(other, axis) - one).max() < 1e-5 * np.abs(one).max()


@pytest.mark.parametrize("boundary", ["extended", "reflect", "periodic", "zero"])
def test_flip_equivariant_with_an_even_psf_recentred(boundary):
    """Turned by 180°, an even PSF has its centre one index earlier: it is moved back by one."""
    image = blobs()
    kernel = gaussian((8, 10), 1.4) * np.linspace(0.5, 1.5, 10)
    kernel[0] = kernel[:, 0] = 0  # what would leave the array when moved
    turned = np.roll(kernel[::-1, ::-1], (1, 1), (0, 1))
    one = ep.deconvolve(image, kernel, boundary=boundary)
    other = ep.deconvolve(image[::-1, ::-1], turned, boundary=boundary)
    assert np.abs(other[::-1, ::-1] - one).max() < 1e-5 * one.max()


@pytest.mark.parametrize("method", METHODS)
def test_transposed_picture_gives_the_transposed_scene(method):
    image, kernel = blobs(noise=1.0 if method in DIRECTED else 0.0), gaussian((7, 9), 1.3)
    one, other = ep.deconvolve(image, kernel, method), ep.deconvolve(image.T, kernel.T, method)
    limit = 1e-2 if method in DIRECTED else 1e-3
    assert np.abs(other.T - one).max() < limit * np.abs(one).max()


@pytest.mark.parametrize("method", METHODS)
def test_one_nan_pixel_leaves_all_others_as_they_were(method):
    image = blobs(noise=0.3)
    whole = ep.deconvolve(image, gaussian((7, 7)), method)
    image[20, 21] = np.nan
    image[5, 6] = np.inf
    holed, record = ep.deconvolve(image, gaussian((7, 7)), method, full_output=True)
    assert np.isfinite(holed).all()
    assert record["left_out"] == 2
    far = np.ones(image.shape, bool)
    far[13:29, 14:30] = far[:14, :15] = False
    assert np.abs(holed - whole)[far].max() < 0.05 * np.ptp(whole)


@pytest.mark.parametrize("method", METHODS)
def test_mask_leaves_a_hot_pixel_out_and_fills_it(method):
    truth = blobs()
    image = truth.copy()
    image[20, 21] = 1e5
    mask = image > 1000
    out = ep.deconvolve(image, gaussian((5, 5), 0.8), method, mask=mask)
    assert np.abs(out - ep.deconvolve(truth, gaussian((5, 5), 0.8), method)).max() < 0.15 * np.ptp(truth)
    assert np.array_equal(out, ep.deconvolve(image, gaussian((5, 5), 0.8), method, saturation=1000))


def test_a_hole_no_pixel_looks_into_is_filled():
    image = blobs((60, 60))
    mask = np.zeros(image.shape, bool)
    mask[15:45, 15:45] = True
    out = ep.deconvolve(image, gaussian((5, 5), 0.8), mask=mask)
    assert out[mask].min() > 5


@pytest.mark.parametrize("method", METHODS)
def test_negative_pixels_do_not_diverge(method):
    """A subtracted background leaves noise of both signs."""
    image = blobs(noise=3.0) - 10
    assert image.min() < -5
    out = ep.deconvolve(image, gaussian((7, 7)), method, iterations=50)
    # Methods that allow no negative light lift an empty field by about its noise.
    assert out.sum() == pytest.approx(image.sum(), rel=0.15)
    assert np.abs(out).max() < 10 * np.abs(image).max()


def test_light_far_below_zero_is_refused():
    with pytest.raises(ep.InputError, match="give background="):
        ep.deconvolve(blobs() - 500, gaussian((7, 7)))
    lifted = ep.deconvolve(blobs() - 500, gaussian((7, 7)), background=-500)
    np.testing.assert_allclose(lifted, ep.deconvolve(blobs(), gaussian((7, 7))), rtol=1e-3)


@pytest.mark.parametrize(
    "method", [m for m in METHODS if m != "unsharp_mask"]
)  # a constant passes through it
def test_background_is_no_signal(method):
    image = blobs()
    plain = ep.deconvolve(image, gaussian((7, 7)), method)
    lifted = ep.deconvolve(image + 100, gaussian((7, 7)), method, background=100)
    assert np.abs(lifted - plain).max() < 1e-3 * np.ptp(plain)


@pytest.mark.parametrize("method", ["richardson_lucy", "nnls", "mrnsd", "wpl", "fista"])
def test_a_background_above_the_picture_is_refused(method):
    with pytest.raises(ep.InputError, match="with the background of 1000 taken off"):
        ep.deconvolve(blobs(), gaussian((7, 7)), method, background=1000)


@pytest.mark.parametrize("method", ["richardson_lucy", "landweber", "cgls"])
def test_picture_and_psf_swapped(method):
    with pytest.raises(ep.InputError, match="swapped"):
        ep.deconvolve(gaussian((7, 7)), np.ones((256, 256)), method)


@pytest.mark.parametrize("method", METHODS)
def test_zero_image_stays_zero(method):
    out = ep.deconvolve(np.zeros((20, 23)), gaussian((7, 7)), method)
    assert not out.any()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("boundary", ["extended", "reflect", "periodic", "zero"])
def test_psf_larger_than_the_image(method, boundary):
    """Neither an obscure error nor a silent crop: the part beyond the picture counts."""
    small = blobs((12, 9))
    wide = np.zeros((31, 40))
    wide[12:19, 16:24] = gaussian((7, 8))[:, :]
    wide = np.roll(wide, (31 // 2 - 15, 40 // 2 - 20), (0, 1))
    out = ep.deconvolve(small, wide, method, boundary=boundary)
    assert out.shape == small.shape
    near = ep.deconvolve(small, gaussian((7, 8)), method, boundary=boundary)
    if boundary == "periodic":
        np.testing.assert_allclose(out, near, atol=2e-2 * np.abs(near).max())


@pytest.mark.parametrize("method", METHODS)
def test_scale_of_the_psf_does_not_matter(method):
    image = blobs()
    one = ep.deconvolve(image, gaussian((7, 7)), method)
    np.testing.assert_allclose(
        ep.deconvolve(image, 1e4 * gaussian((7, 7)), method), one, rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float64, bool])
def test_no_integer_overflow(dtype):
    image = np.clip(
        blobs() * (600 if dtype == np.uint16 else 1),
        0,
        np.iinfo(dtype).max if dtype not in (np.float64, bool) else None,
    )
    image = image.astype(dtype)
    out = ep.deconvolve(image, gaussian((7, 7)))
    assert out.mean() == pytest.approx(image.astype(float).mean(), rel=0.02)


def test_rgb_is_not_a_stack():
    with pytest.raises(ep.InputError, match=r'axes="yxc"'):
        ep.deconvolve(np.ones((20, 21, 3)), np.ones((3, 3, 3)))
    colour = np.stack([blobs(), 2 * blobs(), 3 * blobs()], -1)
    out = ep.deconvolve(colour, gaussian((7, 7)), axes="yxc")
    np.testing.assert_allclose(out[..., 0], ep.deconvolve(blobs(), gaussian((7, 7))), rtol=1e-5)
    np.testing.assert_allclose(out[..., 2], 3 * out[..., 0], rtol=1e-3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("boundary", ["extended", "periodic"])
@pytest.mark.parametrize("whole", [True, False])
def test_inputs_are_untouched(method, boundary, whole):
    image, kernel, mask = blobs().astype(np.float32), gaussian((7, 7)).astype(np.float32), blobs() > 100
    options = {}
    if not whole:
        image[3, 3] = np.nan
        options = {"mask": mask, "background": 1.0}
    before = image.copy(), kernel.copy(), mask.copy()
    out = ep.deconvolve(image, kernel, method, boundary=boundary, **options)
    out += 1
    for now, then in zip((image, kernel, mask), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_sizes_that_do_not_match_are_told():
    stack = np.stack([blobs()] * 2)
    for_all = ep.deconvolve(stack, gaussian((7, 7)), axes="zyx", mask=blobs() > 100)
    each = ep.deconvolve(stack, gaussian((7, 7)), axes="zyx", mask=stack > 100)
    np.testing.assert_array_equal(for_all, each)
    with pytest.raises(ep.InputError, match=r"mask has shape \(3, 3\)"):
        ep.deconvolve(blobs(), gaussian((7, 7)), mask=np.zeros((3, 3), bool))
    with pytest.raises(ep.InputError, match=r'axes="zyx"'):
        ep.deconvolve(np.ones((5, 20, 20)), gaussian((7, 7)))
    with pytest.raises(ep.InputError, match="lacks z"):
        ep.deconvolve(np.ones((5, 20, 20)), gaussian((3, 3, 3)), axes="cyx")
    with pytest.raises(ep.InputError, match="no pixel is left"):
        ep.deconvolve(np.full((9, 9), np.nan), gaussian((3, 3)))
