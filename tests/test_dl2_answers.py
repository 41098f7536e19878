"""Answers to lines for DeconvolutionLab2 in ImageJ without the plugin: what is read, shown, saved, and said."""

import re

import numpy as np
import pytest
import tifffile

from conftest import image_of, show
from dl2_lines import PICTURES, Line, run_line, write_pictures
from edgepsf.errors import InputError, MacroError
from edgepsf.imagej.plugins import dl2_macros
from edgepsf.imagej.plugins.dl2_images import read
from edgepsf.imagej.plugins.dl2_macros import warn
from edgepsf.plugins import snapshots
from edgepsf.plugins.compat import deconvolutionlab2
from edgepsf.plugins.dl2_locations import Location
from edgepsf.plugins.dl2_synthetic import read_synthetic

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
pytestmark = pytest.mark.usefixtures("no_plugins", "tidy")

FLAT = "-image platform y -psf platform h -algorithm "


@pytest.fixture
def pictures(tmp_path):
    """A folder with the pictures of the lines."""
    write_pictures(tmp_path / "in")
    return tmp_path / "in"


def outcome(imagej, pictures, options, opened=None):
    line = Line(options) if opened is None else Line(options, opened)
    return run_line(imagej, line, pictures, pictures.parent / "out")


def test_dashes_in_titles_and_names(imagej, pictures):
    title = "s.czi - T=0 C=0"
    done = outcome(
        imagej,
        pictures,
        f"-image platform  {title} -psf file {{in}}/h.tif -algorithm RL 3 -out stack d - T=0 C=0 -path {{out}}",
        {title: "y"},
    )
    want = deconvolutionlab2(PICTURES["y"], PICTURES["h"], "RL", 3)
    np.testing.assert_array_equal(done.shown["d-T=0C=0"][0], want)
    np.testing.assert_array_equal(done.saved["d-T=0C=0.tif"], want)


def test_notes_are_in_the_log(imagej, pictures, capfd):
    done = outcome(
        imagej, pictures, FLAT + "RL 3.2 -pad e2 -apo Hanning -out profile p -stats no -path {out} -fft x"
    )
    np.testing.assert_array_equal(
        done.shown["Final Display of RL"][0], deconvolutionlab2(PICTURES["y"], PICTURES["h"], "RL", 3)
    )
    assert list(done.saved) == ["no.csv"]
    log = capfd.readouterr().err
    for said in (
        "3.2 iterations are 3",
        '"e2" of -pad',
        "E2 in capitals",
        '"Hanning" of -apo',
        "-out profile",
        '"no" of',
    ):
        assert said in log
    assert "without meaning here: -fft" in log


def test_pictures_from_formulas(imagej, pictures):
    image, psf = "Sphere 4 1 size 16 14 8", "Gaussian 1 1 1 size 16 14 8"
    done = outcome(imagej, pictures, f"-image synthetic {image} -psf synthetic {psf} -algorithm LW 2 1", {})
    want = deconvolutionlab2(
        read_synthetic("image", image).make(), read_synthetic("psf", psf).make(), "LW", 2, 1.0
    )
    planes, plane, *_ = done.shown["Final Display of LW"]
    np.testing.assert_array_equal(planes, want)
    assert plane == 4  # the plugin shows the middle


def test_a_folder_with_a_file_that_is_no_image(imagej, pictures, capfd):
    done = outcome(imagej, pictures, "-image dir {in}/z slices -psf file {in}/h3.tif -algorithm RL 2", {})
    want = deconvolutionlab2(PICTURES["v"], PICTURES["h3"], "RL", 2)
    np.testing.assert_array_equal(done.shown["Final Display of RL"][0], want)
    assert "notes.txt is passed over" in capfd.readouterr().err


def test_a_folder_with_a_text_of_numbers(imagej, pictures, capfd):
    (pictures / "z slices" / "t.txt").write_text("1 2 3\n4 5 6\n")  # ImageJ opens it as a picture of 3 x 2 px
    done = outcome(imagej, pictures, "-image dir {in}/z slices -psf file {in}/h3.tif -algorithm RL 2", {})
    want = deconvolutionlab2(PICTURES["v"], PICTURES["h3"], "RL", 2)
    np.testing.assert_array_equal(done.shown["Final Display of RL"][0], want)
    assert "t.txt is passed over: it is a text" in capfd.readouterr().err


