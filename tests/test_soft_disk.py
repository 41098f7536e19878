"""The soft disk of photographs: its derivative, what it gives on blurs that are known, and what it says."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

import edgepsf as ep
from edgepsf.measure.edge.softdisk import SoftDiskFamily, check_rim, rim_spread
from edgepsf.pictures.light import linear_to_srgb, srgb_to_linear
from edgepsf.psf import Disk, Gaussian, PointSpread
from edgepsf.psf.composite import Blurred
from edgepsf.testing import distance

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from photographs import photographed, soft_disk_fwhm

ROI = (52, 52, 56, 56)


def scene(seed, angle=12.0, softness=1.3):
    """An edge between two textured surfaces, in linear light, with the softness of a reduced photograph."""
    rng = np.random.default_rng(seed)
    esf = Gaussian(softness / 2.3548).esf(distance((160, 160), angle, (80.3, 79.6)))
    texture = np.exp(0.1 * gaussian_filter(rng.standard_normal((160, 160)), 1.5))
    return (texture * (0.1 + 0.5 * esf))[..., None] * [1.0, 0.95, 0.9]


def gaussian_photograph(light, sigma, seed):
    """Green light of a JPEG of quality 85 whose blur is a Gaussian."""
    blurred = np.clip(gaussian_filter(light, (sigma, sigma, 0)), 0, 1)
    counted = np.random.default_rng(seed).poisson(blurred * 5000) / 5000
    file = io.BytesIO()
    encoded = np.round(255 * linear_to_srgb(np.clip(counted, 0, 1))).astype(np.uint8)
    Image.fromarray(encoded).save(file, "JPEG", quality=85, subsampling=2)
    return srgb_to_linear(np.asarray(Image.open(file), dtype=np.float32)[..., 1] / 255).astype(np.float32)


def test_the_derivative_is_that_of_the_edge():
    family, d = SoftDiskFamily(0.4), np.linspace(-4, 4, 33)
    _, slope, gradient = family.esf_and_gradient([1.0], d)
    upper, lower = (family.esf_and_gradient([1.0 + h], d)[0] for h in (1e-5, -1e-5))
    assert gradient[0] == pytest.approx((upper - lower) / 2e-5, abs=1e-6)
    after, before = (family.esf_and_gradient([1.0], d + h)[0] for h in (1e-5, -1e-5))
    assert slope == pytest.approx((after - before) / 2e-5, abs=1e-6)
    assert family.model([1.0]) == Blurred(Disk(float(np.exp(1.0))), 0.4)


@pytest.mark.parametrize("radius", [2.0, 3.0])
def test_small_disks_of_photographs(radius):
    silent = 0
    truth = soft_disk_fwhm(radius, 1.3)
    for angle in (12.0, 33.0):
        for seed in range(3):
            fit = ep.fit_edge(photographed(scene(seed, angle), radius, 85, seed=seed), ROI)
            low, high = fit.interval("fwhm")
            assert fit.warnings or (low <= truth <= high and abs(fit.psf.fwhm / truth - 1) < 0.1)
            silent += not fit.warnings
    assert silent >= 3


@pytest.mark.parametrize("sigma", [1.2, 1.7, 2.5])
def test_a_gaussian_is_not_taken_for_a_disk(sigma):
    truth = np.hypot(2.3548 * sigma, 1.3)
    for seed in range(3):
        fit = ep.fit_edge(gaussian_photograph(scene(seed), sigma, seed), ROI)
        low, high = fit.interval("fwhm")
        assert low <= truth <= high
        assert abs(fit.psf.fwhm / truth - 1) < 0.15


def test_the_spread_of_the_rim():
    soft, hard = PointSpread(Blurred(Disk(2.0), 0.6)), PointSpread(Blurred(Disk(2.0), 0.05))
    assert rim_spread(soft)["fwhm"] > 10 * rim_spread(hard)["fwhm"]
    assert rim_spread(PointSpread(Gaussian(2.0))) == {}


def test_a_rim_at_the_limit_is_told():
    from dataclasses import make_dataclass

    candidate = make_dataclass("Fitted", ["family"])
    assert check_rim(candidate(SoftDiskFamily(0.4))) == []
    assert (
        "more sharply than pixels can show" in check_rim(candidate(SoftDiskFamily(np.exp(-3.0) / 2**0.5)))[0]
    )
