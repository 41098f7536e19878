"""The contract of every PSF that is there: each model of the library by its examples, compositions, free PSFs, kernels.

A new file in `edgepsf/psf/models` is tested here by being there. Its family has to give examples.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import quad

import edgepsf as ep
from edgepsf.psf import Blurred, Disk, FreePsf, Gaussian, KernelPsf, Logistic, OddPolynomial, Psf, Steps, Sum
from edgepsf.psf.composite import BlurredFamily, StepsFamily, SumFamily
from edgepsf.psf.families import library, names
from edgepsf.psf.free import FreeFamily
from edgepsf.testing import edge_image


@dataclass(frozen=True)
class Tolerances:
    """How near two ways to the same number have to come."""

    known: float = 1e-9  # closed forms
    symmetric: float = 1e-12  # E(d) + E(−d) = 1
    slope: float = 1e-6  # L against differences of E, relative to L(0)
    projected: float = 3e-3  # L against the integral of P, relative; tails are cut
    transformed: float = 1e-4  # MTF against the transform of L
    energy: float = 1e-4  # energy against the integral of P
    outside: float = 2e-3  # energy beyond the reach
    fitted: float = 0.03  # FWHM read from an edge with 0.5 % of noise, relative
    half: float = 1e-4  # P at the half maximum radius, relative
    sampled: float = 0.03  # sum of the samples against the energy within them
    kernel: float = 1e-5  # sum of a float32 kernel
    centroid: float = 1e-6  # px
    esf: float = 1e-9  # E of a family against E of its model
    density: float = 1e-7  # the same for the slopes
    gradient: float = 2e-6  # derivatives by shape numbers against differences
    start: float = 0.35  # slope of a first shape against the slope asked for, relative


CLOSE = Tolerances()
KNOTS = np.linspace(0.0, 6.0, 24, endpoint=False)
FREE = FreePsf(KNOTS, np.exp(-0.3 * KNOTS**2))
EXAMPLES = [(each, example) for each in library().values() for example in each.examples()]
COMPOSED = [
    Blurred(Disk(3.0), 0.8), Blurred(Logistic(1.2), 0.5), Sum(Gaussian(1.0), Disk(3.0), 0.6),
    Steps(1.5, 3.0, 0.1), Steps(1.5, 3.0, 0.0), Sum(Blurred(Gaussian(0.7), 0.5), Steps(1.0, 2.5, 0.2), 0.3),
]  # fmt: skip
MODELS = [*(example.model for _, example in EXAMPLES), *COMPOSED, FREE]
FAMILIES = [
    *((name, each, each.start(1.3) + 0.02) for name, each in library().items()),
    ("blurred airy", BlurredFamily(library()["airy"]), np.array([1.05, -0.5])),
    ("sum", SumFamily(library()["gaussian"], library()["moffat"]), np.array([0.1, 1.0, 0.8, 0.3])),
    (
        "sum of three",
        SumFamily(BlurredFamily(library()["disk"]), library()["airy"]),
        np.array([1.1, -0.4, 0.9, 0.7]),
    ),
    ("steps", StepsFamily(), np.array([1.1, 0.5, 0.1])),
    ("hollow", StepsFamily(hollow=True), np.array([1.1, 0.5])),
]
VOLUME = np.exp(-0.2 * (np.mgrid[-3:4, -4:5, -4:4].astype(float) ** 2).sum(axis=0))
PSFS = [
    *(ep.PointSpread(model) for model in MODELS),
    ep.PointSpread(Gaussian(0.6), "optical"),
    ep.PointSpread(Sum(Gaussian(1.0), Disk(3.0), 1 / 3), aspect=2.1),
    KernelPsf(ep.PointSpread(Logistic(1.2, 0.01)).kernel()),
    KernelPsf([[0.1, 0.7, 0.3], [0.2, 1 / 3, 0.0]]),
    KernelPsf(VOLUME),
]


# Ends of pieces of smooth integrands, px. The examples jump at 1.5, 2.5 or 3 px, if at all.
PIECES = np.concatenate([np.arange(0.0, 4.0, 0.5), np.arange(4.0, 12.0), np.geomspace(12.0, 300.0, 12)])
NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)


def integral(function, ends):
    """∫ function from the first end to the last, by Gauss and Legendre's rule in every piece."""
    half = 0.5 * np.diff(ends)
    nodes = ends[:-1, None] + half[:, None] * (NODES + 1.0)
    return float((function(nodes) * WEIGHTS * half[:, None]).sum())


def pieces(low, high):
    """Ends of pieces from low to high."""
    inner = [each for each in PIECES if low < each < high]
    return np.concatenate([[low], inner, [high]])


def line_density(model, d, u):
    """Integrand of L(d) in u = √(r − d), where dy = r dr / √(r² − d²)."""
    r = d + u * u
    return 4.0 * r / np.sqrt(r + d) * model.radial(r)


