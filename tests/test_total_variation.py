"""Total variation: its minimum, the borders, left-out pixels, the choice of λ."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.signal import fftconvolve
from skimage import data

import edgepsf as ep
from blurred import gaussian
from edgepsf.deconvolve import choose
from edgepsf.deconvolve.operator import Blur, prepare_kernel
from edgepsf.pictures.quality import psnr


def scene(size: int = 96, sd: float = 0.01, seed: int = 3):
    """A part of a photograph seen through a Gaussian, its truth and the PSF; the scene goes on beyond the border."""
    kernel = gaussian((13, 13), 1.6)
    kernel /= kernel.sum()
    wide = data.coins()[90 : 90 + size + 12, 60 : 60 + size + 12] / 255.0
    blurred = fftconvolve(wide, kernel, mode="valid")
    noise = sd * np.random.default_rng(seed).standard_normal(blurred.shape)
    return (blurred + noise).astype(np.float32), kernel, wide[6:-6, 6:-6]


def objective(scene, picture, blur, weight, soft=0.0):
    """½‖y − A x‖² + λ Σ |∇x| of a periodic scene, double precision."""
    steps = [np.roll(scene, -1, axis) - scene for axis in range(scene.ndim)]
    length = np.sqrt(sum(d * d for d in steps) + soft**2)
    return 0.5 * ((picture - blur.convolve(scene)) ** 2).sum() + weight * length.sum()


def test_the_minimum_of_the_objective_is_reached():
    """Against a general minimiser of the same objective, of which |∇x| is smoothed by 1e-4."""
    rng, kernel, weight, shape = np.random.default_rng(0), gaussian((3, 3), 0.8), 0.1, (10, 12)
    picture = np.kron(rng.random((5, 4)), np.ones((2, 3))) + 0.05 * rng.standard_normal(shape)
    blur = Blur(prepare_kernel(kernel, 2), shape, "periodic", precision=np.float64)
    found = minimize(
        lambda x: objective(x.reshape(shape), picture, blur, weight, 1e-4),
        picture.ravel(),
        method="L-BFGS-B",
        options={"maxfun": 1_000_000, "maxiter": 3000},
    )
    out = ep.deconvolve(picture, kernel, "tv", 3000, regularization=weight, boundary="periodic")
    reached = objective(out.astype(float), picture, blur, weight)
    least = objective(found.x.reshape(shape), picture, blur, weight)
    assert reached == pytest.approx(least, rel=1e-3)
    assert reached < 0.9 * objective(picture, picture, blur, weight)


@pytest.mark.parametrize("sd", [0.001, 0.01, 0.03])
def test_the_chosen_weight_is_near_the_best_one(sd):
    image, kernel, truth = scene(sd=sd)
    chosen = choose(image, kernel, "tv")["regularization"]
    factors = (0.125, 0.25, 0.5, 0.7, 1, 1.4, 2, 4, 8)
    reached = {
        f: psnr(ep.deconvolve(image, kernel, "tv", regularization=f * chosen), truth, peak=1.0)
        for f in factors
    }
    assert max(reached.values()) - reached[1] < 0.3
    assert reached[1] > psnr(image, truth, peak=1.0) + 1.0


def test_left_out_pixels_are_filled_from_the_scene():
    image, kernel, truth = scene()
    holes = np.random.default_rng(1).random(image.shape) < 0.1
    damaged = np.where(holes, np.float32(np.nan), image)
    out = ep.deconvolve(damaged, kernel, "tv")
    assert psnr(out, truth, peak=1.0) > psnr(ep.deconvolve(image, kernel, "tv"), truth, peak=1.0) - 0.5


def test_no_light_below_zero_where_it_is_asked():
    image, kernel, _ = scene()
    dark = image - np.float32(np.quantile(image, 0.2))
    free = ep.deconvolve(dark, kernel, "tv", regularization=1e-3)
    limited = ep.deconvolve(dark, kernel, "tv", regularization=1e-3, nonnegative=True)
    assert free.min() < -0.01
    assert limited.min() >= 0
    with pytest.raises(ep.InputError, match="background="):
        ep.deconvolve(image - 1.0, kernel, "tv", nonnegative=True)


@pytest.mark.parametrize(
    ("boundary", "least"), [("extended", 1), ("reflect", 1), ("periodic", 0), ("zero", 0)]
)
def test_every_border_restores_the_middle(boundary, least):
    """The scene neither repeats itself nor ends: a wrong border does no harm where it is not seen."""
    image, kernel, truth = scene()
    out = ep.deconvolve(image, kernel, "tv", boundary=boundary)
    middle = (slice(24, -24),) * 2
    gain = psnr(out[middle], truth[middle], peak=1.0) - psnr(image[middle], truth[middle], peak=1.0)
    assert gain > least


def test_a_picture_on_a_pedestal_is_restored_with_it():
    image, kernel, _ = scene()
    out = ep.deconvolve(image, kernel, "tv", regularization=2e-3)
    raised = ep.deconvolve(image + np.float32(2), kernel, "tv", regularization=2e-3)
    assert np.abs(raised - 2 - out).max() < 2e-3
