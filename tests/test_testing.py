"""The synthetic edges against analytic facts."""

import numpy as np
import pytest

import edgepsf as ep
from edgepsf import testing
from edgepsf.psf import Airy, Disk, Gaussian
from edgepsf.testing import AiryDisk, GaussianMixture, Ring, distance, edge_image

PEERLESS = [GaussianMixture((0.6, 1.0), (0.4, 3.0)), Ring(1.5, 3.0), AiryDisk(0.35, 1.2)]


def test_white_noise_has_its_deviation_and_no_correlation():
    noise = edge_image(Gaussian(1.5), (400, 400), noise=0.03) - edge_image(Gaussian(1.5), (400, 400))
    assert noise.std() == pytest.approx(0.03 * 70, rel=0.01)
    assert np.mean(noise[:, 1:] * noise[:, :-1]) / noise.var() == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("width", [0.4, 0.7, 2.0])
def test_correlated_noise_has_unit_variance_and_the_correlation_of_its_filter(width):
    noise = testing.correlated_noise((1000, 1000), width, 5)
    assert noise.var() == pytest.approx(1, rel=0.02 * max(1, width))
    if width >= 0.7:
        along = np.mean(noise[:, 1:] * noise[:, :-1]) / noise.var()
        assert along == pytest.approx(np.exp(-1 / (4 * width**2)), abs=0.02)


def test_poisson_noise_keeps_the_mean_and_grows_with_the_level():
    noisy = edge_image(Gaussian(1.5), (400, 400), v1=20, v2=80, noise=0.05, kind="poisson")
    clean = edge_image(Gaussian(1.5), (400, 400), v1=20, v2=80)
    for low, high in ((19, 21), (79, 81)):
        side = (clean > low) & (clean < high)
        assert noisy[side].mean() == pytest.approx(clean[side].mean(), rel=0.002)
        # sd 3 at the mean level 50
        assert noisy[side].var() == pytest.approx(9 * clean[side].mean() / 50, rel=0.03)


def test_noise_refuses_what_it_cannot_do():
    with pytest.raises(ep.InputError, match=r"white, correlated, poisson"):
        edge_image(Gaussian(1.5), noise=0.01, kind="pink")
    with pytest.raises(ep.InputError, match="above zero"):
        edge_image(Gaussian(1.5), v1=-10, v2=30, noise=0.01, kind="poisson")
    clean = edge_image(Gaussian(1.5))
    np.testing.assert_array_equal(edge_image(Gaussian(1.5), kind="poisson"), clean)


@pytest.mark.parametrize("angle", [0, 5, 30, 45, 200])
def test_box_pixels_add_a_twelfth_to_the_variance_of_a_gaussian(angle):
    boxed = edge_image(Gaussian(1.5), (40, 40), angle=angle, v1=0, v2=1, box=True)
    wider = edge_image(Gaussian(np.sqrt(1.5**2 + 1 / 12)), (40, 40), angle=angle, v1=0, v2=1)
    assert np.abs(boxed - wider).max() < 1e-4
    assert np.abs(boxed - edge_image(Gaussian(1.5), (40, 40), angle=angle, v1=0, v2=1)).max() > 3e-3


def test_box_pixels_are_the_mean_of_many_samples():
    boxed = edge_image(Disk(3.0), (12, 12), v1=0, v2=1, center=(5.3, 6.1), box=True)
    offsets = (np.arange(60) + 0.5) / 60 - 0.5
    samples = [
        Disk(3.0).esf(distance((12, 12), 5, (5.3, 6.1), shift=(u, v))) for u in offsets for v in offsets
    ]
    np.testing.assert_allclose(boxed, np.mean(samples, axis=0), atol=1e-4)


def test_turned_and_mirrored_edges():
    n, center = 33, (15.2, 16.9)
    image = edge_image(Airy(0.35), (n, n), angle=12, center=center, box=True)
    mirrored = edge_image(Airy(0.35), (n, n), angle=180 - 12, center=(n - 1 - center[0], center[1]), box=True)
    np.testing.assert_allclose(image[:, ::-1], mirrored, atol=1e-10)
    turned = edge_image(Airy(0.35), (n, n), angle=12 + 90, center=(n - 1 - center[1], center[0]), box=True)
    np.testing.assert_allclose(np.rot90(image, -1), turned, atol=1e-10)


