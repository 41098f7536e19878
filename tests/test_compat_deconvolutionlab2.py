"""The algorithms of DeconvolutionLab2 in numpy: against naive double-precision formulas, and by their properties."""

import numpy as np
import pytest

from blurred import bump, centred, problem, relative
from edgepsf.plugins.compat import deconvolutionlab2
from edgepsf.plugins.compat.dl2_iterative import total_variation_factor

RNG = np.random.default_rng(0)
SHAPES = [((32, 40), (9, 9)), ((31, 37), (8, 6)), ((30, 33), (40, 41)), ((8, 16, 18), (3, 5, 7))]


def naive(image, H, code, parameters):
    """The formulas in double precision, with full complex FFTs."""
    Y, F, B = np.fft.fftn(image.astype(float)), np.fft.fftn, lambda X: np.fft.ifftn(X).real
    x = image.astype(float)
    if code == "RL":
        for _ in range(parameters[0]):
            x = x * B(H.conj() * F(image / B(H * F(x))))
        return x
    if code == "VC":
        n, step = parameters
        x = step * image
        for _ in range(n):
            x = x + step * (image - B(H * F(x)))
        return x
    if code in ("LW", "NNLS", "BVLS", "TM", "ICTM"):
        n, step, weight = (*parameters, 0)[:3]
        low, high = {"NNLS": (0, np.inf), "ICTM": (0, np.inf), "BVLS": (image.min(), image.max())}.get(
            code, (-np.inf, np.inf)
        )
        x = np.zeros(image.shape)
        for _ in range(n + 1):
            gradient = B(H.conj() * F(image - B(H * F(x)))) - weight * B(laplacian(image.shape) ** 2 * F(x))
            x = np.clip(x + step * gradient, low, high)
        return x
    if code == "CONV":
        return B(H * Y)
    power = np.abs(H) ** 2
    if code == "NIF":
        return B(Y * H.conj() / np.maximum(power, 1e-6))
    if code == "DIV":
        return B(Y / H)
    penalty = parameters[0] * (laplacian(image.shape) ** 2 if code == "RIF" else 1)
    floor = 1e-6 if code == "RIF" else 1e-12
    return B(Y * H.conj() * (power + penalty) / np.maximum(floor, (power + penalty) ** 2))


