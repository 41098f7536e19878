"""The methods of the native engine: what each one promises."""

import numpy as np
import pytest

import edgepsf as ep
from blurred import gaussian as unscaled
from blurred import photograph
from edgepsf.deconvolve.method import ITERATIONS
from edgepsf.deconvolve.methods import METHODS
from edgepsf.deconvolve.noise import Noise, estimate_noise, high_frequency_sd
from edgepsf.deconvolve.observation import observe
from edgepsf.deconvolve.operator import Blur, prepare_kernel
from edgepsf.deconvolve.richardson_lucy import RichardsonLucy
from edgepsf.deconvolve.stopping import thin
from edgepsf.deconvolve.variation import denoise, differences, divergence
from edgepsf.deconvolve.wavelets import shrink
from edgepsf.pictures.quality import psnr

# Their objective costs a transform more a step, or changes from stage to stage.
WITHOUT_CURVE = ("auto", "tv", "collaborative", "richardson_lucy_collaborative")
ITERATIVE = [m.name for m in METHODS.values() if ITERATIONS.key in {option.key for option in m.options}]
NON_NEGATIVE = ["richardson_lucy", "nnls", "mrnsd", "wpl", "fista"]


def gaussian(n, sd):
    """A square Gaussian kernel of sum 1."""
    kernel = unscaled((n, n), sd)
    return kernel / kernel.sum()


KERNEL = gaussian(17, 2.0)


@pytest.fixture(scope="module")
def scene():
    return photograph(KERNEL, 2000)


@pytest.mark.parametrize(
    ("method", "options", "gain"),
    [
        ("richardson_lucy", {}, 2),
        ("richardson_lucy", {"accelerate": True, "iterations": 10}, 2),
        ("richardson_lucy", {"tv": 0.005, "iterations": 50}, 2.5),
        ("richardson_lucy", {"stop": "auto"}, 2),
        ("wiener", {}, 1.8),
        ("tikhonov", {}, 1.8),
        ("inverse", {}, 1.8),
        ("landweber", {}, 1.5),
        ("nnls", {}, 1.5),
        ("cgls", {"iterations": 8}, 1.5),
        ("mrnsd", {}, 1.5),
        ("hybr", {"iterations": 40}, 1),
        ("wpl", {}, 1.5),
        ("fista", {"iterations": 50}, 2),
        ("fista", {"iterations": 50, "penalty": "wavelet"}, 1.8),
        ("unsharp_mask", {}, 0.5),
    ],
)
def test_restores(scene, method, options, gain):
    """Every method gains decibels over the blurred picture; so it restores, whatever else it promises."""
    blurred, truth, _ = scene
    out = ep.deconvolve(blurred, KERNEL, method, **options)
    assert psnr(out, truth, peak=2000) > psnr(blurred, truth, peak=2000) + gain
    if method in NON_NEGATIVE:
        assert out.min() >= 0


@pytest.mark.parametrize("peak", [50, 2000])
@pytest.mark.parametrize("sd", [1.2, 2.5])
def test_acceleration_reaches_the_likelihood_of_100_steps_in_24_and_never_loses(peak, sd):
    kernel = gaussian(17, sd)
    data = photograph(kernel, peak, corner=(60, 200))[0]
    blur = Blur(prepare_kernel(kernel, 2), data.shape)
    plain = RichardsonLucy(data, blur, watch=True)
    for _ in range(101):
        plain.step()
    goal = plain.objective  # after 100 steps
    fast = RichardsonLucy(data, Blur(prepare_kernel(kernel, 2), data.shape), accelerate=True)
    seen = []
    for _ in range(80):
        fast.step()
        seen.append(fast.objective)
    assert seen[24] <= goal
    assert np.diff(seen).max() <= 1e-5 * seen[-1]


def test_plain_richardson_lucy_never_loses_likelihood(scene):
    _, record = ep.deconvolve(scene[0], KERNEL, full_output=True, iterations=30)
    assert len(record["objective"]) == 30
    assert np.diff(record["objective"]).max() < 0


def test_richardson_lucy_is_the_textbook_formula():
    rng = np.random.default_rng(3)
    image, kernel = rng.random((12, 15)) + 0.5, rng.random((3, 5))
    kernel /= kernel.sum()
    spectrum = np.fft.fft2(np.roll(np.pad(kernel, [(0, 9), (0, 10)]), (-1, -2), (0, 1)))
    x = np.full(image.shape, image.mean())
    for _ in range(7):
        model = np.fft.ifft2(np.fft.fft2(x) * spectrum).real
        x *= np.fft.ifft2(np.fft.fft2(image / model) * spectrum.conj()).real
    out = ep.deconvolve(image, kernel, iterations=7, boundary="periodic")
    np.testing.assert_allclose(out, x, rtol=2e-5)


