"""The command line: results, exit codes, sentences, nothing half-written."""

import json
import os

import numpy as np
import pytest
import tifffile

import command_line
import edgepsf as ep
from children import child
from edgepsf.testing import edge_image
from edges import EDGE

ROI = (20, 10, 100, 100)


@pytest.fixture
def folder(tmp_path):
    tifffile.imwrite(tmp_path / "edge.tif", EDGE, imagej=True)
    return tmp_path


def run(capsys, *words):
    """Exit code, JSON of stdout (or text), stderr."""
    code, out, err = command_line.run(capsys, *words)
    return code, (json.loads(out) if "--json" in words and code == 0 else out), err


def test_the_chain_equals_python(folder, capsys):
    image = tifffile.imread(folder / "edge.tif")
    roi = ",".join(map(str, ROI))
    assert run(capsys, "g", folder / "edge.tif", "--v1", 30, "--v2", 100, "-o", folder / "g.tif")[0] == 0
    assert run(capsys, "f", folder / "g.tif", "-o", folder / "f.tif")[0] == 0
    _, plane, _ = run(capsys, "plane", folder / "f.tif", "--roi", roi, "--json")
    x, y, w, h = ROI
    f = ep.edge.f(ep.edge.g(image, 30, 100))
    expected = ep.edge.fit_plane(f[y : y + h, x : x + w], origin=(x, y))
    for name in "abcp":
        assert plane[name] == pytest.approx(getattr(expected, name), rel=1e-6)
    assert list(plane)[:10] == ["a", "b", "c", "p", "angle", "sd_a", "sd_b", "sd_c", "sd_p", "n"]
    numbers = [f"--{k}={plane[k]!r}" for k in "abc"]
    assert run(capsys, "distance", folder / "f.tif", *numbers, "-o", folder / "d.tif")[0] == 0
    np.testing.assert_allclose(
        tifffile.imread(folder / "d.tif"), ep.edge.distance_map(expected, image.shape), rtol=1e-5, atol=1e-5
    )
    _, profile, _ = run(
        capsys,
        "profile",
        folder / "f.tif",
        "--distance",
        folder / "d.tif",
        "--degree",
        3,
        "--roi",
        roi,
        "--json",
    )
    assert run(
        capsys, "psf", "profile", f"--p1={profile['p1']!r}", f"--p3={profile['p3']!r}", "-o", folder / "h.tif"
    )[0] == 0  # fmt: skip
    inside = ep.edge.distance_map(expected, image.shape)[y : y + h, x : x + w]
    polynomial = ep.edge.fit_profile(inside, f[y : y + h, x : x + w], 3)
    kernel = ep.psf.from_profile(**polynomial.parameters).kernel()
    np.testing.assert_allclose(tifffile.imread(folder / "h.tif"), kernel, atol=1e-4 * kernel.max())


