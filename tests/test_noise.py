"""Noise that is measured from a picture: white, correlated, of a JPEG file, almost without blur."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import convolve1d, gaussian_filter
from scipy.signal import fftconvolve
from skimage import data

from blurred import gaussian
from edgepsf.deconvolve.noise import Noise, estimate_noise
from edgepsf.deconvolve.operator import Blur, prepare_kernel
from edgepsf.deconvolve.patches import weakest_component

DEFOCUS = np.hypot(*np.mgrid[-4:5, -4:5]) <= 3.2
STREAK = np.eye(7)


def blurred(scene: np.ndarray, kernel: np.ndarray) -> tuple[np.ndarray, Blur]:
    kernel = prepare_kernel(kernel, 2)
    picture = fftconvolve(scene.astype(float), kernel, "valid")
    return picture, Blur(kernel, picture.shape, workers=1)


def kinds(shape: tuple[int, int]) -> dict[str, np.ndarray]:
    """Noise of deviation 1."""
    rng = np.random.default_rng(2)
    white, sparse = rng.standard_normal(shape), np.zeros(shape)
    sparse[::2, ::2] = white[::2, ::2]
    bilinear = convolve1d(convolve1d(sparse, [0.5, 1, 0.5], axis=0), [0.5, 1, 0.5], axis=1)
    smooth = gaussian_filter(white, 0.7)
    return {"white": white, "smooth": smooth / smooth.std(), "bilinear": bilinear / bilinear.std()}


BLURS = {"Gaussian": gaussian((17, 17), 2), "disk": DEFOCUS, "motion": STREAK}


@pytest.mark.parametrize(
    ("blur", "kind"),
    [
        (blur, kind)
        for blur in BLURS
        for kind in ("white", "smooth", "bilinear")
        if blur != "motion" or kind == "white"
    ],
)
def test_noise_through_a_blur_is_told_with_its_spectrum(blur, kind):
    picture, blur = blurred(data.coins(), BLURS[blur])
    unit = kinds(picture.shape)[kind]
    image = (picture + 3 * unit).astype(np.float32)
    noise = estimate_noise(image, blur=blur)
    sd = np.sqrt(noise.mean_square(image.mean()))
    assert noise.white == (kind == "white")
    assert sd == pytest.approx(3, rel=0.03 if noise.white else 0.25)
    if not noise.white:  # second differences alone see a third of it or less
        assert np.sqrt(estimate_noise(image).mean_square(image.mean())) < 1.8
    drawn = noise.draw(np.full_like(image, image.mean()), np.random.default_rng(0)) / sd
    for step in (1, 2):
        along = [float((n[:, step:] * n[:, :-step]).mean()) for n in (unit, drawn)]
        assert along[0] == pytest.approx(along[1], abs=0.2)


def test_a_sample_has_the_variance_and_the_spectrum_that_are_told():
    noise = Noise(0.5, 2.0, (12.0, 0.0))
    level = np.full((256, 256), 40, np.float32)
    one, other = (noise.draw(level, np.random.default_rng(seed)) for seed in (1, 2))
    assert one.dtype == np.float32
    assert abs(float((one * other).mean())) < 1
    assert one.var() == pytest.approx(noise.mean_square(40), rel=0.03) == noise.variance(level).mean()
    power = (np.abs(np.fft.fft(one, axis=1)) ** 2).mean(0) / 256 / one.var()
    frequency = np.fft.fftfreq(256)
    for low, high in ((0.02, 0.1), (0.2, 0.25), (0.35, 0.4)):
        band = (np.abs(frequency) > low) & (np.abs(frequency) < high)
        assert power[band].mean() == pytest.approx(noise.power(frequency)[band].mean(), rel=0.1)


def test_noise_is_told_almost_without_blur():
    picture, blur = blurred(data.page(), gaussian((5, 5), 0.4))
    image = (picture + 8 * np.random.default_rng(3).standard_normal(picture.shape)).astype(np.float32)
    assert np.sqrt(estimate_noise(image).mean_square(image.mean())) > 9
    assert np.sqrt(estimate_noise(image, blur=blur).mean_square(image.mean())) == pytest.approx(8, rel=0.04)


def test_patches_that_do_not_count_are_left_out():
    image = 5 * np.random.default_rng(4).standard_normal((80, 90))
    valid = np.ones(image.shape, bool)
    image[10:30, 10:80], valid[10:30, 10:80] = 1000 * image[10:30, 10:80], False
    assert weakest_component(image, valid) == pytest.approx(25, rel=0.1)
    assert weakest_component(image[:12, :12]) is None


@pytest.mark.parametrize("quality", [85, 95])
def test_the_error_of_a_jpeg_file_is_told_within_a_factor_of_two(quality):
    linear = np.linspace(0, 1, 256) ** 2.2
    scene = data.rocket()[:320, :440]
    kernel = prepare_kernel(gaussian((17, 17), 2), 2)
    true = np.stack([fftconvolve(linear[scene[..., c]], kernel, "valid") for c in range(3)], -1)
    seen = np.random.default_rng(5).poisson(np.clip(true, 0, 1) * 5000) / 5000
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.rint(255 * np.clip(seen, 0, 1) ** (1 / 2.2)))).save(
        file, "JPEG", quality=quality, subsampling=2
    )
    image = linear[np.asarray(Image.open(file))][..., 1].astype(np.float32)
    error = float(np.mean((image - true[..., 1]) ** 2))
    told = estimate_noise(image, blur=Blur(kernel, image.shape, workers=1)).mean_square(image.mean())
    assert error / 2 < told < 2 * error
    assert error > 3.5 * estimate_noise(image).mean_square(image.mean())
