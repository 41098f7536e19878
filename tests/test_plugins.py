"""The real DeconvolutionLab2 and Parallel Iterative Deconvolution as engines, against our own numbers.

EDGEPSF_PLUGINS names a folder with both plugins' jars; EDGEPSF_PLUGINS_20 one with DeconvolutionLab2 2.0.
"""

import json
import os
import shutil

import numpy as np
import pytest
import tifffile
from macros.comparison import MACROS

import edgepsf as ep
from blurred import beads, grids, relative, spot
from children import child
from conftest import image_of
from edgepsf.cli import main
from edgepsf.plugins.compat import deconvolutionlab2
from edges import write_blurred
from plugin_jars import DL2, FOLDER, PID, needs_plugins

FOLDER_20 = os.environ.get("EDGEPSF_PLUGINS_20")
pytestmark = needs_plugins
SHAPES = {"256²": (256, 256), "255×251": (255, 251), "3-D": (16, 64, 64)}
SIDES = {"odd": (31, 9), "even": (30, 8), "larger": (300, 24), "asymmetric": (24, 7)}


def make_psf(kind, dimension):
    """A Gaussian with its centre at n // 2; the asymmetric one with a second spot beside it."""
    side, depth = SIDES[kind]
    shape = (side, side + 1) if dimension == 2 else (depth, min(side, 80), min(side, 80) + 1)
    psf = spot(shape, 1.5)
    if kind == "asymmetric":
        psf = psf + 0.3 * np.exp(-sum((g - 2) ** 2 for g in grids(shape)) / 1.5)
    return psf


def make_image(shape, psf):
    """Spots and a plateau on a level of 20, blurred with periodic borders, a little noise."""
    rng = np.random.default_rng(3)
    x = ep.deconvolve(beads(shape, 20.0, 30, rng), psf, "CONV", compat=DL2)
    return np.maximum(x + rng.normal(0, 0.5, shape), 1).astype(np.float32)


def compare(method, engine, shape, kind, limit=1e-5, **compat):
    psf = make_psf(kind, len(shape))
    image = make_image(shape, psf)
    out, record = ep.deconvolve(image, psf, method, engine=engine, full_output=True)
    assert record["engine"] == engine
    assert record["plugin_seconds"] > 0
    want = ep.deconvolve(image, psf, method, compat=engine, **compat)
    difference = relative(out, want)
    print(f"{engine} {method} {shape} {kind}: {difference:.1e}")
    assert difference <= limit
    assert relative(image, want) > 10 * limit  # it has done something


@pytest.mark.parametrize("kind", SIDES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("method", "engine"), [("RL 10", DL2), ("CGLS 5", PID)])
def test_every_shape_and_psf(shape, kind, method, engine):
    compare(method, engine, SHAPES[shape], kind)


@pytest.mark.parametrize(
    ("method", "kind", "limit"),
    [
        ("LW 10", "even", 1e-5),
        ("VC 5", "odd", 1e-5),
        ("NIF", "odd", 1e-3),
        ("DIV", "asymmetric", 1e-3),
        ("CONV", "even", 1e-5),
        ("TRIF 0.01", "odd", 1e-5),
        ("TRIF 0.01", "asymmetric", 1e-5),
        ("RIF 0.01", "even", 1e-5),
    ],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_methods_of_deconvolutionlab2(shape, method, kind, limit):
    if method.startswith("RIF") and shape == "255×251":  # the plugin's Laplacian has holes on odd axes
        psf = make_psf(kind, 2)
        image = make_image(SHAPES[shape], psf)
        out = ep.deconvolve(image, psf, method, engine=DL2)
        assert relative(out, deconvolutionlab2(image, psf, "RIF", 0.01, as_shipped=True)) < limit
    else:
        compare(method, DL2, SHAPES[shape], kind, limit)


def test_tikhonov_miller_on_even_axes():
    """With a λ for which it converges; on odd axes the plugin's Laplacian has holes."""
    compare("TM 10 1 0.001", DL2, SHAPES["256²"], "odd")
    compare("TM 10 1 0.001", DL2, SHAPES["3-D"], "even")


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("MRNSD 5", "odd"),
        ("MRNSD 5 precision=SINGLE", "even"),
        ("HyBR 6", "even"),
        ("HyBR 5 reg_method=GCV inner_solver=NONE", "asymmetric"),
        ("WPL 6", "asymmetric"),
        ("WPL 6 gamma=0.01 filter_xy=2", "odd"),
        ("CGLS 5 boundary=ZERO resizing=MINIMAL", "odd"),
        ("WPL 6 boundary=PERIODIC resizing=NEXT_POWER_OF_TWO", "even"),
    ],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_methods_of_parallel_iterative(shape, method, kind):
    compare(method, PID, SHAPES[shape], kind)


