"""Command lines of DeconvolutionLab2: read as the plugin reads them or refused, and the pictures they ask for."""

import os

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.plugins import dl2_views
from edgepsf.plugins.dl2_command import Location, Output, parse_command

BASE = "-image platform a -psf platform b -algorithm RL 10"


def test_a_whole_command_line():
    command = parse_command(
        "-image file /data/my picture.tif -psf platform PSF of bead -reference file ref.tif -algorithm RLTV 10 0.01 "
        f"-path {os.getcwd()} -out stack noshow result A -out mip @5 byte rescaled mips -constraint nonnegativity "
        "-time no -residu 0.01 -pad E2 X2 10 3 -apo HANN NO -norm 2 -stats noshow save my stats -monitor no "
        "-fft JTransforms -epsilon 1E-5 -multithreading no -verbose mute -system no"
    )
    assert command.image == Location("file", "/data/my picture.tif")
    assert command.psf == Location("platform", "PSF of bead")
    assert command.reference == Location("file", "ref.tif")
    assert command.call.code == "RLTV"
    assert command.call.parameters == {"iterations": 10, "regularization": 0.01}
    assert command.call.controls == {
        "constraint": "nonnegative",
        "normalize": 2.0,
        "residual": 0.01,
        "epsilon": 1e-5,
    }
    assert command.outputs == (
        Output("stack", "resultA", show=False),
        Output("mip", "mips", dynamic="rescaled", type="byte", every=5),
    )
    assert command.pad == ("E2", "X2", 10, 3)
    assert command.apodize == ("HANN", "NO")
    assert command.stats == Output("stack", "my stats", show=False)
    assert str(command.path) == os.getcwd()


def test_defaults_are_the_plugins():
    command = parse_command("-image platform active -psf dir stack pattern z.*tif -algorithm TM")
    assert command.call.parameters == {"iterations": 10, "step": 1.0, "regularization": 0.1}
    assert command.outputs == ()
    assert command.psf == Location("directory", "stack pattern z.*tif")
    assert parse_command("-image platform a -psf file .5 -algorithm TRIF .5").call.parameters == {
        "regularization": 0.5
    }  # the plugin reads 5
    assert parse_command(BASE + " -norm no").call.controls["normalize"] is None
    assert parse_command(BASE + " -pad NO NO 4 2").pad == ("NO", "NO", 4, 2)
    assert parse_command(BASE + " -stats false").stats is None


@pytest.mark.parametrize("title", ["a -psf.tif", "b (-out c", "ü -time [1].tif", "x -algorithm RL"])
def test_keywords_inside_titles_of_open_images(title):
    text = f"-image platform {title} -psf platform h -algorithm RL 5"
    assert parse_command(text, [title, "h", "a"]).image == Location("platform", title)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-psf platform b -algorithm RL 10", "has no -image"),
        ("-image platform a -algorithm RL 10", "has no -psf"),
        ("-image platform a -psf platform b", "has no -algorithm"),
        ("RL 10", "has no keyword"),
        ("please " + BASE, '"please" at the start'),
        (BASE + " -algorithm RL 5", "-algorithm is given twice"),
        (BASE.replace("RL 10", "WIF 0.1"), 'unknown algorithm "WIF"'),
        (BASE.replace("RL 10", "RL ten"), "RL takes iterations"),
        (BASE.replace("RL 10", "RL 10 -foo"), "RL takes iterations"),
        (BASE.replace("RL 10", ""), "-algorithm takes a code"),
        (BASE.replace("platform a", "synthetic sphere"), "make the image with newImage"),
        (BASE.replace("platform a", "window a"), "must be"),
        (BASE + " -out picture x", "-out must begin with one of stack"),
        (BASE + " -out stack -foo", '"-foo" in -out'),
        (BASE + " -constraint none", 'reads -constraint none as "nonnegativity"'),
        (BASE + " -constraint some", "-constraint must be"),
        (BASE + " -residu little", "-residu must be a number"),
        (BASE + " -pad E2 E2 E2", "-pad takes"),
        (BASE + " -pad 3 E2", "-pad takes"),
        (BASE + " -apo A B C", "-apo takes"),
    ],
)
def test_command_lines_the_plugin_would_misread_are_refused(text, says):
    with pytest.raises(ep.InputError, match=says):
        parse_command(text)


# Views and ranges


def test_views():
    volume = np.arange(5 * 3 * 4, dtype=np.float32).reshape(5, 3, 4)
    assert dl2_views.view(volume, "stack") is volume
    assert dl2_views.view(volume[:1], "mip").shape == (3, 4)
    mip = dl2_views.view(volume, "mip")
    assert mip.shape == (8, 9)
    np.testing.assert_array_equal(mip[:3, :4], volume.max(0))
    np.testing.assert_array_equal(mip[:3, 4:], volume.max(2).T)
    np.testing.assert_array_equal(mip[3:, :4], volume.max(1))
    assert (mip[3:, 4:] == volume.min()).all()
    ortho = dl2_views.view(volume, "ortho", (1, 2, 9))
    np.testing.assert_array_equal(ortho[:3, :4], volume[4])
    np.testing.assert_array_equal(ortho[:3, 4:], volume[:, :, 1].T)
    np.testing.assert_array_equal(ortho[3:, :4], volume[:, 2])
    planar = dl2_views.view(volume, "planar")
    assert planar.shape == (9, 8)
    np.testing.assert_array_equal(planar[3:6, 4:], volume[3])
    assert dl2_views.view(volume, "figure").shape == (5, 13)


def test_ranges_and_types():
    volume = np.array([[[-3.0, 0.4, 0.6, 300.0]]], np.float32)
    assert dl2_views.typed(volume, "byte").ravel().tolist() == [0, 0, 1, 255]
    assert dl2_views.typed(volume, "short").dtype == np.uint16
    rescaled = dl2_views.ranged(volume, "rescaled", volume)
    assert (rescaled.min(), rescaled.max()) == (0, 255)
    image = np.array([[[1.0, 3.0, 5.0, 7.0]]], np.float32)
    assert dl2_views.ranged(volume, "clipped", image).max() == 7
    normal = dl2_views.ranged(volume, "normalized", image)
    assert normal.mean() == pytest.approx(4, rel=1e-5)
    assert normal.std() == pytest.approx(image.std(), rel=1e-5)


def test_lines_over_views():
    assert dl2_views.frame((1, 9, 9), "mip") == dl2_views.frame((4, 9, 9), "figure") == []
    assert dl2_views.frame((2, 3, 5), "mip") == [(5, 0, 5, 5), (0, 3, 7, 3)]
    assert dl2_views.frame((4, 3, 5), "ortho")[2:] == [(7, 3, 5, 5), (9, 3, 5, 7), (11, 3, 5, 9)]
    planar = dl2_views.frame((4, 3, 5), "planar")
    assert len(planar) == 16
    assert planar[4:6] == [(5, 0, 10, 0), (10, 0, 10, 3)]
