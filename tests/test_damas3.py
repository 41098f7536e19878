"""DAMAS3, the method of Iterative Deconvolve 3D: closed forms and properties; no Java."""

import numpy as np
import pytest
from scipy import ndimage

from blurred import spot
from edgepsf.errors import InputError
from edgepsf.plugins.compat import damas3
from edgepsf.plugins.compat.damas3 import expanded, running_sum
from edgepsf.plugins.id3d_command import parse_line

RNG = np.random.default_rng(3)
PLANE = RNG.uniform(10, 100, (22, 37)).astype(np.float32)
VOLUME = RNG.uniform(10, 100, (5, 18, 21)).astype(np.float32)
DEEP = RNG.uniform(10, 100, (11, 12, 14)).astype(np.float32)
NEVER = -1e9  # as the threshold: no end before the last iteration


def delta(shape, shift=0):
    """A PSF of one pixel, `shift` pixels behind the centre n // 2 along the last axis."""
    psf = np.zeros(shape, np.float32)
    psf[(*(n // 2 for n in shape[:-1]), shape[-1] // 2 + shift)] = 1
    return psf


def close(got, want, limit=2e-6):
    """Whether two pictures differ by less than a share of their largest value."""
    np.testing.assert_allclose(got, want, atol=limit * np.abs(want).max(), rtol=0)


@pytest.mark.parametrize("shape", [(1, 1), (7, 7), (8, 6), (9, 4), (40, 61)])
@pytest.mark.parametrize("anti_ring", [False, True])
def test_a_psf_of_one_pixel_gives_the_picture_back(shape, anti_ring):
    done = damas3(PLANE, delta(shape), filter_xy=0, iterations=4, anti_ring=anti_ring)
    close(done.image, PLANE)
    assert done.image.dtype == np.float32


@pytest.mark.parametrize("shape", [(1, 5, 5), (3, 4, 7), (4, 7, 4), (12, 30, 5)])
def test_a_psf_of_one_voxel_gives_the_volume_back(shape):
    close(damas3(VOLUME, delta(shape), filter_xy=0, filter_z=0, iterations=3).image, VOLUME)


@pytest.mark.parametrize("shape", [(7, 7), (8, 8)])
def test_the_centre_of_the_psf_is_at_half_its_size(shape):
    """The Wiener filter alone moves the picture back by the shift of a PSF of one pixel, over a mirrored border."""
    options = {"filter_xy": 0, "iterations": 0, "anti_ring": False, "gamma": 0.5}
    moved = damas3(PLANE, delta(shape, shift=1), **options).image
    close(moved, np.pad(PLANE, ((0, 0), (0, 1)), mode="symmetric")[:, 1:])


@pytest.mark.parametrize(("picture", "psf"), [(PLANE, spot((5, 5), 1.1)), (DEEP, spot((3, 5, 5), 0.9))])
@pytest.mark.parametrize("scale", [1, 3])
def test_iterations_by_direct_convolution(picture, psf, scale):
    """The formula with sums over the PSF in place of spectra; mirrored borders reach as far as the grid does."""
    psf = scale * (psf / psf.sum() + 0.02 * delta(psf.shape, shift=1))
    margin = 6
    B = np.pad(picture.astype(np.float64), margin, mode="symmetric")
    X = B
    for _ in range(2):
        X = np.maximum(X + B - ndimage.convolve(X, psf, mode="reflect") / psf.sum(), 0)
    want = X[(slice(margin, -margin),) * X.ndim] / psf.sum()
    got = damas3(
        picture, psf, iterations=2, filter_xy=0, filter_z=0, anti_ring=False, change_thresh_percent=NEVER
    )
    assert got.iterations == 2
    close(got.image, want)


def test_the_low_pass_is_a_gaussian_of_the_frequency():
    """A cosine of the grid only loses its height; the last filter works once without any iteration."""
    n, k, width = 64, 5, 3.0
    x = np.arange(n) + 0.5
    wave = 50 + 40 * np.cos(np.pi * k * x / n)  # goes on in its mirror image: period 2 n
    done = damas3(np.tile(wave, (32, 1)), delta((3, 3)), filter_xy=width, iterations=0, anti_ring=False)
    height = np.exp(-((k * width / (2 * n)) ** 2))
    close(done.image[16], 50 + 40 * height * np.cos(np.pi * k * x / n), 1e-5)


@pytest.mark.parametrize("shape", [(60, 71), (14, 40, 45)])
def test_stars_are_recovered(shape):
    truth = np.zeros(shape)
    truth[tuple(RNG.integers(3, n - 3, 9) for n in shape)] = RNG.uniform(500, 2000, 9)
    psf = spot((7,) * len(shape), 1.0)
    blurred = ndimage.convolve(truth, psf / psf.sum(), mode="reflect")
    done = damas3(blurred, psf, normalize=True, filter_xy=0, filter_z=0, iterations=300)

    def error(picture):
        return float(np.linalg.norm(picture - truth) / np.linalg.norm(truth))

    assert error(done.image) < 0.2 * error(blurred)
    assert done.image.sum() == pytest.approx(truth.sum(), rel=1e-3)
    assert done.image.min() > -1e-3 * truth.max()


def test_the_psf_counts_with_its_sum_unless_it_is_normalized():
    psf = 4 * spot((5, 5), 1.0)
    whole = damas3(PLANE, psf, normalize=True, iterations=8)
    raw = damas3(PLANE, psf, iterations=8)
    close(raw.image * psf.sum(), whole.image)
    assert raw.changes == pytest.approx(whole.changes, rel=1e-4)


def test_the_end_by_the_change_is_not_counted():
    psf = spot((5, 5), 1.2)
    done = damas3(PLANE, psf, iterations=100, change_thresh_percent=0.5)
    falls = -np.diff(done.changes)
    assert done.ended == "change"
    assert done.iterations == len(done.changes) - 1 < 99
    assert (falls[:-1] >= 0.5).all()
    assert falls[-1] < 0.5
    same = damas3(PLANE, psf, iterations=done.iterations + 1, change_thresh_percent=NEVER)
    assert (same.ended, same.iterations) == ("", done.iterations + 1)
    np.testing.assert_array_equal(same.image, done.image)


def test_divergence_ends_the_run():
    """A PSF beside its centre turns the sign of frequencies: the iteration cannot converge."""
    psf = np.roll(spot((9, 9), 1.0), 3, axis=1)
    done = damas3(PLANE, psf, iterations=60, change_thresh_percent=NEVER)
    assert done.ended == "divergence"
    assert done.changes[-1] > done.changes[-2]
    on = damas3(PLANE, psf, iterations=60, change_thresh_percent=NEVER, detect_divergence=False)
    assert (on.ended, on.iterations) == ("", 60)
    # A threshold of 0 or more always ends the run first, by its own name; so does the plugin.
    assert damas3(PLANE, psf, iterations=60).ended == "change"


def test_a_plane_psf_works_on_every_plane():
    psf = spot((5, 5), 1.0)
    options = {"iterations": 3, "filter_z": 0, "anti_ring": False, "change_thresh_percent": NEVER}
    planes = np.stack([damas3(plane, psf, **options).image for plane in VOLUME])
    close(damas3(VOLUME, psf, **options).image, planes)


def test_a_volume_psf_on_a_plane_counts_with_its_sum_over_the_planes():
    psf = spot((4, 5, 6), 1.0)
    options = {"iterations": 3, "change_thresh_percent": NEVER, "anti_ring": False}
    close(damas3(PLANE, psf, **options).image, damas3(PLANE, psf.sum(axis=0), **options).image)


def test_decibels():
    psf, options = spot((5, 5), 1.0), {"iterations": 5, "change_thresh_percent": NEVER}
    picture = PLANE.copy()
    picture[5:15, 5:15] = 1e-12
    got = damas3(10 * np.log10(picture), 10 * np.log10(psf), db=True, **options).image
    want = damas3(picture, psf, **options).image
    close(10 ** (got / 10), np.maximum(want, 1e-9))
    assert got.min() == -90


def test_no_light_stays_dark():
    done = damas3(np.zeros((8, 9)), spot((3, 3), 1.0), iterations=5)
    assert not done.image.any()
    assert done.iterations == 5


def test_a_callback_sees_and_stops_the_iterations():
    seen = []

    def report(i, change, X):
        seen.append((i, change, X.shape))
        return i < 3

    done = damas3(PLANE, spot((5, 5), 1.0), callback=report, iterations=20)
    assert [i for i, _, _ in seen] == [1, 2, 3]
    assert [change for _, change, _ in seen] == done.changes
    assert seen[0][2] == (64, 64)


def test_the_grid_holds_one_and_a_half_times_the_size():
    assert expanded((1, 2)) == (4, 4)
    assert expanded((3, 10)) == (8, 16)
    assert expanded((11, 64)) == (32, 128)
    assert expanded((1, 5, 5)) == (1, 8, 8)
    assert expanded((2, 5, 170)) == (4, 8, 256)


def test_sums_are_rounded_as_java_rounds_them():
    values = RNG.uniform(0, 1, (3, 500_000)).astype(np.float32)
    total = np.float32(0)
    for value in values[:, ::100].copy().ravel():
        total += value
    assert running_sum(values[:, ::100].copy()) == total
    assert running_sum(values) == np.add.accumulate(values.ravel())[-1]  # in blocks as in one go


@pytest.mark.parametrize(
    ("picture", "psf", "options", "says"),
    [
        (PLANE, np.zeros((3, 3)), {}, "sums to 0"),
        (np.full((4, 4), np.nan), spot((3, 3), 1.0), {}, "16 NaN"),
        (PLANE, np.full((3, 3), np.inf), {}, "PSF has 9 NaN or infinite"),
        (PLANE[0], spot((3, 3), 1.0), {}, "2-D or 3-D"),
        (PLANE, spot((3, 3), 1.0), {"iterations": 2.5}, "iterations must be a whole number"),
        (PLANE, spot((3, 3), 1.0), {"iterations": -1}, "iterations must be a"),
        (PLANE, spot((3, 3), 1.0), {"filter_xy": -1}, "filter_xy must be a number ≥ 0"),
        (PLANE, spot((3, 3), 1.0), {"normalize": "yes"}, "normalize must be True or False"),
        (PLANE, spot((3, 3), 1.0), {"low": 1}, 'unknown option "low" of DAMAS3'),
        (np.full((8, 8), 1e38), 1e-6 * spot((3, 3), 1.0), {}, "diverged"),
    ],
)
def test_what_cannot_be_done_is_refused(picture, psf, options, says):
    with pytest.raises(InputError, match=says):
        damas3(picture, psf, **options)


# ---- the plugin's option string


def test_a_recorded_line():
    line = parse_line(
        "image=[my cells.tif] point=PSF.tif output=Deconvolved normalize show log perform detect wiener=0.000 low=1 "
        "z_direction=0.30 maximum=100 terminate=0.010 "
    )
    assert (line.image, line.point, line.output) == ("my cells.tif", "PSF.tif", "Deconvolved")
    assert (line.show, line.log, line.assumed) == (True, True, ())
    s = line.settings
    assert (s.normalize, s.anti_ring, s.detect_divergence, s.db) == (True, True, True, False)
    assert (s.iterations, s.gamma, s.filter_xy, s.filter_z, s.change_thresh_percent) == (100, 0, 1, 0.3, 0.01)


def test_missing_words_are_the_defaults_of_the_dialog_and_boxes_are_off():
    line = parse_line("point=h image=y wiener=-1 maximum=7.9")
    assert (line.output, line.show, line.log) == ("Deconvolved", False, False)
    assert line.assumed == ("low", "z_direction", "terminate")
    s = line.settings
    assert (s.normalize, s.anti_ring, s.detect_divergence, s.db) == (False,) * 4
    assert (s.iterations, s.gamma, s.filter_xy, s.filter_z, s.change_thresh_percent) == (7, 0, 1, 1, 0.01)


def test_macro_variables():
    line = parse_line("image=&a point=&b maximum=&n data", {"a": "x y", "b": "h", "n": 12.0}.get)
    assert (line.image, line.point, line.settings.iterations) == ("x y", "h", 12)
    assert line.settings.db


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("point=h maximum=3", "image is missing"),
        ("image=y maximum=3", "point is missing"),
        ("image=my cell.tif point=h", r'unknown key "cell.tif".*needs brackets: image=\[my cell.tif\]'),
        ("image=y point=h normalise", r"did you mean normalize\?"),
        ("image=y point=h normalize=true", "write the word normalize alone"),
        ("image=y point=h wiener=0,01", r"has a decimal comma: write wiener=0\.01"),
        ("image=y point=h low=one", 'low must be a number, not "one"'),
        ("image=y point=h low=-1", "low must be at least 0"),
        ("image=y point=h maximum=-3", "maximum must be at least 0"),
        ("image=y point=h maximum=NaN", "maximum must be a number"),
        ("image=y point=h maximum=3 maximum=4", "maximum is given twice"),
        ("image=y point=h output=", "output= has no value"),
        ("image=[y point=h", "is not closed"),
        ("image=y point=h iterations=3", 'unknown key "iterations"'),
    ],
)
def test_lines_that_are_refused(text, says):
    with pytest.raises(InputError, match=says):
        parse_line(text)