@pytest.mark.parametrize("n", [32, 33])
@pytest.mark.parametrize("size", [(8, 8), (9, 9), (8, 9), (41, 40)])
@pytest.mark.parametrize(("method", "engine"), [("RL 30", DL2), ("TRIF 0.01", DL2), ("MRNSD 30", PID)])
def test_the_peak_stays_in_its_place(n, size, method, engine):
    """D5: an odd PSF in an even image moves the plugin's own result by one pixel."""
    psf = spot(size, 3)
    x = np.ones((n, n + 3))
    x[15, 18] = 500
    image = np.maximum(ep.deconvolve(x, psf, "CONV", compat=DL2), 0.1)
    out = ep.deconvolve(image, psf, method, engine=engine).astype(float)
    assert np.unravel_index(out.argmax(), out.shape) == (15, 18)
    near = out[12:19, 15:22] - np.median(out)
    yy, xx = np.mgrid[12:19, 15:22]
    assert (near * yy).sum() / near.sum() == pytest.approx(15, abs=0.03)
    assert (near * xx).sum() / near.sum() == pytest.approx(18, abs=0.03)


@pytest.mark.parametrize("boundary", ["reflect", "zero", "periodic"])
def test_borders(boundary):
    psf = make_psf("asymmetric", 2)
    image = make_image((60, 57), psf)
    for method, engine in (("RL 5", DL2), ("CGLS 5", PID)):
        out = ep.deconvolve(image, psf, method, engine=engine, boundary=boundary)
        assert relative(out, ep.deconvolve(image, psf, method, compat=engine, boundary=boundary)) < 1e-5


def test_stacks_and_hyperstacks():
    psf = make_psf("odd", 2)
    stack = np.stack([[make_image((40, 44), psf) + 5 * i + j for i in range(2)] for j in range(3)])
    out = ep.deconvolve(stack, psf, "RL 5", engine=DL2, axes="tcyx")
    want = ep.deconvolve(stack, psf, "RL 5", compat=DL2, axes="tcyx")
    assert out.shape == stack.shape
    assert (
        max(relative(a, b) for a, b in zip(out.reshape(6, 40, 44), want.reshape(6, 40, 44), strict=True))
        < 1e-5
    )


@pytest.mark.skipif(not FOLDER_20, reason="EDGEPSF_PLUGINS_20 does not name DeconvolutionLab2 2.0")
@pytest.mark.parametrize("method", ["RL 10", "LW 10", "VC 5", "TM 5 1 0.01", "TRIF 0.1", "CONV"])
def test_version_2_0_makes_as_many_iterations(monkeypatch, method):
    monkeypatch.setenv("EDGEPSF_PLUGINS", FOLDER_20)
    psf = make_psf("odd", 2)
    image = make_image((64, 60), psf)
    out, record = ep.deconvolve(image, psf, method, engine=DL2, full_output=True)
    assert record["version"] == "(08.05.2017)"
    assert relative(out, ep.deconvolve(image, psf, method, compat=DL2)) < 1e-5


# ---- where plugins come from


def test_doctor_shows_the_versions(monkeypatch):
    from edgepsf.imagej import doctor

    rows = {name: (value, remedy) for name, value, remedy in doctor._plugins()}
    assert rows[DL2][0].startswith("2.1.2 (27.06.2018) in ")
    assert rows[PID][0].startswith("1.12 in ")
    assert rows[DL2][1] is rows[PID][1] is None