def test_a_folder_with_images_of_two_sizes(imagej, pictures):
    tifffile.imwrite(pictures / "z slices" / "t.tif", PICTURES["y"])
    done = outcome(imagej, pictures, "-image dir {in}/z slices -psf file {in}/h3.tif -algorithm RL 2", {})
    assert "different sizes: s0.tif has 24 × 20 px, t.tif 36 × 40" in done.error


@pytest.mark.parametrize("key", ["image", "psf", "reference"])
def test_a_sentence_about_a_formula_names_its_keyword(pictures, key):
    with pytest.raises(InputError, match=f'-{key} synthetic "Nothing" is not made here'):
        read(key, Location("synthetic", "Nothing"), pictures, print)


def test_a_result_without_a_name(imagej, pictures, capfd):
    done = outcome(imagej, pictures, FLAT + "RL 2 -out stack noshow -path {out}")
    assert not done.error
    assert (pictures.parent / "out" / ".tif").is_file()
    assert 'its file is ".tif", which many programs hide' in capfd.readouterr().err


def test_a_check_in_a_window_never_stops_the_line(imagej, monkeypatch, capfd):
    def fail(*_):
        raise OverflowError("too large")

    warn("DeconvolutionLab2 Run", FLAT + "RL nan -out stack noshow @2 x")
    assert "reads this line otherwise than it looks" in capfd.readouterr().err
    monkeypatch.setattr(dl2_macros, "check_words", fail)
    warn("DeconvolutionLab2 Run", FLAT + "RL 2")
    assert "could not be checked: OverflowError('too large')" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("extension", "says"),
    [
        ("1e300", "cannot be made so large"),
        ("10000000", r"px, which needs at least .*B of memory, and .* are free"),
    ],
)
def test_a_padding_that_is_larger_than_the_memory(imagej, pictures, extension, says):
    done = outcome(imagej, pictures, FLAT + f"RL 2 -pad NO NO {extension} 0 -out stack x -path {{out}}")
    assert re.search(says + ".* write smaller extensions", done.error)
    assert not done.shown
    assert not done.saved


def test_snapshots_that_wait_in_memory(monkeypatch):
    monkeypatch.setattr(snapshots, "ON_DISK", False)
    monkeypatch.setattr(snapshots, "free_memory", lambda: 10 * 4 * 64)
    snapshots.check_space((1,), 10, (8, 8))
    with pytest.raises(InputError, match=r"11 snapshots need .*and the memory has .*larger number after @"):
        snapshots.check_space((1,), 11, (8, 8))
    assert type(snapshots.spill(np.zeros(3))) is np.ndarray


def test_a_folder_with_a_stack(imagej, pictures):
    tifffile.imwrite(pictures / "z slices" / "t.tif", PICTURES["v"], imagej=True)
    done = outcome(imagej, pictures, "-image dir {in}/z slices -psf file {in}/h3.tif -algorithm RL 2", {})
    assert "t.tif" in done.error
    assert "has 6 planes, of which the plugin takes the first" in done.error


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (FLAT.replace("platform y", 'file "{in}/y.tif"') + "RL 3", "as part of the name: leave them out"),
        (
            FLAT.replace("platform y", "platform [y]") + "RL 3",
            r"no open image titled .\[y\]. .open are .*leave them out",
        ),
        (FLAT.replace("platform y", "file C:/data/y.tif") + "RL 3", "path of Windows"),
        (
            FLAT + "RL 3 -out stack x -path '{out}'",
            "of -path does not exist; make it first; the plugin takes '",
        ),
        (FLAT.replace("platform y", "dir {in}/nix") + "RL 3", "there is no folder"),
        (
            FLAT + "RL 3 -out stack nix/x -path {out}",
            r"out/nix. of the result nix/x does not exist; make it first",
        ),
    ],
)
def test_names_that_are_not_there(imagej, pictures, options, says):
    done = outcome(imagej, pictures, options)
    assert re.search(says, done.error)
    assert not done.shown
    assert not done.saved


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (
            "Launch",
            'waits for a click on its button Run: write "DeconvolutionLab2 Run" with the same options',
        ),
        ("Lab", 'opens the window of the plugin: write "DeconvolutionLab2 Run" with options'),
        ("Help", "opens a page in a browser: leave the line out"),
        ("Resources", "is no command that works here"),
    ],
)
def test_other_commands_of_the_plugin(imagej, command, says):
    with pytest.raises(MacroError, match=says):
        imagej.run_macro(f'run("DeconvolutionLab2 {command}", "{FLAT}RL 3");')


