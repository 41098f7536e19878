"""Calls of Parallel Iterative Deconvolution: names of files, strings of numbers, wrong calls, beside the real class.

EDGEPSF_PLUGINS names a folder with the plugins' jars, for the comparison with the class itself.
"""

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile

from blurred import relative, spot
from children import child
from edgepsf.errors import MacroError
from edgepsf.plugins.compat import parallel_iterative
from plugin_jars import FOLDER, needs_plugins

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
pytestmark = pytest.mark.usefixtures("tidy")

RNG = np.random.default_rng(8)
IMAGE = RNG.uniform(10, 100, (20, 23)).astype(np.float32)
VOLUME = RNG.uniform(10, 100, (4, 16, 18)).astype(np.float32)
PSF, PSF3, LARGE = (spot(shape, 2).astype(np.float32) for shape in ((6, 6), (2, 6, 6), (41, 40)))
CLASS = "edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution"
SOLVE = ["NONE", "-1", "REFLEXIVE", "AUTO", "FLOAT", "DOUBLE", "-1", "-1", "false", "3", "1", "false"]
VALUES = {
    "MRNSD": SOLVE,
    "HyBR": [*SOLVE[:6], *SOLVE[7:], "TIKHONOV", "GCV", "-1", "0", "true", "2", "0.0001"],
    "WPL": [
        *SOLVE[2:6],
        "-1",
        "3",
        "1",
        "false",
        "0",
        "1",
        "true",
        "false",
        "true",
        "0.01",
        "false",
        "false",
    ],
}
NAMES = {  # the end of the path in the macro: the file
    "x": "x.tif",
    "x.tif": "x.tif",
    "x.tiff": "x.tiff",
    "x.TIF": "x.tif",
    "x.Tif": "x.tif",
    "x.TIFF": "x.tif",
    "x.y.tif": "x.y.tif",
    "ä ü (1) [2]": "ä ü (1) [2].tif",
    "ä ü.tif": "ä ü.tif",
    "x.jpg": None,
    "x.png": None,
    "x.csv": None,
    "x.y": None,
    "x.": None,
    "none/x.tif": None,
    "none/x": None,
    "~": None,
    "": None,
}
# (method, place among the values, string, whether it is taken)
STRINGS = [
    *(
        ("MRNSD", 9, text, text == "+3")
        for text in (" 3 ", "3.0", "3E0", "-1", "0", "2,5", "+3", "", "9999999999")
    ),
    *(("MRNSD", 10, text, text == "2") for text in ("3", "0", "2.0", " 2", "2", "-4", "two")),
    *(("MRNSD", 1, text, text == " 0.1 ") for text in ("0,5", "2", "-0.5", " 0.1 ", "x")),
    *(("MRNSD", 6, text, "," not in text) for text in ("0,1", "1E-4", "-1.0", "1d", "1e-4f", ".5", "1.")),
    *(("MRNSD", 6, text, False) for text in ("5.", "-0.1")),
    *(("MRNSD", 7, text, text in ("0", "5")) for text in ("-2", "0", "5", "1_0", "inf")),
    *(("MRNSD", 0, text, text == "FFT") for text in ("none", "None", "FFT", "")),
    *(("MRNSD", 2, text, text == "PERIODIC") for text in ("reflexive", "Zero", "PERIODIC", "REFLEXIVE ")),
    *(("MRNSD", 3, text, text == "MINIMAL") for text in ("auto", "MINIMAL")),
    *(("MRNSD", 4, text, False) for text in ("float", "Byte", "RGB")),
    *(("MRNSD", 5, text, False) for text in ("double", "Single")),
    *(("MRNSD", place, text, True) for place in (8, 11) for text in ("False", "yes", "1")),
    *(("HyBR", 11, text, text == "NONE") for text in ("tikhonov", "NONE")),
    *(("HyBR", 12, text, text == "WGCV") for text in ("gcv", "WGCV")),
    *(("HyBR", 14, text, text == "0.5") for text in ("0,5", "0.5", "-1")),
    *(("HyBR", 13, text, text == "1") for text in ("1", "2", "-2")),
    ("HyBR", 17, "-1", False),
    ("WPL", 9, "-1", False),
    *(("HyBR", 15, text, True) for text in ("TRUE", "False")),
    *(("HyBR", 16, text, text == "3") for text in ("3", "3.0", "1")),
    *(("WPL", 8, text, text == "0.01") for text in ("0.01", "0,01", "-1")),
    *(("WPL", 10, text, True) for text in ("TRUE", "FALSE")),
]


