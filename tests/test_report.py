"""The report picture and the confidence bands that it shows."""

import json

import numpy as np
import pytest
import tifffile
from PIL import Image

import edgepsf as ep
from command_line import run
from edgepsf.errors import InputError
from edgepsf.measure.radial import mtf_plot, radial_plot
from edgepsf.pictures.files import read_picture
from edgepsf.pictures.light import linear_to_srgb
from edgepsf.pictures.region import take_region
from edgepsf.psf.composite import Steps
from edgepsf.psf.models.disk import Disk
from edgepsf.psf.models.gaussian import Gaussian
from edgepsf.psf.pointspread import PointSpread
from edgepsf.report.measurement_page import write_page
from edgepsf.report.shades import shades
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
    ("kind", "level", "sentence"), [("otf", 0.9, "unknown curve"), ("mtf", 1, "level must")]
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


RINGS = {"ring": Steps(2.0, 3.0, 0.0), "faint centre": Steps(2.5, 5.0, 0.02), "point": Gaussian(0.3)}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", RINGS.values(), ids=RINGS)
@pytest.mark.parametrize("model", ["auto", "free"])
def test_no_division_by_nothing(tmp_path, shape, model):
    """PSFs with no light, or next to none, at their centre: no warning, and no figure that is infinite."""
    image = edge_image(shape, (64, 64), noise=0.003, angle=7)
    fit = ep.fit_edge(image, model=model)
    words = [
        part.label for plot in fit.page(take_region(image, None)).plots for part in (*plot.curves, plot.band)
    ]
    assert not [word for word in words if "inf" in word or "nan" in word]
    write_page(image, fit, None, tmp_path / "r.png")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("low", "high"), [(-np.inf, np.inf), (0.0, np.inf), (-1.0, 1.0), (np.nan, np.nan)])
def test_bands_that_tell_nothing_have_no_figure(low, high):
    psf = PointSpread(Gaussian(1.5))

    def limits(x):
        return np.full(np.shape(x), low), np.full(np.shape(x), high)

    radial, mtf = radial_plot(psf, "gaussian", limits), mtf_plot(psf, "gaussian", limits)
    assert radial.band.label == "95 % band"
    assert np.isfinite(radial.y_range).all()
    assert np.isfinite(high) == ("±" in mtf.band.label)


@pytest.mark.filterwarnings("error")
def test_a_band_above_zero_has_its_half_width():
    psf = PointSpread(Gaussian(1.5))
    plot = radial_plot(psf, "gaussian", lambda r: (0.9 * psf.radial(r), 1.1 * psf.radial(r)))
    assert plot.band.label == "95 % band, ± 10 % at r = 0"


def test_linear_light_is_drawn_with_the_curve_of_screens():
    light = np.linspace(0.05, 0.8, 400)
    scale = shades(light, (0, 100), light=True)
    np.testing.assert_allclose(scale.drawn(light), linear_to_srgb(light))
    assert scale.limits == pytest.approx(tuple(linear_to_srgb([0.05, 0.8])))
    assert "sRGB" in scale.heading("Region")
    plain = shades(light, (0, 100), light=False)
    assert plain.limits == (0.05, 0.8)
    assert plain.heading("Region") == "Region"
    assert plain.drawn(light) is light
    bright = shades(1000 * light, (0, 100), light=True)
    np.testing.assert_allclose(bright.limits, linear_to_srgb(np.array([0.0625, 1.0])))


def test_a_linear_channel_is_reported_with_the_curve(tmp_path, capsys):
    """The middle gray of the drawing is the encoded picture's; the note travels through files and commands."""
    coded = np.round(255 * linear_to_srgb(EDGE / 120)).astype(np.uint8)
    Image.fromarray(coded).save(tmp_path / "photo.png")
    run(capsys, "linear", tmp_path / "photo.png", "-o", tmp_path / "lin.tif")
    run(
        capsys,
        "psf",
        "edge",
        tmp_path / "lin.tif",
        "-o",
        tmp_path / "h.tif",
        "--report",
        tmp_path / "page.png",
    )
    run(capsys, "deconvolve", tmp_path / "lin.tif", "--psf", tmp_path / "h.tif", "-o", tmp_path / "out.tif")
    words = (tmp_path / "lin.tif", "--psf", tmp_path / "h.tif", "-o", tmp_path / "both.tif")
    run(capsys, "compare", *words, "--report", tmp_path / "compared.png")
    for name in ("lin", "out", "both"):
        assert read_picture(tmp_path / f"{name}.tif").properties["edgepsf.light"] == "sRGB"
    assert "edgepsf.light" not in read_picture(tmp_path / "h.tif").properties
    with tifffile.TiffFile(tmp_path / "lin.tif") as file:
        bare = file.asarray()
    tifffile.imwrite(tmp_path / "bare.tif", bare, imagej=True)
    words = (tmp_path / "bare.tif", "--psf", tmp_path / "h.tif", "-o", tmp_path / "x.tif")
    run(capsys, "compare", *words, "--report", tmp_path / "plain.png")
    with_curve, without = (
        np.asarray(Image.open(tmp_path / n).convert("L"), float) for n in ("compared.png", "plain.png")
    )
    assert np.abs(with_curve - without).max() > 50, "drawn in another way"


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