@pytest.mark.parametrize("method", ["richardson_lucy", "nnls", "cgls"])
def test_border_is_as_good_as_inside_a_larger_field(method):
    """The 16 pixels beside the border lose less than 0.3 dB against a field wider by half the PSF."""
    half = KERNEL.shape[0] // 2
    data, truth, _ = photograph(KERNEL, 2000, size=200)
    out = ep.deconvolve(data, KERNEL, method)
    inner = slice(half, -half)
    cropped = ep.deconvolve(data[inner, inner], KERNEL, method)
    band = np.ones(cropped.shape, bool)
    band[16:-16, 16:-16] = False
    part = truth[inner, inner][band]
    assert psnr(cropped[band], part, peak=2000) > psnr(out[inner, inner][band], part, peak=2000) - 0.3


@pytest.mark.parametrize(("peak", "corner"), [(20, (110, 170)), (200, (60, 200)), (3000, (250, 100))])
@pytest.mark.parametrize("accelerate", [False, True])
def test_automatic_stop_is_near_the_best(peak, corner, accelerate):
    data, truth, _ = photograph(KERNEL, peak, corner=corner)
    blur = Blur(prepare_kernel(KERNEL, 2), data.shape)
    solver, reached = RichardsonLucy(data, blur, accelerate=accelerate), []
    for _ in range(60 if accelerate else 250):
        solver.step()
        reached.append(psnr(blur.crop(solver.scene), truth, peak=peak))
    out, record = ep.deconvolve(data, KERNEL, stop="auto", accelerate=accelerate, full_output=True)
    assert psnr(out, truth, peak=peak) > max(reached) - 0.3
    assert record["iterations"] < 250


def test_callback_hears_of_the_search_and_of_the_restoration(scene):
    stages = []
    ep.deconvolve(scene[0], KERNEL, stop="auto", callback=lambda i, n, info: stages.append(info["stage"]))
    assert stages[0] == "choosing the number of iterations"
    assert stages[-1] == "restoring"


@pytest.mark.parametrize("gain", [0.25, 1.0, 40.0])
@pytest.mark.parametrize("peak", [30, 1000])
def test_thinned_pictures_are_independent_halves(gain, peak):
    rng = np.random.default_rng(5)
    mean = peak * (1 + np.sin(np.arange(300) / 20.0)[:, None] * np.ones(300)) / 2
    data = (gain * rng.poisson(mean)).astype(np.float32)
    noise = estimate_noise(data)
    assert noise.gain == pytest.approx(gain, rel=0.1)
    first, second = thin(data, noise, 0.5)
    np.testing.assert_allclose(first + second, data, atol=1e-3 * gain * peak + gain)
    one, two = first - gain * mean / 2, second - gain * mean / 2
    assert abs((one * two).mean()) < 0.08 * np.sqrt((one**2).mean() * (two**2).mean())


def test_thinning_of_camera_noise_without_photon_noise():
    rng = np.random.default_rng(6)
    data = (100 + 5 * rng.standard_normal((200, 200))).astype(np.float32)
    first, second = thin(data, Noise(0.0, 5.0), 0.5)
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] == pytest.approx(0, abs=0.03)


def test_noise_is_read_through_structure(scene):
    rng = np.random.default_rng(8)
    assert high_frequency_sd(200 + 7 * rng.standard_normal((199, 201))) == pytest.approx(7, rel=0.04)
    noise = estimate_noise(scene[0])
    assert noise.mean_square(scene[0].mean()) == pytest.approx(scene[0].mean(), rel=0.1)


@pytest.mark.parametrize("method", ITERATIVE)
def test_callback_stops_and_record_tells(scene, method):
    seen = []

    def callback(i, n, info):
        if info["stage"] != "restoring":
            return True
        seen.append((i, n, info["method"]))
        return i < 3

    _, record = ep.deconvolve(scene[0], KERNEL, method, iterations=9, callback=callback, full_output=True)
    assert seen == [(1, 9, method), (2, 9, method), (3, 9, method)]
    assert record["iterations"] <= 3
    assert record["seconds"] > 0
    if method not in WITHOUT_CURVE:
        curve = record["objective" if method == "richardson_lucy" else "residual"]
        assert len(curve) == 3
        assert curve[2] < curve[0]


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ITERATIVE])
def test_methods_of_one_step(scene, method):
    _, record = ep.deconvolve(scene[0], KERNEL, method, full_output=True)
    assert record["iterations"] == 1