class TestLibrary:
    def test_lists_for_reading_name_every_family_once(self):
        assert sorted(names()) == sorted(library())

    @pytest.mark.parametrize("name", sorted(library()))
    def test_a_family_tells_what_lists_and_tests_need(self, name):
        each = library()[name]
        assert each.name == name
        assert each.help
        assert "\n" not in each.help
        assert len(each.lower) == len(each.upper) > 0
        assert len(each.lower) <= 2 or not each.compose, (
            "a part of a composition has one or two shape numbers"
        )
        assert any(len(example.known) >= 2 for example in each.examples()), (
            "examples with closed forms are missing"
        )
        assert getattr(ep.psf, each.model_class.__name__) is each.model_class
        assert all(example.model.name == name for example in each.examples())

    @pytest.mark.parametrize("p", [0.3, 1.3, 3.0])
    @pytest.mark.parametrize("name", sorted(library()))
    def test_a_first_shape_is_within_bounds_and_has_about_the_slope(self, name, p):
        each = library()[name]
        shape = each.start(p)
        assert np.all(shape >= each.lower)
        assert np.all(shape <= each.upper)
        assert 4.0 * float(each.model(shape).lsf(0.0)) == pytest.approx(p, rel=CLOSE.start)

    @pytest.mark.parametrize(("each", "example"), EXAMPLES, ids=lambda v: repr(getattr(v, "model", "")))
    def test_values_in_closed_form(self, each, example):
        for function, at, value in example.known:
            found = float(getattr(example.model, function)(at))
            assert found == pytest.approx(value, rel=CLOSE.known, abs=CLOSE.known), (function, at)
        if example.fwhm is not None:
            assert ep.PointSpread(example.model).fwhm == pytest.approx(example.fwhm, rel=CLOSE.known)

    @pytest.mark.parametrize("name", sorted(library()))
    def test_an_edge_gives_the_model_back(self, name):
        truth = library()[name].examples()[0].model
        fit = ep.fit_edge(edge_image(truth, (64, 64), noise=0.005), model=name)
        assert fit.model == name
        assert type(fit.psf.model) is type(truth)
        assert fit.psf.fwhm == pytest.approx(ep.PointSpread(truth).fwhm, rel=CLOSE.fitted)


@pytest.mark.parametrize("model", MODELS, ids=str)
class TestOneModel:
    def test_lsf_is_minus_the_slope_of_the_esf(self, model):
        d = np.linspace(-7, 7, 29) + 0.013
        h = 1e-4
        numeric = -(model.esf(d + h) - model.esf(d - h)) / (2 * h)
        np.testing.assert_allclose(model.lsf(d), numeric, atol=CLOSE.slope * model.lsf(0.0))
        np.testing.assert_allclose(model.esf(d) + model.esf(-d), 1, atol=CLOSE.symmetric)
        assert model.esf(0.0) == pytest.approx(0.5, abs=CLOSE.symmetric)

    def test_lsf_is_the_projection_of_the_psf(self, model):
        for d in (0.0, 0.5, 1.7):
            ends = np.sqrt(pieces(d, min(model.reach, 300.0)) - d)
            projected = integral(lambda u, d=d: line_density(model, d, u), ends)
            assert projected == pytest.approx(float(model.lsf(d)), rel=CLOSE.projected)

    def test_mtf_is_the_transform_of_the_lsf(self, model):
        end = min(model.reach, 40.0)
        for nu in (0.02, 0.1, 0.2):
            w = 2 * np.pi * nu
            transform = 2 * integral(lambda d, w=w: model.lsf(d) * np.cos(w * d), pieces(0.0, end))
            if model.reach > end:
                transform += 2 * quad(model.lsf, end, np.inf, weight="cos", wvar=w, epsabs=1e-6)[0]
            assert float(model.mtf(nu)) == pytest.approx(abs(transform), abs=CLOSE.transformed)
            assert abs(model.transfer(nu)) == pytest.approx(model.mtf(nu), abs=CLOSE.known)
        assert model.mtf(0.0) == pytest.approx(1)

    def test_energy_grows_to_one_and_is_the_integral_of_the_psf(self, model):
        within = integral(lambda r: 2 * np.pi * r * model.radial(r), pieces(0.0, min(model.reach, 4.0)))
        assert model.energy(4.0) == pytest.approx(within, abs=CLOSE.energy)
        assert model.energy(0.0) == pytest.approx(0.0, abs=CLOSE.known)
        assert np.all(np.diff(model.energy(np.linspace(0.0, 12.0, 241))) >= -CLOSE.known)
        assert model.energy(model.reach) == pytest.approx(1.0, abs=CLOSE.outside)

    def test_half_of_the_maximum_is_where_it_is_said_to_be(self, model):
        half = model.half_maximum_radius()
        just_in, just_out = model.radial(half * (1 - 1e-6)), model.radial(half * (1 + 1e-6))
        peak = model.radial(np.linspace(0, half, 2001)).max()
        assert just_in >= 0.5 * peak * (1 - CLOSE.half)
        assert just_out <= 0.5 * peak * (1 + CLOSE.half)
        assert model.esf(model.half_width(0.1)) == pytest.approx(0.1, abs=1e-5)

    def test_samples_sum_to_the_energy_within_them(self, model):
        r = np.hypot(*np.mgrid[-20:21, -20:21])
        assert model.sampled(r[r < 20]).sum() == pytest.approx(float(model.energy(20.0)), abs=CLOSE.sampled)

    def test_mtf50_and_kernel(self, model):
        psf = ep.PointSpread(model)
        assert psf.mtf(psf.mtf50) == pytest.approx(0.5, abs=1e-9)
        kernel = psf.kernel()
        assert kernel.sum() == pytest.approx(1, abs=CLOSE.kernel)
        assert kernel.min() >= 0
        x = np.arange(kernel.shape[1]) - kernel.shape[1] // 2
        assert (kernel * x).sum() == pytest.approx(0, abs=CLOSE.centroid)

    def test_it_can_be_compared_and_made_again(self, model):
        again = eval(repr(model), vars(ep.psf))
        assert again == model
        assert again is not model
        assert hash(again) == hash(model)
        assert model != Gaussian(99.0)
        assert model.description == str(model)
        np.testing.assert_array_equal(again.esf(np.linspace(-4, 4, 33)), model.esf(np.linspace(-4, 4, 33)))