@pytest.fixture
def fiji(tmp_path):
    """A Fiji directory: ImageJ and libraries in jars/, the plugins in plugins/."""
    from edgepsf.imagej.launch.imagej_jars import find_jars
    from edgepsf.imagej.launch.java import find_java

    folder = tmp_path / "Fiji with ä.app"
    (folder / "jars").mkdir(parents=True)
    (folder / "plugins").mkdir()
    for jar in os.listdir(FOLDER):
        if jar.endswith(".jar"):
            place = "plugins" if jar.startswith(("Deconv", "Parallel_")) else "jars"
            shutil.copy(os.path.join(FOLDER, jar), folder / place)
    imagej = next(j for j in find_jars(find_java()) if j.name.startswith("ij-"))
    shutil.copy(imagej, folder / "jars")
    return folder


def test_plugins_of_a_fiji(fiji, monkeypatch, tmp_path, capsys):
    psf = make_psf("even", 2)
    image = make_image((50, 48), psf)
    tifffile.imwrite(tmp_path / "y.tif", image)
    tifffile.imwrite(tmp_path / "h.tif", psf.astype(np.float32))
    monkeypatch.delenv("EDGEPSF_PLUGINS")
    monkeypatch.setenv("EDGEPSF_FIJI", "/nowhere")  # --fiji goes before it
    words = ["deconvolve", str(tmp_path / "y.tif"), "--psf", str(tmp_path / "h.tif"), "--fiji", str(fiji)]
    for engine, method in ((DL2, "RL 5"), (PID, "WPL 4")):
        out = tmp_path / f"{engine}.tif"
        assert main([*words, "--engine", engine, "--method", method, "-o", str(out), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["engine"] == engine
        want = ep.deconvolve(image, psf.astype(np.float32), method, compat=engine)
        assert relative(tifffile.imread(out), want) < 1e-5


def test_a_fiji_without_jtransforms_2(fiji, monkeypatch, tmp_path):
    """DeconvolutionLab2 would find version 3, fail with version 2 missing, and leave a Java that never ends."""
    next((fiji / "jars").glob("jtransforms-2*")).unlink()
    next((fiji / "jars").glob("parallelcolt*")).unlink()
    monkeypatch.delenv("EDGEPSF_PLUGINS")
    monkeypatch.setenv("EDGEPSF_FIJI", str(fiji))
    with pytest.raises(ep.EngineError, match="cannot run without JTransforms 2"):
        ep.deconvolve(np.ones((9, 9)), np.ones((3, 3)), "RL", engine=DL2)
    with pytest.raises(ep.EngineError, match="cannot run without Parallel Colt and JTransforms 2"):
        ep.deconvolve(np.ones((9, 9)), np.ones((3, 3)), "WPL", engine=PID)


# ---- macros


def test_the_command_in_a_macro(tidy):
    psf = make_psf("odd", 2).astype(np.float32)
    image = make_image((50, 48), psf)
    tidy.to_imageplus(image, "a -psf (ü) [b].tif").show()
    tidy.to_imageplus(psf, "h").show()
    unit = tidy.run_macro(
        'selectImage("a -psf (ü) [b].tif"); setVoxelSize(0.1, 0.1, 1, "um");'
        'run("Deconvolve...", "psf=h engine=DeconvolutionLab2 method=[RL 5]"); a = getTitle();'
        'getPixelSize(unit, w, h); selectImage("a -psf (ü) [b].tif");'
        'run("Deconvolve...", "psf=h engine=[Parallel Iterative] method=mrnsd iterations=5"); '
        'return unit + "|" + w + "|" + a + "|" + getTitle();'
    )
    unit, width, first, second = unit.split("|")
    assert (unit, width) == ("µm", "0.1")
    assert relative(image_of(tidy, first), ep.deconvolve(image, psf, "RL 5", compat=DL2)) < 1e-5
    assert relative(image_of(tidy, second), ep.deconvolve(image, psf, "mrnsd", 5, compat=PID)) < 1e-5


def test_the_plugins_own_macro_lines_reach_the_plugins(tidy, tmp_path, capfd):
    """D6 (-pad E2 E2 on a 2-D image gives zeros) and D7 (the default monitor needs a display) included."""
    psf = make_psf("odd", 2).astype(np.float32)
    image = make_image((50, 48), psf)
    y, h, x = (tmp_path / f"{n}.tif" for n in "yhx")
    tifffile.imwrite(y, image, imagej=True)
    tifffile.imwrite(h, psf, imagej=True)
    solve = ("FFT", "-1", "REFLEXIVE", "AUTO", "FLOAT", "SINGLE", "-1", "-1", "false", "5", "2", "false")
    values = ", ".join(f'"{v}"' for v in (y, h, x, *solve))
    name = "edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution2D"
    tidy.run_macro(
        f'run("DeconvolutionLab2 Run", "-image file {y} -psf file {h} -algorithm LW 5 -pad E2 E2 -norm 0.9 '
        f'-constraint nonnegativity"); call("{name}.deconvolveMRNSD", {values});'
    )
    said = capfd.readouterr().err
    assert "DeconvolutionLab2 in a process of its own answered" in said
    assert "Parallel Iterative in a process of its own answered" in said
    want = deconvolutionlab2(
        image, psf, "LW", 5, pad=("E2", "E2", 0, 0), normalize=0.9, constraint="nonnegative"
    )
    assert relative(image_of(tidy, "Final Display of LW"), want) < 1e-5
    assert x.exists()


@pytest.mark.parametrize(
    ("name", "engine", "method", "stem"),
    [
        ("deconvolutionlab2", DL2, "RL 40", "restored-deconvolutionlab2"),
        ("parallel_iterative", PID, "MRNSD 20 threshold=-1", "restored-parallel-iterative"),
    ],
)
def test_macros_from_an_edge_to_a_restored_picture(tidy, tmp_path, name, engine, method, stem):
    """The plugin's own line and Deconvolve... give the same picture."""
    image = write_blurred(tmp_path)
    macro = MACROS / f"restore_{name}.ijm"
    tidy.run_macro(macro, str(tmp_path))
    tidy.run_macro(macro.with_name("restore_with_engine.ijm"), f"{tmp_path};{engine};{method}")
    kernel = ep.fit_edge(image, (80, 100, 40, 40)).psf.kernel()
    want = ep.deconvolve(image, kernel, method, compat=engine)
    for file in ("restored-by-engine.tif", f"{stem}.tif"):
        assert relative(tifffile.imread(tmp_path / file), want) < 1e-5


def test_in_a_window_the_plugins_work_in_that_imagej(display, tmp_path):
    """There the plugin's own macro line goes to the plugin itself; Python ends although its threads stay."""
    psf = make_psf("odd", 2).astype(np.float32)
    image = make_image((50, 49), psf)
    tifffile.imwrite(tmp_path / "y.tif", image, imagej=True)
    tifffile.imwrite(tmp_path / "h.tif", psf, imagej=True)
    macro = (
        'open(""); '.replace('""', f'"{tmp_path}/y.tif"') + f'open("{tmp_path}/h.tif"); selectImage("y.tif");'
        'run("Deconvolve...", "psf=h.tif engine=DeconvolutionLab2 method=[RL 5]"); '
        f'saveAs("Tiff", "{tmp_path}/a.tif"); selectImage("y.tif");'
        'run("Deconvolve...", "psf=h.tif engine=[Parallel Iterative] method=[WPL 5]"); '
        f'saveAs("Tiff", "{tmp_path}/b.tif"); run("DeconvolutionLab2 Run", "-image file {tmp_path}/y.tif '
        f"-psf file {tmp_path}/h.tif -algorithm RL 5 -monitor 0 -multithreading no -out stack noshow c "
        f'-path {tmp_path}"); return "done";'
    )
    code = (
        "import os\nfrom edgepsf.imagej.session import start\nfrom edgepsf.imagej.bridge import register\n"
        "from edgepsf.imagej.engines import child\n"
        "def never(*a, **k): raise AssertionError('a child process in an open ImageJ')\n"
        f"child.run_in_child = never\nprint(register(start(headless=False)).run_macro({macro!r}))\n"
    )
    done = child("-c", code, DISPLAY=display)
    assert (done.returncode, done.stdout.split()[-1:]) == (0, ["done"]), done.stderr
    assert relative(tifffile.imread(tmp_path / "a.tif"), ep.deconvolve(image, psf, "RL 5", compat=DL2)) < 1e-5
    assert (
        relative(tifffile.imread(tmp_path / "b.tif"), ep.deconvolve(image, psf, "WPL 5", compat=PID)) < 1e-5
    )
    assert tifffile.imread(tmp_path / "c.tif").shape == image.shape
