"""The comparison of the best unsharp mask with deconvolution: search, figures, report, command."""

import json

import numpy as np
import pytest
import tifffile
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage import data, metrics

import edgepsf as ep
from edgepsf.cli import main
from edgepsf.deconvolve.noise import high_frequency_sd as noise_sd
from edgepsf.deconvolve.operator import Blur, prepare_kernel
from edgepsf.errors import InputError
from edgepsf.pictures.files import read_picture
from edgepsf.pictures.light import srgb_to_linear
from edgepsf.pictures.quality import psnr, ssim
from edgepsf.psf.models.disk import Disk
from edgepsf.psf.models.gaussian import Gaussian
from edgepsf.report.compared import LABELS
from edgepsf.report.sharpening_page import find_detail
from edgepsf.report.sharpness import contrasts, interior, mtf_frequency, overshoot, residual

GAUSS, DISK = (prepare_kernel(ep.PointSpread(m).kernel(), 2) for m in (Gaussian(1.5), Disk(3)))
LAST_ROW = {"image", "method", "radius", "amount", "noise_gain", "residual", "overshoot"}
LAST_ROW |= {"contrast_50", "contrast_20", "contrast_10"}


def blur(scene, kernel, noise=0.0, seed=0):
    """The scene blurred as `Blur` has it, mirrored at the border, with white noise."""
    operator = Blur(kernel, scene.shape, "reflect")
    out = operator.convolve(operator.close(scene.astype(np.float32)))[operator.window]
    return out + noise * np.random.default_rng(seed).standard_normal(scene.shape)


def photograph(name, size=256):
    picture = srgb_to_linear(getattr(data, name)() / 255.0)
    picture = picture.mean(axis=-1) if picture.ndim == 3 else picture
    return picture[:size, 60 : 60 + size].astype(np.float32)


@pytest.fixture(scope="module")
def scene():
    return photograph("camera")


# The search


def test_search_finds_a_mask_that_is_there(scene):
    y = blur(scene, GAUSS)
    wanted = ep.unsharp_mask(y, 2.34, 1.7)
    found, radius, amount = ep.best_unsharp_mask(y, wanted)
    assert (radius, amount) == pytest.approx((2.34, 1.7), rel=0.01)
    np.testing.assert_allclose(found, wanted, atol=2e-3)


def test_search_is_not_beaten_by_a_scan(scene):
    y = blur(scene, DISK, 0.01)
    best, _, _ = ep.best_unsharp_mask(y, scene)
    error = ((best - scene) ** 2).mean()
    for radius in np.geomspace(0.6, 10, 12):
        for amount in np.linspace(0, 6, 25):
            assert ((ep.unsharp_mask(y, radius, amount) - scene) ** 2).mean() > error * (1 - 1e-4)


def test_given_radii_and_amounts_are_the_only_ones_tried(scene):
    y = blur(scene, GAUSS, 0.01)
    _, radius, amount = ep.best_unsharp_mask(y, scene, radii=[1.0, 2.0], amounts=[0.5, 1.0])
    errors = {
        (r, a): ((ep.unsharp_mask(y, r, a) - scene) ** 2).mean() for r in (1.0, 2.0) for a in (0.5, 1.0)
    }
    assert (radius, amount) == min(errors, key=errors.get)


def test_search_in_a_region_knows_nothing_of_the_rest(scene):
    y = blur(scene, GAUSS)
    region = np.zeros(y.shape, dtype=bool)
    region[40:120, 30:150] = True
    wanted = np.where(region, ep.unsharp_mask(y, 1.5, 2.0), -7)
    assert ep.best_unsharp_mask(y, wanted, region=region)[1:] == pytest.approx((1.5, 2.0), rel=0.01)
    with pytest.raises(InputError, match="mask of shape"):
        ep.best_unsharp_mask(y, wanted, region=region[1:])
    with pytest.raises(InputError, match="the truth"):
        ep.best_unsharp_mask(y, wanted[1:])


