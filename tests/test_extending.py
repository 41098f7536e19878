"""The examples of docs/extending.md work: each in a copy of the package, at the path that its first line names."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

import edgepsf as ep
from children import child
from edgepsf.psf import Gaussian
from edgepsf.testing import edge_image

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```python\n# plugin/(\S+)\n(.*?)```", PAGE, re.DOTALL))
MODEL = "edgepsf/psf/models/exponential.py"
METHOD = "edgepsf/deconvolve/methods/truncated.py"
COMMAND = "edgepsf/commands/invert.py"
MEASUREMENT = "edgepsf/measure/point/__init__.py"
COMMAND_LINES = """
import contextlib, io, json, sys
from edgepsf.cli import main

def run(line):
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(line.split())
    return code, out.getvalue(), err.getvalue()

print(json.dumps([run(line) for line in sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A folder with a copy of the package that holds all examples."""
    folder = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "plugin" / "edgepsf", folder / "edgepsf")
    for name, text in EXAMPLES.items():
        path = folder / name
        assert not path.exists(), f"{name} is there already"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def python(package, tmp_path, monkeypatch):
    """Run code with the copy in a folder of its own; what it prints."""
    monkeypatch.chdir(tmp_path)

    def run(code, *arguments):
        done = child("-c", code, *arguments, PYTHONPATH=str(package))
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def edgepsf(python):
    """Run command lines of the copy in one process; (exit code, stdout, stderr) of each."""
    return lambda *lines: json.loads(python(COMMAND_LINES, *lines))


def test_the_page_has_a_file_of_each_kind():
    assert list(EXAMPLES) == [MODEL, METHOD, COMMAND, MEASUREMENT]


def test_model(python):
    told = python(
        "import json, edgepsf as ep; from edgepsf.testing import edge_image\n"
        "true = ep.psf.Exponential(1.2)\n"
        "fit = ep.fit_edge(edge_image(true, noise=0.005), model='exponential')\n"
        "auto = ep.fit_edge(edge_image(true, noise=0.005))\n"
        "assert ep.psf.from_json(fit.psf.to_json()) == fit.psf\n"
        "print(json.dumps([fit.model, fit.psf.fwhm, list(fit.interval('fwhm')), auto.model]))",
    )
    model, fwhm, (low, high), auto = json.loads(told)
    assert model == auto == "exponential"
    assert fwhm == pytest.approx(2.4 * np.log(2), rel=0.03)
    assert low < fwhm < high


def test_method(edgepsf):
    image = edge_image(Gaussian(1.5), shape=(64, 64)).astype(np.float32)
    tifffile.imwrite("in.tif", image)
    tifffile.imwrite("psf.tif", ep.PointSpread(Gaussian(1.5)).kernel())
    words = "deconvolve in.tif --psf psf.tif --method truncated"
    *done, limit, other = edgepsf(
        f"{words} -o sharp.tif",
        f"{words} --cutoff 0.4 -o softer.tif",
        f"{words} --cutoff 2 -o no.tif",
        f"{words} --tv 1 -o no.tif",
    )
    assert [code for code, _, _ in done] == [0, 0], done
    steepest = [np.abs(np.diff(tifffile.imread(name), axis=1)).max() for name in ("sharp.tif", "softer.tif")]
    assert steepest[0] > steepest[1] > np.abs(np.diff(image, axis=1)).max()
    assert limit[0] == other[0] == 2
    assert "cutoff must lie between 0 and 1, not 2" in limit[2]
    assert 'unknown option "tv" for method "truncated"' in other[2]
    assert not Path("no.tif").exists()


def test_command(edgepsf, python):
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    tifffile.imwrite("in.tif", image)
    [(code, out, err)] = edgepsf("invert in.tif --white 300 -o out.tif --json")
    assert code == 0, err
    assert json.loads(out)["white"] == 300
    np.testing.assert_array_equal(tifffile.imread("out.tif"), 300.0 - image)
    declared = python(
        "from edgepsf.commands import BY_NAME\n"
        "command = BY_NAME['Invert Levels...']\n"
        "print(command.cli, *(option.key for option in command.options), command.preview.text({'white': 255.0}))",
    )
    assert declared.split() == ["invert", "white", "stack", "white", "255"]


def test_measurement(edgepsf):
    y, x = np.indices((40, 60))
    points = [(15, 20, 1.8), (45, 20, 2.5)]
    light = [900 * np.exp(-0.5 * ((x - x0) ** 2 + (y - y0) ** 2) / sigma**2) for x0, y0, sigma in points]
    tifffile.imwrite("in.tif", (10 + sum(light)).astype(np.float32))
    Path("rois.csv").write_text("x,y,width,height\n0,5,30,30\n30,5,30,30\n")
    many, one = edgepsf(
        "psf point in.tif --rois rois.csv --background 10 --json",
        "psf point in.tif --roi 0,5,30,30 -o psf.tif --json",
    )
    assert many[0] == one[0] == 0, many[2] + one[2]
    rows = json.loads(many[1])["rows"]
    assert [row["fwhm"] for row in rows] == pytest.approx([2.3548 * 1.8, 2.3548 * 2.5], rel=0.01)
    assert json.loads(one[1])["center"] == pytest.approx([15, 20], abs=0.01)
    assert tifffile.imread("psf.tif").sum() == pytest.approx(1, abs=1e-4)


def test_pages_describe_the_examples(python):
    made = python(
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('build', sys.argv[1])\n"
        "build = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(build)\n"
        "print(*map(ascii, build.pages().values()))",
        str(ROOT / "docs" / "build.py"),
    )
    assert "| `exponential` |" in made
    assert "| `truncated` |" in made
    assert "| `cutoff` |" in made
    assert "## Invert Levels..." in made
    assert "## PSF from Point..." in made
