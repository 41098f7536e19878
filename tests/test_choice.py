"""Numbers that are chosen without the truth are near the best ones, also where the scene goes on beyond the border."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve
from skimage import data

import edgepsf as ep
from blurred import gaussian
from edgepsf.deconvolve import border
from edgepsf.deconvolve.guard import check, fitting_width
from edgepsf.deconvolve.observation import observe
from edgepsf.deconvolve.operator import Blur, prepare_kernel
from edgepsf.pictures.quality import psnr

TRIED = (0.01, 0.1, 0.3, 3.0, 10.0, 100.0)


def disk(radius: float) -> np.ndarray:
    side = 2 * int(radius + 2) + 1
    y, x = np.mgrid[:side, :side] - side // 2
    return np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)


BLURS = {"Gaussian": gaussian((17, 17), 2), "disk": disk(3), "motion": np.eye(7)}


def window(kernel: np.ndarray, sd: float, kind: str = "white") -> tuple[np.ndarray, np.ndarray]:
    """A picture of a larger scene, in shares of the range, and what it shows."""
    scene = data.astronaut()[20:300, 60:360].mean(-1) / 255
    kernel = kernel / kernel.sum()
    half = [n // 2 for n in kernel.shape]
    clean = fftconvolve(scene, kernel, "valid")
    noise = np.random.default_rng(1).standard_normal(clean.shape)
    if kind == "smooth":
        noise = gaussian_filter(noise, 0.7)
        noise /= noise.std()
    return (clean + sd * noise).astype(np.float32), scene[half[0] : -half[0], half[1] : -half[1]]


def lost(image, truth, kernel, method, **settings) -> float:
    """dB behind the best of some other values."""
    out, record = ep.deconvolve(image, kernel, method, full_output=True, **settings)
    tried = [
        psnr(
            ep.deconvolve(image, kernel, method, regularization=record["regularization"] * f, **settings),
            truth,
            peak=1,
        )
        for f in TRIED
    ]
    return max(tried) - psnr(out, truth, peak=1)


@pytest.mark.parametrize("method", ["wiener", "tikhonov", "inverse", "hybr", "wpl"])
@pytest.mark.parametrize("blur", BLURS)
@pytest.mark.parametrize("sd", [1e-3, 1e-2])
def test_the_border_does_not_mislead_the_choice(method, blur, sd):
    image, truth = window(BLURS[blur], sd)
    assert lost(image, truth, BLURS[blur], method) < 0.5


@pytest.mark.parametrize("blur", ["Gaussian", "disk"])
def test_correlated_noise_does_not_mislead_the_choice(blur):
    image, truth = window(BLURS[blur], 1e-2, "smooth")
    assert lost(image, truth, BLURS[blur], "wiener") < 0.4


@pytest.mark.parametrize("stop", [{}, {"accelerate": True}])
def test_the_stop_sees_noise_far_below_the_structure(stop):
    """Second differences see fifteen times the noise beside a narrow blur, and the iterations stopped far too early."""
    image, truth = window(BLURS["motion"], 3e-4)
    out = ep.deconvolve(image, BLURS["motion"], stop="auto", **stop)
    fixed = [
        psnr(ep.deconvolve(image, BLURS["motion"], iterations=n, **stop), truth, peak=1)
        for n in (10, 30, 100)
    ]
    assert psnr(out, truth, peak=1) > max(fixed) - 0.3


def test_the_error_of_the_continuation_is_that_of_close():
    """A strip that is cut out of a picture and closed differs from the picture by what is told."""
    rng = np.random.default_rng(3)
    picture, gap = rng.random((30, 8)), 6
    told = np.zeros_like(picture)
    border.closing_error(picture, told, [(2, 4), (0, 0)])
    first = (30 - gap) // 2
    # The picture turned so that the strip lies at the end: `close` fills it from both of its sides.
    turned = np.roll(picture, -(first + gap), axis=0)
    filled = turned.copy()
    border.close(filled, [(0, gap), (0, 0)])
    np.testing.assert_allclose(told, np.roll(filled - turned, first + gap, axis=0), atol=1e-12)


@pytest.mark.parametrize(("width", "word"), [(0.7, "narrow"), (1.0, ""), (1.3, "wide")])
@pytest.mark.parametrize("sd", [3e-3, 2e-2])
def test_a_psf_of_a_wrong_width_is_warned_of(width, word, sd):
    image, _ = window(disk(3), sd)
    seen = observe(image)
    verdict = check(seen, Blur(prepare_kernel(disk(3 * width), 2), image.shape, workers=1))
    assert verdict.doubtful == bool(word)
    assert all(f"too {word}" in sentence for sentence in verdict.sentences)
    if word:
        assert 1 / verdict.width == pytest.approx(width, rel=0.15)


def test_a_restoration_of_grain_is_warned_of():
    image, _ = window(BLURS["Gaussian"], 1e-2)
    seen = observe(image)
    blur = Blur(prepare_kernel(BLURS["Gaussian"], 2), image.shape, workers=1)
    for method, options, grain in (
        ("fista", {}, False),
        ("wiener", {"regularization": 1e-5}, True),
    ):
        out = ep.deconvolve(seen.signal, BLURS["Gaussian"], method, **options)
        assert any("variation" in each for each in check(seen, blur, out).sentences) == grain


def test_a_small_picture_has_no_width():
    image = np.random.default_rng(0).random((50, 70)).astype(np.float32)
    assert fitting_width(observe(image), Blur(prepare_kernel(disk(2), 2), image.shape)) is None
