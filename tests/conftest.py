"""Fixtures of several test modules: the running ImageJ with the commands and its images, a display, a Fiji.

The tests are of the embedded ImageJ. With EDGEPSF_FIJI set to the folder of a Fiji, tests/test_fiji.py runs too, and
runs those in ImageJ once more inside that Fiji, in processes of their own (EDGEPSF_TESTS_IN marks them).
"""

from __future__ import annotations

import importlib.util
import os
import select
import shutil
import subprocess
from pathlib import Path

import pytest

from edgepsf.imagej.launch import sources
from fiji_folder import assemble

FIJI = os.environ.pop("EDGEPSF_FIJI", None)

if "EDGEPSF_TESTS_IN" in os.environ:
    # Not in the environment: the child processes of the tests start what they start.
    sources._chosen = sources.Source("directory", os.environ["EDGEPSF_TESTS_IN"])


@pytest.fixture(scope="session")
def imagej():
    """The ImageJ of this process, without a window, with the commands."""
    pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
    from edgepsf.imagej.bridge import register

    return register()


@pytest.fixture
def tidy(imagej):
    """The running ImageJ; before and afterwards no image is open and the Results table is empty."""
    empty = 'run("Close All"); run("Clear Results");'
    imagej.run_macro(empty)
    yield imagej
    imagej.run_macro(empty)


@pytest.fixture
def no_plugins(monkeypatch):
    """No variable names a folder with the jars of plugins."""
    monkeypatch.delenv("EDGEPSF_PLUGINS", raising=False)
    monkeypatch.delenv("EDGEPSF_FIJI", raising=False)


@pytest.fixture
def fiji():
    """The folder of a Fiji."""
    if FIJI is None:
        pytest.skip("EDGEPSF_FIJI names no Fiji")
    return FIJI


@pytest.fixture(scope="session")
def full_fiji(tmp_path_factory):
    """The folder of a Fiji with both plugins inside."""
    plugins = os.environ.get("EDGEPSF_PLUGINS")
    if not (FIJI and plugins):
        pytest.skip(
            "EDGEPSF_FIJI and EDGEPSF_PLUGINS do not name a Fiji and the folder with the plugins' jars"
        )
    return assemble(tmp_path_factory.mktemp("fiji"), FIJI, plugins)


@pytest.fixture(scope="session")
def docs():
    """The module that makes the reference page."""
    path = Path(__file__).parent.parent / "docs" / "build.py"
    spec = importlib.util.spec_from_file_location("docs_build", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def display():
    """A display without a screen; its name, ":5" or so."""
    if not shutil.which("Xvfb"):
        pytest.skip("Xvfb is not installed: apt-get install xvfb")
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        if not select.select([server.stdout], [], [], 20)[0]:
            pytest.skip("Xvfb did not start within 20 s")
        number = server.stdout.readline().decode().strip()
        if not number:
            pytest.skip("Xvfb could not open a screen here")
        yield f":{number}"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        server.stdout.close()


def show(imagej, array, title="img", dimensions=None, scale=None):
    """Open an array as an image; dimensions are channels, slices, frames, scale the pixel's size in um."""
    imp = imagej.to_imageplus(array, title)
    if dimensions:
        imp.setDimensions(*dimensions)
        imp.setOpenAsHyperStack(True)
    if scale:
        imp.getCalibration().pixelWidth, imp.getCalibration().pixelHeight = scale
        imp.getCalibration().setUnit("um")
    imp.show()


def image_of(imagej, title):
    """The planes of an open image."""
    from jpype import JClass

    return imagej.to_numpy(JClass("ij.WindowManager").getImage(title))
