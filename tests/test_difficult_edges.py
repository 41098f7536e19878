"""Edges that are not textbook: rough, sharpened, rounded, asymmetric, spoilt ones are right, told or refused."""

import sys
from pathlib import Path

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.measure.edge.rounded import coarse_rounding, excess, lattice
from edgepsf.pictures.light import linear_to_srgb
from edgepsf.testing import distance, edge_image, with_hot_pixels

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from difficult_edges import lopsided, quantised, rough_edge, sharpened
from photographs import photographed, soft_disk_fwhm

GAUSSIAN = ep.psf.Gaussian(1.5)
FWHM = 2 * np.sqrt(2 * np.log(2)) * 1.5


def told(fit, words):
    return any(words in w for w in fit.warnings)


@pytest.mark.parametrize("length", [0.0, 2.0])
@pytest.mark.parametrize("jitter", [0.2, 0.5])
def test_a_rough_edge_is_followed_and_told(jitter, length):
    fit = ep.fit_edge(rough_edge(jitter, length, 5))
    assert fit.psf.fwhm == pytest.approx(FWHM, rel=0.02)
    assert told(fit, "not straight")
    said = float(next(w for w in fit.warnings if "not straight" in w).split("varies by ")[1].split(" px")[0])
    assert said == pytest.approx(jitter, rel=0.3)
    assert not told(fit, "hot or dead")


def test_a_free_fit_of_a_rough_edge_has_no_sharp_core():
    fit = ep.fit_edge(rough_edge(0.35, 2.0, 5), model="free")
    assert fit.psf.fwhm == pytest.approx(FWHM, rel=0.1)


def test_a_straight_edge_is_not_called_rough():
    for seed in range(4):
        fit = ep.fit_edge(edge_image(GAUSSIAN, (96, 96), noise=0.02, seed=seed))
        assert not fit.warnings


def test_sharpening_is_measured_and_named():
    cells = list(sharpened(3))
    for name, image, _ in cells[4::6]:
        overshoot = float(name.split("overshoot ")[1])
        try:
            fit = ep.fit_edge(image)
        except ep.EdgeError as error:
            words = [str(error)]
        else:
            words = fit.warnings
        sentence = next(w for w in words if "sharpened" in w)
        share = float(sentence.split("plateaus by ")[1].split(" %")[0]) / 100
        assert overshoot / 2 < share < 1.4 * overshoot
        assert not any("hot or dead" in w for w in words)


def test_strong_sharpening_is_refused():
    name, image, _ = list(sharpened(1))[4]
    assert name.endswith("0.31")
    with pytest.raises(ep.EdgeError, match=r"sharpened: the edge overshoots.*use one that was not"):
        ep.fit_edge(image)


@pytest.mark.parametrize("index", [4, 5, 6, 7, 8])
def test_rounded_edges_without_noise(index):
    name, image, _ = list(quantised(2))[index]
    fit, step = ep.fit_edge(image), int(name.split()[1])
    assert step >= 20
    assert fit.psf.fwhm == pytest.approx(FWHM, rel=0.03)
    assert not told(fit, "hot or dead")
    low, high = fit.interval("fwhm")
    assert low <= FWHM <= high


@pytest.mark.parametrize("index", [0, 1, 2])
def test_an_edge_of_a_few_gray_values_is_uncertain_and_says_so(index):
    fit = ep.fit_edge(list(quantised(2))[index][1])
    low, high = fit.interval("fwhm")
    assert low <= FWHM <= high
    assert told(fit, "does not tell the width well")


def test_rounding_does_not_depend_on_the_number_type():
    image = list(quantised(2))[5][1]
    one, two = ep.fit_edge(image), ep.fit_edge(image / 255.0)
    assert two.psf.fwhm == pytest.approx(one.psf.fwhm, rel=1e-6)


def test_lattice_and_coarse_rounding():
    values = np.repeat([10.0, 11, 13, 20, 30], 20)
    assert lattice(values) == 1.0
    assert lattice(values / 255) == pytest.approx(1 / 255)
    assert lattice(np.random.default_rng(0).random(5000)) == 0.0
    assert coarse_rounding(values, 1.0, 10, 30) == pytest.approx(1 / 40)
    assert coarse_rounding(values, 0.0, 10, 30) == 0.0
    counted, slope = excess(np.array([-0.3, 0.02, 0.5]), 0.1)
    assert counted[0] == pytest.approx(-0.2, rel=0.03)
    assert counted[2] == pytest.approx(0.4, rel=0.03)
    assert slope[1] < 0.05 < slope[0] == slope[2] == 1.0