def test_psf_edge_and_deconvolve_equal_python(folder, capsys):
    image = tifffile.imread(folder / "edge.tif")
    fit = ep.fit_edge(image, ROI)
    roi = ",".join(map(str, ROI))
    code, figures, _ = run(
        capsys, "psf", "edge", folder / "edge.tif", "--roi", roi, "-o", folder / "h.tif", "--json"
    )
    assert code == 0
    assert figures["fwhm"] == pytest.approx(fit.psf.fwhm, rel=1e-9)
    assert figures["fwhm_low"] < figures["fwhm"] < figures["fwhm_high"]
    np.testing.assert_array_equal(tifffile.imread(folder / "h.tif"), fit.psf.kernel())
    assert run(
        capsys, "deconvolve", folder / "edge.tif", "--psf", folder / "h.tif", "--iterations", 7, "-o", folder / "x.tif"
    )[0] == 0  # fmt: skip
    np.testing.assert_array_equal(
        tifffile.imread(folder / "x.tif"), ep.deconvolve(image, fit.psf.kernel(), iterations=7)
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_integer_pictures_and_png(folder, capsys, dtype):
    image = np.round(edge_image(ep.psf.Logistic(1.2), noise=0.01)).astype(dtype)
    tifffile.imwrite(folder / "i.tif", image)
    code, figures, _ = run(capsys, "psf", "edge", folder / "i.tif", "--json")
    assert code == 0
    assert figures["fwhm"] == pytest.approx(3.2565 / 1.2, rel=0.02)
    from PIL import Image

    Image.fromarray(image.astype(np.uint8)).save(folder / "i.png")
    code, again, _ = run(capsys, "psf", "edge", folder / "i.png", "--json")
    assert again["fwhm"] == pytest.approx(figures["fwhm"], rel=1e-9)


def test_calibration_is_kept(folder, capsys):
    image = tifffile.imread(folder / "edge.tif")
    tifffile.imwrite(
        folder / "c.tif", image, imagej=True, resolution=(1 / 0.065, 1 / 0.065), metadata={"unit": "\\u00B5m"}
    )
    assert run(capsys, "g", folder / "c.tif", "-o", folder / "cg.tif")[0] == 0
    from edgepsf.pictures.files import read_picture

    scale = read_picture(folder / "cg.tif").calibration
    assert scale.unit == "µm"
    assert scale.pixel_width == pytest.approx(0.065)


def test_nan_is_left_out_with_a_warning(folder, capsys):
    image = tifffile.imread(folder / "edge.tif")
    image[5, 5] = np.nan
    tifffile.imwrite(folder / "n.tif", image)
    code, _, err = run(capsys, "psf", "edge", folder / "n.tif", "-o", folder / "h.tif")
    assert code == 0
    assert "1 NaN or infinite pixels were left out" in err


def _bad(folder):
    """Bad inputs: words of the command line, exit code, part of the sentence."""
    rng = np.random.default_rng(0)
    color = np.zeros((20, 20, 3), np.uint8)
    color[..., 1] = 9
    tifffile.imwrite(folder / "rgb.tif", color, photometric="rgb")
    tifffile.imwrite(folder / "flat.tif", np.full((40, 40), 7, np.uint8))
    tifffile.imwrite(folder / "noise.tif", rng.standard_normal((90, 90)).astype(np.float32))
    (folder / "broken.tif").write_bytes(b"II*\0 this is no TIFF")
    (folder / "text.png").write_text("hello")
    (folder / "there.tif").write_bytes(b"mine")
    edge, out = folder / "edge.tif", ("-o", folder / "out.tif")
    return [
        (("psf", "edge", folder / "nothing.tif", *out), 2, "there is no file"),
        (("psf", "edge", folder, *out), 2, "folder"),
        (("psf", "edge", folder / "broken.tif", *out), 2, "cannot be read"),
        (("psf", "edge", folder / "text.png", *out), 2, "cannot be read"),
        (("psf", "edge", folder / "rgb.tif", *out), 2, "RGB"),
        (("psf", "edge", folder / "flat.tif", *out), 3, "constant"),
        (("psf", "edge", folder / "noise.tif", *out), 3, "no edge"),
        (("psf", "edge", edge, "--roi", "60,60,1,1", *out), 3, "usable pixels"),
        (("psf", "edge", edge, "--roi", "60,60,0,9", *out), 2, "empty"),
        (("psf", "edge", edge, "--roi", "600,60,9,9", *out), 2, "outside"),
        (("psf", "edge", edge, "--roi", "6,60,9", *out), 2, "four whole numbers"),
        (("psf", "edge", edge, "--model", "cauchy", *out), 2, "unknown edge model"),
        (("psf", "edge", edge, "--v1", "5", "--v2", "5", *out), 2, "both 5"),
        (("psf", "edge", edge, "--v1", "abc", "--v2", "5", *out), 2, "--v1 must be a number"),
        (("psf", "edge", edge, "--sigma", "5", *out), 2, "unrecognized"),
        (("psf", "edge", edge, "-o", folder / "no" / "out.tif"), 2, "does not exist"),
        (("psf", "edge", edge, "-o", folder / "there.tif"), 2, "exists already"),
        (("psf", "edge", edge, "-o", folder / "out.png"), 2, "must end in .tif"),
        (("psf", "profile", "--p3", "1", *out), 2, "p1 is missing"),
        (("psf", "profile", "--p1", "1", "--p3", "-1", *out), 3, "does not rise"),
        (("psf", "profile", "--p1", "1", "--size", "8", *out), 2, "odd"),
        (("f", edge, *out), 2, "no g image"),
        (("g", edge, "--v1", "3", *out), 2, "neither"),
        (("distance", edge, "--a", "3", *out), 2, "all of a, b and c"),
        (("deconvolve", edge, *out), 2, "psf is missing"),
        (("deconvolve", edge, "--psf", folder / "nothing.tif", *out), 2, "there is no file"),
        (("deconvolve", edge, "--psf", edge, "--method", "magic", *out), 2, "unknown method"),
        (("deconvolve", edge, "--psf", edge, "--iterations", "0", *out), 2, "at least 1"),
        (("g", edge), 2, "-o"),
        (("macro", folder / "nothing.ijm"), 2, "no macro file"),
        ((), 2, "COMMAND"),
    ]


@pytest.mark.parametrize("case", range(31))
def test_bad_input_is_one_sentence_and_writes_nothing(folder, capsys, case):
    words, expected, sentence = _bad(folder)[case]
    before = {p: p.read_bytes() for p in folder.iterdir()}
    code, out, err = run(capsys, *words)
    assert (code, out) == (expected, "")
    assert sentence in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    assert {p: p.read_bytes() for p in folder.iterdir()} == before


def test_all_bad_cases_are_run(folder):
    assert len(_bad(folder)) == 31


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write to read-only folders"
)
def test_read_only_folder(folder, capsys):
    (folder / "locked").mkdir(mode=0o500)
    code, _, err = run(capsys, "g", folder / "edge.tif", "-o", folder / "locked" / "g.tif")
    assert code == 2
    assert "cannot be written" in err


def test_folder_that_cannot_be_written(folder, capsys, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("edgepsf.pictures.writing.tempfile.mkstemp", refuse)
    code, _, err = run(capsys, "g", folder / "edge.tif", "-o", folder / "g.tif")
    assert code == 2
    assert "cannot be written to: Permission denied" in err


def test_overwrite_and_failure_in_writing_keep_the_old_file(folder, capsys, monkeypatch):
    target = folder / "g.tif"
    target.write_bytes(b"old")
    assert run(capsys, "g", folder / "edge.tif", "-o", target, "--overwrite")[0] == 0
    assert tifffile.imread(target).shape == (128, 128)
    old = target.read_bytes()
    monkeypatch.setattr("tifffile.imwrite", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt()))
    assert run(capsys, "g", folder / "edge.tif", "-o", target, "--overwrite")[0] == 130
    assert target.read_bytes() == old
    assert not list(folder.glob(".edgepsf-*"))


def test_no_heavy_import():
    heavy = ("jpype", "scyjava", "imagej", "matplotlib", "skimage")
    code = f"import sys, edgepsf; print([m for m in {heavy} if m in sys.modules])"
    done = child("-c", code)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
