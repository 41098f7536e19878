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
from edgepsf.psf import Gaussian
from edgepsf.testing import edge_image
from children import child

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```python\n# plugin/(\S+)\n(.*?)```", PAGE, re.DOTALL))
MODEL = "edgepsf/psf/models/exponential.py"
METHOD = "edgepsf/deconvolve/methods/truncated.py"
COMMAND = "edgepsf/commands/invert.py"
MEASUREMENT = "edgepsf/measure/point/__init__.py"


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
    """Run Python with the copy, in a folder of its own: python("-c", code)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, code=0):
        done = child(*arguments, PYTHONPATH=str(package))
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return run


@pytest.fixture
def edgepsf(python):
    """Run the command line of the copy: edgepsf("invert", "in.tif", …)."""
    return lambda *words, code=0: python("-m", "edgepsf", *words, code=code)


def test_the_page_has_a_file_of_each_kind():
    assert list(EXAMPLES) == [MODEL, METHOD, COMMAND, MEASUREMENT]


def test_model(python):
    told = python(
        "-c",
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
    kernel = ep.PointSpread(Gaussian(1.5)).kernel()
    image = edge_image(Gaussian(1.5), shape=(64, 64)).astype(np.float32)
    tifffile.imwrite("in.tif", image)
    tifffile.imwrite("psf.tif", kernel)
    words = ("deconvolve", "in.tif", "--psf", "psf.tif", "--method", "truncated")
    edgepsf(*words, "-o", "out.tif")
    edgepsf(*words, "--cutoff", "0.4", "-o", "softer.tif")
    steep, softer = (
        np.abs(np.diff(tifffile.imread(name), axis=1)).max() for name in ("out.tif", "softer.tif")
    )
    assert steep > softer > np.abs(np.diff(image, axis=1)).max()
    assert "cutoff must lie between 0 and 1, not 2" in edgepsf(
        *words, "--cutoff", "2", "-o", "no.tif", code=2
    )
    assert 'unknown option "tv" for method "truncated"' in edgepsf(
        *words, "--tv", "1", "-o", "no.tif", code=2
    )
    assert not Path("no.tif").exists()


def test_command(edgepsf, python):
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    tifffile.imwrite("in.tif", image)
    assert (
        json.loads(edgepsf("invert", "in.tif", "--white", "300", "-o", "out.tif", "--json"))["white"] == 300
    )
    np.testing.assert_array_equal(tifffile.imread("out.tif"), 300.0 - image)
    declared = python(
        "-c",
        "from edgepsf.commands import BY_NAME\n"
        "command = BY_NAME['Invert Levels...']\n"
        "print(command.cli, *(option.key for option in command.options), command.preview.text({'white': 255.0}))",
    )
    assert declared.split() == ["invert", "white", "stack", "white", "255"]


def test_measurement(edgepsf):
    y, x = np.indices((40, 60))
    image = 10 + 900 * np.exp(
        -0.5 * ((x[..., None] - [15, 45]) ** 2 + (y[..., None] - 20) ** 2) / [1.8**2, 2.5**2]
    )
    tifffile.imwrite("in.tif", image.sum(axis=-1).astype(np.float32) - 10)
    Path("rois.csv").write_text("x,y,width,height\n0,5,30,30\n30,5,30,30\n50,0,9,4\n")
    told = edgepsf("psf", "point", "in.tif", "--rois", "rois.csv", "--background", "10", "--json")
    rows = json.loads(told)["rows"]
    assert [row["fwhm"] for row in rows[:2]] == pytest.approx([2.3548 * 1.8, 2.3548 * 2.5], rel=0.02)
    edgepsf("psf", "point", "in.tif", "--roi", "0,5,30,30", "-o", "psf.tif", "--report", "page.png")
    assert tifffile.imread("psf.tif").sum() == pytest.approx(1, abs=1e-4)
    assert Path("page.png").stat().st_size > 10_000


def test_pages_describe_the_examples(python):
    made = python(
        "-c",
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('build', {str(ROOT / 'docs' / 'build.py')!r})\n"
        "build = importlib.util.module_from_spec(spec); spec.loader.exec_module(build)\n"
        "sys.stdout.buffer.write(''.join(build.pages().values()).encode())",
    )
    for entry in (
        "| `exponential` |",
        "| `truncated` |",
        "| `cutoff` |",
        "## Invert Levels...",
        "## PSF from Point...",
    ):
        assert entry in made
