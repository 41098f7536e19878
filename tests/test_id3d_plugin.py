"""DAMAS3 against Iterative Deconvolve 3D itself, and who answers where.

Runs when the environment variable EDGEPSF_PLUGINS names a folder that holds Iterative_Deconvolve_3D.class, or a jar
with it, and Xvfb is there. `pytest -s` prints the largest difference.
"""

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from blurred import relative, spot
from children import child
from conftest import FIJI, image_of, show
from edgepsf.plugins.compat import damas3
from edgepsf.plugins.id3d_command import parse_line
from fiji_folder import assemble
from id3d_in_window import ANSWER
from plugin_jars import FOLDER

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
CLASS = "Iterative_Deconvolve_3D.class"


def the_plugin() -> Path | None:
    """The plugin's class file, or the jar with it."""
    for file in sorted(Path(FOLDER).iterdir()) if FOLDER else []:
        if file.name == CLASS or (file.suffix == ".jar" and CLASS in zipfile.ZipFile(file).namelist()):
            return file
    return None


pytestmark = pytest.mark.skipif(
    the_plugin() is None, reason=f"EDGEPSF_PLUGINS names no folder with {CLASS} or a jar that has it"
)
LIMIT = 1e-5


def scene(shape, kind=np.float32):
    """Spots on a level of 10 with noise."""
    rng = np.random.default_rng(len(shape) * 1000 + shape[-1])
    sharp = 1000 * rng.uniform(0, 1, shape) ** 8 + 10
    image = ndimage.gaussian_filter(sharp, 1.5) + rng.normal(0, 0.5, shape)
    return np.clip(image, 0, 255).astype(kind)


def psf(shape, width=4.5, skew=True):
    """A spot, and a weaker one beside it."""
    one = spot(shape, width)
    return (one + 0.3 * np.roll(one, 1, axis=-1) if skew else one).astype(np.float32)


USUAL = "normalize show log perform detect wiener=0.000 low=1 z_direction=1 maximum=25 terminate=0.010"
TAIL = "low={} z_direction={} maximum={} terminate={}"
WORDS = {
    "recorded": USUAL,
    "raw": "log wiener=0 " + TAIL.format(1, 1, 12, 0.01),
    "ringing": "normalize log wiener=0 " + TAIL.format(0, 0, 20, 0.0),
    "wiener": "normalize log perform wiener=0.010 " + TAIL.format(0.1, 0.3, 15, 0.01),
    "strong": "log perform detect wiener=0.33 " + TAIL.format(2, 2, 15, 0.001),
    "off": "normalize log perform wiener=0.0001 " + TAIL.format(4, 4, 10, 0.01),
    "ends": "normalize log perform detect wiener=0 " + TAIL.format(1, 1, 100, 0.3),
    "filters": "normalize log perform wiener=0.01 " + TAIL.format(1, 1, 0, 0.01),
    "once": "log perform wiener=0 " + TAIL.format(1, 1, 1, 0),
}
PICTURES = {
    "plane": (scene((48, 61)), psf((7, 7))),
    "even": (scene((33, 64)), psf((8, 10))),
    "volume": (scene((9, 40, 37)), psf((5, 9, 8))),
}
CASES = {f"{a}-{b}": (*PICTURES[a], WORDS[b]) for a in PICTURES for b in WORDS} | {
    "larger": (scene((20, 31)), psf((65, 70)), USUAL),
    "one-pixel": (scene((20, 31)), np.ones((1, 1), np.float32), USUAL),
    "row": (scene((1, 37)), psf((1, 9)), USUAL),
    "tiny": (scene((3, 3)), psf((3, 3)), USUAL),
    "wide": (scene((256, 250)), psf((256, 256), 18), USUAL),
    "plane-psf": (scene((9, 40, 37)), psf((9, 8)), USUAL),
    "volume-psf": (scene((40, 37)), psf((6, 9, 8)), USUAL),
    "deep-psf": (scene((2, 20, 22)), psf((9, 5, 5)), USUAL),
    "bytes": (scene((40, 37), np.uint8), (180 * psf((9, 9))).astype(np.uint8), USUAL),
    "shorts": (scene((5, 40, 37), np.uint16), (9000 * psf((3, 9, 9))).astype(np.uint16), USUAL),
    "negative": (scene((40, 37)) - 60, psf((9, 9)), USUAL),
    "negative-psf": (scene((40, 37)), psf((9, 9)) - np.float32(0.02), USUAL),
    "decibel": (
        10 * np.log10(scene((40, 37)) + 1).astype(np.float32),
        10 * np.log10(psf((9, 9)) + 1e-6).astype(np.float32),
        "data " + USUAL,
    ),
    "own-psf": (scene((40, 37)), scene((40, 37)), WORDS["raw"]),
    "diverges": (
        scene((40, 37)),
        np.roll(psf((11, 11), 2), 3, axis=1),
        "log detect wiener=0 " + TAIL.format(1, 1, 60, -100),
    ),
}


