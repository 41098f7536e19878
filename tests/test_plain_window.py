"""The macros as commands of plain ImageJ: 1.54p with a window, no Python, no edgepsf; in child processes."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from edgepsf.errors import EngineError
from edgepsf.imagej import java
from edgepsf.psf import from_profile
from edgepsf.testing import edge_image

MACROS = Path(__file__).resolve().parents[1] / "macros"
CHAIN = MACROS / "edge_chain_commands.ijm"
SECONDS = 90


@pytest.fixture(scope="module")
def display():
    """A screen of our own, ":5" or so."""
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


@pytest.fixture(scope="module")
def engine():
    """(java executable, ij.jar) of plain ImageJ."""
    try:
        found = java.find_java()
        jars = java.find_jars(found)
    except EngineError as error:
        pytest.skip(f"ImageJ cannot start here: {error}")
    return found.home / "bin" / "java", next(jar for jar in jars if jar.name.startswith("ij-1."))


@pytest.fixture
def plain(tmp_path, display, engine):
    """Runs a macro text in an ImageJ with the scripts installed in its plugins folder; gives what it returns."""
    folder = tmp_path / "an ImageJ"
    shutil.copytree(MACROS / "scripts" / "Plugins" / "Edge_PSF", folder / "plugins" / "Edge_PSF")
    (folder / "macros").mkdir()
    executable, jar = engine

    def run(text: str, argument: str = "") -> str:
        answer, wrapper = tmp_path / "answer.txt", tmp_path / "wrapper.ijm"
        (tmp_path / "inner.ijm").write_text(text)
        wrapper.write_text(
            f'answer = runMacro("{tmp_path / "inner.ijm"}", getArgument());'
            f'File.saveString(answer, "{answer}"); call("java.lang.System.exit", "0");'
        )
        command = [executable, f"-Duser.home={tmp_path}", f"-Dplugins.dir={folder}", "-cp", jar, "ij.ImageJ"]
        command += ["-ijpath", folder, "-port0", "-macro", wrapper, argument]
        done = subprocess.run(
            [str(word) for word in command],
            env={**os.environ, "DISPLAY": display},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if "libawt_xawt" in done.stdout or "HeadlessException" in done.stdout:
            pytest.skip("this Java has no windows (a headless one)")
        assert answer.exists(), done.stdout
        return answer.read_text().rstrip("\n")

    return run


def edge_file(folder: Path, scale=None) -> Path:
    path = folder / "an edge.tif"
    image = edge_image(from_profile(p1=1.2, p3=0.03).model, noise=0.01)
    size = {"resolution": (1 / scale[0], 1 / scale[1]), "metadata": {"unit": "um"}} if scale else {}
    tifffile.imwrite(path, image.astype(np.float32), imagej=True, **size)
    return path


def numbers(line: str) -> dict[str, float]:
    return {key: float(value) for key, value in (pair.split("=") for pair in line.split())}


@pytest.mark.parametrize(
    ("options", "scale"),
    [("x=20 y=10 width=90 height=100", None), ("v1=30 v2=100", (0.1, 0.2))],
    ids=["pixels", "0.1x0.2um"],
)
def test_one_chain_macro_in_plain_imagej_and_under_edgepsf(plain, tmp_path, options, scale):
    argument = f"path=[{edge_file(tmp_path, scale)}] degree=3 {options}"
    window = numbers(plain(CHAIN.read_text(), argument))
    done = subprocess.run(
        [sys.executable, "-m", "edgepsf", "macro", str(CHAIN), argument],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    bridge = numbers(done.stdout)
    assert list(window) == list(bridge) == ["a", "b", "c", "p", "p1", "p3", "fwhm"]
    assert window == pytest.approx(bridge, rel=1e-9)
