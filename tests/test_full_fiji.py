"""A Fiji with both plugins inside, in processes of their own: macros of the plugins, damaged jars, the end.

EDGEPSF_FIJI and EDGEPSF_PLUGINS name the parts.
"""

import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile

from blurred import spot
from children import child
from edgepsf.plugins.compat import deconvolutionlab2, parallel_iterative

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')

RNG = np.random.default_rng(5)
IMAGE = RNG.uniform(10, 100, (40, 37)).astype(np.float32)
VOLUME = RNG.uniform(10, 100, (6, 20, 22)).astype(np.float32)
PSF, PSF3 = (spot(shape, 3).astype(np.float32) for shape in ((7, 7), (3, 7, 7)))
CALL = (
    'call("edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution{}D.deconvolveMRNSD", '
    'd + "{}.tif", d + "{}.tif", d + "{}.tif", "NONE", "-1", "REFLEXIVE", "AUTO", "FLOAT", "DOUBLE", "-1", "0", '
    '"false", "4", "2", "false")'
)
MACRO = f"""
d = getArgument() + "/";
run("DeconvolutionLab2 Run", "-image file " + d + "y.tif -psf file " + d + "h.tif -algorithm RL 3 "
  + "-out stack z -path " + d);
print("title " + getTitle());
run("DeconvolutionLab2 Run", "-image file " + d + "y.tif -psf file " + d + "h.tif -algorithm LW 3 -monitor no "
  + "-out stack noshow w -path " + d);
print("images " + nImages);
a = {CALL.format(2, "y", "h", "x")};
b = {CALL.format(3, "v", "h3", "x3")};
return replace(a + " " + b, d, "");
"""
GATEWAY = """
import os, sys, imagej, scyjava, edgepsf.imagej
from edgepsf.imagej.launch.java import find_java
os.environ["JAVA_HOME"] = str(find_java().home)
scyjava.config.set_java_constraints(fetch="auto")
scyjava.config.endpoints.clear()  # imglyb's: its jar is in the folder
session = edgepsf.imagej.register(imagej.init(sys.argv[1]))
with open(sys.argv[2]) as file:
    print(session.run_macro(file.read(), sys.argv[3]))
"""
NO_PLUGINS = {"EDGEPSF_PLUGINS": None}  # only the Fiji has them


@pytest.fixture
def work(tmp_path):
    """A folder with pictures, PSFs and the macro."""
    for name, array in {"y": IMAGE, "h": PSF, "v": VOLUME, "h3": PSF3}.items():
        tifffile.imwrite(tmp_path / f"{name}.tif", array, imagej=True)
    (tmp_path / "m.ijm").write_text(MACRO)
    return tmp_path


def check_results(folder):
    for name, want in {
        "z": deconvolutionlab2(IMAGE, PSF, "RL", 3),
        "w": deconvolutionlab2(IMAGE, PSF, "LW", 3),
        "x": parallel_iterative(IMAGE, PSF, "MRNSD", iterations=4, precision="DOUBLE", threshold=0.0),
        "x3": parallel_iterative(VOLUME, PSF3, "MRNSD", iterations=4, precision="DOUBLE", threshold=0.0),
    }.items():
        np.testing.assert_allclose(
            tifffile.imread(folder / f"{name}.tif"), want, rtol=1e-4, atol=1e-3, err_msg=name
        )


def test_lines_of_both_plugins_without_a_window(full_fiji, work):
    macro = str(work / "m.ijm")
    done = child("-m", "edgepsf", "--fiji", str(full_fiji), "macro", macro, str(work), **NO_PLUGINS)
    assert (done.returncode, done.stdout) == (0, "x.tif x3.tif\n"), done.stderr
    assert "title z\n" in done.stderr
    assert "images 1\n" in done.stderr
    assert done.stderr.count("in a process of its own answered") == 4
    check_results(work)


def test_lines_of_both_plugins_in_a_gateway_of_ones_own(full_fiji, work):
    """The folder of the gateway is a place to look for the plugins in."""
    done = child("-c", GATEWAY, str(full_fiji), str(work / "m.ijm"), str(work), **NO_PLUGINS)
    assert (done.returncode, done.stdout) == (0, "x.tif x3.tif\n"), done.stderr
    assert done.stderr.count("in a process of its own answered") == 4
    check_results(work)


