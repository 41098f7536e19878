"""The collaborative filter: transforms, matching, denoising, the data step; and the restorations that use it."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

import edgepsf as ep
from blurred import gaussian, photograph
from edgepsf.deconvolve import choose
from edgepsf.deconvolve.collaborative.data_step import DataStep
from edgepsf.deconvolve.collaborative.filtering import Groups
from edgepsf.deconvolve.collaborative.matching import COUNT, REACH, match, tiles
from edgepsf.deconvolve.collaborative.numbers import stepped
from edgepsf.deconvolve.collaborative.photons import steps_of_round
from edgepsf.deconvolve.collaborative.transforms import (
    AREA,
    SIDE,
    across,
    across_back,
    assemble,
    coloured,
    cosines,
    even,
    haar,
    spectra,
)
from edgepsf.deconvolve.operator import Blur, prepare_kernel
from edgepsf.pictures.quality import psnr

COINS = data.coins()[20:148, 20:148].astype(np.float32)
KERNEL = gaussian((9, 9), 1.3)


def noisy(sd: float, seed: int = 0) -> np.ndarray:
    return COINS + sd * np.random.default_rng(seed).standard_normal(COINS.shape).astype(np.float32)


def variance(sd: float) -> np.ndarray:
    return even(sd, "float32")


# Transforms


@pytest.mark.parametrize(
    "basis", [cosines("float64"), haar(1, "float64"), haar(2, "float64"), haar(16, "float64")]
)
def test_bases_are_orthonormal(basis):
    np.testing.assert_allclose(basis @ basis.T, np.eye(len(basis)), atol=1e-13)


def test_spectra_are_those_of_the_patches():
    spectrum = spectra(COINS.astype(np.float64))
    assert spectrum.shape == (*(n - SIDE + 1 for n in COINS.shape), AREA)
    patch = (spectrum[5, 9] @ cosines("float64")).reshape(SIDE, SIDE)
    np.testing.assert_allclose(patch, COINS[5 : 5 + SIDE, 9 : 9 + SIDE], rtol=1e-12)
    assert spectrum[5, 9, 0] == pytest.approx(SIDE * COINS[5 : 5 + SIDE, 9 : 9 + SIDE].mean())


def test_the_transform_across_a_group_goes_back():
    groups = np.random.default_rng(0).standard_normal((16, 5, AREA))
    np.testing.assert_allclose(across_back(across(groups)), groups, atol=1e-13)
    np.testing.assert_allclose(across(groups)[0], 4 * groups.mean(axis=0), atol=1e-13)


def test_patches_that_nobody_changed_give_the_picture():
    spectrum = spectra(COINS)
    weight = np.random.default_rng(0).uniform(0.5, 2, spectrum.shape[:2]).astype(np.float32)
    numerator, denominator = assemble(spectrum * weight[..., None], weight)
    np.testing.assert_allclose(numerator / denominator, COINS, rtol=1e-5)


def test_variance_of_coloured_noise():
    shape = (64, 60)
    taps = np.array([0.25, 0.5, 0.25])
    kernel = np.zeros(shape)
    kernel[np.ix_((-1, 0, 1), (-1, 0, 1))] = np.outer(taps, taps)
    power = np.abs(np.fft.rfft2(kernel)) ** 2
    told = coloured(power, shape)
    rng = np.random.default_rng(0)
    found = np.zeros(AREA)
    for _ in range(20):
        noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * np.sqrt(power), shape)
        found += (spectra(noise) ** 2).mean(axis=(0, 1)) / 20
    np.testing.assert_allclose(told, found, rtol=0.15)
    np.testing.assert_allclose(coloured(np.ones_like(power), shape), 1)


# Matching


def test_matching_finds_repeated_patches():
    rng = np.random.default_rng(0)
    picture = rng.uniform(0, 100, (40, 40)).astype(np.float32)
    patch = rng.uniform(0, 100, (SIDE, SIDE))
    places = [(0, 0), (0, 16), (13, 3), (16, 17)]
    for y, x in places:
        picture[y : y + SIDE, x : x + SIDE] = patch + rng.normal(0, 0.1, patch.shape)
    (tile,) = tiles(picture.shape)
    members = match(picture, tile)
    width = picture.shape[1] - SIDE + 1
    reference = 0  # at (0, 0)
    found = {divmod(int(place), width) for place in members[: len(places), reference]}
    assert divmod(int(members[0, reference]), width) == (0, 0)
    assert found == set(places)


def test_groups_are_those_of_a_search_without_shortcuts():
    picture = noisy(10)[:60, :50]
    (tile,) = tiles(picture.shape)
    members = match(picture, tile)
    spectrum = spectra(picture.astype(np.float64))
    rows, columns = spectrum.shape[:2]
    references = [(int(y), int(x)) for y in tile.rows for x in tile.columns]
    for number in range(0, len(references), 17):
        y, x = references[number]
        distance = ((spectrum - spectrum[y, x]) ** 2).sum(axis=-1)
        told = np.sort(distance.ravel()[members[:, number]])
        top, left = min(max(y - REACH, 0), rows - 39), min(max(x - REACH, 0), columns - 39)
        own = distance[top : top + 39, left : left + 39]
        np.testing.assert_allclose(told, np.sort(own.ravel())[:COUNT], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("shape", [(8, 8), (9, 31), (97, 300)])
def test_tiles_hold_every_pixel(shape):
    seen = np.zeros(shape, int)
    for tile in tiles(shape):
        part = seen[tile.place]
        for y in tile.rows:
            for x in tile.columns:
                part[y : y + SIDE, x : x + SIDE] += 1
    assert seen.min() >= 1


# The filter


def test_white_noise_is_taken_out():
    """Wiener stage of a noise of 25 on coins: a little ahead of the threshold alone."""
    groups, seen = Groups(COINS.shape), noisy(25)
    groups.match(seen)
    pilot = groups.shrunk(seen, variance(25))
    out = groups.shrunk(seen, variance(25), pilot)
    assert psnr(pilot, COINS, peak=255) > 27.7
    assert psnr(out, COINS, peak=255) > max(psnr(pilot, COINS, peak=255), 28.0)


def test_without_noise_nothing_changes():
    groups = Groups(COINS.shape)
    groups.match(COINS)
    np.testing.assert_allclose(groups.shrunk(COINS, variance(1e-3)), COINS, atol=0.02)


def test_threads_change_no_digit():
    seen = np.tile(noisy(10), (2, 2))
    out = []
    for workers in (1, 3):
        groups = Groups(seen.shape, workers)
        groups.match(seen)
        out.append(groups.shrunk(seen, variance(10)))
    np.testing.assert_allclose(out[0], out[1], rtol=1e-6)


def test_planes_of_a_volume_are_filtered_one_by_one():
    volume = np.stack([noisy(10, 1), noisy(10, 2)])
    groups = Groups(volume.shape)
    groups.match(volume)
    out = groups.shrunk(volume, variance(10))
    for plane, seen in zip(out, volume, strict=True):
        alone = Groups(seen.shape)
        alone.match(seen)
        np.testing.assert_array_equal(plane, alone.shrunk(seen, variance(10)))


def test_pictures_smaller_than_a_patch():
    for shape in ((1, 1), (5, 40), (7, 7)):
        picture = COINS[: shape[0], : shape[1]]
        groups = Groups(shape)
        groups.match(picture)
        np.testing.assert_allclose(groups.shrunk(picture, variance(1e-3)), picture, atol=0.02)


# The data step


@pytest.mark.parametrize("boundary", ["periodic", "extended", "reflect", "zero"])
@pytest.mark.parametrize("masked", [False, True])
def test_data_step_solves_its_equations(boundary, masked):
    rng = np.random.default_rng(0)
    picture = COINS[:40, :43].astype(np.float64)
    weight = (rng.random(picture.shape) > 0.1).astype(float) if masked else None
    seen = picture if weight is None else picture * weight
    blur = Blur(prepare_kernel(KERNEL, 2, np.float64), picture.shape, boundary, 1, precision=np.float64)
    z = rng.uniform(0, 200, blur.scene_shape)
    x = DataStep(seen, blur, weight)(z, 0.01)

    def gradient(scene):
        residual = blur.forward(scene) - seen
        residual = residual if weight is None else residual * weight
        return blur.adjoint(residual) + 0.01 * (scene - z)

    assert np.linalg.norm(gradient(x)) < 0.02 * np.linalg.norm(gradient(z))


# The methods


def test_steps_of_a_round_are_fewer_for_a_psf_with_sharp_edges():
    y, x = np.mgrid[-5:6, -5:6]
    disk = np.clip(3.5 - np.hypot(x, y), 0, 1)
    kernels = (gaussian((31, 31), 2.0), disk, gaussian((9, 9), 1.0))
    steps = [steps_of_round(Blur(prepare_kernel(kernel, 2), (64, 64)), 1.0) for kernel in kernels]
    assert steps == sorted(steps, reverse=True)
    assert len(set(steps)) == 3
    few, many = (steps_of_round(Blur(prepare_kernel(disk, 2), (64, 64)), n) for n in (0.1, 10.0))
    assert few < many


def test_numbers_in_steps():
    assert stepped(0.0, 3.0) == 0
    assert stepped(7.0, 3.0) == pytest.approx(7.0, rel=0.003)
    assert stepped(7.0, 3.0) == stepped(7.0 * (1 + 1e-7), 3.0)
    assert stepped(7e9, 3e9) == pytest.approx(1e9 * stepped(7.0, 3.0), rel=1e-14)


def test_collaborative_is_ahead_of_its_start():
    kernel = gaussian((13, 13), 2.0)
    image, truth = photograph(kernel / kernel.sum(), 2000, size=160, corner=(150, 150))[:2]
    start = ep.deconvolve(image, kernel, "collaborative", iterations=0)
    out, record = ep.deconvolve(image, kernel, "collaborative", full_output=True)
    assert record["iterations"] == 9
    assert psnr(out, truth, peak=truth.max()) > psnr(start, truth, peak=truth.max()) + 0.5


def test_collaborative_stays_at_its_start_where_the_stages_do_not_help():
    y, x = np.mgrid[:96, :96]
    smooth = 100 + 40 * np.sin(x / 25) + y / 3
    image = smooth + 40 * np.random.default_rng(0).standard_normal(smooth.shape)
    assert choose(image, gaussian((13, 13), 2.0), "collaborative")["iterations"] == 0


def test_a_cancelled_choice_asks_no_more():
    heard = []

    def callback(i, n, info):
        heard.append(info["stage"])
        return len(heard) < 3

    ep.deconvolve(noisy(5), KERNEL, "collaborative", callback=callback)
    assert len(heard) == 3