@pytest.fixture
def files(tmp_path):
    """A folder with the pictures, and an empty folder for results."""
    pictures = {"y": IMAGE, "h": PSF, "y3": VOLUME, "h3": PSF3, "large": LARGE}
    for name, array in pictures.items():
        tifffile.imwrite(tmp_path / f"{name}.tif", array, imagej=True)
    tifffile.imwrite(tmp_path / "rgb.tif", np.stack([IMAGE.astype(np.uint8)] * 3, -1), imagej=True)
    (tmp_path / "results").mkdir()
    return tmp_path


def macro(dimension, method, arguments):
    values = ", ".join(f'"{a}"' for a in arguments)
    return f'return call("{CLASS}{dimension}D.deconvolve{method}"{", " if values else ""}{values});'


def paths(files, end="x.tif", image="y", psf="h"):
    """The three paths of a call; the result lies in its own folder."""
    return [
        str(files / f"{image}.tif"),
        str(files / f"{psf}.tif"),
        end and os.path.join(files, "results", end),
    ]


def made(folder):
    return sorted(str(file.relative_to(folder)) for file in Path(folder).rglob("*") if file.is_file())


def changed(method, place, text):
    values = list(VALUES[method])
    values[place] = text
    return values


# ---- without the plugin


@pytest.mark.parametrize("end", NAMES)
def test_the_name_of_the_result(imagej, no_plugins, files, end):
    arguments = [*paths(files, end), *SOLVE]
    if end == "~":
        arguments[2] = "~/x.tif"
    if NAMES[end] is None:
        with pytest.raises(
            MacroError, match=r"Parallel Iterative Deconvolution: .* (make it first|write|end) ?"
        ):
            imagej.run_macro(macro(2, "MRNSD", arguments))
        assert made(files / "results") == []
        return
    assert imagej.run_macro(macro(2, "MRNSD", arguments)) == arguments[2]
    assert made(files / "results") == [NAMES[end]]
    want = parallel_iterative(IMAGE, PSF, "MRNSD", iterations=3, precision="DOUBLE")
    assert relative(tifffile.imread(files / "results" / NAMES[end]), want) < 1e-6


def test_the_next_line_opens_the_result(imagej, no_plugins, files):
    (files / "results" / "v1.2").mkdir()
    arguments = [*paths(files, "v1.2/restored"), *SOLVE]
    line = macro(2, "MRNSD", arguments).replace("return call", "out = call")
    assert imagej.run_macro(f'{line} open(out + ".tif"); return getTitle();') == "restored.tif"


def test_a_folder_with_a_point_in_its_name(imagej, no_plugins, files):
    """There the plugin takes all behind the point as the format, and writes nothing."""
    (files / "results" / "a.b").mkdir()
    imagej.run_macro(macro(2, "MRNSD", [*paths(files, "a.b/x"), *SOLVE]))
    assert made(files / "results") == ["a.b/x.tif"]


@pytest.mark.parametrize(("dimension", "names"), [(2, ("y", "h")), (3, ("y3", "h3"))])
def test_results_in_a_zip_and_as_raw_numbers(imagej, no_plugins, files, dimension, names):
    image, psf = (IMAGE, PSF) if dimension == 2 else (VOLUME, PSF3)
    want = parallel_iterative(image, psf, "MRNSD", iterations=3, precision="DOUBLE")
    for end in ("x.zip", "x.RAW"):
        imagej.run_macro(macro(dimension, "MRNSD", [*paths(files, end, *names), *SOLVE]))
    assert made(files / "results") == ["x.raw", "x.zip"]
    raw = np.fromfile(files / "results" / "x.raw", ">f4").reshape(image.shape)
    assert relative(raw, want) < 1e-6
    with zipfile.ZipFile(files / "results" / "x.zip") as archive, archive.open("x.tif") as inner:
        np.testing.assert_array_equal(tifffile.imread(inner), raw)