def dense(blur):
    """The blur as a matrix."""
    rows = []
    for i in range(int(np.prod(blur.scene_shape))):
        unit = np.zeros(blur.scene_shape, np.float32)
        unit.flat[i] = 1
        rows.append(blur.forward(unit).astype(float).ravel())
    return np.array(rows).T


@pytest.fixture(scope="module")
def small():
    rng = np.random.default_rng(9)
    kernel = gaussian(5, 1.0) * rng.uniform(0.5, 1.5, (5, 5))
    image = 10 + 3 * rng.standard_normal((9, 10))
    return image.astype(np.float32), kernel, Blur(prepare_kernel(kernel, 2), image.shape)


@pytest.mark.parametrize("method", ["landweber", "cgls", "hybr", "nnls", "mrnsd"])
def test_least_squares_against_a_dense_matrix(small, method):
    from scipy.optimize import nnls

    image, kernel, blur = small
    matrix, data = dense(blur), image.astype(float).ravel()
    hardly_seen = matrix.sum(0) <= 1e-2  # these stay at the mean
    data = data - matrix[:, hardly_seen].sum(1) * data.mean()
    matrix = matrix[:, ~hardly_seen]
    if method in ("nnls", "mrnsd"):
        expected = nnls(matrix, data)[1]
    else:
        expected = np.linalg.norm(matrix @ np.linalg.lstsq(matrix, data)[0] - data)
    options = {"regularization": 1e-9} if method == "hybr" else {}
    count = {"landweber": 20000, "cgls": 400, "hybr": 90, "nnls": 3000, "mrnsd": 3000}[method]
    _, record = ep.deconvolve(image, kernel, method, count, full_output=True, **options)
    final = record["residual"][-1] * np.linalg.norm(data)
    assert final <= expected + (0.03 if method != "mrnsd" else 0.1) * np.linalg.norm(data - data.mean())


@pytest.mark.parametrize("weight", [0.01, 0.3])
def test_hybr_with_a_given_weight_is_tikhonov(small, weight):
    image, kernel, blur = small
    matrix = dense(blur)
    mean = image.mean(dtype=float)
    data = image.astype(float).ravel() - matrix @ np.full(matrix.shape[1], mean)
    seen = matrix.sum(0)  # Aᵀ1; what is hardly seen stays at the mean
    matrix = matrix * np.where(seen > 1e-2, 1 / np.sqrt(np.maximum(seen, 1e-9)), 0)
    z = np.linalg.solve(matrix.T @ matrix + weight * np.eye(matrix.shape[1]), matrix.T @ data)
    x = mean + z * np.where(seen > 1e-2, 1 / np.sqrt(np.maximum(seen, 1e-9)), 0)
    out = ep.deconvolve(image, kernel, "hybr", 80, regularization=weight)
    np.testing.assert_allclose(out, blur.crop(x.reshape(blur.scene_shape)), atol=2e-3)


@pytest.mark.parametrize("method", ["wiener", "tikhonov", "inverse"])
def test_filters_are_their_formulas(method):
    rng = np.random.default_rng(4)
    image, kernel, value = rng.random((16, 20)), gaussian(5, 1.0), 0.03
    transfer = np.fft.fft2(np.roll(np.pad(kernel, [(0, 11), (0, 15)]), (-2, -2), (0, 1)))
    fy, fx = np.meshgrid(np.fft.fftfreq(16), np.fft.fftfreq(20), indexing="ij")
    power = np.abs(transfer) ** 2
    weight = {"wiener": 4 * (fx**2 + fy**2), "tikhonov": np.ones_like(power), "inverse": None}[method]
    bottom = np.maximum(power, value) if weight is None else power + value * weight
    bottom[0, 0] = 1
    expected = np.fft.ifft2(np.fft.fft2(image) * transfer.conj() / bottom).real
    out = ep.deconvolve(image, kernel, method, boundary="periodic", regularization=value)
    np.testing.assert_allclose(out, expected, atol=1e-5)


@pytest.mark.parametrize("peak", [100, 1000])
@pytest.mark.parametrize("method", ["wiener", "tikhonov", "inverse", "fista"])
def test_regularisation_chosen_from_the_data_is_near_the_best(method, peak):
    data, truth, _ = photograph(KERNEL, peak)
    settings = {"iterations": 40} if method == "fista" else {}
    out, record = ep.deconvolve(data, KERNEL, method, full_output=True, **settings)
    centre = record["regularization"]
    tried = [
        psnr(ep.deconvolve(data, KERNEL, method, regularization=centre * f, **settings), truth, peak=peak)
        for f in (0.03, 0.1, 0.3, 3, 10, 30)
    ]
    assert psnr(out, truth, peak=peak) > max(tried) - 0.8