def test_everything_in_subfolders_of_plugins_without_versions_in_names(full_fiji, work):
    own = work / "Fiji.app"
    shutil.copytree(full_fiji, own, symlinks=True)
    inside = own / "plugins" / "restoration" / "lib"
    inside.mkdir(parents=True)
    libraries = [own / "jars" / jar.name for jar in Path(os.environ["EDGEPSF_PLUGINS"]).glob("*.jar")]
    for jar in [*own.glob("plugins/*.jar"), *(jar for jar in libraries if jar.is_file())]:
        jar.rename(inside / f"{jar.stem.rpartition('-')[0] or jar.stem}.jar")
    assert {"parallelcolt.jar", "jtransforms.jar", "jplasma.jar"} <= {jar.name for jar in inside.iterdir()}
    done = child("-m", "edgepsf", "--fiji", str(own), "macro", str(work / "m.ijm"), str(work), **NO_PLUGINS)
    assert (done.returncode, done.stdout) == (0, "x.tif x3.tif\n"), done.stderr
    assert done.stderr.count("in a process of its own answered") == 4
    check_results(work)


WINDOW = """
import sys
from edgepsf.imagej import register, start
session = register(start(headless=False))
with open(sys.argv[1]) as file:
    value = session.run_macro(file.read(), sys.argv[2])
print(value)
sys.exit(5)
"""
IN_WINDOW = """
d = getArgument() + "/";
run("DeconvolutionLab2 Run", "-image file " + d + "y.tif -psf file " + d + "h.tif -algorithm RL 3 -monitor no "
  + "-out stack noshow w -path " + d);
for (i = 0; i < 200 && !File.exists(d + "w.tif"); i++) wait(100);  // the plugin returns before it is done
wait(500);
return "w " + File.exists(d + "w.tif");
"""


def test_in_a_window_the_plugin_works_and_its_threads_let_the_process_end(full_fiji, work, display):
    (work / "w.ijm").write_text(IN_WINDOW)
    done = child(
        *("-c", WINDOW, str(work / "w.ijm"), str(work)),
        **{"EDGEPSF_FIJI": str(full_fiji), "DISPLAY": display} | NO_PLUGINS,
    )
    assert done.returncode == 5, done.stdout + done.stderr
    assert "w 1\n" in done.stdout
    assert "edgepsf: DeconvolutionLab2" not in done.stderr
    assert tifffile.imread(work / "w.tif").shape == IMAGE.shape


THREADS = """
import sys
from edgepsf.imagej import register
session = register()
from jpype import JClass, JProxy
from edgepsf.imagej.launch.ending import threads_left
work = JClass("deconvolution.Deconvolution")("run", sys.argv[1])
work.deconvolve()
JClass("java.util.Timer")("left by a plugin")
print(any("left by" in str(thread.getName()) for thread in threads_left()), threads_left() != [])
sys.stdout.write("the last words")
sys.exit(5)
"""


def test_threads_of_a_plugin_do_not_keep_the_process(full_fiji, work):
    line = f"-image file {work}/y.tif -psf file {work}/h.tif -algorithm RL 3 -monitor no"
    line += f" -out stack noshow z -path {work}"
    done = child("-c", THREADS, line, EDGEPSF_FIJI=str(full_fiji))
    assert done.returncode == 5, done.stderr
    assert "True True" in done.stdout
    assert "the last words" in done.stdout


def test_a_macro_ends_the_process(full_fiji, work):
    (work / "m.ijm").write_text(
        MACRO.replace("return ", 'eval("script", "System.exit(3);"); print("went on"); return ')
    )
    done = child(
        "-m", "edgepsf", "--fiji", str(full_fiji), "macro", str(work / "m.ijm"), str(work), **NO_PLUGINS
    )
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "went on" not in done.stderr
    assert "Traceback" not in done.stderr
    check_results(work)


def _damage(path, how):
    if how == "without a class":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
    elif how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: 3000 if how == "cut short" else 0])


