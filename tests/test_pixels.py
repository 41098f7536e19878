"""Pixels that are not square: lengths in pixel widths, angles in the plane of the object."""

import numpy as np
import pytest

import edgepsf as ep

ASPECT = 2.0


def tall_pixels(angle, p=0.8, noise=0.005):
    """A logistic edge on pixels twice as high as wide; p in px⁻¹ of the width."""
    y, x = np.mgrid[:70, :128]
    t = np.radians(angle)
    d = (x - 63.2) * np.cos(t) + ASPECT * (y - 33.3) * np.sin(t)
    image = 30 + 70 * ep.psf.Logistic(p).esf(d)
    return image + 70 * noise * np.random.default_rng(0).standard_normal(image.shape), d


@pytest.mark.parametrize("angle", [0, 20, 60, 90, 140])
def test_fit_and_plane(angle):
    image, d = tall_pixels(angle)
    fit = ep.fit_edge(image, aspect=ASPECT)
    assert fit.psf.fwhm == pytest.approx(3.2565 / 0.8, rel=0.02)
    assert abs((fit.normal_angle - angle + 180) % 360 - 180) < 0.5
    y, x = np.mgrid[:70, :128]
    np.testing.assert_allclose(fit.distance(x, y), d, atol=0.3)
    plane = ep.edge.fit_plane(ep.edge.f(ep.edge.g(image, 30, 100)), aspect=ASPECT)
    assert plane.p == pytest.approx(0.8, rel=0.02)
    assert abs((plane.normal_angle - angle + 180) % 360 - 180) < 0.5
    np.testing.assert_allclose(ep.edge.distance_map(plane, image.shape), d, atol=0.3)


def test_kernel_is_sampled_at_the_real_places():
    psf = ep.psf.from_profile(p1=0.8, aspect=ASPECT)
    kernel = psf.kernel()
    down, across = kernel.shape[0] // 2, kernel.shape[1] // 2
    assert across > 1.7 * down
    assert kernel[down + 2, across] == pytest.approx(kernel[down, across + 4], rel=1e-6)
    assert kernel.sum() == pytest.approx(1, abs=1e-6)
