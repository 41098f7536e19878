"""Each known defect of DeconvolutionLab2 (D1 … D8) and Parallel Iterative Deconvolution (P1 … P10), provoked.

The user gets the right picture or one clear sentence. D5 (shift by a pixel) and D6, D7 (padding, display) are in
test_plugins.py. EDGEPSF_PLUGINS names a folder with both plugins' jars.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

import edgepsf as ep
from blurred import relative, spot
from edgepsf.imagej.launch.plugin_jars import find_plugin
from edgepsf.imagej.plugins import child
from edgepsf.plugins.compat import deconvolutionlab2
from plugin_jars import DL2, PID, needs_plugins

pytestmark = needs_plugins
PSF = spot((11, 11), 2)
SKEW = PSF + 0.4 * np.roll(PSF, (2, 1), (0, 1))
IMAGE = np.random.default_rng(1).uniform(10, 200, (48, 52)).astype(np.float32)
BLURRED = ep.deconvolve(IMAGE, PSF, "CONV", compat=DL2)


def both(method, engine, image=IMAGE, psf=PSF, **options):
    """RMS of the plugin's picture against our numbers."""
    restored = ep.deconvolve(image, psf, method, engine=engine, **options)
    return relative(restored, ep.deconvolve(image, psf, method, compat=engine, **options))


# ---- DeconvolutionLab2


@pytest.mark.parametrize(
    ("method", "says"),
    [
        ("NNLS 5", "NNLS is Landweber with its result clipped"),
        ("BVLS 5", "BVLS is Landweber with its result clipped"),
        ("ICTM 5 1 0.001", "ICTM is Tikhonov–Miller with its result clipped"),
        ("ISTA 5 1 5 2 Haar", "ISTA enlarges negative wavelet coefficients"),
        ("FISTA 5 1 5 2 Haar", "FISTA enlarges negative wavelet coefficients"),
    ],
)
def test_d1_d2_another_algorithm_than_the_name_says(method, says):
    """The plugin's own numbers, with the sentence; the right algorithm is one word away."""
    image = IMAGE[:, :48]
    with pytest.warns(UserWarning, match=says):
        out = ep.deconvolve(image, PSF, method, engine=DL2)
    code, *numbers = method.split()
    numbers = [n if n == "Haar" else float(n) for n in numbers]
    assert relative(out, deconvolutionlab2(image, PSF, code, *numbers, as_shipped=True)) < 1e-5
    if code not in ("NNLS", "ICTM", "BVLS"):  # these differ only where the bound is touched
        assert relative(out, ep.deconvolve(image, PSF, method, compat=DL2)) > 1e-3


def test_d3_rltv_loses_light_in_2d():
    with pytest.warns(UserWarning, match="RLTV takes wrong gradients"):
        out = ep.deconvolve(IMAGE, PSF, "RLTV 10 0.01", engine=DL2)
    right = ep.deconvolve(IMAGE, PSF, "RLTV 10 0.01", compat=DL2)
    assert out.mean() < 0.95 * IMAGE.mean()
    assert right.mean() == pytest.approx(IMAGE.mean(), rel=0.01)


@pytest.mark.parametrize("method", ["TRIF 0.01", "RIF 0.01"])
def test_d4_asymmetric_psf(method):
    """The plugin has H² for |H|²; it gets picture and PSF without the PSF's phase, and is right."""
    assert both(method, DL2, psf=SKEW) < 1e-5
    shipped = deconvolutionlab2(IMAGE, SKEW, *method.split()[:1], float(method.split()[1]), as_shipped=True)
    assert relative(shipped, ep.deconvolve(IMAGE, SKEW, method, compat=DL2)) > 0.01


def test_d8_too_little_memory_is_said_beforehand():
    with pytest.raises(ep.InputError, match=r"needs about \d+ MB for RL .* Java may use \d+ MB"):
        ep.deconvolve(np.ones((1024, 1024)), PSF, "RL 5", engine=DL2, memory="24M")


def test_d8_out_of_memory_never_gives_the_input_back():
    """The plugin itself returns its input bit for bit."""
    image = np.random.default_rng(0).uniform(10, 100, (1024, 1024))
    with pytest.raises(ep.InputError, match="ran out of memory: give it more"):
        ep.deconvolve(image, PSF, "RL 5", engine=DL2, memory="74M")


def test_d8_the_input_given_back_is_recognised(monkeypatch):
    """Without the setting by which Java ends when memory does: the plugin goes on and returns its input."""
    java = child._java

    def without_end(*arguments):
        out = java(*arguments)
        return out | {"flags": [f for f in out["flags"] if f != "-XX:+ExitOnOutOfMemoryError"]}

    monkeypatch.setattr(child, "_java", without_end)
    image = np.random.default_rng(0).uniform(10, 100, (1024, 1024))
    said = []
    for memory in ("72M", "80M"):  # in which of its steps memory ends varies a little
        with pytest.raises(
            (ep.EngineError, ep.InputError), match=r"input back unchanged|OutOfMemory"
        ) as error:
            ep.deconvolve(image, PSF, "RL 5", engine=DL2, memory=memory)
        said.append(str(error.value))
    assert any("gave the input back unchanged" in sentence for sentence in said)