def test_a_closed_image_is_not_there(imagej):
    show(imagej, PICTURES["y"], "y")
    show(imagej, PICTURES["h"], "h")
    with pytest.raises(MacroError, match=r'no open image titled "y" .open are "h"'):
        imagej.run_macro(f'selectImage("y"); close(); run("DeconvolutionLab2 Run", "{FLAT}RL 3");')
    with pytest.raises(MacroError, match="no image is open"):
        imagej.run_macro(
            'run("Close All"); run("DeconvolutionLab2 Run", "-image platform active -psf file h.tif -algorithm RL 3");'
        )


def test_the_lines_around_a_deconvolution(imagej):
    show(imagej, PICTURES["y"], "y")
    show(imagej, PICTURES["h"], "h")
    told = imagej.run_macro(
        f'n = nImages; run("DeconvolutionLab2 Run", "{FLAT}RL 2 -monitor table"); while (nImages == n) wait(50);'
        'if (isOpen("Monitor of Run")) close("Monitor of Run"); while (!isOpen("Final Display of RL")) wait(100);'
        'selectWindow("Final Display of RL"); t = getTitle(); rename("r");'
        'call("java.lang.System.gc"); run("Collect Garbage");'
        'if (isOpen("Log")) close("Log"); close("\\\\Others"); return t + " " + nImages;'
    )
    assert told == "Final Display of RL 1"
    np.testing.assert_array_equal(
        image_of(imagej, "r"), deconvolutionlab2(PICTURES["y"], PICTURES["h"], "RL", 2)
    )


def test_a_script_runs_the_command_on_an_image(imagej):
    from jpype import JClass

    show(imagej, PICTURES["h"], "h")
    imp = imagej.to_imageplus(PICTURES["y"], "not shown")
    options = "-image platform active -psf platform h -algorithm RL 2 -out stack r nosave"
    JClass("ij.IJ").run(imp, "DeconvolutionLab2 Run", options)
    np.testing.assert_array_equal(
        image_of(imagej, "r"), deconvolutionlab2(PICTURES["y"], PICTURES["h"], "RL", 2)
    )


@pytest.mark.parametrize(
    "line",
    [
        *(
            'run("Collect Garbage");',
            'doCommand("Collect Garbage"); wait(20);',
            'run("Misc...", "divide=Infinity save");',
        ),
        *(
            'run("Memory & Threads...", "maximum=2000 parallel=4");',
            "setBatchMode(true); setBatchMode(false);",
        ),
        *(
            'run("Close");',
            'close("Monitor of Run");',
            'run("Clear Results");',
            'showStatus("x"); showProgress(1);',
        ),
        *('run("Conversions...", "scale");', 'run("Input/Output...", "jpeg=85");', 'showMessage("done");'),
    ],
)
def test_harmless_lines(imagej, line):
    show(imagej, PICTURES["y"], "y")
    assert imagej.run_macro(line + ' return "on";') == "on"


@pytest.mark.parametrize(
    "name", ["Threshold...", "Channels Tool...", "Record...", "Console", "Monitor Memory..."]
)
def test_windows_for_the_eye_are_left_out_where_there_is_none(imagej, capfd, name):
    show(imagej, PICTURES["y"], "y")
    assert imagej.run_macro(f'run("{name}"); return getTitle();') == "y"
    assert f'"{name}" opens a window, and there is none here; the macro goes on' in capfd.readouterr().err


@pytest.mark.parametrize(
    "line", ['run("Nothing Of This Name");', 'waitForUser("look");', 'selectWindow("Log");']
)
def test_lines_that_need_an_answer_or_a_window_still_stop(imagej, line):
    with pytest.raises(MacroError, match=r"Unrecognized command|needs a window|No window with the title"):
        imagej.run_macro(line)
