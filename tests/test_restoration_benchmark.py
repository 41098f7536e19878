"""The benchmark of restorations: its scenes are what they say, and its sections run."""

from __future__ import annotations

import json

import numpy as np
import pytest
from benchmarks.restoration import (
    cells,
    defocus,
    jpeg,
    judge,
    kernels,
    lowlight,
    peers,
    pictures,
    scenes,
    six,
    tables,
)
from benchmarks.restoration.__main__ import SECTIONS, main
from benchmarks.restoration.settings import Settings
from PIL import Image
from scipy.ndimage import convolve

from edgepsf.deconvolve.methods import METHODS


def test_scenario_is_a_periodic_blur_with_its_noise():
    picture = pictures.cut(pictures.shipped("camera"), 64)
    made = scenes.scenario(picture, 1, seed=3)
    assert np.allclose(made.noise_free, convolve(made.truth, made.psf, mode="wrap"), atol=1e-9)
    assert np.var(made.image - made.noise_free) == pytest.approx(2, rel=0.1)
    third = scenes.scenario(picture, 3, seed=3)
    bsnr = 10 * np.log10(third.noise_free.var() / np.var(third.image - third.noise_free))
    assert bsnr == pytest.approx(40, abs=0.3)


def test_scene_goes_on_beyond_the_border():
    wide = pictures.cut(pictures.shipped("coins"), 80)
    psf = scenes.BLURS["motion 7"]
    made = scenes.with_noise(wide, psf, 0.0, 0, "")
    inside = tuple(slice(n // 2, n // 2 + 80 - n + 1) for n in psf.shape)
    assert np.allclose(made.image, convolve(wide, psf)[inside], atol=1e-6)
    assert np.array_equal(made.truth, wide[inside])


def test_motion_kernel_has_its_length_and_direction():
    kernel = kernels.motion(7.0, 30.0)
    y, x = np.mgrid[: len(kernel), : len(kernel)] - len(kernel) // 2
    assert kernel.sum() == pytest.approx(1)
    assert [float((kernel * a).sum()) for a in (x, y)] == pytest.approx([0, 0], abs=1e-12)
    along, across = x * np.cos(np.pi / 6) + y / 2, y * np.cos(np.pi / 6) - x / 2
    assert (kernel * along**2).sum() == pytest.approx(49 / 12 + 1 / 6, abs=0.2)
    assert (kernel * across**2).sum() < 0.4


def test_the_grid_of_scenes():
    found = pictures.photographs((), ("camera", "moon"))
    made = list(scenes.grid(found, seed=1, side=48))
    assert len(made) == 2 * 3 * 5 == len({each.name for each in made})
    again = next(scenes.grid(found, seed=1, side=48))
    assert np.array_equal(made[0].image, again.image)
    assert not np.array_equal(made[0].image, next(scenes.grid(found, seed=2, side=48)).image)


def test_the_twelve_photographs_are_there():
    found = pictures.photographs(())
    assert len(found) == 12
    assert all(
        each.ndim == 2 and min(each.shape) > 200 and 0 <= each.min() < each.max() <= 1
        for each in found.values()
    )


@pytest.mark.parametrize("shape", [(60, 70), (12, 30, 30)])
def test_low_light_has_its_photons(shape):
    made = lowlight.scene(shape, 20, seed=1)
    assert made.image.shape == made.truth.shape == shape
    assert made.truth.max() <= 20
    assert made.truth.min() == pytest.approx(20 * lowlight.GROUND, rel=0.2)
    assert np.array_equal(made.image, np.rint(made.image))
    assert made.image.mean() == pytest.approx(made.truth.mean(), rel=0.15)


def test_every_registered_method_is_judged_and_others_are_named(capsys):
    assert {entry.method for entry in judge.entries()} == set(METHODS)
    assert [entry.label for entry in judge.entries(("fista iterations=60", "no_such"))] == [
        "fista iterations=60"
    ]
    tables.notes()
    assert "no_such: no such method is registered" in capsys.readouterr().out


def test_a_refusal_is_shown_and_is_no_result(capsys):
    broken = scenes.Scene("", np.full((32, 32), np.nan, np.float32), kernels.gaussian(1.0), np.ones((32, 32)))
    outcome = judge.restore(broken, judge.RL20)
    assert np.isnan(outcome.gain)
    assert outcome.refused
    tables.notes()
    assert f"refused: {outcome.refused} ({judge.RL20.label}: 1 ×)" in capsys.readouterr().out


def test_cells_are_those_of_the_quality_benchmark():
    made = cells.scenes("disk 3 px", 100, seed=1)
    assert [each.name for each in made] == ["camera", "coins", "moon", "brick"]
    assert made[0].image.shape == (150, 150)
    assert np.mean([each.blurred for each in made]) == pytest.approx(22.38, abs=0.006)


def test_defocus_reads_its_scene_from_the_same_corner():
    picture = pictures.shipped("camera")
    (made,) = defocus.scenes(picture, 0.01, (1,), 256)
    assert np.array_equal(made.truth, picture[128:384, 128:384])


def test_jpeg_photograph_and_a_wrong_psf(tmp_path):
    rng = np.random.default_rng(0)
    blocks = np.kron(rng.integers(30, 220, (9, 9, 3)), np.ones((24, 24, 1))).astype(np.uint8)
    Image.fromarray(blocks).save(tmp_path / "blocks.jpg", quality=98)
    (found,) = jpeg.photographs(Settings(jpegs=(tmp_path,), quick=True))
    assert found.image.shape == found.truth.shape == (48, 48, 3)
    right = jpeg.restored(found, judge.RL20, 1.0)
    wrong = jpeg.restored(found, judge.RL20, 1.3)
    assert right.linear > 0.5
    assert right.linear > wrong.linear
    assert right.encoded > wrong.encoded


@pytest.mark.parametrize("section", SECTIONS)
def test_section_runs(section, tmp_path, capsys):
    kept, drawn = tmp_path / "figures.json", tmp_path / "sheet.png"
    options = ["--quick", "--methods", "wiener", "--save", str(kept), "--picture", str(drawn)]
    main([section, *options])
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("## ") for line in lines)
    assert any(line.startswith("| ---") for line in lines)
    if section == "sheet":
        assert np.asarray(Image.open(drawn)).std() > 10
    else:
        row = next(line for line in lines if line.startswith("| wiener"))
        assert ("–" in row.split(" | ")) == (section == "auto")  # two scenes do not fill every column
        assert "nan" not in row
    if section == "auto":
        assert set(json.loads(kept.read_text())) >= {by.label for by in judge.BEFORE}
        main([section, *options[:3], "--before", str(kept)])
        again = [each for each in capsys.readouterr().out.splitlines() if each.startswith("| wiener")]
        assert again[0].replace("wiener, before", "wiener") == again[1] == row


def test_cameraman_is_told_from_other_pictures():
    assert not six.is_cameraman(pictures.cut(pictures.shipped("camera"), 256))
    assert six.is_cameraman(np.full((256, 256), 118.7245 / 255))


def test_a_peer_that_fails_is_a_row_without_figures(capsys):
    def broken(scene, psf):
        raise ZeroDivisionError("of its own")

    made = scenes.scenario(pictures.cut(pictures.shipped("camera"), 48), 4, seed=1)
    assert np.isnan(judge.restore(made, peers.Peer("other", broken)).psnr)
    tables.notes()
    assert "refused: ZeroDivisionError: of its own (other: 1 ×)" in capsys.readouterr().out


def test_scikit_image_gains_on_a_scene_with_unknown_borders():
    (made,) = defocus.scenes(pictures.shipped("camera"), 0.005, (1,), 128)
    for peer in peers.present(made)[:2]:
        assert judge.restore(made, peer).gain > 1, peer.label
    tables.notes()
