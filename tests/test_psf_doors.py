"""The check of a PSF at the doors of the commands: command line, macros in ImageJ, and what kernel images say."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import tifffile

import edgepsf as ep
from blurred import photograph, relative
from edgepsf.cli import main
from edgepsf.pictures import Calibration, Picture
from edgepsf.pictures.files import read_picture, write_picture

KERNEL = ep.PointSpread(ep.psf.Gaussian(2.0)).kernel(25)
BLURRED = photograph(KERNEL.astype(np.float64), 200, size=80)[0]
OFF = np.roll(KERNEL, (3, -3), (0, 1)) * 1000 + 100


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("y.tif", BLURRED)
    tifffile.imwrite("right.tif", KERNEL)
    tifffile.imwrite("bad.tif", np.rint(OFF * 20).astype(np.uint16))
    tifffile.imwrite("shift.tif", np.roll(KERNEL, (3, -3), (0, 1)))
    return tmp_path


def run(line, *words):
    """The exit code of a command line."""
    return main([*line.split(), *words])


def restored(psf, *words):
    line = f"deconvolve y.tif --psf {psf} --method wiener --regularization 0.1 -o x.tif --overwrite"
    assert run(line, *words) == 0
    return tifffile.imread("x.tif")


def test_the_command_line_mends_and_says(folder, capsys):
    expected = restored("right.tif")
    assert capsys.readouterr().err == ""
    for psf in ("shift.tif", "bad.tif"):
        assert relative(restored(psf, "--psf_background", "auto"), expected) < 0.02
        assert (
            "warning: the PSF was off its centre by (+3, -3) px (y, x): it was moved"
            in capsys.readouterr().err
        )
    assert run("deconvolve y.tif --psf bad.tif --method wiener -o z.tif") == 2
    assert "stands on a level of" in capsys.readouterr().err
    assert not (folder / "z.tif").exists()


def test_psf_check_makes_a_psf_that_needs_no_more_check(folder, capsys):
    assert run("psf check bad.tif --blurred y.tif -o ready.tif --json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [sentence.split(":")[0] for sentence in told["warnings"]] == [
        "the level at the rim of the PSF, 2000 (98.4 % of its light), was subtracted",
        "the PSF was off its centre by (+3, -3) px (y, x)",
    ]
    assert told["fwhm"] == pytest.approx(ep.psf.KernelPsf(KERNEL).fwhm, rel=0.01)
    expected = restored("right.tif")
    capsys.readouterr()
    assert relative(restored("ready.tif"), expected) < 0.02
    assert capsys.readouterr().err == ""


def test_a_centre_that_was_given_is_kept_until_somebody_changes_the_kernel(folder, capsys):
    assert run("psf check shift.tif --centre given -o ready.tif") == 0
    kept = restored("ready.tif")
    assert "moved" not in capsys.readouterr().err
    assert relative(kept[10:-10, 10:-10], restored("right.tif")[10:-10, 10:-10]) > 0.1
    picture = read_picture("ready.tif")
    picture.data = picture.data * 2.0
    write_picture("changed.tif", picture)
    restored("changed.tif")
    assert "moved" in capsys.readouterr().err


@pytest.mark.parametrize(("unit", "size"), [("µm", 0.05), ("nm", 50.0), ("um", 0.05)])
def test_other_pixels_are_resampled_by_the_calibration(folder, unit, size, capsys):
    write_picture("y.tif", Picture(BLURRED, calibration=Calibration(0.1, 0.1, "µm")))
    fine = ep.PointSpread(ep.psf.Gaussian(4.0)).kernel(49)
    write_picture("fine.tif", Picture(fine, calibration=Calibration(size, size, unit)))
    write_picture("same.tif", Picture(KERNEL, calibration=Calibration(0.1, 0.1, "µm")))
    expected = restored("same.tif")
    assert capsys.readouterr().err == ""
    assert relative(restored("fine.tif"), expected) < 2e-3
    assert "it was resampled" in capsys.readouterr().err
    assert run("psf check fine.tif --blurred y.tif -o ready.tif") == 0
    assert read_picture("ready.tif").calibration.pixel_width == pytest.approx(0.1)
    assert relative(restored("ready.tif"), expected) < 2e-3


def test_units_that_cannot_be_compared_are_said(folder, capsys):
    write_picture("y.tif", Picture(BLURRED, calibration=Calibration(0.1, 0.1, "µm")))
    write_picture("odd.tif", Picture(KERNEL, calibration=Calibration(3, 3, "arcsec")))
    restored("odd.tif")
    assert "cannot be compared: the PSF was used pixel by pixel" in capsys.readouterr().err


def test_swapped_pictures_and_stray_values_are_refused(folder, capsys):
    tifffile.imwrite("nan.tif", np.where(KERNEL.max() == KERNEL, np.nan, KERNEL).astype(np.float32))
    for words, sentence in (
        ("deconvolve right.tif --psf y.tif", "are they swapped"),
        ("deconvolve y.tif --psf nan.tif", "holds NaN"),
        ("psf check nan.tif", "holds NaN"),
        ("psf check right.tif --psf_background many", "psf_background must be"),
        ("psf check y.tif --blurred right.tif", "are they swapped"),
    ):
        assert run(words, "-o", "z.tif") == 2
        assert sentence in capsys.readouterr().err


def test_a_kernel_that_lacks_light_is_warned_of_and_refused(folder, capsys):
    assert run("psf profile --p1 0.01 -o wide.tif") == 2
    assert "% of the light of the PSF lie outside its kernel" in capsys.readouterr().err
    assert run("psf profile --p1 0.5 --size 21 -o cut.tif --json") == 0
    told = json.loads(capsys.readouterr().out)
    assert 0.01 < told["energy_outside_kernel"] < 0.1
    assert "lie outside its kernel" in told["warnings"][0]
    restored("cut.tif")
    assert "lie outside its kernel" in capsys.readouterr().err


def test_comparison_uses_the_mended_psf(folder, capsys):
    assert run("compare y.tif --psf shift.tif --method wiener --json") == 0
    told = json.loads(capsys.readouterr().out)
    assert any("was moved to the middle" in sentence for sentence in told["warnings"])
    assert run("compare y.tif --psf right.tif --method wiener --json") == 0
    right = json.loads(capsys.readouterr().out)
    assert told["rows"][2]["residual"] == pytest.approx(right["rows"][2]["residual"], rel=1e-2)


def test_macros_in_imagej_mend_and_say(imagej, folder):
    write = f'open("{folder / "y.tif"}"); rename("y"); open("{folder / "bad.tif"}"); rename("h");'
    imagej.run_macro(write + 'run("Check PSF...", "psf_background=auto blurred=y"); rename("ready");')
    imagej.run_macro(
        'selectImage("y"); run("Deconvolve...", "psf=ready method=wiener regularization=0.1"); rename("x");'
    )
    imagej.run_macro(
        'selectImage("y"); '
        'run("Deconvolve...", "psf=h method=wiener regularization=0.1 psf_background=auto"); rename("z");'
    )
    imagej.run_macro(f'selectImage("x"); saveAs("Tiff", "{folder / "m.tif"}");')
    imagej.run_macro(f'selectImage("z"); saveAs("Tiff", "{folder / "n.tif"}");')
    expected = restored("right.tif")
    for name in ("m.tif", "n.tif"):
        assert relative(tifffile.imread(folder / name), expected) < 0.02
    with pytest.raises(ep.MacroError, match="stands on a level"):
        imagej.run_macro('selectImage("y"); run("Deconvolve...", "psf=h method=wiener");')


@pytest.mark.skipif(
    "EDGEPSF_PLUGINS" not in os.environ, reason="EDGEPSF_PLUGINS names no folder with the plugins"
)
@pytest.mark.parametrize(
    ("engine", "method"), [("DeconvolutionLab2", "TRIF 0.01"), ("Parallel Iterative", "CGLS 5")]
)
def test_both_plugins_get_the_mended_psf(engine, method):
    right, told = ep.deconvolve(BLURRED, KERNEL, method, engine=engine, full_output=True)
    assert told["warnings"] == []
    bad = ep.deconvolve(BLURRED, OFF, method, engine=engine, psf_background="auto", full_output=True)
    assert [sentence.split(",")[0].split(" by ")[0] for sentence in bad[1]["warnings"]] == [
        "the level at the rim of the PSF",
        "the PSF was off its centre",
    ]
    assert relative(bad[0], right) < 0.02
    with pytest.raises(ep.InputError, match="stands on a level"):
        ep.deconvolve(BLURRED, OFF, method, engine=engine)