@pytest.mark.parametrize("side", [1, -1])
def test_an_edge_with_a_tail_is_asymmetric_and_not_gamma_encoded(side):
    fit = ep.fit_edge(lopsided(4.0, side, np.random.default_rng(1)))
    sentence = next(w for w in fit.warnings if "asymmetric" in w)
    dark, bright = (float(part.split(" px")[0].split()[-1]) for part in sentence.split(" side")[:2])
    assert (dark > 1.5 * bright) == (side > 0)
    assert not told(fit, "gamma")


def test_gamma_is_still_told():
    image = edge_image(GAUSSIAN, v1=0.2, v2=0.8, noise=0.0)
    noisy = linear_to_srgb(image) + 0.004 * np.random.default_rng(0).standard_normal(image.shape)
    assert told(ep.fit_edge(noisy), "gamma-encoded")


def test_only_defects_are_called_hot_or_dead():
    clean = edge_image(GAUSSIAN, (96, 96), noise=0.01)
    fit = ep.fit_edge(with_hot_pixels(clean, 0.003, 0.0, 200.0))
    assert told(fit, "hot or dead pixels")
    assert fit.psf.fwhm == pytest.approx(FWHM, rel=0.02)


@pytest.mark.parametrize("level", [20.0, 150.0])
@pytest.mark.parametrize("center", [(48, 33), (60, 48)])
def test_dust_is_the_reason(level, center):
    image = edge_image(GAUSSIAN, (96, 96), noise=0.01)
    image[distance_from(center, image.shape) < 5] = level
    try:
        words = ep.fit_edge(image).warnings
    except ep.EdgeError as error:
        words = [str(error)]
    assert any("something lies on or near the edge" in w for w in words)
    assert not any("close to the border" in w for w in words)


def distance_from(center, shape):
    y, x = np.indices(shape)
    return np.hypot(x - center[0], y - center[1])


def test_levels_beyond_the_gray_values_are_refused_or_told():
    image = edge_image(ep.psf.Gaussian(6.0), (60, 26), center=(21, 30), noise=0.005)
    try:
        words = ep.fit_edge(image).warnings
    except ep.EdgeError as error:
        words = [str(error)]
    assert any("beyond the gray values" in w or "transition is inside" in w for w in words)


def test_texture_without_an_edge_is_refused():
    rng = np.random.default_rng(0)
    y, x = np.indices((256, 256))
    texture = (
        100 + 40 * np.sin(x / 3.1 + 2 * np.sin(y / 11)) * np.cos(y / 4.7) + 3 * rng.standard_normal(x.shape)
    )
    with pytest.raises(ep.EdgeError, match=r"no single edge|no edge"):
        ep.fit_edge(texture)


@pytest.mark.parametrize(("radius", "quality"), [(3, 85), (4, 92), (5, 75)])
def test_a_defocused_jpeg_gives_the_disk(radius, quality):
    light = scene(radius)
    fit = ep.fit_edge(photographed(light, radius, quality, seed=radius), (52, 52, 56, 56))
    truth = soft_disk_fwhm(radius, 1.3)
    assert abs(fit.psf.fwhm / truth - 1) < 0.10 or fit.warnings
    assert fit.psf.fwhm == pytest.approx(truth, rel=0.15)
    assert not told(fit, "hot or dead")


def scene(seed):
    """An edge between two textured surfaces, 1.3 px soft, in linear light."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    esf = ep.psf.Gaussian(1.3 / 2.3548).esf(distance((160, 160), 12.0, (80.3, 79.6)))
    texture = np.exp(0.06 * gaussian_filter(rng.standard_normal((160, 160)), 1.5))
    return (texture * (0.1 + 0.5 * esf))[..., None] * [1.0, 0.95, 0.9]


def test_a_fit_without_a_width_is_refused(monkeypatch):
    from edgepsf.psf.pointspread import PointSpread

    monkeypatch.setattr(PointSpread, "fwhm", property(lambda self: float("nan")))
    with pytest.raises(ep.EdgeError, match="no PSF: the fit has no width"):
        ep.fit_edge(edge_image(GAUSSIAN, (64, 64), noise=0.01))