def test_d8_epsilon_does_not_stay():
    first = both("NIF", DL2, epsilon=0.5)
    assert first < 1e-4
    assert both("RL 5", DL2) < 1e-5


def test_d8_an_algorithm_the_plugin_does_not_have():
    """The plugin itself runs the identity."""
    with pytest.raises(ep.InputError, match="unknown algorithm"):
        ep.deconvolve(IMAGE, PSF, "SLW 5", engine=DL2)
    place = find_plugin(DL2)
    request = {"engine": DL2, "code": "SLW", "options": "-algorithm SLW 5"}
    with pytest.raises(ep.InputError, match="has no algorithm SLW: it has"):
        child.run_in_child(request, IMAGE[None], IMAGE, place)


def test_what_is_handed_over_stays_as_it_is():
    """The plugin's Java interface frees the caller's image and PSF."""
    image, psf = IMAGE.copy(), PSF.copy()
    for engine, method in ((DL2, "LW 2"), (PID, "CGLS 2")):
        ep.deconvolve(image, psf, method, engine=engine)
    np.testing.assert_array_equal(image, IMAGE)
    np.testing.assert_array_equal(psf, PSF)


@pytest.mark.parametrize("engine", [DL2, PID])
def test_dimensions_that_do_not_fit(engine):
    """The plugins crop the PSF, take its middle plane, or place it in the middle plane, without a word."""
    method = "RL 2" if engine == DL2 else "CGLS 2"
    with pytest.raises(ep.InputError, match="PSF"):
        ep.deconvolve(IMAGE, np.stack([PSF] * 3), method, engine=engine)
    with pytest.raises(ep.InputError, match="axes="):
        ep.deconvolve(np.stack([IMAGE] * 5), PSF, method, engine=engine)


# ---- Parallel Iterative


def test_p1_fft_preconditioner_with_an_asymmetric_psf():
    assert both("CGLS 5", PID, psf=SKEW) < 1e-5  # none by default
    with pytest.warns(UserWarning, match="FFT preconditioner can be wrong"):
        ep.deconvolve(IMAGE, SKEW, "CGLS 5 preconditioner=FFT preconditioner_tol=0.01", engine=PID)
    assert both("CGLS 5 preconditioner=FFT preconditioner_tol=0.01", PID) < 1e-5


def test_p2_wpl_ignores_a_threshold_and_loses_everything_to_a_nan():
    with pytest.raises(ep.InputError, match='unknown option "threshold" for method WPL'):
        ep.deconvolve(IMAGE, PSF, "WPL threshold=5", engine=PID)
    with pytest.raises(ep.InputError, match="NaN"):
        ep.deconvolve(np.where(IMAGE > 199, np.nan, IMAGE), PSF, "WPL", engine=PID)


@pytest.mark.parametrize("width", [20, 21])
def test_p3_wpl_in_3d_with_an_odd_work_width(width):
    volume = np.random.default_rng(2).uniform(10, 100, (7, 20, width))
    psf = np.stack([0.5 * PSF, PSF, 0.5 * PSF])[:, 2:-2, 2:-2]
    assert both("WPL 5 resizing=MINIMAL", PID, volume, psf) < 1e-5


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_p4_gray_values_are_not_stretched(dtype):
    image = BLURRED.astype(dtype)
    out = ep.deconvolve(image, PSF, "CGLS 5", engine=PID)
    assert out.dtype == np.float32
    assert out.mean() == pytest.approx(image.mean(), rel=0.02)
    assert out.max() < 250  # stretched: 255 or 65535
    assert both("CGLS 5", PID, image) < 1e-5


def test_p5_p6_negative_pixels():
    """MRNSD shifts the levels and leaves them so; WPL clips what is negative; CGLS takes them."""
    for method in ("MRNSD 5", "WPL 5"):
        with pytest.raises(ep.InputError, match=r"needs pixels ≥ 0, the smallest is -\d"):
            ep.deconvolve(IMAGE - 100, PSF, method, engine=PID)
    assert both("CGLS 5 threshold=-1", PID, IMAGE - 100) < 1e-5


@pytest.mark.parametrize("engine", [DL2, PID])
def test_p7_a_psf_of_zeros(engine):
    with pytest.raises(ep.InputError, match="PSF sums to 0"):
        ep.deconvolve(IMAGE, 0 * PSF, "RL" if engine == DL2 else "CGLS", engine=engine)


def test_wpl_does_not_depend_on_the_sum_of_the_psf():
    """The plugin's result is a hundred times darker for a PSF of sum 100."""
    one, many = (ep.deconvolve(BLURRED, s * PSF, "WPL 5", engine=PID) for s in (1, 100))
    assert relative(many, one) < 1e-6
    assert one.mean() == pytest.approx(BLURRED.mean(), rel=0.02)


