"""The macros as commands of plain ImageJ: 1.54p with a window, no Python, no edgepsf; in child processes."""

from __future__ import annotations

import os
import shutil
import subprocess

import numpy as np
import pytest
import tifffile
from macros.comparison import COMMANDS as CHAIN
from macros.comparison import SCRIPTS, numbers

from children import child
from edgepsf.errors import EngineError
from edgepsf.imagej.install import install
from edgepsf.imagej.launch import imagej_jars, java
from edges import write_edge

SECONDS = 90  # a run of plain ImageJ


@pytest.fixture(scope="module")
def engine():
    """(java executable, ij.jar) of plain ImageJ."""
    try:
        found = java.find_java()
        jars = imagej_jars.find_jars(found)
    except EngineError as error:
        pytest.skip(f"ImageJ cannot start here: {error}")
    return found.home / "bin" / "java", next(jar for jar in jars if jar.name.startswith("ij-1."))


@pytest.fixture
def plain(tmp_path, display, engine):
    """Runs a macro text in an ImageJ with the scripts in its plugins folder; gives what it returns, a line a run."""
    folder = tmp_path / "an ImageJ"
    shutil.copytree(SCRIPTS, folder / "plugins" / "Edge PSF")
    (folder / "macros").mkdir()
    executable, jar = engine

    def run(text: str, *arguments: str) -> list[str]:
        (tmp_path / "inner.ijm").write_text(text)
        lines = [f'answers = ""; inner = "{tmp_path / "inner.ijm"}";']
        for argument in arguments:
            lines.append(f'answers = answers + runMacro(inner, "{argument}") + "\\n"; close("*");')
        answer, wrapper = tmp_path / "answer.txt", tmp_path / "wrapper.ijm"
        lines.append(f'File.saveString(answers, "{answer}"); call("java.lang.System.exit", "0");')
        wrapper.write_text("\n".join(lines))
        command = [executable, f"-Duser.home={tmp_path}", f"-Dplugins.dir={folder}", "-cp", jar, "ij.ImageJ"]
        command += ["-ijpath", folder, "-port0", "-macro", wrapper]
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
        return answer.read_text().splitlines()

    return run


def by_edgepsf(argument: str) -> str:
    """The line that the chain macro prints under `edgepsf macro`."""
    done = child("-m", "edgepsf", "macro", str(CHAIN), argument)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_chain_macro_in_plain_imagej_and_under_edgepsf(plain, tmp_path):
    """A region with estimated levels, and a whole image of 0.1 x 0.2 um pixels with given ones."""
    arguments = [
        f"path=[{write_edge(tmp_path / 'an edge.tif')}] degree=3 x=20 y=10 width=90 height=100",
        f"path=[{write_edge(tmp_path / 'scaled.tif', (0.1, 0.2))}] degree=3 v1=30 v2=100",
    ]
    lines = plain(CHAIN.read_text(), *arguments)
    assert len(lines) == 2
    for line, argument in zip(lines, arguments, strict=True):
        window, bridge = numbers(line), numbers(by_edgepsf(argument))
        assert list(window) == list(bridge) == ["a", "b", "c", "p", "p1", "p3", "fwhm"]
        assert window == pytest.approx(bridge, rel=1e-9)


def test_guided_script_and_linear_channels_leave_their_windows(plain, tmp_path):
    """The images that a command makes have windows, and no others: it worked without windows in between."""
    color = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "photo.tif", color)
    titles = 'return String.join(getList("image.titles"), " ") + " " + is("Batch Mode");'
    text = (
        'open(getArgument()); if (bitDepth() == 24) { run("Linear Channels...");'
        ' run("Linear Channels...", "merge red=photo-red green=photo-green blue=photo-blue");'
        ' } else { makeRectangle(20, 10, 90, 100); run("Edge to PSF...", "degree=1"); } '
    )
    seen = plain(text + titles, str(tmp_path / "photo.tif"), str(write_edge(tmp_path / "edge.tif")))
    assert seen == [
        "photo.tif photo-red photo-green photo-blue photo-RGB 0",
        "edge.tif edge-g edge-f edge-distance edge-profile edge-P(r) edge-PSF 0",
    ]


def test_the_menu_reads_as_everywhere(tmp_path, display, engine):
    """Plain ImageJ shows the name of the folder as it is."""
    (tmp_path / "ij.jar").touch()
    (tmp_path / "plugins").mkdir()
    install(tmp_path)
    machine = engine[0].parent.parent / "lib" / "server" / "libjvm.so"
    code = (
        "import jpype, os\n"
        f"jpype.startJVM({str(machine)!r}, classpath=[{str(engine[1])!r}])\n"
        f"jpype.JClass('java.lang.System').setProperty('plugins.dir', {str(tmp_path)!r})\n"
        "jpype.JClass('ij.ImageJ')()\n"
        "menu = jpype.JClass('ij.Menus').getImageJMenu('Plugins')\n"
        "items = [menu.getItem(i) for i in range(menu.getItemCount())]\n"
        "own = [item for item in items if 'Edge' in str(item.getLabel())]\n"
        "print([str(item.getLabel()) for item in own], own[0].getItem(0).getLabel(), flush=True)\n"
        "os._exit(0)\n"
    )
    done = child("-c", code, DISPLAY=display)
    assert done.stdout == "['Edge PSF'] Edge Distance Map\n", done.stderr
