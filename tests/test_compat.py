"""The plugins' algorithms in numpy: against naive double-precision formulas written here, and by their properties."""

import numpy as np
import pytest
from scipy import ndimage

from edgepsf import InputError
from edgepsf.deconvolve.wavelets import WAVELETS, _filters, analyse, shrink, synthesise
from edgepsf.plugins import compat
from edgepsf.plugins.compat import deconvolutionlab2, parallel_iterative
from edgepsf.plugins.compat.dl2_iterative import total_variation_factor
from edgepsf.plugins.compat.pid_operator import BlurMatrix, Preconditioner

RNG = np.random.default_rng(0)
SHAPES = [((32, 40), (9, 9)), ((31, 37), (8, 6)), ((30, 33), (40, 41)), ((8, 16, 18), (3, 5, 7))]


def bump(shape, skew=0.4):
    grids = np.meshgrid(*[np.arange(n) - n // 2 for n in shape], indexing="ij")
    psf = sum(w * np.exp(-0.5 * sum((g - s) ** 2 for g in grids) / 1.2) for w, s in ((1, 0), (skew, 1)))
    return psf / psf.sum()


def centred(psf, shape):
    """PSF on a grid, centre n // 2 at index 0, what falls outside the central part left out."""
    out = np.zeros(shape)
    for index in np.ndindex(psf.shape):
        at = [i - k // 2 for i, k in zip(index, psf.shape, strict=True)]
        if all(-(n // 2) <= a < n - n // 2 for a, n in zip(at, shape, strict=True)):
            out[tuple(a % n for a, n in zip(at, shape, strict=True))] = psf[index]
    return out / out.sum()


def problem(shape, psf_shape, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.full(shape, 20.0)
    truth[tuple(slice(n // 4, n // 2) for n in shape)] = 120
    psf = bump(psf_shape)
    otf = np.fft.fftn(centred(psf, shape))
    image = np.fft.ifftn(np.fft.fftn(truth) * otf).real + rng.normal(0, 0.5, shape)
    return np.abs(image).astype(np.float32), psf, otf, truth


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


def relative(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


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


# --- Parallel Iterative Deconvolution -------------------------------------------------------------------------


def dense(psf, shape, boundary, transpose=False):
    """The operator as a matrix, column by column."""
    A = BlurMatrix(psf, shape, boundary, "AUTO", np.float64)
    apply = A.transpose if transpose else A
    unit = np.eye(int(np.prod(shape))).reshape(-1, *shape)
    return np.stack([apply(u).ravel() for u in unit], axis=1)


@pytest.mark.parametrize("resizing", ["AUTO", "MINIMAL", "NEXT_POWER_OF_TWO"])
@pytest.mark.parametrize(
    ("boundary", "mode"), [("REFLEXIVE", "reflect"), ("PERIODIC", "wrap"), ("ZERO", "constant")]
)
@pytest.mark.parametrize(
    ("shape", "psf_shape"), [((20, 23), (5, 7)), ((20, 23), (6, 8)), ((6, 9, 8), (3, 4, 5))]
)
def test_operator_is_convolution_about_the_maximum(resizing, boundary, mode, shape, psf_shape):
    image, psf = RNG.random(shape), bump(psf_shape)
    peak = np.unravel_index(psf.argmax(), psf.shape)
    origin = [p - n // 2 for p, n in zip(peak, psf.shape, strict=True)]
    expected = ndimage.convolve(image, psf, mode=mode, origin=origin)
    A = BlurMatrix(3 * psf, shape, boundary, resizing, np.float64)
    np.testing.assert_allclose(A(image), expected, atol=1e-12)
    if boundary != "REFLEXIVE":
        other = RNG.random(shape)
        assert (A(image) * other).sum() == pytest.approx((image * A.transpose(other)).sum(), rel=1e-12)


def test_where_the_psf_stands_in_its_array_does_not_matter():
    image, psf = RNG.random((20, 23)), bump((5, 7))
    first, second = np.zeros((2, 11, 13))
    first[0:5, 0:7], second[4:9, 5:12] = psf, psf
    A, B = (BlurMatrix(p, image.shape, "REFLEXIVE", "NEXT_POWER_OF_TWO", np.float64) for p in (first, second))
    np.testing.assert_allclose(A(image), B(image), atol=1e-12)


@pytest.mark.parametrize("count", [1, 3, 6])
def test_cgls_is_the_best_in_its_krylov_space(count):
    """From x0 = b it minimises |b − A x| over x0 + span{(A'A)^j A'(b − A x0)}."""
    image, psf, _, _ = problem((12, 13), (5, 5))
    A, b = dense(psf, image.shape, "ZERO"), image.ravel().astype(float)
    start = b - A @ b
    basis = [A.T @ start]
    for _ in range(count - 1):
        basis.append(A.T @ (A @ basis[-1]))
    Q = np.linalg.qr(np.stack(basis, axis=1))[0]
    best = b + Q @ np.linalg.lstsq(A @ Q, start, rcond=None)[0]
    options = {"boundary": "ZERO", "precision": "DOUBLE", "iterations": count, "threshold": -1}
    got = parallel_iterative(image, psf, "CGLS", stopping_tol=0, **options)
    assert relative(got.ravel(), best) < 1e-5


@pytest.mark.parametrize("alpha", [None, 0.2])
def test_hybr_is_the_best_in_its_krylov_space(alpha):
    """From 0, with k + 1 basis vectors after k iterations, with and without a Tikhonov term."""
    image, psf, _, _ = problem((12, 13), (5, 5))
    A, b = dense(psf, image.shape, "ZERO"), image.ravel().astype(float)
    basis = [A.T @ b]
    for _ in range(5):
        basis.append(A.T @ (A @ basis[-1]))
    Q = np.linalg.qr(np.stack(basis, axis=1))[0]
    rows, right = (A @ Q, b) if alpha is None else (np.vstack([A @ Q, alpha * Q]), np.append(b, 0 * b))
    best = Q @ np.linalg.lstsq(rows, right, rcond=None)[0]
    solver = (
        {"inner_solver": "NONE"}
        if alpha is None
        else {"reg_method": "NONE", "reg_param": alpha, "flat_tol": 0}
    )
    options = {"boundary": "ZERO", "precision": "DOUBLE", "iterations": 5, "reorth": True, "threshold": -1}
    got = parallel_iterative(image, psf, "HyBR", **options, **solver)
    assert relative(got.ravel(), best) < 1e-5


def naive_mrnsd(image, psf, count):
    A, At = (dense(psf, image.shape, "REFLEXIVE", t) for t in (False, True))
    b = image.ravel().astype(float)
    x, r = b.copy(), -At @ (b - A @ b)
    for _ in range(count):
        s = -x * r
        u = A @ s
        full = (x * r * r).sum() / (u @ u)
        limits = {-x[i] / s[i]: i for i in range(len(s)) if s[i] < 0}
        step = min(full, *limits)
        x, r = x + step * s, r + step * (At @ u)
        if step < full:
            x[limits[step]] = 0
    return x.reshape(image.shape)


@pytest.mark.parametrize("bead", [False, True])
def test_mrnsd_against_the_formula(bead):
    """With a bead in the dark the step is cut, because a pixel reaches zero."""
    image, psf, _, _ = problem((12, 13), (5, 5))
    if bead:
        image[:] = 1
        image[6, 6] = 500
    got = parallel_iterative(image, psf, "MRNSD", precision="DOUBLE", iterations=6)
    assert relative(got, naive_mrnsd(image, psf, 6)) < 1e-6
    single = parallel_iterative(image, psf, "MRNSD", iterations=6)
    assert relative(single, got) < 1e-5


def test_mrnsd_gives_negative_data_their_level_back():
    image, psf, _, _ = problem((24, 25), (5, 5))
    shifted = parallel_iterative(image - image.min() - 30, psf, "MRNSD", precision="DOUBLE", iterations=6)
    raised = parallel_iterative(image - image.min() + 1.5e-8, psf, "MRNSD", precision="DOUBLE", iterations=6)
    np.testing.assert_allclose(shifted, raised - 30, atol=1e-3)
    assert shifted.mean() == pytest.approx((image - image.min() - 30).mean(), abs=0.5)


def test_wpl_against_the_formula():
    image, psf, _, _ = problem((12, 14), (5, 6))
    psf = 2 * psf
    peak = np.unravel_index(psf.argmax(), psf.shape)
    B = np.pad(image.astype(float), [(3, 2), (3, 3)], mode="symmetric")
    h = np.zeros(B.shape)
    for index in np.ndindex(psf.shape):
        h[tuple((i - p) % n for i, p, n in zip(index, peak, B.shape, strict=True))] = psf[index]
    H, X = np.fft.fftn(h), B.copy()
    k = [np.minimum(np.arange(n), n - np.arange(n)) / n for n in B.shape]
    G = np.exp(-(k[0][:, None] ** 2) * (1 + 1e-6) ** 2 - k[1] ** 2 * (1 + 1e-6) ** 2)
    for _ in range(4):
        low = np.fft.fftn(X) * G
        X = np.maximum(np.fft.ifftn(low).real + B - np.fft.ifftn(low * H).real / psf.sum(), 0)
    expected = np.fft.ifftn(np.fft.fftn(X) * G).real[3:15, 3:17] / psf.sum()
    options = {"resizing": "MINIMAL", "anti_ring": False, "change_thresh_percent": 0, "iterations": 4}
    assert relative(parallel_iterative(image, psf, "WPL", precision="DOUBLE", **options), expected) < 1e-6


def test_wpl_in_decibels():
    image, psf, _, _ = problem((20, 22), (5, 5))
    options = {"precision": "DOUBLE", "iterations": 3}
    plain = parallel_iterative(image, psf, "WPL", **options)
    decibels = parallel_iterative(10 * np.log10(image), 10 * np.log10(psf), "WPL", db=True, **options)
    np.testing.assert_allclose(decibels, 10 * np.log10(np.maximum(plain, 1e-9)), atol=1e-4)


@pytest.mark.parametrize("method", compat.METHODS)
@pytest.mark.parametrize(
    ("shape", "psf_shape"), [((40, 45), (9, 8)), ((30, 33), (40, 41)), ((8, 20, 21), (3, 5, 7))]
)
def test_every_method_restores(method, shape, psf_shape):
    image, psf, _, truth = problem(shape, psf_shape)
    before = image.copy()
    got = parallel_iterative(image, psf, method, boundary="PERIODIC")
    np.testing.assert_array_equal(image, before)
    assert got.dtype == np.float32
    assert got.shape == shape
    assert relative(got, truth) < 0.95 * relative(image, truth)


@pytest.mark.parametrize("method", ["CGLS", "MRNSD", "HyBR"])
def test_threshold_callback_and_precision(method):
    image, psf, _, _ = problem((24, 25), (5, 5))
    options = {"precision": "DOUBLE"} | ({"flat_tol": 0} if method == "HyBR" else {})
    cut = parallel_iterative(image, psf, method, threshold=30, iterations=3, **options)
    plain = parallel_iterative(image, psf, method, threshold=-1, iterations=3, **options)
    np.testing.assert_array_equal(cut, np.where(plain >= 30, plain, 0))
    stopped = parallel_iterative(
        image, psf, method, threshold=-1, iterations=9, callback=lambda i, n, info: i < 3, **options
    )
    np.testing.assert_array_equal(stopped, plain)


def test_preconditioner_is_the_inverse_where_it_may_be():
    image, psf, _, _ = problem((24, 25), (5, 5))
    A = BlurMatrix(psf, image.shape, "PERIODIC", "AUTO", np.float64)
    M = Preconditioner(A, image, 0.2)
    keep = np.abs(A.otf) >= 0.2
    np.testing.assert_allclose((M.gain * A.otf)[keep], 1)
    np.testing.assert_array_equal(M.gain[~keep], 1)
    assert 0 < keep.sum() < keep.size
    assert 0 < Preconditioner(A, image).tolerance < 1

    def misfit(**options):
        x = parallel_iterative(
            image, psf, "CGLS", boundary="PERIODIC", precision="DOUBLE", iterations=2, threshold=-1, **options
        )
        return np.linalg.norm(A(x.astype(float)) - image)

    assert misfit(preconditioner="FFT", preconditioner_tol=0.2) < 0.8 * misfit()


def test_hybr_stops_by_itself_and_holds_a_constant():
    image, psf, _, truth = problem((40, 40), (9, 9))
    count = []
    got = parallel_iterative(
        image + np.random.default_rng(1).normal(0, 3, image.shape),
        psf,
        "HyBR",
        iterations=60,
        precision="DOUBLE",
        callback=lambda i, n, info: count.append(i),
    )
    assert 1 <= len(count) < 60
    few = []
    parallel_iterative(
        image, psf, "HyBR", iterations=60, flat_tol=0.9, callback=lambda i, n, info: few.append(i)
    )
    assert few == [1]
    assert relative(got, truth) < relative(image, truth)
    for precision in ("SINGLE", "DOUBLE"):
        flat = parallel_iterative(
            np.full((20, 20), 5.0), psf, "HyBR", boundary="PERIODIC", precision=precision, inner_solver="NONE"
        )
        np.testing.assert_allclose(flat, 5, rtol=1e-5)


def test_zero_image_stays_zero():
    psf = bump((5, 5))
    for code in ("RL", "LW", "NNLS", "ISTA", "NIF"):
        np.testing.assert_array_equal(deconvolutionlab2(np.zeros((16, 16)), psf, code), 0)
    for method in compat.METHODS:
        np.testing.assert_array_equal(parallel_iterative(np.zeros((16, 16)), psf, method), 0)


NAN = np.full((8, 8), np.nan)
ONES, POINT = np.ones((8, 8)), np.ones((1, 1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: deconvolutionlab2(NAN, POINT, "RL"), "64 NaN or infinite"),
        (lambda: deconvolutionlab2(ONES, POINT * np.inf, "RL"), "PSF has 1 NaN"),
        (lambda: deconvolutionlab2(ONES, POINT * 0, "RL"), "sums to 0"),
        (lambda: deconvolutionlab2(ONES, np.ones((3, 3, 3)), "RL"), "2-D kernel"),
        (lambda: deconvolutionlab2(np.ones(5), POINT, "RL"), "2-D or 3-D"),
        (lambda: deconvolutionlab2(ONES + 1j, POINT, "RL"), "real numbers"),
        (lambda: deconvolutionlab2(-ONES, POINT, "RL"), "RL needs pixels ≥ 0, the smallest is -1"),
        (lambda: deconvolutionlab2(ONES, POINT, "WIF"), 'unknown algorithm "WIF"'),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", 10, 3), "RL takes iterations"),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", 0), "iterations must be a whole number ≥ 1"),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", "Haar"), "RL takes iterations"),
        (lambda: deconvolutionlab2(ONES, POINT, "LW", 10, 0), "step must be a number > 0"),
        (lambda: deconvolutionlab2(ONES, POINT, "LW", 10, np.nan), "step must be a number > 0, not nan"),
        (lambda: deconvolutionlab2(ONES, POINT, "ISTA", 5, "Daubechies"), 'unknown wavelet "Daubechies"'),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", constraint="none"), 'unknown constraint "none"'),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", epsilon=0), "epsilon must be"),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", pad=("E3", "NO")), 'unknown padding "E3"'),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", pad=("E2",)), "pad takes 2 to 4"),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", apodize=("HAN", "NO")), 'unknown window "HAN"'),
        (lambda: deconvolutionlab2(ONES, POINT, "LW", 400, 1e3), "LW diverged"),
        (lambda: parallel_iterative(NAN, POINT, "CGLS"), "64 NaN or infinite"),
        (lambda: parallel_iterative(ONES, POINT * 0, "WPL"), "sums to 0"),
        (lambda: parallel_iterative(-ONES, POINT, "WPL"), "mean ≥ 0"),
        (lambda: parallel_iterative(ONES, POINT, "LSQR"), 'unknown method "LSQR"'),
        (lambda: parallel_iterative(ONES, POINT, "CGLS", gamma=1), 'unknown option "gamma" for method CGLS'),
        (lambda: parallel_iterative(ONES, POINT, "CGLS", boundary="MIRROR"), 'unknown boundary "MIRROR"'),
        (
            lambda: parallel_iterative(ONES, POINT, "CGLS", iterations=2.5),
            "iterations must be a whole number",
        ),
        (
            lambda: parallel_iterative(ONES, POINT, "HyBR", begin_reg=1),
            "begin_reg must be a whole number ≥ 2",
        ),
        (lambda: parallel_iterative(ONES, POINT, "HyBR", reorth="yes"), "reorth must be True or False"),
        (lambda: parallel_iterative(ONES, POINT, "CGLS", threshold=-2), "threshold must be a number ≥ 0"),
        (lambda: parallel_iterative(ONES, POINT, "CGLS", preconditioner_tol=3), "≥ 0 and ≤ 1"),
    ],
)
def test_bad_input_is_one_sentence(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