@pytest.mark.parametrize("kernel", [GAUSS, DISK], ids=["gaussian", "disk"])
@pytest.mark.parametrize("noise", [0.002, 0.01, 0.03])
@pytest.mark.parametrize("name", ["camera", "astronaut", "coffee", "chelsea", "coins"])
def test_without_a_truth_the_mask_is_as_good_as_with_it(name, noise, kernel):
    """The mask searched without truth is not weaker than the best one, so that the comparison is fair."""
    truth = photograph(name)
    y = blur(truth, kernel, noise)
    known = ep.compare_sharpening(y, kernel, iterations=1, truth=truth)
    blind = ep.compare_sharpening(y, kernel, iterations=1)
    assert psnr(known.unsharp, truth) - 0.03 < psnr(blind.unsharp, truth) <= psnr(known.unsharp, truth) + 1e-3


def test_mask_is_the_same_whatever_the_method(scene):
    y = blur(scene, GAUSS, 0.01)
    first, second = (ep.compare_sharpening(y, GAUSS, m) for m in ("richardson_lucy", "wiener"))
    assert (first.radius, first.amount) == (second.radius, second.amount)
    np.testing.assert_array_equal(first.deconvolved, ep.deconvolve(y, GAUSS))
    np.testing.assert_array_equal(second.deconvolved, ep.deconvolve(y, GAUSS, "wiener"))
    np.testing.assert_array_equal(first.unsharp, ep.unsharp_mask(y, first.radius, first.amount))


def test_options_reach_the_deconvolution(scene):
    y = blur(scene, GAUSS, 0.01)
    made = ep.compare_sharpening(y, GAUSS, "wiener", regularization=0.3, boundary="reflect")
    expected = ep.deconvolve(y, GAUSS, "wiener", regularization=0.3, boundary="reflect")
    np.testing.assert_array_equal(made.deconvolved, expected)
    assert made.record["regularization"] == 0.3


def test_no_mask_helps_a_picture_of_noise():
    noise = np.random.default_rng(0).standard_normal((64, 64))
    compared = ep.compare_sharpening(noise, GAUSS, "wiener", truth=np.zeros((64, 64)) + np.eye(64) * 1e-3)
    assert compared.amount == 0
    np.testing.assert_array_equal(compared.unsharp, compared.blurred)
    assert any("no unsharp mask" in warning for warning in compared.warnings)


# The figures


@pytest.fixture(scope="module")
def compared(scene):
    return ep.compare_sharpening(blur(scene, GAUSS, 0.01), GAUSS, "wiener", truth=scene)


def test_rows(compared):
    assert [row["image"] for row in compared.rows] == list(LABELS)
    assert all(set(row) == LAST_ROW | {"psnr", "ssim"} for row in compared.rows)
    first, mask, last = compared.rows
    assert (mask["radius"], mask["amount"]) == (compared.radius, compared.amount)
    assert np.isnan(first["radius"])
    assert last["method"] == "wiener"
    assert first["psnr"] < mask["psnr"] < last["psnr"]
    assert (first["noise_gain"], first["overshoot"]) == pytest.approx((1, 0))


def test_noise_gain_is_that_of_the_impulse_response(compared):
    impulse = np.zeros((129, 129), np.float32)
    impulse[64, 64] = 1
    response = ep.unsharp_mask(impulse, compared.radius, compared.amount)
    assert compared.rows[1]["noise_gain"] == pytest.approx(np.sqrt((response**2).sum()), rel=0.02)
    response = ep.deconvolve(
        impulse, GAUSS, "wiener", regularization=compared.record["regularization"], boundary="periodic"
    )
    assert compared.rows[2]["noise_gain"] == pytest.approx(np.sqrt((response**2).sum()), rel=0.03)


