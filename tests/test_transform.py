"""g, f, their inverses and derivatives, and the plateau levels."""

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.testing import edge_image


def test_g_and_f_of_known_values():
    v = np.array([100.0, 65.0, 30.0])
    np.testing.assert_allclose(ep.edge.g(v, 100, 30), [0, 0.25, 0.5], atol=1e-15)
    f = ep.edge.f([0.25, 0.5 / (1 + np.e)])
    np.testing.assert_allclose(f, [0, 1], atol=1e-14)


def test_f_is_nan_outside_the_open_interval():
    f = ep.edge.f([-0.1, 0.0, 1e-12, 0.25, 0.5 - 1e-12, 0.5, 0.6, np.nan])
    assert np.isnan(f).tolist() == [True, True, False, False, False, True, True, True]


def test_inverses_return_the_input():
    v = np.linspace(30.01, 99.99, 50)
    g = ep.edge.g(v, 100, 30)
    np.testing.assert_allclose(ep.edge.v_from_g(g, 100, 30), v, rtol=1e-14)
    np.testing.assert_allclose(ep.edge.g_from_f(ep.edge.f(g)), g, rtol=1e-12)
    np.testing.assert_allclose(2 * ep.edge.g_from_f([-800.0, 800.0]), [1, 0])


def test_derivatives_match_differences():
    g, h = np.array([0.05, 0.2, 0.4]), 1e-6
    numeric = (ep.edge.f(g + h) - ep.edge.f(g - h)) / (2 * h)
    np.testing.assert_allclose(ep.edge.df_dg(g), numeric, rtol=1e-7)
    assert ep.edge.dg_dv(30, 100) == pytest.approx(1 / 140)


@pytest.mark.parametrize("levels", [(5, 5), (np.nan, 3), (1, np.inf)])
def test_levels_without_a_step_are_refused(levels):
    with pytest.raises(ep.InputError, match="level"):
        ep.edge.g([1.0], *levels)


@pytest.mark.parametrize("angle", [0, 5, 45, 90, -30, 137, 180])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_estimated_levels_are_the_plateaus_darker_first(angle, dtype):
    image = edge_image(ep.psf.Logistic(1.2), angle=angle, noise=0.02, center=(50, 70))
    v1, v2 = ep.edge.estimate_levels(np.round(image).astype(dtype) if dtype != np.float32 else image)
    assert v1 == pytest.approx(30, abs=0.5)
    assert v2 == pytest.approx(100, abs=0.5)


def test_constant_and_tiny_regions_have_no_levels():
    with pytest.raises(ep.EdgeError, match="constant"):
        ep.edge.estimate_levels(np.full((20, 20), 7.0))
    with pytest.raises(ep.EdgeError, match="usable pixels"):
        ep.edge.estimate_levels(np.full((20, 20), np.nan))
