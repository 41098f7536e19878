"""What keeps a fit fast without changing its numbers: tables, lazy derivatives, partial sums, a coarse first look."""

from __future__ import annotations

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.errors import EdgeError
from edgepsf.measure.edge.lm import levenberg_marquardt
from edgepsf.psf.composite import Blurred, Steps, Sum
from edgepsf.psf.families import library
from edgepsf.psf.models.airy import Airy
from edgepsf.psf.models.disk import Disk
from edgepsf.psf.models.gaussian import Gaussian
from edgepsf.psf.models.logistic import Logistic
from edgepsf.psf.models.moffat import Moffat, MoffatFamily
from edgepsf.testing import edge_image

MODELS = (
    Gaussian(1.5), Moffat(2.0, 2.5), Moffat(1.0, 1.4), Airy(0.35), Disk(3.0), Logistic(1.2), Logistic(0.9, 0.04),
    Logistic(0.8, -0.01, 0.002), Blurred(Disk(3.0), 0.8), Blurred(Logistic(1.2), 1.0), Steps(1.5, 3.0, 0.0),
    Sum(Logistic(1.2), Moffat(3.0, 2.0), 0.6), Sum(Blurred(Disk(4.0), 0.3), Gaussian(1.0), 0.5),
)  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_the_half_maximum_is_that_of_the_whole_grid(model):
    r = np.linspace(0.0, model.reach, 2001)
    whole, outline = model.radial(r), model._outline(r)
    assert outline.max() == whole.max()
    half = 0.5 * whole.max()
    assert np.array_equal(outline >= half, whole >= half)


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_what_is_said_to_be_non_negative_is(model):
    r = np.linspace(0.0, model.reach, 401)
    density = r * model.radial(r)
    below, above = -np.clip(density, None, 0).sum(), np.clip(density, 0, None).sum()
    assert not model.non_negative or below <= 1e-9 * above


def test_a_profile_that_dips_is_not_said_to_be_non_negative():
    dips = Logistic(1.0, 0.08)
    assert not dips.non_negative
    assert not Blurred(dips, 1.0).non_negative
    assert not Sum(Gaussian(1.0), Gaussian(2.0), 1.5).non_negative


@pytest.mark.parametrize("log_beta", [-1.6, 0.0, 1.5, 3.0])
@pytest.mark.parametrize("fwhm", [0.3, 3.0, 30.0])
def test_the_table_of_a_moffat_edge_is_exact(fwhm, log_beta):
    d = np.random.default_rng(0).uniform(-60.0, 60.0, 20_000)
    shape, family = np.array([np.log(fwhm), log_beta]), MoffatFamily()
    few = [family.esf_and_gradient(shape, d[k : k + 2]) for k in range(0, 400, 2)]  # too few for a table
    esf, slope, gradient = family.esf_and_gradient(shape, d)
    assert np.abs(esf[:400] - np.concatenate([f[0] for f in few])).max() < 1e-12
    assert np.array_equal(slope[:400], np.concatenate([f[1] for f in few]))
    assert np.abs(gradient[:, :400] - np.hstack([f[2] for f in few])).max() < 1e-10


@pytest.mark.parametrize("family", library().values(), ids=lambda f: f.name)
def test_an_edge_and_its_late_derivatives_are_those_at_once(family):
    d, shape = np.linspace(-20.0, 20.0, 3000), family.start(1.1)
    esf, derivatives = family.edge(shape, d)
    for late, once in zip((esf, *derivatives()), family.esf_and_gradient(shape, d), strict=True):
        assert np.array_equal(late, once)


def counted(probe):
    """A valley that refuses steps: the minimum, and how often the whole and the Jacobian were computed."""
    calls = {"whole": 0, "jacobian": 0}

    def rows(x):
        return np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]])

    def function(x):
        calls["whole"] += 1

        def jacobian():
            calls["jacobian"] += 1
            return np.array([[-20.0 * x[0], -1.0], [10.0, 0.0]])

        return rows(x), jacobian

    part = (lambda x: float(rows(x)[0] ** 2)) if probe else None
    found = levenberg_marquardt(function, [-1.2, 1.0], [-9.0, -9.0], [9.0, 9.0], probe=part)
    return found, calls


def test_a_look_at_a_part_saves_work_and_changes_nothing():
    (plain, without), (probed, with_probe) = counted(False), counted(True)
    assert np.array_equal(plain.x, probed.x)
    assert plain.converged
    assert probed.converged
    assert with_probe["whole"] < without["whole"]
    assert with_probe["jacobian"] == without["jacobian"] < without["whole"]


@pytest.mark.parametrize("model", [Gaussian(1.5), Disk(3.0), Airy(0.35)], ids=str)
def test_an_even_edge_is_fitted_a_dozen_times_at_most(model, monkeypatch):
    """Every model once, the curve of sRGB three times, and the answer on every pixel; no compositions."""
    fits = []

    def counting(*arguments, **options):
        fits.append(arguments)
        return levenberg_marquardt(*arguments, **options)

    monkeypatch.setattr("edgepsf.measure.edge.scene.levenberg_marquardt", counting)
    ep.fit_edge(edge_image(model, noise=0.01))
    assert len(library()) < len(fits) <= len(library()) + 5


@pytest.mark.parametrize(
    ("v1", "v2"), [(30, 2e4), (30, 1e300), (-1e9, 100), (1e300, -1e300), (-1.7e308, 1.7e308), (300, 400)]
)
def test_given_levels_far_beyond_the_data_are_refused_before_the_fit(v1, v2, monkeypatch):
    monkeypatch.setattr("edgepsf.measure.edge.scene.levenberg_marquardt", None)
    with pytest.raises(EdgeError, match=r"given levels .* far beyond the gray values"):
        ep.fit_edge(edge_image(Gaussian(1.5), (64, 64), noise=0.01), v1=v1, v2=v2)