def test_an_existing_file_is_replaced_and_a_folder_is_not(imagej, no_plugins, files):
    (files / "results" / "x.tif").write_text("old")
    imagej.run_macro(macro(2, "MRNSD", [*paths(files, "x"), *SOLVE]))
    assert tifffile.imread(files / "results" / "x.tif").shape == IMAGE.shape
    (files / "results" / "y.tif").mkdir()
    with pytest.raises(MacroError, match="is a folder; give a file name"):
        imagej.run_macro(macro(2, "MRNSD", [*paths(files, "y"), *SOLVE]))
    with pytest.raises(MacroError, match=r"x\.tif.* does not exist; make it first"):
        imagej.run_macro(macro(2, "MRNSD", [*paths(files, "x.tif/x.tif"), *SOLVE]))
    assert made(files / "results") == ["x.tif"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(imagej, no_plugins, files):
    (files / "results").chmod(0o500)
    with pytest.raises(MacroError, match="cannot be written to"):
        imagej.run_macro(macro(2, "MRNSD", [*paths(files), *SOLVE]))


@pytest.mark.parametrize(("method", "place", "text", "taken"), STRINGS)
def test_strings_are_read_by_the_plugins_rules(imagej, no_plugins, files, method, place, text, taken):
    line = macro(2, method, [*paths(files), *changed(method, place, text)])
    if taken:
        imagej.run_macro(line)
    else:
        with pytest.raises(MacroError, match="Parallel Iterative Deconvolution: "):
            imagej.run_macro(line)
    assert made(files / "results") == ["x.tif"] * taken


@pytest.mark.parametrize(
    ("method", "place", "text", "says"),
    [
        (
            "MRNSD",
            1,
            "0,5",
            'preconditioner_tol must have a decimal point, not the comma of "0,5": write 0.5',
        ),
        ("MRNSD", 9, "2,5", "decimal point, not the comma"),
        ("MRNSD", 9, "3.0", 'iterations must be a whole number of digits only, such as 5, not "3.0"'),
        ("MRNSD", 10, "3", "nOfThreads must be a power of 2, such as 1, 2 or 4, not 3"),
        (
            "MRNSD",
            2,
            "reflexive",
            'unknown boundary "reflexive": the plugin takes it in capital letters only',
        ),
        ("MRNSD", 7, "NaN", 'threshold must be a number, not "NaN"'),
        ("HyBR", 15, "yes", 'reorth must be true or false, not "yes", which the plugin would take for false'),
        ("WPL", 13, "Infinity", 'change_thresh_percent must be a number, not "Infinity"'),
    ],
)
def test_sentences_name_the_value_and_the_remedy(imagej, no_plugins, files, method, place, text, says):
    """NaN, Infinity and "yes" are among them: the plugin takes them, and its result is wrong."""
    with pytest.raises(MacroError) as error:
        imagej.run_macro(macro(2, method, [*paths(files), *changed(method, place, text)]))
    assert says in str(error.value)
    assert made(files / "results") == []


@pytest.mark.parametrize(
    ("method", "count"), [("CGLS", 0), ("MRNSD", 14), ("HyBR", 15), ("WPL", 20), ("CGLS", 25)]
)
def test_a_wrong_number_of_strings_gets_the_order(imagej, no_plugins, method, count):
    with pytest.raises(
        MacroError, match=rf"takes (15|21|19) strings, not {count}: image, psf, result, .*nOfThreads"
    ):
        imagej.run_macro(macro(2, method, ["1"] * count))


@pytest.mark.parametrize(
    ("dimension", "image", "psf", "says"),
    [
        (2, "y3", "h", "has 4 planes: it needs ParallelIterativeDeconvolution3D"),
        (3, "y", "h3", "has 1 planes: it needs ParallelIterativeDeconvolution2D"),
        (2, "y", "h3", "has 2 planes: it needs ParallelIterativeDeconvolution3D"),
        (3, "y3", "h", "has 1 planes: it needs ParallelIterativeDeconvolution2D"),
        (2, "rgb", "h", "is an RGB image"),
        (2, "y", "rgb", "is an RGB image"),
        (2, "nothing", "h", "there is no file"),
    ],
)
def test_pictures_that_do_not_fit_are_refused(imagej, no_plugins, files, dimension, image, psf, says):
    with pytest.raises(MacroError, match=says):
        imagej.run_macro(macro(dimension, "MRNSD", [*paths(files, "x", image, psf), *SOLVE]))
    assert made(files / "results") == []


@pytest.mark.parametrize("name", ["2D Iterative Deconvolution...", "3D Iterative Deconvolution..."])
def test_the_plugins_window_is_refused_with_the_line_to_write(imagej, name):
    with pytest.raises(MacroError, match=rf"opens a window .*Deconvolution{name[0]}D\.deconvolveMRNSD"):
        imagej.run_macro(f'run("{name}");')


# ---- beside the class itself


def by_the_class(work, calls):
    """What the plugin's class returns for calls."""
    (work / "calls.json").write_text(json.dumps(calls))
    script = Path(__file__).with_name("pid_calls_in_java.py")
    done = child(str(script), FOLDER, str(work))
    assert done.returncode == 0, done.stderr
    return json.loads((work / "answers.json").read_text())


def beside_the_class(imagej, files, cases):
    """(label, returned by the class, its files, returned here or the sentence, our files) of every case."""
    calls, places = [], []
    for i, (label, dimension, method, ends, values) in enumerate(cases):
        for who in ("theirs", "ours"):
            (files / "results" / f"{i}{who}").mkdir()
        places.append((label, files / "results" / f"{i}theirs", files / "results" / f"{i}ours"))
        end, image, psf = ends
        theirs, ours = (paths(files, f"{i}{who}/{end}", image, psf) for who in ("theirs", "ours"))
        calls.append({"dimension": dimension, "method": method, "arguments": [*theirs, *values]})
        calls[-1]["ours"] = [*ours, *values]
    answers = by_the_class(files, calls)
    for call, answer, (label, theirs, ours) in zip(calls, answers, places, strict=True):
        try:
            said = imagej.run_macro(macro(call["dimension"], call["method"], call["ours"]))
        except MacroError as error:
            said = error
        yield label, answer, theirs, said, ours


@needs_plugins
def test_names_values_and_numbers_beside_the_class(imagej, no_plugins, files):
    """Where the class makes a file, ours has the same name and numbers; where it makes none, the macro stops."""
    cases = [(end, 2, "MRNSD", (end, "y", "h"), SOLVE) for end in NAMES if end not in ("", "~", "x.jpg")]
    cases += [
        (f"{method} {place} {text!r}", 2, method, ("x", "y", "h"), changed(method, place, text))
        for method, place, text, _ in STRINGS
    ]
    mixed = [(2, "y3", "h"), (3, "y", "h3"), (2, "y", "h3"), (3, "y3", "h"), (2, "rgb", "h"), (2, "no", "h")]
    mixed += [(3, "y3", "h3"), (2, "y", "large")]
    cases += [(f"{case}", case[0], "MRNSD", ("x", *case[1:]), SOLVE) for case in mixed]
    wrong = []
    for label, answer, theirs, said, ours in beside_the_class(imagej, files, cases):
        files_made = made(theirs)
        if files_made != made(ours):
            wrong.append((label, answer, files_made, said, made(ours)))
        elif files_made:
            pair = [tifffile.imread(folder / files_made[0]) for folder in (ours, theirs)]
            if relative(*pair) > 1e-5 or Path(str(said)).name != Path(answer).name:
                wrong.append((label, answer, relative(*pair), said))
        elif not isinstance(said, MacroError):
            wrong.append((label, answer, said))
    assert wrong == []
