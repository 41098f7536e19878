"""The method that serves a picture: what is chosen for which picture, and what is said."""

import warnings

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve
from skimage import data

import edgepsf as ep
from blurred import blobs, gaussian
from edgepsf.deconvolve import choose
from edgepsf.pictures.quality import psnr


def disk(radius: float) -> np.ndarray:
    side = 2 * int(radius + 2) + 1
    y, x = np.mgrid[:side, :side] - side // 2
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return kernel / kernel.sum()


def photograph(kernel, side: int = 160, sd: float = 0.005):
    """A part of a photograph through a kernel, with white noise, and its truth."""
    half = kernel.shape[0] // 2
    wide = data.coins()[20 : 20 + side + 2 * half, 40 : 40 + side + 2 * half] / 255.0
    blurred = fftconvolve(wide, kernel, mode="valid")
    noise = sd * np.random.default_rng(5).standard_normal(blurred.shape)
    return (blurred + noise).astype(np.float32), wide[half:-half, half:-half]


def stars(photons: float = 200.0, side: int = 128) -> np.ndarray:
    rng = np.random.default_rng(2)
    scene = np.zeros((side, side))
    scene[rng.integers(0, side, 60), rng.integers(0, side, 60)] = rng.uniform(0.2, 1, 60)
    seen = gaussian_filter(scene, 2.0)
    return rng.poisson(photons * seen / seen.max() + 1).astype(np.float32)


def test_a_photograph_gets_groups_of_patches():
    image, truth = photograph(disk(3))
    out, record = ep.deconvolve(image, disk(3), "auto", full_output=True)
    assert record["use"] == "collaborative"
    assert record["reason"]
    assert record["warnings"] == []
    plain = ep.deconvolve(image, disk(3))
    assert psnr(out, truth, peak=1.0) > psnr(plain, truth, peak=1.0) + 1.0


def test_less_effort_leaves_the_groups_out():
    image, _ = photograph(disk(3))
    assert choose(image, disk(3), "auto", effort="fast")["use"] == "tv"


def test_points_in_the_dark_get_richardson_lucy_with_groups():
    assert choose(stars(), gaussian((17, 17), 2.0), "auto")["use"] == "richardson_lucy_collaborative"


def test_a_volume_gets_richardson_lucy():
    numbers = choose(blobs((9, 20, 19), 1.0), gaussian((3, 5, 4)), "auto")
    assert numbers["use"] == "richardson_lucy"
    assert numbers["iterations"] >= 1


@pytest.mark.parametrize("factor", [0.7, 1.3])
def test_a_wrong_psf_is_told_and_does_little_harm(factor):
    image, truth = photograph(disk(3))
    with pytest.warns(UserWarning, match="PSF seems too"):
        out = ep.deconvolve(image, disk(3 * factor), "auto")
    assert psnr(out, truth, peak=1.0) > psnr(image, truth, peak=1.0) - 0.05


def test_a_given_method_is_used_with_given_numbers():
    image, _ = photograph(disk(3), 64)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = ep.deconvolve(image, disk(3), "auto", use="tv", regularization=1e-3)
    assert np.array_equal(one, ep.deconvolve(image, disk(3), "tv", regularization=1e-3))


def test_an_option_that_the_used_method_lacks_is_refused():
    image, _ = photograph(disk(3), 64)
    with pytest.raises(ep.InputError, match="steps"):
        ep.deconvolve(image, disk(3), "auto", use="tv", steps=3)