@pytest.mark.parametrize(
    ("name", "how", "says"),
    [
        (
            "imglib2-imglyb",
            "without a class",
            "which Python needs, is incomplete: it has no net/imglib2/python",
        ),
        ("imglib2-imglyb", "cut short", "which Python needs, cannot be read (an empty file, or a broken"),
        (
            "imglib2-imglyb",
            "gone",
            "has no jars/imglib2-imglyb-….jar, which Python needs, and it could not be",
        ),
        (
            "scifio-0",
            "empty",
            "cannot be read (an empty file, or a broken download or copy): put the file from a",
        ),
    ],
)
def test_a_damaged_jar_is_named(fiji, tmp_path, name, how, says):
    own = tmp_path / "Fiji.app"
    shutil.copytree(fiji, own, symlinks=True)
    (jar,) = own.glob(f"jars/{name}*.jar")
    _damage(jar, how)
    (tmp_path / "m.ijm").write_text('return "x";')
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_PROXY": ""}
    empty = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = child("-m", "edgepsf", "--fiji", str(own), "macro", str(tmp_path / "m.ijm"), **nowhere, **empty)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1), done.stderr
    assert says in done.stderr
    assert "JAVA_HOME" not in done.stderr
    assert how == "gone" or str(jar) in done.stderr


def test_an_imagej_that_starts_without_a_damaged_jar_tells_of_it(fiji, tmp_path):
    own = tmp_path / "Fiji.app"
    shutil.copytree(fiji, own, symlinks=True)
    (own / "plugins" / "Cut_.jar").write_bytes(b"PK")
    (own / "plugins" / "._Cut_.jar").write_bytes(b"Mac")
    (tmp_path / "m.ijm").write_text('return "x";')
    done = child("-m", "edgepsf", "--fiji", str(own), "macro", str(tmp_path / "m.ijm"))
    assert (done.returncode, done.stdout) == (0, "x\n"), done.stderr
    assert f"edgepsf: {own / 'plugins' / 'Cut_.jar'} cannot be read" in done.stderr
    assert "._Cut_" not in done.stderr


MANY = """
import gc, os, sys, tempfile
tempfile.tempdir = sys.argv[2]
from edgepsf.imagej import register
session = register()
from jpype import JClass
runtime = JClass("java.lang.Runtime").getRuntime()

def children():
    if not os.path.exists("/proc/self/task"):
        return 0
    return sum(len(open(f"/proc/self/task/{t}/children").read().split()) for t in os.listdir("/proc/self/task"))

def resident():
    if not os.path.exists("/proc/self/statm"):
        return 0
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

def used():
    gc.collect()
    JClass("java.lang.System").gc()
    return (runtime.totalMemory() - runtime.freeMemory()) / 2**20

with open(sys.argv[1]) as file:
    lines = file.read()
loop = "d = getArgument() + '/'; for (k = 0; k < TIMES; k++) {" + lines + "}"
session.run_macro(loop.replace("TIMES", "3"), sys.argv[3])
first, before = used(), resident()
session.run_macro(loop.replace("TIMES", sys.argv[4]), sys.argv[3])
print(children(), os.listdir(sys.argv[2]), used() - first, resident() - before)
"""
LINES = f"""
run("DeconvolutionLab2 Run", "-image file " + d + "y.tif -psf file " + d + "h.tif -algorithm RL 3 -monitor no "
  + "-out stack noshow w -path " + d);
a = {CALL.format(2, "y", "h", "x")};
"""


def many(work, times, **env):
    """Run the lines in one loop; a thread less or more of Java's own makes no megabytes."""
    (work / "lines.txt").write_text(LINES)
    temporary = work / "temporary"
    temporary.mkdir()
    arguments = (str(work / "lines.txt"), str(temporary), str(work), str(times))
    done = child("-c", MANY, *arguments, **env)
    assert done.returncode == 0, done.stderr
    processes, rest = done.stdout.split(" ", 1)
    files, heap, resident = rest.rsplit(" ", 2)
    assert (processes, files) == ("0", "[]")
    assert float(heap) < 30  # MB of Java; a picture that stays would be seen by its windows and files
    assert float(resident) < 250  # MB of the process, which Java fills as it likes
    assert list(temporary.iterdir()) == []
    assert done.stderr.count("answered") == 2 * (times + 3)
    return done.stderr


def test_fifty_lines_and_fifty_calls_leave_nothing(work):
    said = many(work, 50, EDGEPSF_PLUGINS=None)
    assert said.count("native engine answered") == 106


def test_lines_by_the_plugins_leave_no_process_and_no_file(full_fiji, work):
    said = many(work, 4, EDGEPSF_FIJI=str(full_fiji), EDGEPSF_PLUGINS=None)
    assert said.count("in a process of its own answered") == 14