def laplacian(shape):
    axes = [np.pi * np.abs(np.fft.fftfreq(n, 1 / n)) / (n // 2) for n in shape]
    return sum(a**2 for a in np.meshgrid(*axes, indexing="ij"))


@pytest.mark.parametrize(("shape", "psf_shape"), SHAPES)
@pytest.mark.parametrize(
    ("code", "parameters"),
    [
        ("RL", (8,)),
        ("LW", (8, 1.2)),
        ("NNLS", (8, 1.2)),
        ("BVLS", (8, 1.2)),
        ("TM", (8, 1.0, 0.0003)),
        ("ICTM", (8, 1.0, 0.0003)),
        ("VC", (6, 0.5)),
        ("CONV", ()),
        ("NIF", ()),
        ("RIF", (0.01,)),
        ("TRIF", (0.02,)),
        ("TRIF", (2e-4,)),
    ],
)
def test_deconvolutionlab2_against_the_formula(shape, psf_shape, code, parameters):
    image, psf, otf, _ = problem(shape, psf_shape)
    before = image.copy()
    got = deconvolutionlab2(image, 7 * psf, code, *parameters)
    assert got.dtype == np.float32
    assert got.shape == shape
    np.testing.assert_array_equal(image, before)
    assert relative(got, naive(image, otf, code, parameters)) < (1e-3 if code == "NIF" else 1e-5)


def test_division_by_a_mild_psf():
    image, _, _, _ = problem((32, 33), (3, 3))
    psf = np.array([[0, 0.1, 0], [0.15, 1, 0.05], [0, 0.1, 0]])
    otf = np.fft.fftn(centred(psf, image.shape))
    assert relative(deconvolutionlab2(image, psf, "DIV"), naive(image, otf, "DIV", ())) < 1e-5
    np.testing.assert_array_equal(deconvolutionlab2(image, psf, "I"), image)


@pytest.mark.parametrize("shape", [(32, 32), (31, 33), (6, 12, 14)])
@pytest.mark.parametrize("size", [5, 6, 64])
def test_psf_centre_goes_to_the_origin(shape, size):
    """A point as PSF blurs nothing, whatever the parities: no pixel off."""
    image = RNG.random(shape).astype(np.float32)
    point = np.zeros((size,) * len(shape))
    point[(size // 2,) * len(shape)] = 3
    np.testing.assert_allclose(deconvolutionlab2(image, point, "CONV"), image, atol=1e-6)


def test_projecting_every_iterate_beats_a_final_clip():
    """On beads in the dark the truly projected methods fit better than the clipped ones."""
    truth = np.zeros((48, 48))
    truth[[10, 12, 30, 33], [10, 13, 30, 30]] = 1000
    psf = bump((9, 9))
    otf = np.fft.fftn(centred(psf, truth.shape))
    blurred = np.fft.ifftn(np.fft.fftn(truth) * otf).real + np.random.default_rng(0).normal(0, 5, truth.shape)

    def misfit(x):
        return np.linalg.norm(np.fft.ifftn(np.fft.fftn(x) * otf).real - blurred)

    for code, parameters in (("NNLS", (100, 1.5)), ("ICTM", (100, 1.0, 1e-6)), ("BVLS", (100, 1.5))):
        right = deconvolutionlab2(blurred, psf, code, *parameters)
        clipped = deconvolutionlab2(blurred, psf, code, *parameters, as_shipped=True)
        low = blurred.min() - 1e-3 if code == "BVLS" else 0
        assert right.min() >= low
        assert clipped.min() >= low
        assert misfit(right) < misfit(clipped)


@pytest.mark.parametrize("code", ["RIF", "TRIF"])
def test_complex_square_is_right_for_symmetric_psfs_only(code):
    image, psf, _, truth = problem((32, 40), (9, 9))
    even = bump((9, 9), skew=0)
    same = deconvolutionlab2(image, even, code, 0.01)
    np.testing.assert_allclose(deconvolutionlab2(image, even, code, 0.01, as_shipped=True), same, atol=2e-4)
    right, shipped = (deconvolutionlab2(image, psf, code, 0.01, as_shipped=flag) for flag in (False, True))
    assert relative(right, truth) < relative(shipped, truth)


def total_variation(x):
    gradient = [np.diff(x, axis=a, append=np.take(x, [-1], a)) for a in range(x.ndim)]
    return np.sqrt(sum(g**2 for g in gradient)).sum()


@pytest.mark.parametrize("shape", [(40, 41), (8, 20, 21)])
def test_rltv_smooths_and_keeps_the_flux(shape):
    image, psf, _, _ = problem(shape, (5,) * len(shape))
    plain = deconvolutionlab2(image, psf, "RL", 30)
    smooth = deconvolutionlab2(image, psf, "RLTV", 30, 0.003)
    assert total_variation(smooth) < 0.98 * total_variation(plain)
    assert smooth.sum() == pytest.approx(image.sum(), rel=0.003)
    np.testing.assert_allclose(deconvolutionlab2(image, psf, "RLTV", 30, 0), plain)


def test_total_variation_factor():
    """1 − λ div(∇x/|∇x|) by loops; a peak is lowered, a hollow raised, a flat picture left alone."""
    x = RNG.random((6, 7))
    gy, gx = np.zeros_like(x), np.zeros_like(x)
    gy[:-1], gx[:, :-1] = x[1:] - x[:-1], x[:, 1:] - x[:, :-1]
    length = np.hypot(gy, gx)
    length[length == 0] = 1
    divergence = np.zeros_like(x)
    for i, j in np.ndindex(x.shape):
        ny, nx = gy / length, gx / length
        divergence[i, j] = ny[i, j] - (ny[i - 1, j] if i else 0) + nx[i, j] - (nx[i, j - 1] if j else 0)
    np.testing.assert_allclose(total_variation_factor(x, 0.01, 1e-9), 1 / (1 - 0.01 * divergence), rtol=1e-6)
    peak = np.exp(-0.1 * ((np.arange(15) - 7) ** 2)[:, None] - 0.1 * (np.arange(15) - 7) ** 2)
    assert (
        total_variation_factor(peak, 0.01, 1e-9)[7, 7] < 1 < total_variation_factor(-peak, 0.01, 1e-9)[7, 7]
    )
    np.testing.assert_array_equal(total_variation_factor(np.ones((5, 5)), 0.1, 1e-9), 1)


def test_simulation_has_the_statistics_asked_for():
    image, point = np.full((200, 200), 50.0), np.ones((1, 1))
    noisy = deconvolutionlab2(image, point, "SIM", 3, 2)
    assert noisy.mean() == pytest.approx(53, abs=0.05)
    assert noisy.std() == pytest.approx(2, rel=0.02)
    counts = deconvolutionlab2(image, point, "SIM", 0, 0, 4.0)
    assert counts.std() == pytest.approx(np.sqrt(4 * 50), rel=0.02)
    np.testing.assert_array_equal(noisy, deconvolutionlab2(image, point, "SIM", 3, 2))
    assert (noisy != deconvolutionlab2(image, point, "SIM", 3, 2, seed=7)).any()


def test_constraints_and_stops():
    image, psf, _, _ = problem((32, 33), (9, 9))
    assert deconvolutionlab2(image - 40, psf, "LW", 30).min() < 0
    assert deconvolutionlab2(image - 40, psf, "LW", 30, constraint="nonnegative").min() == 0
    clipped = deconvolutionlab2(image, psf, "RL", 30, constraint="clipped")
    assert clipped.max() <= image.max() < deconvolutionlab2(image, psf, "RL", 30).max()
    seen = []
    ten = deconvolutionlab2(image, psf, "RL", 30, callback=lambda i, n, info: seen.append((i, n)) or i < 10)
    assert seen[-1] == (10, 30)
    np.testing.assert_array_equal(ten, deconvolutionlab2(image, psf, "RL", 10))
    np.testing.assert_array_equal(
        deconvolutionlab2(image, psf, "LW", 500, seconds=0), deconvolutionlab2(image, psf, "LW", 1)
    )


@pytest.mark.parametrize("code", ["RL", "LW"])
def test_residual_stop(code):
    image, psf, _, _ = problem((32, 33), (9, 9))
    count = []
    deconvolutionlab2(image, psf, code, 300, residual=0.004, callback=lambda i, n, info: count.append(i))
    last = [deconvolutionlab2(image, psf, code, count[-1] - k).astype(float) for k in (0, 1, 2)]
    change = [relative(last[0], last[1]), relative(last[1], last[2])]
    assert 3 < count[-1] < 300
    assert change[0] <= 0.004 < change[1]


def test_padding_and_windows():
    image, psf, _, _ = problem((30, 33), (9, 9))
    for pad, size in ((("E2", "NO"), (32, 64)), (("X2", "NO", 1), (32, 34)), (("X2X3", "NO"), (32, 36))):
        before = [(p - n) // 2 for p, n in zip(size, image.shape, strict=True)]
        widths = [(b, p - n - b) for b, p, n in zip(before, size, image.shape, strict=True)]
        wide = deconvolutionlab2(np.pad(image, widths), psf, "RL", 5)
        wide = wide[before[0] :, before[1] :][:30, :33]
        np.testing.assert_array_equal(deconvolutionlab2(image, psf, "RL", 5, pad=pad), wide)
    for name, window in (("HANN", np.hanning), ("HAMMING", np.hamming)):
        tapered = image * window(30)[:, None] * window(33)
        np.testing.assert_allclose(
            deconvolutionlab2(image, psf, "I", apodize=(name, "NO")), tapered, atol=1e-4
        )
    assert deconvolutionlab2(image[None], psf[None], "I", apodize=("NO", "WELCH")).max() == image.max()


def test_normalisation_scales_the_result():
    image, psf, _, _ = problem((32, 33), (9, 9))
    one = deconvolutionlab2(image, psf, "CONV")
    np.testing.assert_allclose(deconvolutionlab2(image, 3 * psf, "CONV", normalize=2), 2 * one, rtol=1e-5)
    np.testing.assert_allclose(deconvolutionlab2(image, 3 * psf, "CONV", normalize=None), 3 * one, rtol=1e-5)


def test_planar_psf_on_a_stack_works_slice_by_slice():
    image, psf, _, _ = problem((32, 33), (9, 9))
    stack = np.stack([image, 2 * image, image[::-1]])
    slices = deconvolutionlab2(stack, psf, "RL", 5)
    np.testing.assert_allclose(slices[0], deconvolutionlab2(image, psf, "RL", 5), rtol=1e-4)


@pytest.mark.parametrize("alias", ["lls", "LLS"])
def test_aliases(alias):
    image, psf, _, _ = problem((32, 33), (9, 9))
    np.testing.assert_array_equal(
        deconvolutionlab2(image, psf, alias), deconvolutionlab2(image, psf, "LW", 10, 1.0)
    )