@pytest.mark.parametrize("method", ["CGLS 3", "MRNSD 3", "HyBR 3", "WPL 3"])
def test_darkness_stays_dark(method):
    """HyBR never comes back from a picture of zeros."""
    planes = np.stack([0 * IMAGE, IMAGE])
    out = ep.deconvolve(planes, PSF, method, engine=PID, axes="tyx", timeout=60)
    assert not out[0].any()
    assert relative(out[1], ep.deconvolve(IMAGE, PSF, method, compat=PID)) < 1e-5


def test_hybr_in_single_is_refused():
    with pytest.raises(ep.InputError, match="not exact in SINGLE"):
        ep.deconvolve(IMAGE, PSF, "HyBR precision=SINGLE", engine=PID)


def test_p8_p9_memory():
    image = np.random.default_rng(0).uniform(10, 100, (512, 500))
    with pytest.raises(ep.InputError, match="needs about"):
        ep.deconvolve(image, PSF, "HyBR 100", engine=PID, memory="100M")
    with pytest.raises(ep.InputError, match="ran out of memory: give it more"):
        ep.deconvolve(image, PSF, "CGLS 5 resizing=NEXT_POWER_OF_TWO", engine=PID, memory="42M")


def test_p10_no_setting_stays():
    """The number of threads is global in the plugin; here every run has a process of its own."""
    first = ep.deconvolve(IMAGE, PSF, "CGLS 3", engine=PID)
    np.testing.assert_array_equal(ep.deconvolve(IMAGE, PSF, "CGLS 3", engine=PID), first)


# ---- the process


def children():
    """Ids of this process's children."""
    return {
        int(p.name)
        for p in Path("/proc").iterdir()
        if p.name.isdigit() and f"\nPPid:\t{os.getpid()}\n" in _status(p)
    }


def _status(process: Path) -> str:
    try:
        return (process / "status").read_text()
    except OSError:
        return ""


on_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see processes")


@pytest.mark.parametrize("engine", [DL2, PID])
def test_time_out(engine):
    image = np.random.default_rng(0).uniform(10, 100, (512, 512))
    method = "RL 5000" if engine == DL2 else "WPL 5000 change_thresh_percent=0"
    with pytest.raises(ep.EngineError, match=r"was not done after 4 s and was ended: give it more time"):
        ep.deconvolve(image, PSF, method, engine=engine, timeout=4)


def test_the_caller_can_stop_it():
    seen = []

    def stop(i, n, info):
        seen.append((i, n, info["stage"]))
        return False

    with pytest.raises(ep.InputError, match="was stopped before it was done"):
        ep.deconvolve(IMAGE, PSF, "RL 7", engine=DL2, callback=stop)
    assert seen == [(0, 7, f"{DL2} works")]


@on_linux
def test_a_killed_child_gives_one_sentence():
    before = children()

    def kill(i, n, info):
        for process in children() - before:
            os.kill(process, signal.SIGKILL)

    with pytest.raises(ep.EngineError, match=r"DeconvolutionLab2 died \(signal 9\)"):
        ep.deconvolve(IMAGE, PSF, "RL 500", engine=DL2, callback=kill)


@on_linux
def test_the_child_ends_with_its_parent(tmp_path):
    """It also takes the temporary folder away."""
    code = (
        "import numpy as np, os, edgepsf as ep\n"
        "def tell(i, n, info): print('working', flush=True)\n"
        "ep.deconvolve(np.random.rand(1024, 1024), np.ones((3, 3)), 'RL 100000', engine='DeconvolutionLab2', "
        "callback=tell)\n"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        parent.stdout.readline()
        assert len(list(tmp_path.iterdir())) == 1
        workers = [
            p
            for p in Path("/proc").iterdir()
            if p.name.isdigit() and f"\nPPid:\t{parent.pid}\n" in _status(p)
        ]
        parent.kill()
    assert len(workers) == 1
    until = time.monotonic() + 60
    while "worker.py" in _command(workers[0]) and time.monotonic() < until:
        time.sleep(0.1)
    assert "worker.py" not in _command(workers[0])
    assert list(tmp_path.iterdir()) == []


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


@on_linux
def test_fifty_runs_leave_nothing(monkeypatch, tmp_path):
    """No process, no file, no growing memory."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before, sizes = children(), []
    for i in range(50):
        engine, method = ((DL2, "RL 2"), (PID, "CGLS 2"))[i % 2]
        ep.deconvolve(IMAGE, PSF, method, engine=engine)
        sizes.append(int(_status(Path("/proc/self")).split("VmRSS:")[1].split()[0]) / 1024)
    print(f"memory of the process: {sizes[9]:.1f} MB after 10 runs, {sizes[-1]:.1f} MB after 50")
    assert children() == before
    assert list(tmp_path.iterdir()) == []
    assert sizes[-1] - sizes[9] < 5


def test_two_at_a_time():
    """Threads may call at once: each run has its own process and folder."""
    from concurrent.futures import ThreadPoolExecutor

    images = [IMAGE, IMAGE[::-1].copy()]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda y: ep.deconvolve(y, PSF, "RL 3", engine=DL2), images))
    for image, result in zip(images, results, strict=True):
        assert relative(result, ep.deconvolve(image, PSF, "RL 3", compat=DL2)) < 1e-5