def test_contrast_of_the_mask_is_that_of_its_transfer_function(compared):
    for level in (0.5, 0.2, 0.1):
        nu = np.sqrt(-np.log(level) / 2) / (np.pi * 1.5)
        assert mtf_frequency(GAUSS, level) == pytest.approx(nu, rel=0.01)
        gain = 1 + compared.amount * (1 - np.exp(-2 * (np.pi * compared.radius * nu) ** 2))
        name = f"contrast_{100 * level:.0f}"
        assert compared.rows[0][name] == pytest.approx(100 * level)
        assert compared.rows[1][name] == pytest.approx(100 * level * gain, rel=0.02)


def test_contrast_where_the_psf_leaves_more():
    point = np.ones((1, 1))
    assert np.isnan(mtf_frequency(point, 0.5))
    image = np.random.default_rng(0).standard_normal((32, 32))
    assert all(np.isnan(v) for v in contrasts(image, image, point, np.ones((32, 32), dtype=bool)).values())


@pytest.mark.parametrize("shape", [(21, 21), (20, 22)], ids=["odd", "even"])
def test_residual_of_the_scene_itself_is_the_noise(scene, shape):
    y, x = np.indices(shape)
    kernel = np.exp(-((y - shape[0] // 2) ** 2 + (x - shape[1] // 2 + 1) ** 2) / 6.0)
    kernel /= kernel.sum()
    inner = interior(np.ones(scene.shape, dtype=bool), kernel)
    assert inner.sum() == (256 - 2 * (shape[0] // 2)) * (256 - 2 * (shape[1] // 2))
    assert residual(scene, blur(scene, kernel), kernel, inner) == pytest.approx(0, abs=1e-5)
    assert residual(scene, blur(scene, kernel, 0.01), kernel, inner) == pytest.approx(0.01, rel=0.02)


def test_overshoot():
    blurred = gaussian_filter(np.where(np.arange(100) < 50, 30.0, 80.0) * np.ones((100, 1)), 1.5)
    region = np.ones(blurred.shape, dtype=bool)
    assert overshoot(blurred, blurred, GAUSS, region) == 0
    for side, expected in ((20, 20.0), (5, 0.0)):
        halo = blurred.copy()
        halo[40 : 40 + side, 70 : 70 + side] += 10
        assert overshoot(halo, blurred, GAUSS, region) == pytest.approx(expected, abs=1e-4)
    assert overshoot(100 - halo, 100 - blurred, GAUSS, region) == 0
    assert overshoot(2 * blurred - gaussian_filter(blurred, 3), blurred, GAUSS, region) > 5


def test_quality_agrees_with_scikit_image(scene):
    y = blur(scene, GAUSS, 0.02).astype(np.float64)
    truth = scene.astype(np.float64)
    assert psnr(y, truth) == pytest.approx(
        metrics.peak_signal_noise_ratio(truth, y, data_range=np.ptp(truth)), abs=1e-6
    )
    theirs = metrics.structural_similarity(
        truth, y, data_range=np.ptp(truth), gaussian_weights=True, use_sample_covariance=False
    )
    assert ssim(y, truth) == pytest.approx(theirs, abs=1e-6)
    assert ssim(truth, truth) == pytest.approx(1)
    assert psnr(truth, truth) == np.inf


@pytest.mark.parametrize("noise", [0.003, 0.03])
def test_noise_is_measured_through_edges(scene, noise):
    assert noise_sd(blur(scene, DISK, noise)) == pytest.approx(noise, rel=0.15)


def test_noise_of_rounded_values():
    for name in ("camera", "coins"):
        rounded = (np.rint(255 * blur(photograph(name), DISK)) / 255).astype(np.float32)
        assert noise_sd(rounded) == pytest.approx(12**-0.5 / 255, rel=0.6)
    assert noise_sd(np.ones((9, 9))) == 0
    flat = np.ones((64, 64))
    flat[:, 30:] = 2
    found = ep.compare_sharpening(flat, GAUSS, iterations=2).rows
    assert all(np.isfinite(row["residual"]) and np.isfinite(row["noise_gain"]) for row in found)


def test_rounding_counts_as_noise(scene):
    y = np.rint(100 * blur(scene, GAUSS)).astype(np.uint8)
    assert ep.compare_sharpening(y, GAUSS, iterations=2).noise == pytest.approx(12**-0.5, rel=0.3)


@pytest.mark.parametrize("mask", [False, True])
def test_figures_of_a_region(scene, mask):
    y = blur(scene, GAUSS, 0.01)
    roi = (100, 60, 80, 90)
    part = slice(60, 150), slice(100, 180)
    region = np.zeros(y.shape, dtype=bool)
    region[part] = True
    here = ep.compare_sharpening(y, GAUSS, "wiener", truth=scene, roi=region if mask else roi)
    np.testing.assert_array_equal(here.region, region)
    for row, picture in zip(here.rows, here.pictures, strict=True):
        assert row["psnr"] == pytest.approx(psnr(picture[part], scene[part]))


@pytest.mark.parametrize(("factor", "offset"), [(1000, 0), (1, 3)])
def test_scale_and_offset_of_the_gray_values_do_not_matter(scene, compared, factor, offset):
    y, truth = factor * blur(scene, GAUSS, 0.01) + offset, factor * scene + offset
    other = ep.compare_sharpening(y, GAUSS, "wiener", truth=truth)
    for ours, theirs in zip(other.rows, compared.rows, strict=True):
        # SSIM compares means, too, so that an offset changes it by definition.
        for key in [k for k, v in ours.items() if not isinstance(v, str) and not (offset and k == "ssim")]:
            assert ours[key] == pytest.approx(theirs[key], rel=0.01, abs=0.01, nan_ok=True), key


def test_progress_runs_once_through(scene):
    seen = []
    ep.compare_sharpening(
        blur(scene, GAUSS), GAUSS, iterations=3, callback=lambda i, n, info: seen.append((i, n))
    )
    assert seen == [(i, 6) for i in range(1, 7)]


def _bad():
    y = np.random.default_rng(0).random((40, 40))
    hole = y.copy()
    hole[3, 3] = np.nan
    return [
        ((y, GAUSS), {"truth": y[1:]}, "the truth has shape"),
        ((y, GAUSS), {"truth": hole}, "the truth has NaN"),
        ((hole, GAUSS), {}, "the picture has NaN"),
        ((np.ones((40, 40)), GAUSS), {}, "constant"),
        ((y, GAUSS), {"roi": (3, 3, 5, 20)}, "too small"),
        ((y, GAUSS), {"roi": (99, 3, 5, 5)}, "outside"),
        ((y, GAUSS[0]), {}, "2-D kernel"),
        ((y, GAUSS, "magic"), {}, "unknown method"),
        ((y, GAUSS), {"regularization": 1}, "unknown option"),
        ((np.stack([y, y]), GAUSS), {}, "2-D gray image"),
        ((np.stack([y, y, y], axis=-1), GAUSS), {}, "colour"),
    ]


@pytest.mark.parametrize("case", _bad(), ids=lambda case: case[2])
def test_bad_input(case):
    arguments, options, sentence = case
    with pytest.raises(InputError, match=sentence):
        ep.compare_sharpening(*arguments, **options)


# The picture


@pytest.mark.parametrize(
    ("part", "roi"),
    [
        (np.s_[:256, :256], None),
        (np.s_[:60, :250], None),
        (np.s_[:250, :40], None),
        (np.s_[:, :], (100, 60, 20, 30)),
        (np.s_[:30, :30], None),
    ],
    ids=["square", "wide", "tall", "region", "tiny"],
)
@pytest.mark.parametrize("with_truth", [True, False])
def test_report(tmp_path, scene, part, roi, with_truth):
    truth = scene[part]
    y = blur(truth, GAUSS, 0.01)
    compared = ep.compare_sharpening(y, GAUSS, iterations=3, truth=truth if with_truth else None, roi=roi)
    compared.report(tmp_path / "r.png", "a title")
    with Image.open(tmp_path / "r.png") as picture:
        assert picture.format == "PNG"
        assert min(picture.size) > 800
        assert np.asarray(picture.convert("L")).std() > 20
    assert [p.name for p in tmp_path.iterdir()] == ["r.png"]
    detail = find_detail(compared)
    assert compared.region[detail.rows, detail.columns].any()
    assert len(compared.blurred[detail.index]) == len(detail.positions)


def test_detail_and_line_cross_the_edge():
    scene = np.full((200, 300), 10.0)
    scene[:, 240:] = 50
    compared = ep.compare_sharpening(blur(scene, GAUSS, 0.1), GAUSS, iterations=1)
    detail = find_detail(compared)
    assert detail.along_x
    assert detail.columns.start < 240 < detail.columns.stop
    turned = ep.compare_sharpening(blur(scene.T, GAUSS, 0.1), GAUSS, iterations=1)
    assert not find_detail(turned).along_x


# The command


@pytest.fixture
def folder(tmp_path, scene, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, image in (("y", blur(scene, GAUSS, 0.01)), ("t", scene), ("h", GAUSS)):
        tifffile.imwrite(f"{name}.tif", image.astype(np.float32), imagej=True)
    return tmp_path


def test_command_line_equals_python(folder, capsys):
    words = "compare y.tif --psf h.tif --truth t.tif --method wiener -o c.tif --report r.png --json"
    assert main(words.split()) == 0
    said = json.loads(capsys.readouterr().out)
    y, t, h = (tifffile.imread(f"{name}.tif") for name in "yth")
    expected = ep.compare_sharpening(y, h, "wiener", truth=t)
    assert [row["image"] for row in said["rows"]] == list(LABELS)
    for ours, theirs in zip(said["rows"], expected.rows, strict=True):
        assert ours == {k: None if v != v else v for k, v in theirs.items()}
    assert (said["output"], said["report"]) == ("c.tif", "r.png")
    np.testing.assert_array_equal(tifffile.imread("c.tif"), np.stack(expected.pictures))
    with tifffile.TiffFile("c.tif") as file:
        notes = file.imagej_metadata
    assert notes["Labels"] == list(LABELS)
    assert (notes["min"], notes["max"]) == pytest.approx(expected.display)
    assert read_picture("c.tif").dimensions == (1, 3, 1)


def test_command_line_prints_the_table_and_needs_no_output(folder, capsys):
    words = "compare y.tif --psf h.tif --iterations 2 --roi 20,30,100,90"
    assert main(words.split()) == 0
    out = capsys.readouterr().out
    lines = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
    assert lines["noise_gain"][0] == "1"
    assert len(lines["residual"]) == 3
    assert "psnr" not in lines
    assert sorted(p.name for p in folder.iterdir()) == ["h.tif", "t.tif", "y.tif"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("compare y.tif", "psf is missing"),
        ("compare y.tif --psf h.tif --truth h.tif -o c.tif", "the truth has shape"),
        ("compare y.tif --psf h.tif --report r.pdf -o c.tif", "must end in .png"),
        ("compare y.tif --psf h.tif --regularization 3 -o c.tif", "unknown option"),
        ("compare y.tif --psf volume.tif -o c.tif", "has 3 planes"),
        ("compare y.tif --psf h.tif --roi 1,1,3,3 --report r.png", "too small"),
    ],
)
def test_bad_command_lines_write_nothing(folder, capsys, words, sentence):
    tifffile.imwrite("volume.tif", np.ones((3, 5, 5), np.float32), imagej=True)
    before = sorted(folder.iterdir())
    assert main(words.split()) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert sorted(folder.iterdir()) == before
