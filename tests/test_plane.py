"""The plane fit, the distance map and the odd profile."""

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.testing import distance, edge_image

ANGLES = [0, 5, 26.565, 45, 90, -30, 137]


def angle_difference(a, b):
    return abs((a - b + 180) % 360 - 180)


@pytest.mark.parametrize("p", [0.6, 1.2, 2.5])
@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("levels", [(30, 100), (100, 30)])
def test_exact_logistic_edge(p, angle, levels):
    image = edge_image(ep.psf.Logistic(p), angle=angle, v1=levels[0], v2=levels[1])
    plane = ep.edge.fit_plane(ep.edge.f(ep.edge.g(image, *levels)))
    assert plane.p == pytest.approx(p, rel=1e-8)
    assert angle_difference(plane.normal_angle, angle) < 1e-7
    np.testing.assert_allclose(
        ep.edge.distance_map(plane, image.shape), distance(image.shape, angle), atol=1e-7
    )


@pytest.mark.parametrize(("noise", "limit"), [(0.002, 0.002), (0.01, 0.03), (0.03, 0.05)])
def test_plateau_noise_does_not_flatten_the_plane(noise, limit):
    slopes = []
    for seed in range(20):
        image = edge_image(ep.psf.Logistic(1.2), noise=noise, seed=seed)
        slopes.append(ep.edge.fit_plane(ep.edge.f(ep.edge.g(image, 30, 100))).p)
    assert np.sqrt(np.mean((np.array(slopes) / 1.2 - 1) ** 2)) < limit


def test_stated_deviations_are_those_of_repeated_fits():
    fits = []
    for seed in range(60):
        image = edge_image(ep.psf.Logistic(1.2), noise=0.01, seed=seed)
        fits.append(ep.edge.fit_plane(ep.edge.f(ep.edge.g(image, 30, 100))))
    for name in ("a", "b", "c"):
        spread = np.std([getattr(p, name) for p in fits], ddof=1)
        stated = np.mean([p.sd["abc".index(name)] for p in fits])
        assert stated == pytest.approx(spread, rel=0.3), name


def test_whole_image_coordinates_inside_a_region():
    image = edge_image(ep.psf.Logistic(1.2), noise=0.01)
    f = ep.edge.f(ep.edge.g(image, 30, 100))
    part = ep.edge.fit_plane(f[20:90, 30:100], origin=(30, 20))
    mask = np.zeros(f.shape, bool)
    mask[20:90, 30:100] = True
    whole = ep.edge.fit_plane(f, mask=mask)
    np.testing.assert_allclose([part.a, part.b, part.c], [whole.a, whole.b, whole.c], rtol=1e-9)
    np.testing.assert_allclose(part.covariance, whole.covariance, rtol=1e-6)


def test_given_weights_make_one_plain_fit():
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:20, :30]
    f = 1 + 0.5 * x - 0.2 * y + rng.standard_normal(x.shape)
    weights = rng.uniform(0.1, 2, x.shape)
    plane = ep.edge.fit_plane(f, weights)
    design = np.column_stack([np.ones(x.size), x.ravel(), y.ravel()]) * np.sqrt(weights.ravel())[:, None]
    expected = np.linalg.lstsq(design, f.ravel() * np.sqrt(weights.ravel()), rcond=None)[0]
    np.testing.assert_allclose([plane.a, plane.b, plane.c], expected, rtol=1e-10)


@pytest.mark.parametrize(
    "f", [np.full((9, 9), np.nan), np.zeros((9, 9)), np.outer(np.eye(9)[4], np.linspace(-1, 1, 9)) + np.nan]
)
def test_no_edge_is_refused(f):
    with pytest.raises(ep.EdgeError, match=r"no (edge|plane)"):
        ep.edge.fit_plane(f)


def test_profile_of_an_exact_odd_polynomial():
    d = np.linspace(-6, 6, 400)
    profile = ep.edge.fit_profile(d, 0.9 * d + 0.02 * d**3 + 0.001 * d**5, degree=5)
    np.testing.assert_allclose(profile.coefficients, [0.9, 0.02, 0.001], rtol=1e-9)
    assert profile.monotone
    assert set(profile.parameters) == {"p1", "p3", "p5"}


def test_profile_deviations_and_degree():
    image = edge_image(ep.psf.Logistic(1.0, 0.05), noise=0.01)
    d = distance(image.shape, 5)
    profile = ep.edge.fit_profile(d, ep.edge.f(ep.edge.g(image, 30, 100)), degree=3)
    assert abs(profile.coefficients[0] - 1.0) < 4 * profile.sd["sd_p1"] < 0.1
    with pytest.raises(ep.InputError, match="odd"):
        ep.edge.fit_profile(d, d, degree=4)
    with pytest.raises(ep.EdgeError, match="swapped"):
        ep.edge.fit_profile(d, -d, degree=1)


@pytest.mark.parametrize(
    ("coefficients", "expected"),
    [
        ((1.0,), True),
        ((-1.0,), False),
        ((1.0, -0.01), False),
        ((1.0, 0.1), True),
        ((1.0, -0.9 * 2 * np.sqrt(5) / 3 * np.sqrt(0.01), 0.01), True),
        ((1.0, -1.1 * 2 * np.sqrt(5) / 3 * np.sqrt(0.01), 0.01), False),
        ((1.0, 0.0, -1e-6), False),
    ],
)
def test_monotone_condition(coefficients, expected):
    assert ep.edge.OddPolynomial(coefficients).monotone is expected
