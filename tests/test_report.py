"""The report picture and the confidence bands that it shows."""

import json

import numpy as np
import pytest
import tifffile
from PIL import Image

import edgepsf as ep
from command_line import run
from edgepsf.errors import InputError
from edgepsf.psf.models.disk import Disk
from edgepsf.psf.models.gaussian import Gaussian
from edgepsf.report.measurement_page import write_page
from edgepsf.testing import edge_image

EDGE = edge_image(Gaussian(1.5), noise=0.02)
NU, R = np.linspace(0, 0.5, 51), np.linspace(0, 6, 61)


@pytest.fixture(scope="module")
def fit():
    return ep.fit_edge(EDGE, model="gaussian")


def test_bands_agree_with_the_intervals(fit):
    low, high = fit.band("mtf", fit.psf.mtf50)
    slope = (fit.psf.mtf(fit.psf.mtf50 + 1e-4) - fit.psf.mtf(fit.psf.mtf50 - 1e-4)) / 2e-4
    assert (high - low) / abs(slope) == pytest.approx(np.diff(fit.interval("mtf50"))[0], rel=0.01)
    assert (high + low) / 2 == pytest.approx(0.5, abs=1e-9)
    sigma, sd = fit.parameters["sigma"], fit.sd("sigma")
    low, high = fit.band("radial", [0.0])  # P(0) = 1/(2πσ²), so its relative sd is twice that of σ
    assert (high[0] - low[0]) / fit.psf.radial(0.0) == pytest.approx(2 * 1.96 * 2 * sd / sigma, rel=0.01)
    low, high = fit.band("esf", [50.0, -50.0])
    for name, width in zip(("v1", "v2"), high - low, strict=True):
        assert width == pytest.approx(np.diff(fit.interval(name))[0], rel=1e-6)


def test_bands_widen_with_the_level_and_with_other_models(fit):
    narrow, wide = fit.band("mtf", NU, 0.5), fit.band("mtf", NU, 0.99)
    assert np.all(wide[1] - wide[0] >= narrow[1] - narrow[0])
    auto = ep.fit_edge(edge_image(Gaussian(1.5), noise=0.1, shape=(40, 40)))
    low, high = auto.band("radial", R)
    fwhm = auto.sd("fwhm")
    assert auto.model_spread["fwhm"] > 0
    auto.model_spread = {}
    assert auto.sd("fwhm") < fwhm
    plain = auto.band("radial", R)
    assert np.all(high - low >= plain[1] - plain[0] - 1e-15)


@pytest.mark.parametrize("seed", range(3))
def test_band_holds_the_truth(seed):
    """Along the MTF, with a model of the right family, on three seeds: 95 % each, strongly correlated."""
    image = edge_image(Gaussian(1.5), noise=0.03, shape=(64, 64), seed=seed)
    low, high = ep.fit_edge(image, model="gaussian").band("mtf", NU[1:], level=0.999)
    truth = Gaussian(1.5).mtf(NU[1:])
    assert np.all((low <= truth) & (truth <= high))


def test_a_shape_at_its_bound_has_a_band():
    image = edge_image(ep.psf.Logistic(1.2), noise=0.01)
    fit = ep.fit_edge(image, model="logistic3")
    low, high = fit.band("radial", R)
    assert np.all(np.isfinite(low) & np.isfinite(high))
    assert np.all(high >= low)
    assert high[0] > low[0]


@pytest.mark.parametrize(
    ("kind", "level", "sentence"), [("lsf", 0.9, "unknown curve"), ("mtf", 1, "level must")]
)
def test_bad_arguments(fit, kind, level, sentence):
    with pytest.raises(InputError, match=sentence):
        fit.band(kind, NU, level)


def curved():
    y, x = np.mgrid[:128, :128]
    d = np.hypot(x + 400.0, y - 64.0) - 464
    return 30 + 70 * Gaussian(1.8).esf(d) + 0.7 * np.random.default_rng(1).standard_normal(d.shape)


def mixed():
    d = np.mgrid[:100, :100][1] - 50.3 + 0.1 * np.arange(100)[:, None]
    esf = 0.6 * Gaussian(1).esf(d) + 0.4 * Gaussian(3).esf(d)
    return 30 + 70 * esf + 0.7 * np.random.default_rng(1).standard_normal(d.shape)


CIRCLE = np.hypot(*np.ogrid[-64:64, -64:64]) < 50


@pytest.mark.parametrize(
    ("image", "roi", "options"),
    [
        (EDGE, (20, 10, 60, 100), {}),
        (EDGE, None, {"pixel": "optical"}),
        (EDGE, None, {"aspect": 2.0}),
        (edge_image(Disk(3), noise=0.03, angle=200), CIRCLE, {}),
        (curved(), (20, 10, 90, 110), {}),
        (mixed(), None, {"model": "free"}),
        (np.where(np.eye(128, dtype=bool), np.nan, EDGE), None, {}),
        (edge_image(Gaussian(1.5)), None, {}),
    ],
    ids=["gaussian", "optical", "aspect", "disk in a circle", "curved", "free", "nan", "no noise"],
)
def test_pictures(tmp_path, image, roi, options):
    fit = ep.fit_edge(image, roi, **options)
    write_page(image, fit, roi, tmp_path / "r.png", title="a title")
    with Image.open(tmp_path / "r.png") as picture:
        assert picture.format == "PNG"
        assert min(picture.size) > 800
        assert np.asarray(picture.convert("L")).std() > 20
    assert [p.name for p in tmp_path.iterdir()] == ["r.png"]


def test_command_line(tmp_path, capsys):
    tifffile.imwrite(tmp_path / "edge.tif", EDGE.astype(np.float32), imagej=True)
    words = ("psf", "edge", tmp_path / "edge.tif", "--report", tmp_path / "r.png")
    code, out, _ = run(capsys, *words, "--json", "-o", tmp_path / "h.tif")
    answer = json.loads(out)
    assert (code, answer["report"], answer["output"]) == (0, str(tmp_path / "r.png"), str(tmp_path / "h.tif"))
    before = (tmp_path / "r.png").read_bytes()
    code, _, err = run(capsys, *words)
    assert (code, "exists already" in err) == (2, True)
    assert (tmp_path / "r.png").read_bytes() == before
    assert run(capsys, *words, "--overwrite")[0] == 0
    code, _, err = run(capsys, "psf", "edge", tmp_path / "edge.tif", "--report", tmp_path / "r.pdf")
    assert (code, "must end in .png" in err) == (2, True)
    code, _, err = run(capsys, "psf", "edge", tmp_path / "edge.tif", "--report", tmp_path / "no" / "r.png")
    assert (code, "does not exist" in err) == (2, True)


def test_a_refused_fit_writes_no_report(tmp_path, capsys):
    tifffile.imwrite(tmp_path / "flat.tif", np.full((40, 40), 7, np.uint8))
    assert run(capsys, "psf", "edge", tmp_path / "flat.tif", "--report", tmp_path / "r.png")[0] == 3
    assert not (tmp_path / "r.png").exists()
