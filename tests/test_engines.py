"""Engines other than the native one, without a plugin: input and results that are refused, and compat=."""

import json

import numpy as np
import pytest
import tifffile

import edgepsf as ep
from blurred import spot
from children import child
from edgepsf.cli import main
from edgepsf.imagej.launch.plugin_jars import find_plugin, places
from edgepsf.imagej.plugins import requests
from edgepsf.plugins import jobs as plugin_jobs
from edgepsf.plugins.methods import parse
from plugin_jars import DL2, PID

IMAGE = np.random.default_rng(0).uniform(10, 100, (24, 21)).astype(np.float32)
PSF = spot((7, 7), 3)


# What the plugins get


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


# Engines that are not there


@pytest.mark.parametrize("engine", [DL2, PID])
def test_a_plugin_that_is_not_there_is_exit_4(no_plugins, engine, tmp_path, capsys):
    with pytest.raises(ep.EngineError, match="neither EDGEPSF_PLUGINS nor EDGEPSF_FIJI is set"):
        ep.deconvolve(IMAGE, PSF, "RL" if engine == DL2 else "WPL", engine=engine)
    tifffile.imwrite(tmp_path / "y.tif", IMAGE)
    tifffile.imwrite(tmp_path / "h.tif", PSF.astype(np.float32))
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
    done = child("-c", code)
    assert done.returncode == 0, done.stderr
    assert "is not installed here" in done.stdout


def test_no_place_is_looked_at_unless_named(no_plugins):
    assert places() == []


# compat=


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
    tifffile.imwrite(tmp_path / "y.tif", IMAGE)
    tifffile.imwrite(tmp_path / "h.tif", PSF.astype(np.float32))
    words = ["deconvolve", str(tmp_path / "y.tif"), "--psf", str(tmp_path / "h.tif"), "--compat", DL2]
    assert main([*words, "--method", "TRIF 0.01", "-o", str(tmp_path / "x.tif"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["method"] == "TRIF"
    want = ep.deconvolve(IMAGE, PSF.astype(np.float32), "TRIF 0.01", compat=DL2)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "x.tif"), want)
    assert main([*words, "--memory", "2G", "-o", str(tmp_path / "z.tif")]) == 2
    assert "for a plugin engine" in capsys.readouterr().err