def test_total_variation_and_its_pieces():
    rng = np.random.default_rng(2)
    image = rng.random((9, 11)).astype(np.float32)
    fields = [rng.random(image.shape).astype(np.float32) for _ in range(2)]
    left = sum((a * b).sum() for a, b in zip(differences(image), fields, strict=True))
    assert left == pytest.approx(-(image * divergence(fields)).sum(), rel=1e-4)
    from skimage.restoration import denoise_tv_chambolle

    noisy = (np.kron(np.eye(2), np.ones((16, 16))) + 0.1 * rng.standard_normal((32, 32))).astype(np.float32)
    ours, _ = denoise(noisy, 0.2, 300)
    theirs = denoise_tv_chambolle(noisy, weight=0.2, eps=1e-9, max_num_iter=3000)
    np.testing.assert_allclose(ours, theirs, atol=0.01)


@pytest.mark.parametrize("shape", [(16, 24), (17, 13), (5, 30), (9, 10, 11)])
def test_haar_shrinkage(shape):
    image = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    np.testing.assert_allclose(shrink(image, 0.0), image, atol=1e-5)
    shifted = shrink(image, 0.0, rng=np.random.default_rng(3))
    np.testing.assert_allclose(shifted, image, atol=1e-5)
    assert np.linalg.norm(shrink(image, 1.0)) < 0.7 * np.linalg.norm(image)
    flat = np.full(shape, 3.0, np.float32)
    np.testing.assert_allclose(shrink(flat, 5.0, keep_coarse=True), flat, atol=1e-5)


@pytest.mark.parametrize("axes", ["tzcyx", "yxczt", "cztyx"])
def test_named_axes(axes):
    rng = np.random.default_rng(0)
    sizes = {"t": 2, "z": 3, "c": 2, "y": 14, "x": 15}
    image = rng.random([sizes[a] for a in axes]) + 1
    flat, volume = gaussian(5, 1.0), np.stack([gaussian(5, 1.0)] * 2)
    for kernel, spatial in ((flat, "yx"), (volume, "zyx")):
        out, record = ep.deconvolve(image, kernel, axes=axes, iterations=3, full_output=True)
        assert record["pieces"] == np.prod([n for a, n in sizes.items() if a not in spatial])
        others = [a for a in axes if a not in spatial]
        order = [axes.index(a) for a in (*others, *spatial)]
        moved, result = image.transpose(order), out.transpose(order)
        place = (1,) * len(others)
        expected = ep.deconvolve(moved[place], kernel, iterations=3)
        np.testing.assert_allclose(result[place], expected, rtol=1e-5)


def test_observation_counts_what_is_left():
    image = np.arange(12.0).reshape(3, 4)
    image[0, 0] = np.nan
    seen = observe(image, mask=image == 5, saturation=10.5)
    assert seen.count == 9
    assert seen.signal[0, 0] == seen.signal[1, 1] == seen.signal[2, 3] == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"method": "wiener", "accelerate": True}, 'unknown option "accelerate" for method "wiener"'),
        ({"tv": -1}, "tv must be a number ≥ 0, not -1"),
        ({"stop": "now"}, 'stop must be "auto"'),
        ({"accelerate": "yes"}, "accelerate must be True or False"),
        ({"method": "landweber", "step": 3}, "between 0 and 2"),
        ({"method": "fista", "penalty": "entropy"}, "penalty must be one of tv, wavelet, not 'entropy'"),
        ({"iterations": 2.5}, "whole number ≥ 1, not 2.5"),
        ({"iterations": True}, "whole number"),
        ({"saturation": np.nan}, "saturation must be a gray value"),
        ({"background": np.inf}, "background must be a gray value"),
        ({"workers": 0}, "workers must be a whole number"),
        ({"axes": "yyx"}, 'axes="yyx"'),
    ],
)
def test_bad_options_are_refused(options, sentence):
    with pytest.raises(ep.InputError, match=sentence):
        ep.deconvolve(np.ones((9, 9)), np.ones((3, 3)), **options)


def test_masked_array_is_not_taken_without_its_mask():
    with pytest.raises(ep.InputError, match="mask="):
        ep.deconvolve(np.ma.masked_less(np.arange(81.0).reshape(9, 9), 3), np.ones((3, 3)))
