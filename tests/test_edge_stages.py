"""The stages of an edge fit, each by itself: frozen, made from the stages before, with named slots."""

import ast
import dataclasses
import pickle
from pathlib import Path

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.errors import EdgeError, InputError
from edgepsf.measure.edge import beyond, fit, slots
from edgepsf.measure.edge.answer import Answer, covariance
from edgepsf.measure.edge.candidate import Bic
from edgepsf.measure.edge.checks import check_contrast, check_structure
from edgepsf.measure.edge.defects import check_clipping, clipped, outliers
from edgepsf.measure.edge.finish import edge_fit
from edgepsf.measure.edge.library import FirstFits, choose, library_fits, polished
from edgepsf.measure.edge.noise import Noise, measure
from edgepsf.measure.edge.pixels import Pixels
from edgepsf.measure.edge.residuals import Residuals
from edgepsf.measure.edge.start import FLOOR, find_start
from edgepsf.measure.edge.views import Views
from edgepsf.pictures.region import take_region
from edgepsf.psf.families import family
from edgepsf.psf.pointspread import PointSpread
from edgepsf.testing import edge_image, with_hot_pixels

SHAPE = (72, 64)
ROI = (7, 5, 50, 60)
MODEL = ep.psf.Gaussian(1.5)


def image(**options):
    return edge_image(MODEL, SHAPE, **({"noise": 0.01} | options))


def pixels_of(picture, roi=None, aspect=1.0):
    region = take_region(picture, roi)
    return Pixels.of(region, region.mask & np.isfinite(region.values), aspect)


def views_of(picture, levels=None, pixel="sampled"):
    pixels = pixels_of(picture)
    return Views.of(pixels, find_start(pixels, levels), pixel)


@dataclasses.dataclass(frozen=True)
class Fitted:
    """All stages of one edge."""

    views: Views
    first: FirstFits
    noise: Noise
    bic: Bic
    answer: Answer


def fitted(picture, name="gaussian"):
    views = views_of(picture)
    first = FirstFits.of(views)
    noise = measure(first.residuals, views.start.floor)
    bic = Bic(views.start.floor, noise.inflation)
    candidates = library_fits(views, [family(name)], first, bic)
    best = polished(views, choose(candidates, bic, explicit=True))
    return Fitted(views, first, noise, bic, Answer.of(views, best, candidates, bic))


@pytest.fixture(scope="module")
def stages():
    return fitted(image())


def test_every_stage_is_frozen(stages):
    views, answer = stages.views, stages.answer
    values = [
        views.pixels, views.start, views.thinned.samples, views.thinned, views, stages.first, answer.residuals,
        stages.noise, stages.bic, answer.candidate, answer.candidate.solution, answer,
        fit.Question("auto", (), "sampled", None, 1.0),
    ]  # fmt: skip
    for value in values:
        for field in dataclasses.fields(value):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(value, field.name, None)


def test_no_stage_changes_a_stage_before_it():
    picture = with_hot_pixels(image(kind="correlated"), 0.004, 0.0, 160.0)
    views = views_of(picture)
    first = FirstFits.of(views)
    before = pickle.dumps((views.pixels, views.start, views, first))
    bic = Bic(views.start.floor, measure(first.residuals, views.start.floor).inflation)
    assert bic.inflation > 1.0
    views.pixels.without(outliers(first.residuals))
    candidates = library_fits(views, [family("gaussian"), family("disk")], first, bic)
    answer = Answer.of(views, polished(views, candidates[0]), candidates, bic)
    chosen = pickle.dumps(answer)
    best = beyond.beyond_library(views, answer, only=True)
    edge_fit(views, best, PointSpread(best.candidate.model), [])
    assert pickle.dumps((views.pixels, views.start, views, first)) == before
    assert pickle.dumps(answer) == chosen


