"""Engines other than the native one: names, options, guards and option strings, without any plugin."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.cli import main
from edgepsf.imagej.launch.plugin_jars import find_plugin, places
from edgepsf.imagej.plugins import requests
from edgepsf.plugins import dl2_views
from edgepsf.plugins import jobs as plugin_jobs
from edgepsf.plugins.compat import ALGORITHMS
from edgepsf.plugins.dl2_command import Location, Output, parse_command, split_command
from edgepsf.plugins.dl2_options import digits, write_options
from edgepsf.plugins.methods import CODES, parse

DL2, PID = "DeconvolutionLab2", "Parallel Iterative"
IMAGE = np.random.default_rng(0).uniform(10, 100, (24, 21)).astype(np.float32)
GRID = np.arange(-3, 4)
PSF = np.exp(-(GRID[:, None] ** 2 + GRID**2) / 3)


@pytest.fixture
def no_plugins(monkeypatch):
    monkeypatch.delenv("EDGEPSF_PLUGINS", raising=False)
    monkeypatch.delenv("EDGEPSF_FIJI", raising=False)


# ---- names


@pytest.mark.parametrize(
    ("method", "options", "code", "parameters"),
    [
        ("RL 10", {}, "RL", {"iterations": 10}),
        ("rl", {"iterations": 7}, "RL", {"iterations": 7}),
        ("richardson_lucy", {}, "RL", {"iterations": 20}),
        ("richardson_lucy", {"tv": 0.01}, "RLTV", {"iterations": 20, "regularization": 0.01}),
        ("LW+ 5 0.5", {}, "NNLS", {"iterations": 5, "step": 0.5}),
        ("tikhonov", {"regularization": 0.1}, "TRIF", {"regularization": 0.1}),
        ("TRIF 0.01", {}, "TRIF", {"regularization": 0.01}),
        ("inverse", {"iterations": 3}, "NIF", {}),
        (
            "FISTA 20 1 0.1 3 Spline3",
            {},
            "FISTA",
            {"iterations": 20, "step": 1, "regularization": 0.1, "scales": 3, "wavelet": "Spline3"},
        ),
    ],
)
def test_names_of_deconvolutionlab2(method, options, code, parameters):
    call = parse(DL2, method, **options)
    assert (call.code, call.parameters) == (code, parameters)


def test_every_algorithm_has_one_name_of_ours():
    assert sorted(CODES.values()) == sorted(ALGORITHMS)


@pytest.mark.parametrize("name", ["cgls", "MRNSD", "HyBR", "wpl"])
def test_names_of_parallel_iterative(name):
    call = parse(PID, f"{name} 7 boundary=ZERO")
    assert call.parameters["iterations"] == 7
    assert call.parameters["boundary"] == "ZERO"
    assert call.parameters["precision"] == "DOUBLE"  # HyBR is wrong and WPL inexact in SINGLE
    assert call.parameters.get("preconditioner", "NONE") == "NONE"


@pytest.mark.parametrize(
    ("engine", "method", "options", "says"),
    [
        (DL2, "WIF 1", {}, 'unknown algorithm "WIF"'),  # the plugin would give a copy of the input
        (DL2, "RL 10", {"iterations": 5}, "iterations is given twice"),
        (DL2, "RL 10 20", {}, "RL takes iterations"),
        (DL2, "RL 1.5", {}, "whole number"),
        (DL2, "RL", {"gamma": 1}, 'unknown option "gamma"'),
        (DL2, "RL", {"mask": IMAGE > 50}, "mask is an option of the native methods"),
        (DL2, "", {}, "method is empty"),
        (PID, "richardson_lucy", {}, "use one of cgls, mrnsd, hybr, wpl"),
        (PID, "WPL boundary=mirror", {}, 'unknown boundary "mirror"'),
        (PID, "WPL iterations=2.5", {}, "iterations must be a whole number"),
        (PID, "HyBR reorth=2", {}, "reorth must be True or False"),
        (PID, "WPL preconditioner=FFT", {}, 'unknown option "preconditioner" for method WPL'),
    ],
)
def test_wrong_methods_are_refused(engine, method, options, says):
    with pytest.raises(ep.InputError, match=says):
        parse(engine, method, **options)


# ---- option strings for DeconvolutionLab2


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5"), (10, "10"), (1e-06, "1e-06"), (2.0, "2"), (1e20, "1e+20")]
)
def test_numbers_start_with_a_digit(value, text):
    assert digits(value) == text
    assert float(text) == value


@pytest.mark.parametrize("code", ALGORITHMS)
def test_option_string_survives_the_plugins_parser(code):
    call = parse(DL2, f"{code}")
    text = write_options(call, "2.1.2 (27.06.2018)")
    values = dict(split_command(text))
    assert values["algorithm"].split()[0] == code
    assert values["multithreading"] == "no"  # else the call returns before the work is done
    assert values["monitor"] == "0"  # else a window opens
    assert values["epsilon"] == "1e-06"  # else that of an earlier run stays
    assert values["out"] == "stack noshow nosave result"
    assert values["constraint"] == "no"  # "none" would mean non-negative
    assert {"image", "psf", "path", "pad", "apo"}.isdisjoint(values)  # no title and no path to be misread


def test_version_2_0_gets_one_iteration_more_and_no_window():
    text = write_options(parse(DL2, "RL 10"), "(08.05.2017)")
    assert "-algorithm RL 11 " in text
    assert "-system no -display no" in text
    assert "-display" not in write_options(parse(DL2, "RL 10"), "2.1.2 (27.06.2018)")
    assert "-algorithm TRIF 0.5 " in write_options(parse(DL2, "TRIF 0.5"), "(08.05.2017)")


def test_wavelet_stands_behind_the_numbers():
    text = write_options(parse(DL2, "ISTA Spline3 5 1 0.5 2"), "2.1.2")
    assert dict(split_command(text))["algorithm"] == "ISTA 5 1 0.5 2 Spline3"


# ---- what the plugins get


@pytest.mark.parametrize("engine", [DL2, PID])
@pytest.mark.parametrize("compat", [False, True])
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda y, h: (np.where(y > 99, np.nan, y), h), "NaN, infinite or too large"),
        (lambda y, h: (np.where(y > 99, np.inf, y), h), "NaN, infinite or too large"),
        (lambda y, h: (y - 50, h), "needs pixels ≥ 0"),
        (lambda y, h: (y, 0 * h), "sums to 0"),
        (lambda y, h: (y, np.where(h > 0.9, -0.01, h)), "negative values"),
        (lambda y, h: (y, np.where(h > 0.9, np.nan, h)), "NaN or infinite"),
        (lambda y, h: (y, h[0]), "2-D or 3-D"),
        (lambda y, h: (y + 1j, h), "real numbers"),
    ],
)
def test_input_that_spoils_a_result_is_refused_before_the_plugin(no_plugins, engine, compat, spoil, says):
    y, h = spoil(IMAGE.astype(np.float64), PSF)
    method = "RL 5" if engine == DL2 else "MRNSD 5"
    where = {"compat": engine} if compat else {"engine": engine}
    with pytest.raises(ep.InputError, match=says):
        ep.deconvolve(y, h, method, **where)


@pytest.mark.parametrize("n", [16, 17])
@pytest.mark.parametrize("k", [4, 5, 16, 17, 24, 25])
def test_psf_is_centred_at_half_the_image_size(n, k):
    kernel = np.zeros((k, k))
    kernel[k // 2, k // 2] = 2.0
    psf, share = plugin_jobs.centred_in(kernel / 2, (n, n))
    assert np.argwhere(psf).tolist() == [[n // 2, n // 2]]
    assert psf.sum() == share == 1


def test_a_psf_larger_than_the_picture_says_what_is_lost():
    wide = np.ones((31, 31)) / 31**2
    job = plugin_jobs.prepare(parse(DL2, "RL 1"), IMAGE[None], wide, "extended")
    assert job.psf.shape == IMAGE.shape
    assert job.psf.sum() == pytest.approx(1, abs=1e-5)
    assert "lie outside the picture's size" in job.warnings[0]


def test_the_zero_phase_pair_has_the_right_filter():
    """conj(H) Y / (|H|² + λ) with H² in place of |H|², as DeconvolutionLab2 has it."""
    h = np.zeros(IMAGE.shape)
    h[10:14, 9:13] = np.random.default_rng(1).uniform(0, 1, (4, 4))
    h /= h.sum()
    y, z = requests.zero_phase(IMAGE[None], h)
    Y, Z = np.fft.fft2(y[0]), np.fft.fft2(np.fft.ifftshift(z))
    H, G = np.fft.fft2(np.fft.ifftshift(h)), np.fft.fft2(IMAGE)
    shipped = np.fft.ifft2(Y * Z * np.conj(Z**2 + 0.1) / np.abs(Z**2 + 0.1) ** 2).real
    right = np.fft.ifft2(G * np.conj(H) / (np.abs(H) ** 2 + 0.1)).real
    np.testing.assert_allclose(shipped, right, rtol=1e-4)


def test_an_odd_width_in_3d_is_made_even_for_wpl():
    call = parse(PID, "WPL resizing=MINIMAL")
    job = plugin_jobs.prepare(call, np.ones((1, 8, 20, 20)), np.ones((3, 5, 5)) / 75, "extended")
    assert (job.images.shape[-1] + job.psf.shape[-1]) % 2 == 0


def test_a_peak_off_the_centre_is_shifted_back():
    """Parallel Iterative takes the first maximum for the origin: same result as for the PSF seen from its centre."""
    h = np.zeros((7, 8))
    h[1, 6], h[5, 3], h[3, 4] = 0.5, 0.3, 0.2
    x = np.zeros((32, 33))
    x[13, 17] = 100
    y = np.fft.irfft2(
        np.fft.rfft2(x) * np.fft.rfft2(np.fft.ifftshift(plugin_jobs.centred_in(h, x.shape)[0])), s=x.shape
    )
    y = np.maximum(y, 0) + 1
    out = ep.deconvolve(y, h, "MRNSD 30", compat=PID, boundary="periodic")
    assert out.shape == y.shape
    assert np.unravel_index(out.argmax(), out.shape) == (13, 17)


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (np.zeros((1, 24, 21), np.float32), "picture of zeros"),
        (IMAGE[None].copy(), "gave the input back"),
        (np.full((1, 24, 21), np.nan, np.float32), "diverged"),
        (np.ones((1, 24, 20), np.float32), "gave shape"),
    ],
)
def test_what_cannot_be_a_result_is_refused(result, says):
    with pytest.raises((ep.EngineError, ep.InputError), match=says):
        requests.check(result, IMAGE[None], PSF, parse(DL2, "RL"))


# ---- engines that are not there


@pytest.mark.parametrize("engine", [DL2, PID])
def test_a_plugin_that_is_not_there_is_exit_4(no_plugins, engine, tmp_path, capsys):
    with pytest.raises(ep.EngineError, match="neither EDGEPSF_PLUGINS nor EDGEPSF_FIJI is set"):
        ep.deconvolve(IMAGE, PSF, "RL" if engine == DL2 else "WPL", engine=engine)
    ep_io = pytest.importorskip("tifffile")
    ep_io.imwrite(tmp_path / "y.tif", IMAGE)
    ep_io.imwrite(tmp_path / "h.tif", PSF.astype(np.float32))
    method = ["--method", "RL 3" if engine == DL2 else "WPL"]
    words = ["deconvolve", str(tmp_path / "y.tif"), "--psf", str(tmp_path / "h.tif"), "--engine", engine]
    assert main([*words, *method, "-o", str(tmp_path / "x.tif")]) == 4
    assert "EDGEPSF_PLUGINS" in capsys.readouterr().err
    assert not (tmp_path / "x.tif").exists()


def test_an_unknown_engine_is_refused():
    with pytest.raises(ep.EngineError, match="native, DeconvolutionLab2, Parallel Iterative"):
        ep.deconvolve(IMAGE, PSF, engine="Huygens")
    with pytest.raises(ep.InputError, match="compat must be one of"):
        ep.deconvolve(IMAGE, PSF, compat="Huygens")
    with pytest.raises(ep.InputError, match="leave it out with engine"):
        ep.deconvolve(IMAGE, PSF, engine=DL2, compat=DL2)


@pytest.mark.parametrize(
    ("variable", "make", "says"),
    [
        ("EDGEPSF_PLUGINS", None, "is not a folder"),
        ("EDGEPSF_FIJI", None, "so it is no Fiji"),
        ("EDGEPSF_PLUGINS", "", "does not hold it"),
    ],
)
def test_a_named_folder_that_is_no_use(no_plugins, monkeypatch, tmp_path, variable, make, says):
    folder = tmp_path / "folder"
    if make is not None:
        folder.mkdir()
        (folder / "broken.jar").write_bytes(b"no zip")
    monkeypatch.setenv(variable, str(folder))
    with pytest.raises(ep.EngineError, match=says):
        find_plugin(DL2)


def test_an_engine_needs_no_java_to_be_refused(no_plugins):
    """The core imports no ImageJ; naming an engine that is not there starts no Java."""
    code = (
        "import sys, numpy as np, edgepsf as ep\n"
        "assert not any(m.startswith('edgepsf.imagej') for m in sys.modules)\n"
        "try: ep.deconvolve(np.ones((8, 8)), np.ones((3, 3)), 'RL', engine='DeconvolutionLab2')\n"
        "except ep.EngineError as error: print(error)\n"
        "assert 'jpype' not in sys.modules or not sys.modules['jpype'].isJVMStarted()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "is not installed here" in done.stdout


def test_no_place_is_looked_at_unless_named(no_plugins):
    assert places() == []


# ---- compat=


def test_compat_in_deconvolve_is_the_compat_package():
    from edgepsf.plugins.compat import deconvolutionlab2, parallel_iterative

    out, record = ep.deconvolve(IMAGE, PSF, "RL 5", compat=DL2, full_output=True)
    np.testing.assert_allclose(out, deconvolutionlab2(IMAGE, PSF, "RL", 5), rtol=1e-5)
    assert record["compat"] == DL2
    assert record["iterations"] == 5
    out = ep.deconvolve(IMAGE, PSF, "wpl", 4, compat="parallel iterative")
    want = parallel_iterative(IMAGE, PSF / PSF.sum(), "WPL", iterations=4, precision="DOUBLE")
    np.testing.assert_allclose(out, want, rtol=1e-5)


def test_compat_takes_stacks_plane_by_plane():
    stack = np.stack([IMAGE, IMAGE[::-1]])
    out = ep.deconvolve(stack, PSF, "LW 5", compat=DL2, axes="tyx")
    np.testing.assert_array_equal(out[1], ep.deconvolve(stack[1], PSF, "LW 5", compat=DL2))


@pytest.mark.parametrize("boundary", ["reflect", "zero"])
def test_compat_borders(boundary):
    """A flat picture stays flat where its border is continued, and not where it is zero."""
    out = ep.deconvolve(np.full((20, 22), 50.0), PSF, "RL 10", compat=DL2, boundary=boundary)
    flat = np.allclose(out, 50, rtol=1e-4)
    assert flat == (boundary == "reflect")


def test_cli_compat(tmp_path, capsys):
    tifffile = pytest.importorskip("tifffile")
    tifffile.imwrite(tmp_path / "y.tif", IMAGE)
    tifffile.imwrite(tmp_path / "h.tif", PSF.astype(np.float32))
    words = ["deconvolve", str(tmp_path / "y.tif"), "--psf", str(tmp_path / "h.tif"), "--compat", DL2]
    assert main([*words, "--method", "TRIF 0.01", "-o", str(tmp_path / "x.tif"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["method"] == "TRIF"
    want = ep.deconvolve(IMAGE, PSF.astype(np.float32), "TRIF 0.01", compat=DL2)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "x.tif"), want)
    assert main([*words, "--memory", "2G", "-o", str(tmp_path / "z.tif")]) == 2
    assert "for a plugin engine" in capsys.readouterr().err


# ---- command lines of DeconvolutionLab2


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


BASE = "-image platform a -psf platform b -algorithm RL 10"


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


# ---- views and ranges


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