def test_curved_edge_touches_its_tangent():
    straight, curved = distance((65, 65), 20, (30, 31)), distance((65, 65), 20, (30, 31), radius=1500)
    assert curved[31, 30] == pytest.approx(0, abs=1e-9)
    y, x = np.mgrid[:65, :65]
    along = (y - 31) * np.cos(np.radians(20)) - (x - 30) * np.sin(np.radians(20))
    np.testing.assert_allclose(curved, straight + along**2 / 3000, atol=0.03)


def test_defects():
    image = edge_image(Gaussian(1.5), (200, 200))
    hot = testing.with_hot_pixels(image, 0.003, 0.0, 250.0, 1)
    assert (hot != image).mean() == pytest.approx(0.003, rel=0.3)
    assert set(np.unique(hot[hot != image])) == {0.0, 250.0}
    lit = testing.shaded(np.ones((50, 80)), 0.1)
    assert lit.max() - lit.min() == pytest.approx(0.1)
    assert lit.mean() == pytest.approx(1)
    np.testing.assert_array_equal(
        edge_image(Gaussian(1.5), gradient=0.1), testing.shaded(edge_image(Gaussian(1.5)), 0.1)
    )
    assert testing.clipped_at(image, 0.9, 30, 100).max() == pytest.approx(93)
    assert testing.quantised(np.array([-3.0, 1.6, 300.0]), np.uint8).tolist() == [0, 2, 255]


def test_old_calls_give_the_same_image():
    rng = np.random.default_rng(3)
    expected = edge_image(Gaussian(2.0)) + 0.02 * 70 * rng.standard_normal((128, 128))
    np.testing.assert_array_equal(edge_image(Gaussian(2.0), noise=0.02, seed=3), expected)


@pytest.mark.parametrize("model", PEERLESS, ids=lambda m: m.name)
def test_psfs_outside_the_library_are_consistent(model):
    d = np.linspace(0.02, 8, 200)
    slope = (model.esf(d + 1e-5) - model.esf(d - 1e-5)) / 2e-5
    smooth = np.abs(np.abs(d)[:, None] - [1.5, 3.0]).min(axis=1) > 1e-3
    np.testing.assert_allclose(-slope[smooth], model.lsf(d)[smooth], atol=1e-6)
    np.testing.assert_allclose(model.esf(d) + model.esf(-d), 1, atol=1e-9)
    r = np.linspace(0, 8, 400001)
    within = np.trapezoid(2 * np.pi * r[::100] * model.radial(r[::100]), r[::100])
    assert within == pytest.approx(float(model.energy(8.0)), abs=2e-3)
    assert float(model.mtf(0.0)) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("model", PEERLESS[:2], ids=lambda m: m.name)
def test_mtf_is_the_transform_of_the_line_spread(model):
    d = np.linspace(-model.reach, model.reach, 200001)
    for nu in (0.05, 0.15, 0.3):
        direct = np.trapezoid(model.lsf(d) * np.cos(2 * np.pi * nu * d), d)
        assert float(model.mtf(nu)) == pytest.approx(abs(direct), abs=1e-5)


def test_airy_disk_tends_to_both_of_its_parts():
    d = np.linspace(-6, 6, 101)
    np.testing.assert_allclose(AiryDisk(0.35, 1e-3).esf(d), Airy(0.35).esf(d), atol=1e-6)
    np.testing.assert_allclose(AiryDisk(40.0, 3.0).esf(d), Disk(3.0).esf(d), atol=3e-3)
    np.testing.assert_allclose(AiryDisk(0.35, 1e-3).radial(d), Airy(0.35).radial(d), atol=1e-6)


def test_wrong_parts_are_refused():
    with pytest.raises(ep.InputError, match="positive weight"):
        GaussianMixture((1.0, 1.0), (-0.2, 3.0))
    with pytest.raises(ep.InputError, match="inner < outer"):
        Ring(3.0, 1.5)
