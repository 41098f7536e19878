"""Arithmetic of the deconvolution benchmark, and its list of peers."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.deconvolution import cases, measure
from benchmarks.deconvolution.environments import HERE, peers
from benchmarks.deconvolution.report import page
from benchmarks.deconvolution.rounds import Score
from benchmarks.deconvolution.saved import Results, load
from scipy.signal import fftconvolve


@pytest.mark.parametrize("shape", [(64, 80), (48, 64, 40)])
def test_psnr_by_region(shape):
    truth = np.zeros(shape, np.float32)
    band = measure.edge_band(shape, 16)
    assert band.sum() == truth.size - np.prod([n - 32 for n in shape])
    assert not band[tuple(n // 2 for n in shape)]
    assert band[15, *(n // 2 for n in shape[1:])]
    assert not band[16, *(n // 2 for n in shape[1:])]
    result = np.where(band, 0.1, 0.01).astype(np.float32)
    found = measure.psnr_regions(result, truth)
    assert found["edge"] == pytest.approx(20, abs=1e-4)
    assert found["interior"] == pytest.approx(40, abs=1e-4)
    mean = (band.sum() * 0.1**2 + (~band).sum() * 0.01**2) / truth.size
    assert found["all"] == pytest.approx(-10 * np.log10(mean), abs=1e-4)


def test_psnr_of_a_picture_smaller_than_its_band():
    found = measure.psnr_regions(np.full((20, 90), 0.1), np.zeros((20, 90)))
    assert found["edge"] == found["all"] == pytest.approx(20)
    assert np.isnan(found["interior"])


def test_psnr_refuses_another_shape():
    with pytest.raises(ValueError, match=r"\(3, 4\).*\(4, 3\)"):
        measure.psnr_regions(np.zeros((3, 4)), np.zeros((4, 3)))


def test_ratio_is_paired_within_the_rounds():
    # The second round ran while the machine was three times slower: the ratio of medians would say 1.5.
    assert measure.paired_ratio([1.0, 3.0, 3.0], [2.0, 6.0, 2.0]) == pytest.approx(0.5)


def test_growth_exponent():
    sizes = np.array([2.0**k for k in (18, 20, 22, 24, 26)])
    assert measure.growth_exponent(sizes, 3e-7 * sizes**1.07) == pytest.approx(1.07)


def test_every_peer_has_its_worker_and_pins():
    for name, peer in peers().items():
        assert (HERE / "peers" / peer.script).is_file(), name
        assert set(peer.cases) <= set(cases.CASES), name
        assert all("==" in requirement for requirement in peer.requirements), name


def test_page_from_kept_results(tmp_path):
    known = peers()
    psnr = {"all": 30.0, "interior": 31.0, "edge": 29.0}
    fast = Score(known["edgepsf-fast"], [1.0, 2.0, 1.0], [2.0, 2.0, 2.0], [8e6] * 3, psnr, "0.1", "3.11")
    other = Score(known["flowdec"], [2.0, 8.0, 8.0], [3.0, 4.0, 8.0], [9e6] * 3, psnr, "1.1", "3.11")
    absent = Score(known["sdeconv"], reason="does not install: no wheel")
    results = Results("python -m x", "a machine", {"rl-2d": [fast, other, absent]}, {"rl-2d": "3 rounds"})
    results.image_bytes["rl-2d"] = 4_000_000
    results.save(tmp_path / "results.json")
    text = page(load(tmp_path / "results.json"))
    assert text == page(results)
    row = next(line for line in text.splitlines() if line.startswith("| flowdec"))
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[3:8] == ["8.000", "4.000", "– / 0.25", "– / 0.50", "2.2"]
    assert "does not install: no wheel" in text


@pytest.mark.parametrize("ndim", [2, 3])
def test_scene_is_part_of_a_wider_truth(ndim):
    case = cases.Case("t", "t", (48,) * ndim, 15, "richardson_lucy", 1, 1, photons=1e7)
    picture = cases.scene(case, seed=3)
    assert {a.dtype for a in picture.values()} == {np.dtype(np.float32)}
    assert picture["psf"].sum() == pytest.approx(1, abs=1e-5)
    assert np.array_equal(picture["psf"], np.flip(picture["psf"]))
    again = cases.scene(case, seed=3)
    assert np.array_equal(picture["image"], again["image"])
    # Light from beyond the field: a blur of the field alone is too dark in the border pixels.
    alone = fftconvolve(picture["truth"], picture["psf"], mode="same")
    inner = (slice(8, -8),) * ndim
    assert np.allclose(alone[inner], picture["image"][inner], atol=5e-3)
    assert alone[0].mean() < 0.8 * picture["image"][0].mean()
