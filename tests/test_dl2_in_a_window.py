"""Lines for DeconvolutionLab2 as people write them: our answer beside the plugin's own, in a window.

The plugin works in an ImageJ with a window in a process of its own, ours in the ImageJ of this process without the
plugin. Titles, files, shown planes, ranges and pixels are the same. Pictures and PSFs have even sizes: for odd ones the
plugin has the defects that docs/engines.md lists. Not compared is the order of the files of a folder, in which the
plugin takes them from the disk unsorted.
"""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from blurred import relative
from children import child
from dl2_lines import Line, Outcome, run_line, write_pictures
from edgepsf.plugins.dl2_synthetic import read_synthetic
from plugin_jars import needs_plugins

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
pytestmark = needs_plugins

FLAT = "-image platform y -psf platform h -algorithm "
DEEP = "-image platform v -psf platform h3 -algorithm RL 2 "
VOLUME = {"v": "v", "h3": "h3"}
LINES = [
    # Titles, names, paths
    Line(
        "-image platform  s.czi - T=0 C=0 -psf file {in}/h.tif -algorithm RL 3 -out stack d - T=0 C=0 nosave",
        {"s.czi - T=0 C=0": "y"},
    ),
    Line("-image platform active -psf file {in}/h.tif -algorithm RIF 0.1000", {"y": "y"}),
    Line("-image file {in}/y.tif/ -psf file h.tif -algorithm RIF 1.000E-01 -path {in}/", {}),
    Line("-image=platform y -psf=platform h -algorithm=RL 3"),
    Line("-image platform y\n-psf platform h\n-algorithm RL 3\n-out stack x nosave"),
    # Algorithms, numbers, controls
    *(
        Line(FLAT + algorithm)
        for algorithm in (
            *(
                "RL",
                "rl 5.00",
                "RL 4.6",
                "Richardson-Lucy 3",
                "landweber 3",
                "LLS 3",
                "Tikhonov-Miller 5 0.5 0.01",
            ),
            *("TR 1.0E-01", "NIF", "NIF -epsilon 1E-3", "VC 5 0.8", "CONV", "I", "LW 5 1.5 -constraint Clip"),
            *("LW 5 1.5000 -constraint nonnegativity", "LW 30 1 -residu 0.01 -time no", "RL 3 -norm no"),
            *(
                "RL 3 -norm  2.0",
                "RL 3 -reference platform y",
                "RL 3 -algorithm RL 3 -monitor no -monitor console",
            ),
        )
    ),
    # Words that the plugin passes over
    *(
        Line(FLAT + "RL 3 " + words)
        for words in (
            *("-pad AUTO AUTO 4 2", "-pad NO NO 4 0 -apo HANN NO", "-apo hann Hanning", "-out stats x"),
            *("-display no -disable stats", "-fft Academic", "-monitor 0 -verbose mute -system dis"),
            "-fft nix -multithreading no -system no -verbose prolix -monitor console table",
        )
    ),
    # What is shown and saved
    *(
        Line(FLAT + "RL 3 " + words)
        for words in (
            *(
                "-out stats x -out mip m -path {out}",
                "-stats show + save -path {out}",
                "-stats no -path {out}",
            ),
            *("-out stack sub/x noshow -path {out}", "-out stack noshow nosave x"),
            "-out stack Intact float x -out stack mip y2 nosave -path {out}",
        )
    ),
    Line(
        DEEP + "-out stack noshow byte rescaled b -out stack short rescaled noshow s -out mip nosave m "
        "-out ortho (3,4,2) o -out planar p -out figure noshow f -out series nosave q -path {out}",
        VOLUME,
    ),
    Line(DEEP + "-out mip normalized m -out stack clipped nosave c -out ORTHO o -path {out}", VOLUME),
    Line(DEEP, VOLUME),
    Line(DEEP + "-out stack (3,4,5) nosave k -apo COS TUKEY", VOLUME),
    # Kinds of images
    Line(FLAT + "RL 3", {"y": "y8", "h": "h"}),
    Line(FLAT + "RL 3", {"y": "y16", "h": "h"}),
    Line(FLAT + "RL 3", {"y": 'y8 run("RGB Color");', "h": "h"}),
    Line(FLAT + "RL 3", {"y": 'y8 setVoxelSize(0.2, 0.2, 1, "um");', "h": "h"}),
    Line(DEEP, {"v": 'v run("Stack to Hyperstack...", "channels=2 slices=3 frames=1");', "h3": "h3"}),
    # Pictures from formulas
    Line(
        "-image platform y -psf synthetic Gaussian 2.0 2.0 1.0 size 64 64 1 intensity 255.0 -algorithm RL 3",
        {"y": "y"},
    ),
    Line(
        "-image synthetic CubeSphericalBeads 3.0 0.5 8.0 6.0  size 40 36 32 intensity 128 "
        "-psf synthetic Gaussian 2.0 2.0 2.0  size 40 36 32 -algorithm LW 3 1.0",
        {},
    ),
]
# A line that is refused here, the sentence, and a line that says what the plugin makes of it.
REFUSED = [
    (Line(FLAT + "RL 3-out stack x"), "has no blank before -out", Line(FLAT + "RL 3")),
    (Line(FLAT + "TRIF 0,5"), "write 0.5", Line(FLAT + "TRIF 0")),
    (Line(FLAT + "LW 3 0,5"), "write 0.5", Line(FLAT + "LW 3 0")),
    (Line(FLAT + "Richardson-Lucy Total Variation 3 0.1"), "RL takes iterations", Line(FLAT + "RL 3")),
    (Line(FLAT + "Naive Inverse Filter"), 'unknown algorithm "Naive"', Line(FLAT + "I")),
    (Line(FLAT + "RL 2 -algorithm RL 3"), "takes the last", Line(FLAT + "RL 3")),
    (
        Line("-image platform y -image platform h -psf platform h -algorithm CONV"),
        "takes the first",
        Line(FLAT + "CONV"),
    ),
    (
        Line("-image platform y -psf synthetic Gaussian 2 size 36 40 1 -algorithm CONV"),
        "Gaussian takes 3 numbers",
        Line("-image platform y -psf synthetic Gaussian 2 36 40 size 36 40 1 -algorithm CONV"),
    ),
    *(
        (Line(line), says, None)
        for line, says in (
            ("-image platform y -psf file h.tif-algorithm RL 3 -path {in}", "has no blank before -algorithm"),
            ("-Image platform y -psf platform h -algorithm RL 3", "write -image in small letters"),
            ('-image file "{in}/y.tif" -psf platform h -algorithm RL 3', "as part of the name"),
            ("-image file {in}/y.tif -psf {in}/h.tif -algorithm RL 3", "write -psf file"),
            ("-image platform nix -psf platform h -algorithm RL 3", 'no open image titled "nix"'),
        )
    ),
]
SHAPES = [
    "Gaussian 2.0 2.5 2 size 18 19 8 intensity 128",
    "Cross 1 1 30 size 19 18 17",
    "AxialDiffractionSimulation 9 11 1.8 size 31 33 15 intensity 255 center 0.5 0.5 0.5",
    "AxialDiffractionSimulation 10 10 2 size 16 18 6",
    "CubeSphericalBeads 5.0 0.2 12.0 12.0  size 96 80 64 intensity 128",
    "Direction-Motion-Blur 3 30 3.5 size 20 20 5",
    "Torus 5 size 20 20 10",
    "Airy 5 1 0.5 3 size 16 16 8",
    "Sinc 3 3 3 size 15 16 8",
    "Ramp 1 2 2 size 15 16 8",
    "Astigmatism 5 1 size 15 16 8",
    "Defocus 3 10 12 size 15 16 9",
    "Double-Helix 3 30 10 size 50 51 8",
    "cube 3 1 size 15 16 8",
    "Impulse size 15 16 1 intensity 3",
    "Constant size 5 6 8",
    "Sphere 4 1 size 15 16 8 center 0.25 0.5 0.75",
    "DoG 3 4 size 15 16 9",
]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A folder with the pictures."""
    folder = tmp_path_factory.mktemp("lines")
    write_pictures(folder / "in")
    return folder


@pytest.fixture(scope="module")
def plugin(display, work):
    """What the plugin in a window makes of all lines and shapes, in their order, and the log."""
    refused = [line for first, _, second in REFUSED for line in (first, second) if line]
    lines = [*LINES, *refused]
    tasks = {"lines": [asdict(line) for line in lines], "shapes": SHAPES}
    (work / "tasks.json").write_text(json.dumps(tasks))
    script = str(Path(__file__).with_name("dl2_lines.py"))
    done = child(script, str(work), DISPLAY=display, EDGEPSF_FIJI=None)
    assert (work / "done").exists(), f"{done.stdout}\n{done.stderr}"
    outcomes, shapes, log = pickle.loads((work / "done").read_bytes())
    return [Outcome(**outcome) for outcome in outcomes], shapes, log


def _of_plugin(plugin, line):
    """The outcome of a line, which stands among all lines once."""
    lines = [*LINES, *(one for first, _, second in REFUSED for one in (first, second) if one)]
    return plugin[0][lines.index(line)]


@pytest.mark.parametrize("number", range(len(LINES)), ids=[line.options[-60:].strip() for line in LINES])
def test_lines(imagej, tidy, no_plugins, plugin, work, number):
    line, want = LINES[number], plugin[0][number]
    ours = run_line(imagej, line, work / "in", work / f"ours-{number}")
    assert ours.error == ""
    assert want.shown or want.saved or "noshow nosave" in line.options
    tolerance = 2e-4 if "NIF" in line.options else 1e-5
    assert set(ours.shown) == set(want.shown)
    for title, (planes, plane, ranged, drawn) in ours.shown.items():
        assert planes.dtype == want.shown[title][0].dtype
        assert relative(planes, want.shown[title][0]) < tolerance
        assert (plane, drawn) == (want.shown[title][1], want.shown[title][3])
        assert ranged == pytest.approx(want.shown[title][2], rel=1e-4, abs=1e-4)
    assert set(ours.saved) == set(want.saved)
    for name, planes in ours.saved.items():
        if planes is not None:
            assert planes.dtype == want.saved[name].dtype
            assert relative(planes, want.saved[name]) < tolerance


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=[r[0].options[-60:].strip() for r in REFUSED])
def test_refused_lines(imagej, tidy, no_plugins, plugin, work, number):
    line, says, same = REFUSED[number]
    ours = run_line(imagej, line, work / "in", work / f"refused-{number}")
    assert says in ours.error
    assert not ours.shown
    assert not ours.saved
    made = _of_plugin(plugin, line).shown
    wanted = _of_plugin(plugin, same).shown if same else {}
    assert set(made) == set(wanted)
    for title in made:
        np.testing.assert_allclose(made[title][0], wanted[title][0], rtol=1e-6)


@pytest.mark.parametrize("number", range(len(SHAPES)), ids=SHAPES)
def test_shapes(plugin, number):
    made = read_synthetic("psf", SHAPES[number]).make()
    assert made.shape == plugin[1][number].shape
    assert relative(made, plugin[1][number]) < 1e-6


def test_the_window_is_told_what_the_plugin_misreads(plugin):
    log = [
        line
        for line in plugin[2].splitlines()
        if line.startswith("edgepsf: DeconvolutionLab2 reads this line")
    ]
    told = [says for _, says, same in REFUSED if same and "synthetic" not in same.options]
    assert all(any(says in line for line in log) for says in told)
    assert len(log) <= len(REFUSED)  # none for the lines that are read as they look
