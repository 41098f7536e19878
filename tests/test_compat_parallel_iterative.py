"""The algorithms of Parallel Iterative Deconvolution in numpy: against naive formulas, and by their properties."""

import numpy as np
import pytest
from scipy import ndimage

from blurred import bump, problem, relative
from edgepsf.plugins import compat
from edgepsf.plugins.compat import parallel_iterative
from edgepsf.plugins.compat.pid_operator import BlurMatrix, Preconditioner

RNG = np.random.default_rng(0)


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