@pytest.fixture(scope="module")
def plugin(tmp_path_factory, display):
    """The folder with the plugin's results, and what ImageJ told by case."""
    work = tmp_path_factory.mktemp("id3d")
    (work / "plugins").mkdir()
    shutil.copy2(the_plugin(), work / "plugins")
    for name, (image, kernel, _) in CASES.items():
        np.save(work / f"{name}-y.npy", image)
        np.save(work / f"{name}-h.npy", kernel)
    (work / "cases.json").write_text(json.dumps({name: words for name, (_, _, words) in CASES.items()}))
    script = str(Path(__file__).with_name("id3d_in_window.py"))
    done = child(script, str(work), DISPLAY=display, EDGEPSF_PLUGINS=str(work / "plugins"))
    assert done.returncode == 0, done.stderr
    return work, json.loads((work / "told.json").read_text())


@pytest.mark.parametrize("name", CASES)
def test_the_plugins_numbers(plugin, name):
    work, told = plugin
    image, kernel, words = CASES[name]
    answer, lines, log = told[name]
    ours = damas3(image, kernel, parse_line(f"image=y point=h {words}").settings)
    theirs = np.load(work / f"{name}-x.npy")
    difference = relative(ours.image, theirs)
    print(f"{name:20s} {difference:.1e}")
    assert difference < LIMIT
    assert answer.split(",")[0] == f"D_{ours.iterations}"
    assert "native engine" not in log
    numbers = [float(line) for line in lines[: len(ours.changes)]]
    assert numbers == pytest.approx(ours.changes, rel=1e-3, abs=1e-4)
    assert (" ".join(lines[len(ours.changes) :]) != "") == (ours.ended != "")


def test_the_cases_end_in_every_way():
    ends = {damas3(y, h, parse_line(f"image=y point=h {w}").settings).ended for y, h, w in CASES.values()}
    assert ends == {"", "change", "divergence"}


@pytest.mark.usefixtures("tidy", "no_plugins")
@pytest.mark.parametrize("name", ["volume-recorded", "plane-ends", "bytes"])
def test_without_a_window_the_result_is_shown_alike(plugin, imagej, name):
    work, told = plugin
    image, kernel, words = CASES[name]
    show(imagej, image, "y")
    show(imagej, kernel, "h")
    answer = imagej.run_macro(f'run("Iterative Deconvolve 3D", "image=y point=h output=D {words}");' + ANSWER)
    assert answer == told[name][0]
    title = answer.split(",")[0]
    assert relative(image_of(imagej, title), np.load(work / f"{name}-x.npy")) < LIMIT


@pytest.mark.parametrize("window", [False, True])
def test_in_a_fiji_with_the_plugin_inside(tmp_path, display, window):
    """In the window the plugin answers; without a window it would stop with a HeadlessException: edgepsf answers."""
    if FIJI is None:
        pytest.skip("EDGEPSF_FIJI names no Fiji")
    (tmp_path / "plugins").mkdir()
    shutil.copy2(the_plugin(), tmp_path / "plugins")
    folder = assemble(tmp_path, FIJI, tmp_path / "plugins")
    name = "plane-recorded"
    for part, array in zip("yh", CASES[name], strict=False):
        np.save(tmp_path / f"{name}-{part}.npy", array)
    (tmp_path / "cases.json").write_text(json.dumps({name: CASES[name][2]}))
    script = str(Path(__file__).with_name("id3d_in_window.py"))
    words = [script, str(tmp_path), *([] if window else ["headless"])]
    environment = {
        "EDGEPSF_FIJI": str(folder),
        "EDGEPSF_PLUGINS": None,
        "DISPLAY": display if window else None,
    }
    done = child(*words, **environment)
    assert done.returncode == 0, done.stderr
    answer, _, log = json.loads((tmp_path / "told.json").read_text())[name]
    theirs = np.load(tmp_path / f"{name}-x.npy")
    ours = damas3(*CASES[name][:2], parse_line(f"image=y point=h {CASES[name][2]}").settings)
    assert answer.split(",")[0] == f"D_{ours.iterations}"
    assert relative(ours.image, theirs) < LIMIT
    told = log + done.stderr
    assert (
        "native engine answered Iterative Deconvolve 3D; the plugin itself needs a window" in told
    ) != window