@pytest.mark.parametrize(("name", "each", "shape"), FAMILIES, ids=[name for name, _, _ in FAMILIES])
def test_a_family_gives_its_models_edge_and_right_derivatives(name, each, shape):
    d = np.linspace(-5, 5, 41) + 0.007
    esf, slope, gradient = each.esf_and_gradient(shape, d)
    np.testing.assert_allclose(esf, each.model(shape).esf(d), atol=CLOSE.esf)
    np.testing.assert_allclose(slope, -each.model(shape).lsf(d), atol=CLOSE.density)
    for k in range(len(shape)):
        up, down = shape.copy(), shape.copy()
        up[k] += 1e-5
        down[k] -= 1e-5
        numeric = (each.esf_and_gradient(up, d)[0] - each.esf_and_gradient(down, d)[0]) / 2e-5
        np.testing.assert_allclose(gradient[k], numeric, atol=CLOSE.gradient)


def test_a_free_family_gives_its_models_edge():
    each, d = FreeFamily(KNOTS), np.linspace(-5, 5, 41)
    esf, slope, _ = each.esf_and_gradient(FREE.values, d)
    np.testing.assert_allclose(esf, FREE.esf(d), atol=CLOSE.esf)
    np.testing.assert_allclose(slope, -FREE.lsf(d), atol=CLOSE.density)


@pytest.mark.parametrize("psf", PSFS, ids=str)
class TestOnePsf:
    def test_it_fulfils_the_protocol(self, psf):
        assert isinstance(psf, Psf)
        assert psf.ndim == psf.kernel().ndim
        assert psf.at(3.0, 4.0) == psf
        assert psf.fwhm > 0

    def test_kernels_have_sum_one_and_keep_their_centre(self, psf):
        whole = psf.kernel()
        assert whole.dtype == np.float32
        assert whole.sum() == pytest.approx(1, abs=CLOSE.kernel)
        for size in (1, 5, 31):
            kernel = psf.kernel(size)
            assert kernel.shape == (size,) * psf.ndim
            assert kernel.dtype == np.float32
            assert kernel.sum() == pytest.approx(1, abs=CLOSE.kernel)
        # Cropped or padded about n // 2, so that values keep their ratio.
        centre = tuple(n // 2 for n in whole.shape)
        beside = (*centre[:-1], centre[-1] + (1 if whole.shape[-1] > centre[-1] + 1 else -1))
        moved = tuple(b - c + 2 for b, c in zip(beside, centre, strict=True))
        ratio = psf.kernel(5)[moved] / psf.kernel(5)[(2,) * psf.ndim]
        assert ratio == pytest.approx(whole[beside] / whole[centre], rel=1e-5)

    @pytest.mark.parametrize("size", [4, 0, -3, 5.5])
    def test_sizes_that_are_not_odd_are_refused(self, psf, size):
        with pytest.raises(ep.InputError, match="odd"):
            psf.kernel(size)

    def test_text_makes_an_equal_one(self, psf):
        for again in (
            eval(repr(psf), vars(ep.psf)),
            ep.psf.from_json(psf.to_json()),
            ep.psf.from_json(psf.to_json(5)),
        ):
            assert again == psf
            assert hash(again) == hash(psf)
            np.testing.assert_array_equal(again.kernel(), psf.kernel())
        assert psf != 3
        assert json.loads(psf.to_json())["fwhm_px"] == psf.fwhm


def test_all_psfs_are_different():
    assert len(set(PSFS)) == len(PSFS)


@pytest.mark.parametrize(
    "polynomial",
    [
        OddPolynomial((1 / 3,)),
        OddPolynomial((1.0, 0.1), n=7),
        OddPolynomial((1.0, 0.1), np.array([[1 / 7, 0.1], [0.1, 2.0]]), 40),
    ],
    ids=repr,
)
def test_polynomials_can_be_compared_and_made_again(polynomial):
    again = eval(repr(polynomial), vars(ep.psf))
    assert again == polynomial
    assert hash(again) == hash(polynomial)
    assert again.sd.keys() == polynomial.sd.keys()
    assert polynomial != OddPolynomial((1 / 3, 0.5))