def test_no_attribute_is_assigned_outside_a_constructor():
    """Nothing in the package of edges sets an attribute of an object that exists."""
    for path in Path(fit.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            flat = [t for target in targets for t in getattr(target, "elts", [target])]
            assert not any(isinstance(t, ast.Attribute) for t in flat), f"{path.name}:{node.lineno}"


def test_pixels_are_centred_and_know_their_places():
    picture = image()
    picture[20, 30] = np.nan
    pixels = pixels_of(picture, ROI, aspect=1.5)
    assert len(pixels.values) == ROI[2] * ROI[3] - 1
    assert abs(pixels.x.mean()) < 1e-9
    assert abs(pixels.y.mean()) < 1e-9
    x, y = pixels.places()
    np.testing.assert_allclose(x, pixels.columns + ROI[0], atol=1e-9)
    np.testing.assert_allclose(y, pixels.rows + ROI[1], atol=1e-9)
    np.testing.assert_array_equal(pixels.values, picture[np.rint(y).astype(int), np.rint(x).astype(int)])
    np.testing.assert_array_equal(np.isnan(pixels.picture()), np.isnan(picture[5:65, 7:57]))
    assert pixels.reach > np.hypot(pixels.x, pixels.y).max()


def test_pixels_without_some_are_the_others_centred_anew():
    pixels = pixels_of(image(), ROI)
    mask = (pixels.rows < 10) | (pixels.values > 99.5)
    before = pickle.dumps(pixels)
    fewer = pixels.without(mask)
    assert pickle.dumps(pixels) == before
    np.testing.assert_array_equal(fewer.values, pixels.values[~mask])
    np.testing.assert_array_equal(fewer.rows, pixels.rows[~mask])
    np.testing.assert_array_equal(fewer.use.sum(), (~mask).sum())
    assert abs(fewer.y.mean()) < 1e-9
    np.testing.assert_allclose(fewer.places()[1], pixels.places()[1][~mask], atol=1e-9)
    np.testing.assert_array_equal(pixels.without(np.zeros_like(mask)).x, pixels.x)
    again = fewer.without(np.arange(len(fewer.values)) < 5)
    assert len(again.values) == len(fewer.values) - 5


def test_start_is_near_the_edge():
    start = find_start(pixels_of(image(angle=20.0)), None)
    assert start.levels == (pytest.approx(30, abs=0.5), pytest.approx(100, abs=0.5))
    assert np.degrees(start.angle) == pytest.approx(20, abs=1)
    assert not start.given
    assert start.floor == FLOOR
    np.testing.assert_allclose(start.in_steps(np.array([start.v1, start.v2])), [0, 1])
    given = find_start(pixels_of(image()), (100.0, 30.0))
    assert given.given
    assert given.step == -70.0
    assert abs(np.degrees(given.angle)) == pytest.approx(175, abs=1)


def test_whole_gray_values_raise_the_floor():
    start = find_start(pixels_of(np.round(image())), (30.0, 100.0))
    assert start.floor == pytest.approx(1 / (12 * 70**2))


@pytest.mark.parametrize(
    ("picture", "levels", "sentence"),
    [
        (np.full((40, 40), 3.0), None, "the region is constant"),
        (np.full((40, 40), 3.0), (1.0, 2.0), "the region is constant"),
        (np.where(np.eye(40) > 0, 4.0, 3.0), None, "no edge"),
        (np.indices((64, 64)).sum(0) % 2 * 1.0, None, "have no sides"),
    ],
)
def test_start_refuses_a_region_without_two_sides(picture, levels, sentence):
    with pytest.raises(EdgeError, match=sentence):
        find_start(pixels_of(picture), levels)


def test_views_hold_the_same_pixels_thinned_and_single():
    views = views_of(edge_image(MODEL, (300, 200), noise=0.01))
    single, thinned = views.every.samples, views.thinned.samples
    assert single.count == thinned.count == thinned.weight.sum() == 300 * 200
    assert len(thinned.x) < 0.2 * len(single.x)
    for name in ("x", "values"):
        whole, blocks = getattr(single, name), getattr(thinned, name)
        assert (blocks * thinned.weight).sum() == pytest.approx(whole.sum(), abs=1e-6)
    a, b = (views.fit(scene, family("gaussian")) for scene in (views.thinned, views.every))
    assert views.fitted(a) is views.thinned
    assert views.fitted(b) is views.every
    np.testing.assert_allclose(a.shape, b.shape, rtol=1e-3)


def test_candidate_has_named_slots(stages):
    candidate = stages.answer.candidate
    parts = candidate.slots
    assert [len(part) for part in parts] == [2, 2, 5, 1]
    np.testing.assert_array_equal(np.concatenate(parts), candidate.parameters)
    np.testing.assert_array_equal(slots.joined(*parts), candidate.parameters)
    np.testing.assert_array_equal(candidate.scene, candidate.parameters[:9])
    np.testing.assert_allclose(parts.levels, [0, 1], atol=0.01)
    assert np.degrees(parts.line[0]) == pytest.approx(5, abs=0.5)
    np.testing.assert_array_equal(parts.extras, 0)
    assert candidate.model.parameters["sigma"] == pytest.approx(1.5, rel=0.02)
    assert not candidate.has_extras
    free = slots.slots(candidate.free)
    assert free.levels.all()
    assert free.line.all()
    assert free.shape.all()
    shaded = fitted(image(gradient=0.2)).answer.candidate
    assert shaded.has_extras
    assert slots.slots(shaded.free).extras.any()


def test_derivatives_stand_in_the_order_of_the_slots(stages):
    scene, candidate = stages.views.every, stages.answer.candidate
    parameters = candidate.parameters + np.array([0, 0, 0, 0, 1e-3, 0.01, 0.02, 0.03, -0.02, 0])
    free = np.ones(len(parameters), dtype=bool)
    _, jacobian = scene.predict(candidate.family, parameters, free)
    for index in range(len(parameters)):
        step = np.zeros(len(parameters))
        step[index] = 1e-6
        ends = [scene.predict(candidate.family, parameters + s * step, free)[0] for s in (1, -1)]
        np.testing.assert_allclose(jacobian[index], (ends[0] - ends[1]) / 2e-6, atol=2e-5)


def test_levels_that_are_given_are_held():
    views = views_of(image(), levels=(30.0, 100.0))
    candidate = views.fit(views.thinned, family("gaussian"))
    np.testing.assert_array_equal(candidate.slots.levels, [0.0, 1.0])
    assert not slots.slots(candidate.free).levels.any()


def test_bic_is_told_what_it_needs_of_the_noise(stages):
    candidate, n = stages.answer.candidate, stages.answer.candidate.count
    freedom = len(candidate.solution.x)
    white, correlated, coarse = Bic(), Bic(inflation=4.0), Bic(floor=1.0)
    fits = n * np.log(candidate.variance)
    assert white(candidate) == pytest.approx(fits + freedom * np.log(n))
    assert correlated(candidate) == pytest.approx(fits / 4 + freedom * np.log(n))
    assert coarse(candidate) == pytest.approx(freedom * np.log(n))
    assert coarse.exact(candidate)
    assert not white.exact(candidate)


def test_noise_is_read_from_residuals_and_changes_nothing(stages):
    residuals, score = stages.first.residuals, stages.bic(stages.first.best)
    noise = measure(residuals, FLOOR)
    assert noise == stages.noise
    assert stages.bic(stages.first.best) == score
    assert noise.low == pytest.approx(0.01, rel=0.1)
    assert noise.inflation == 1.0
    assert measure(residuals, 1.0).low == 1.0
    correlated = fitted(image(kind="correlated")).noise
    assert correlated.inflation > 2.0
    assert correlated.correlation[(0, 1)] == pytest.approx(np.exp(-1 / (4 * 0.7**2)), abs=0.1)
    photons = fitted(image(kind="poisson")).noise
    assert photons.high > photons.low
    np.testing.assert_allclose(photons.deviation([0, 1]), [photons.low, photons.high])


def test_residuals_and_esf_of_a_candidate(stages):
    residuals = Residuals.of(stages.views, stages.answer.candidate)
    candidate = stages.answer.candidate
    np.testing.assert_array_equal(residuals.residual, -candidate.solution.residual)
    d = residuals.pixels.distance(*candidate.slots.line)
    np.testing.assert_allclose(residuals.esf, candidate.model.esf(d), atol=1e-9)
    assert np.std(residuals.lonely()) == pytest.approx(0.01, rel=0.2)


def test_outliers_are_marked_unless_they_are_too_many():
    clean = image()
    few, many = (with_hot_pixels(clean, share, 0.0, 160.0) for share in (0.004, 0.06))
    views = views_of(few)
    mask = outliers(FirstFits.of(views).residuals)
    np.testing.assert_array_equal(mask, few.ravel() != clean.ravel())
    assert not outliers(FirstFits.of(views_of(many)).residuals).any()


def test_clipped_pixels_are_marked_and_said():
    picture = np.minimum(image(seed=2), 101.6)
    pixels = pixels_of(np.clip(picture * 2.5, 0, 255).astype(np.uint8))
    start = find_start(pixels, None)
    mask = clipped(pixels.values, np.dtype(np.uint8), *start.levels)
    assert check_clipping(np.zeros_like(mask), pixels, start) == []
    some = np.arange(len(mask)) < 7
    assert check_clipping(some, pixels, start) == ["7 clipped pixels were left out"]
    with pytest.raises(EdgeError, match="bright plateau is clipped"):
        check_clipping(pixels.values > 200, pixels, start)


def test_checks_say_what_is_wrong(stages):
    views, answer = stages.views, stages.answer
    check_contrast(answer.candidate, answer.residuals, views.start, stages.bic)
    with pytest.raises(EdgeError, match="no single edge"):
        check_contrast(answer.candidate, answer.residuals, views.start, Bic(inflation=1e9))
    assert check_structure(answer) == []
    blocks = 0.03 * np.sign(np.sin(views.pixels.rows / 8))
    shaken = dataclasses.replace(answer.residuals, residual=answer.residuals.residual + blocks)
    assert "of the step is left" in check_structure(dataclasses.replace(answer, residuals=shaken))[0]
    shaken = dataclasses.replace(answer.residuals, residual=answer.residuals.residual + 3 * blocks)
    with pytest.raises(EdgeError, match="no single edge"):
        check_structure(dataclasses.replace(answer, residuals=shaken))


def test_covariance_has_named_blocks(stages):
    inner = covariance(stages.views, stages.answer)
    free = stages.answer.candidate.free
    assert (np.diag(inner)[free] > 0).all()
    assert not inner[~free].any()
    result = edge_fit(stages.views, stages.answer, PointSpread(stages.answer.candidate.model), ["said"])
    assert result.warnings == ["said"]
    assert len(result.covariance) == len(slots.REPORTED) + len(result.shape)
    np.testing.assert_array_equal(
        result.covariance[slots.REPORTED_SHAPE, slots.REPORTED_SHAPE], inner[slots.SHAPE, slots.SHAPE]
    )
    index = slots.REPORTED.index("v2")
    assert result.sd("v2") == pytest.approx(np.sqrt(inner[slots.V2, slots.V2]) * abs(stages.views.start.step))
    assert result.sd("v2") == pytest.approx(np.sqrt(result.covariance[index, index]))
    assert slots.REPORTED[slots.REPORTED_LINE] == ("normal_angle", "offset")


def test_reported_covariance_leaves_the_extras_out():
    matrix = np.arange(121.0).reshape(11, 11)
    kept = [0, 1, 2, 3, 9, 10]
    np.testing.assert_array_equal(slots.reported(matrix), matrix[np.ix_(kept, kept)])


def test_beyond_the_library_gives_a_new_answer_and_leaves_the_old_one(stages):
    same = beyond.beyond_library(stages.views, stages.answer, only=False)
    assert same.candidate is stages.answer.candidate
    assert same.residuals is stages.answer.residuals
    other = beyond.beyond_library(stages.views, stages.answer, only=True)
    assert other.candidate.family.name == "free"
    assert other.candidate is not stages.answer.candidate
    assert other.residuals.pixels is stages.views.pixels


def test_question_refuses_what_cannot_be_asked():
    with pytest.raises(InputError, match="aspect"):
        fit._question("auto", "sampled", None, None, 0.0)
    with pytest.raises(InputError, match="neither"):
        fit._question("auto", "sampled", 3.0, None, 1.0)
    question = fit._question("logistic7", "optical", 1, 2, 1)
    assert question.levels == (1.0, 2.0)
    assert [each.name for each in question.families] == ["logistic7"]
    assert not question.beyond


def test_large_edges_without_much_noise_are_fitted():
    """More than 100 000 pixels, noise between the floor and the limit below which every pixel is taken."""
    found = ep.fit_edge(edge_image(MODEL, (330, 310), noise=1e-4))
    assert found.parameters["sigma"] == pytest.approx(1.5, rel=1e-4)
