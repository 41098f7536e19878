"""The chain in ImageJ macro language, in the real ImageJ, against Python."""

from __future__ import annotations

import importlib
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from edgepsf.commands import operations
from edgepsf.commands.linear import decode, encode, linear_channels
from edgepsf.errors import EdgeError, EngineError, MacroError
from edgepsf.measure.edge.transform import esf_from_f
from edgepsf.pictures.picture import Picture

MACROS = Path(__file__).resolve().parents[1] / "macros"
PLAIN, COMMANDS = MACROS / "edge_chain_plain.ijm", MACROS / "edge_chain_commands.ijm"

# Regions as macro text; the edge crosses all of them.
REGIONS = {
    "whole": "",
    "rectangle": "makeRectangle(12, 7, 115, 96);",
    "polygon": "makePolygon(15, 12, 120, 8, 130, 60, 100, 104, 20, 95);",
    "oval": "makeOval(20, 8, 100, 94);",
    "rotated": "makeRotatedRectangle(25, 40, 115, 70, 76);",
    "band": "makeLine(12, 50, 128, 62, 64);",
    "thin line": "makeLine(12, 40, 66, 60, 128, 50);",
}
UM, WIDE, SQUARE = (0.1, 0.2, "um"), (0.3, 0.2, "mm"), (0.065, 0.065, "um")

# (seed, noise in shares of the step, bits, region, levels given, degree, size and unit of a pixel).
# Seeds whose odd polynomial is an edge: what both refuse has a test of its own.
CASES = [
    (1, 0.0, 32, "whole", True, 3, None),
    (2, 0.01, 32, "rectangle", True, 5, None),
    (3, 0.03, 16, "whole", False, 3, None),
    (4, 0.01, 8, "rectangle", True, 1, None),
    (5, 0.0, 16, "rectangle", False, 3, None),
    (26, 0.03, 32, "rectangle", False, 5, None),
    (7, 0.01, 8, "whole", True, 3, None),
    (34, 0.03, 16, "rectangle", True, 7, None),
    (9, 0.0, 8, "whole", False, 1, None),
    (10, 0.01, 32, "whole", False, 3, None),
    (11, 0.01, 16, "polygon", True, 3, None),
    (12, 0.0, 32, "oval", False, 3, None),
    (13, 0.03, 8, "rotated", True, 1, None),
    (14, 0.01, 16, "band", False, 3, None),
    (24, 0.0, 8, "thin line", True, 1, None),
    (16, 0.01, 32, "whole", True, 3, UM),
    (17, 0.03, 16, "rectangle", False, 1, UM),
    (18, 0.0, 32, "oval", True, 5, WIDE),
    (19, 0.01, 8, "rotated", False, 3, UM),
    (20, 0.03, 32, "polygon", True, 1, SQUARE),
]


@pytest.fixture(scope="module")
def imagej():
    from edgepsf.imagej.bridge import register

    try:
        return register()
    except EngineError as error:
        pytest.skip(f"ImageJ cannot start here: {error}")


@pytest.fixture
def clean(imagej):
    """The running ImageJ with no image and no result left over."""
    imagej.run_macro('close("*"); run("Clear Results");')
    yield imagej
    imagej.run_macro('close("*"); run("Clear Results");')


def edge(seed: int, noise: float, bits: int, shape=(110, 140), p=None, angle=None, aspect=1.0):
    """A logistic edge at a random angle and polarity, and its levels (v1, v2), v1 on the side d > 0."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.7, 2.0) if p is None else p
    # Every third edge stands along the pixels, where many pixels lie at one distance.
    angle = (rng.uniform(-180, 180) if seed % 3 else 90.0 * (seed % 4)) if angle is None else angle
    t = np.radians(angle)
    y, x = np.mgrid[: shape[0], : shape[1]]
    cx, cy = shape[1] / 2 + rng.uniform(-5, 5), shape[0] / 2 + rng.uniform(-5, 5)
    d = (x - cx) * np.cos(t) + aspect * (y - cy) * np.sin(t)
    low, high = {8: (40, 210), 16: (3000, 41000), 32: (0.1, 0.9)}[bits]
    v1, v2 = (low, high) if seed % 2 else (high, low)
    v = v1 + (v2 - v1) * esf_from_f(p * d) + noise * (high - low) * rng.standard_normal(shape)
    if bits == 32:
        return v.astype(np.float32), (v1, v2)
    return np.clip(np.round(v), 0, 2**bits - 1).astype(np.uint8 if bits == 8 else np.uint16), (v1, v2)


def chain(picture: Picture, levels, degree) -> dict:
    """The same chain by the commands' Python functions, over 32-bit images as ImageJ holds them."""
    v1, v2 = levels or (None, None)
    g = operations.edge_g(picture, v1, v2).picture
    f = operations.edge_f(g).picture
    plane = operations.edge_plane(f)
    f.properties |= plane.properties
    distance = operations.edge_distance(f).picture
    profile = operations.edge_profile(f, distance, degree)
    co = {f"p{k}": profile.row[f"p{k}"] for k in range(1, degree + 1, 2)}
    psf = operations.psf_from_profile(f, **co)
    return {
        "row": {k: plane.row[k] for k in "abcp"} | co | {"fwhm": psf.row["fwhm"]},
        "images": {"g": g.data, "f": f.data, "distance": distance.data, "PSF": psf.picture.data},
        "plane": plane.row,
        "profile": profile.row,
        "psf": psf.row,
    }


def current_picture() -> Picture:
    """ImageJ's current image as the Python commands see it, its selection and scale included."""
    from jpype import JClass

    from edgepsf.imagej.exchange.windows import picture_of

    return picture_of(JClass("ij.WindowManager").getCurrentImage())


def show_edge(imagej, folder: Path, image, region: str, scale) -> Picture:
    """Opens an edge in ImageJ with its region and scale."""
    text = f'open("{write_edge(folder, image)}"); '
    if scale:
        text += 'setVoxelSize({}, {}, 1, "{}"); '.format(*scale)
    imagej.run_macro(text + REGIONS[region])
    return current_picture()


def numbers(line: str) -> dict[str, float]:
    return {key: float(value) for key, value in (pair.split("=") for pair in line.split())}


def write_edge(folder: Path, image) -> str:
    path = folder / "edge.tif"
    tifffile.imwrite(path, image, imagej=True)
    return str(path)


def argument(levels, degree: int, out: Path | None = None, path: str = "") -> str:
    text = f"degree={degree}"
    if path:
        text += f" path=[{path}]"
    if levels:
        text += f" v1={levels[0]!r} v2={levels[1]!r}"
    return text + (f" out=[{out}]" if out else "")


def assert_close(row: dict, expected: dict, sd: dict) -> None:
    """a, b, c, p to 1e-8, the odd coefficients to 1e-5 of themselves or of their standard deviation."""
    for key, value in expected.items():
        if key in "abc":
            limit = 1e-8 * (abs(value) if key == "a" else np.hypot(expected["b"], expected["c"]))
        elif f"sd_{key}" in sd and key != "p":
            limit = 1e-5 * max(abs(value), sd[f"sd_{key}"])
        else:
            limit = {"p": 1e-8}.get(key, 1e-5) * abs(value)
        assert row[key] == pytest.approx(value, abs=limit), key


@pytest.mark.parametrize("macro", [PLAIN, COMMANDS], ids=["plain", "commands"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"edge{case[0]}")
def test_chain_agrees_with_python(clean, tmp_path, macro, case):
    seed, noise, bits, region, given, degree, scale = case
    image, levels = edge(seed, noise, bits, aspect=scale[1] / scale[0] if scale else 1.0)
    levels = levels if given else None
    picture = show_edge(clean, tmp_path, image, region, scale)
    text = argument(levels, degree, tmp_path)
    expected = chain(picture, levels, degree)
    row = numbers(clean.run_macro(macro, text))
    assert list(row) == list(expected["row"])
    assert_close(row, expected["row"], expected["profile"])
    for name, data in expected["images"].items():
        made = tifffile.imread(tmp_path / f"edge-{name}.tif")
        assert made.shape == data.shape
        limit = {"PSF": 1e-5, "distance": 1e-4}.get(name, 1e-5)
        np.testing.assert_allclose(made, data, rtol=0, atol=limit * np.nanmax(np.abs(data)))


def test_the_edges_are_of_all_kinds():
    assert len(CASES) == 20
    assert {case[1] for case in CASES} == {0.0, 0.01, 0.03}
    assert {case[3] for case in CASES} == set(REGIONS)


def results(imagej, columns: list[str], row: int) -> list:
    """Values of the Results table; text where a column holds text."""
    names = ", ".join(f'"{c}"' for c in columns)
    answer = imagej.run_macro(
        f"c = newArray({names}); r = newArray(c.length); for (k = 0; k < c.length; k++)"
        f'{{ v = getResult(c[k], {row}); r[k] = "" + String.format("%.17g", v);'
        f' if (isNaN(v)) r[k] = getResultString(c[k], {row}); }} return String.join(r, "|");'
    )
    return [v if c == "unit" else float(v) for c, v in zip(columns, answer.split("|"), strict=True)]


@pytest.mark.parametrize("scale", [None, UM, SQUARE], ids=["pixels", "0.1x0.2um", "0.065um"])
@pytest.mark.parametrize("macro", [PLAIN, COMMANDS], ids=["plain", "commands"])
def test_results_table_has_the_commands_columns(clean, tmp_path, macro, scale):
    image, levels = edge(12, 0.01, 32, aspect=scale[1] / scale[0] if scale else 1.0)
    expected = chain(show_edge(clean, tmp_path, image, "whole", scale), levels, 3)
    clean.run_macro(macro, argument(levels, 3))
    assert ("fwhm_unit" in expected["psf"]) == bool(scale)
    columns = set()
    for row, name in enumerate(("plane", "profile", "psf")):
        seen = dict(zip(expected[name], results(clean, list(expected[name]), row), strict=True))
        assert seen.pop("unit", None) == expected[name].pop("unit", None)
        np.testing.assert_allclose(list(seen.values()), list(expected[name].values()), rtol=1e-7)
        columns |= {*expected[name]} | ({"unit"} if scale else set())
    headings = clean.run_macro("return String.getResultsHeadings;").split()
    assert set(headings) - {"Label"} == columns


def test_fwhm_is_right_in_both_units(clean, tmp_path):
    """0.2 um wide, by pixels of 0.1 x 0.2 um, at any angle."""
    for angle in (0, 35, 90):
        image, levels = edge(12, 0.0, 32, p=3.2565 / 2, angle=angle, aspect=2.0)
        show_edge(clean, tmp_path, image, "whole", UM)
        row = numbers(clean.run_macro(PLAIN, argument(levels, 1)))
        assert row["fwhm"] == pytest.approx(2.0, rel=1e-4)
        fwhm, mtf50, p, unit = results(clean, ["fwhm_unit", "mtf50_unit", "p1", "unit"], 2)
        assert (fwhm, unit) == (pytest.approx(0.2, rel=1e-4), "µm")
        assert p == pytest.approx(3.2565 / 2, rel=1e-4)
        assert mtf50 > 0
        clean.run_macro('close("*"); run("Clear Results");')


def test_notes_pass_between_plain_macro_and_commands(clean, tmp_path):
    """The images of the plain macro carry the notes that the Python commands read, to the last digit."""
    image, levels = edge(10, 0.01, 32)
    line = numbers(clean.run_macro(PLAIN, argument(levels, 3, path=write_edge(tmp_path, image))))
    note = clean.run_macro('selectWindow("edge-f"); t = Property.get("edgepsf.plane"); return t;')
    assert [float(v) for v in note.split()] == [line["a"], line["b"], line["c"]]
    clean.run_macro('selectWindow("edge-distance"); run("Fit Edge Profile...", "degree=3");')
    p1 = float(clean.run_macro('return String.format("%.17g", getResult("p1", nResults - 1));'))
    assert p1 == pytest.approx(line["p1"], rel=1e-9)


def test_what_is_no_psf_is_refused_by_both(clean, tmp_path):
    image, levels = edge(6, 0.03, 32)
    picture = show_edge(clean, tmp_path, image, "rectangle", None)
    with pytest.raises(EdgeError, match="no PSF"):
        chain(picture, levels, 5)
    with pytest.raises(MacroError, match="no PSF"):
        clean.run_macro(PLAIN, argument(levels, 5))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("path=[{path}] vv=3", 'unknown key "vv"'),
        ("path=[{path}] v1=3", "give both plateau levels"),
        ("path=[{path}] v1=3 v2=3", "two different plateau levels"),
        ("path=[{path}] v1=3 v1=4", "v1 is given twice"),
        ("path=[{path}] v1=abc v2=4", 'v1 must be a number, not "abc"'),
        ("path=[{path}] degree=4", "degree must be an odd number"),
        ("path=[{path}] degree=2.5", "degree must be a whole number"),
        ("path=[{path}] width=20", "give all of x, y, width and height"),
        ("path=[{path}] x=500 y=0 width=20 height=20", "lies outside the image"),
        ("path=[{path}] out=[/no/such/folder]", "there is no folder"),
        ("path=[/no/such/file.tif]", "there is no file"),
        ("path=[{path}", "bracket of path=[ is not closed"),
        ("path=[{flat}]", "the region is constant"),
        ("degree=3", "there is no image open"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(clean, tmp_path, text, sentence):
    path = write_edge(tmp_path, edge(1, 0.0, 8)[0])
    tifffile.imwrite(tmp_path / "flat.tif", np.full((40, 50), 7, np.uint8), imagej=True)
    with pytest.raises(MacroError, match=re.escape(sentence)):
        clean.run_macro(PLAIN, text.format(path=path, flat=tmp_path / "flat.tif"))


SCRIPTS = MACROS / "scripts" / "Plugins" / "Edge_PSF"


def script(name: str) -> Path:
    """The file that ImageJ's menu shows under a command's name."""
    return SCRIPTS / (name.replace(" ", "_") + ".ijm")


@pytest.mark.parametrize("case", [CASES[1], CASES[3], CASES[15]], ids=["given", "estimated", "calibrated"])
def test_menu_scripts_agree_with_python(clean, tmp_path, case):
    seed, noise, bits, region, _, degree, scale = case
    given = seed != 4
    image, levels = edge(seed, noise, bits, aspect=scale[1] / scale[0] if scale else 1.0)
    expected = chain(show_edge(clean, tmp_path, image, region, scale), levels if given else None, degree)
    clean.run_macro(script("Edge g..."), f"v1={levels[0]!r} v2={levels[1]!r}" if given else "")
    for name in ("Edge f...", "Fit Edge Plane", "Edge Distance Map"):
        clean.run_macro(script(name))
    clean.run_macro(script("Fit Edge Profile..."), f"degree={degree}")
    assert clean.run_macro("return getTitle();") == "edge-distance"
    co = " ".join(f"p{k}={expected['row'][f'p{k}']!r}" for k in range(1, degree + 1, 2))
    clean.run_macro(script("PSF from Profile..."), co)
    for name, data in expected["images"].items():
        path = tmp_path / f"script-{name}.tif"
        clean.run_macro(f'selectImage("edge-{name}"); saveAs("Tiff", "{path}"); rename("edge-{name}");')
        np.testing.assert_allclose(tifffile.imread(path), data, rtol=0, atol=1e-5 * np.nanmax(np.abs(data)))
    for row, name in enumerate(("plane", "profile", "psf")):
        seen = dict(zip(expected[name], results(clean, list(expected[name]), row), strict=True))
        assert seen.pop("unit", None) == expected[name].pop("unit", None)
        assert_close(seen, expected[name], expected["profile"])


@pytest.mark.parametrize("name", ["Edge g...", "Edge f...", "Fit Edge Plane", "Edge Distance Map"])
@pytest.mark.parametrize(
    ("options", "sentence"),
    [("sigma=3", 'unknown key "sigma"; the keys are'), ("", "there is no image open")],
)
def test_menu_scripts_refuse_with_a_sentence(clean, tmp_path, name, options, sentence):
    if options:
        clean.run_macro(f'open("{write_edge(tmp_path, edge(1, 0.0, 8)[0])}");')
    with pytest.raises(MacroError, match=re.escape(f"{name.rstrip('.')}: ")) as caught:
        clean.run_macro(script(name), options)
    assert sentence in str(caught.value)


def test_every_menu_script_is_a_command_of_the_table():
    from edgepsf.commands import BY_NAME

    names = {path.name.removesuffix(".ijm").replace("_", " ") for path in SCRIPTS.glob("*.ijm")}
    assert "Edge to PSF..." in names
    assert names - {"Edge to PSF..."} <= set(BY_NAME)


def test_every_tool_of_the_toolset_is_a_command():
    text = (MACROS / "toolsets" / "Edge_PSF.ijm").read_text(encoding="utf-8")
    listed = re.search(r"newArray\((.*?)\)", text, re.S)[1]
    names = set(re.findall(r'"(.*?)"', listed)) | set(re.findall(r'choose\("(.*?)"\)', text))
    assert names - {"-", "About the Edge PSF tools"} == {
        path.name.removesuffix(".ijm").replace("_", " ") for path in SCRIPTS.glob("*.ijm")
    }


def test_made_macros_are_up_to_date(monkeypatch):
    monkeypatch.syspath_prepend(str(MACROS))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    build = importlib.import_module("build")
    for path, text in build.outputs().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run macros/build.py"


def open_image(title: str) -> np.ndarray:
    """Pixels of an open image."""
    from jpype import JClass

    from edgepsf.imagej.exchange.images import to_numpy

    return to_numpy(JClass("ij.WindowManager").getImage(title))


# Stacks and plots


def test_stacks_of_g_and_f(clean, tmp_path):
    stack = np.stack([edge(k, 0.01, 16)[0][:40, 40:100] for k in range(1, 13)]).reshape(2, 3, 2, 40, 60)
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, stack, imagej=True, metadata={"axes": "TZCYX"})
    clean.run_macro(f'open("{path}"); Stack.setPosition(2, 3, 1);')
    clean.run_macro(script("Edge g..."), "v1=3000 v2=41000 stack")
    clean.run_macro(script("Edge f..."), "stack=true")
    size = clean.run_macro(
        'getDimensions(w, h, c, z, t); return "" + w + " " + h + " " + c + " " + z + " " + t;'
    )
    assert size == "60 40 2 3 2"
    picture = Picture(stack.reshape(-1, 40, 60), "stack.tif", dimensions=(2, 3, 2))
    g = operations.edge_g(picture, 3000, 41000).picture
    np.testing.assert_allclose(open_image("stack-g"), g.data, atol=1e-6)
    np.testing.assert_allclose(open_image("stack-f"), operations.edge_f(g).picture.data, atol=2e-6 * 20)
    clean.run_macro('selectImage("stack.tif");')
    clean.run_macro(script("Edge f..."), "v1=3000 v2=41000 stack=false")
    assert open_image("stack-f-1").shape == (40, 60)
    one = operations.edge_f(Picture(stack[0, 2, 1]), 3000, 41000).picture.data
    np.testing.assert_allclose(open_image("stack-f-1"), one, atol=2e-6 * 20)


def test_plots_have_the_commands_values(clean, tmp_path):
    image, levels = edge(11, 0.01, 32)
    picture = show_edge(clean, tmp_path, image, "rectangle", None)
    clean.run_macro(script("Edge f..."), f"v1={levels[0]!r} v2={levels[1]!r}")
    clean.run_macro(script("Fit Edge Plane"))
    clean.run_macro(script("Fit Edge Profile..."), "degree=3 plot")
    values = (
        't = getTitle(); Plot.getValues(x, y); s = "";'
        'for (k = 0; k < x.length; k++) s = s + " " + x[k] + " " + y[k];'
    )
    title, *rest = clean.run_macro(values + "return t + s;").split()
    assert title == "edge-profile"
    f = operations.edge_f(picture, *levels).picture
    f.properties |= operations.edge_plane(f).properties
    graph = operations.edge_profile(f, degree=3, plot=True).graphs[0]
    seen = np.array(rest, dtype=float).reshape(-1, 2)
    np.testing.assert_allclose(seen[:, 0], graph.curves[0].x, atol=1e-3)
    np.testing.assert_allclose(np.sort(seen[:, 1]), np.sort(graph.curves[0].y), atol=1e-3)
    clean.run_macro('close("edge-profile"); selectImage("edge-f");')
    clean.run_macro(script("PSF from Profile..."), "p1=1.2 plot size=9")
    assert clean.run_macro("return getTitle();") == "edge-PSF"
    title, *rest = clean.run_macro('selectImage("edge-P(r)"); ' + values + "return t + s;").split()
    graph = operations.psf_from_profile(picture, size=9, plot=True, p1=1.2).graphs[0]
    seen = np.array(rest, dtype=float).reshape(-1, 2)
    np.testing.assert_allclose(seen, np.column_stack([graph.curves[0].x, graph.curves[0].y]), atol=1e-3)


# Linear light


def show_colour(imagej, folder: Path, kind: str) -> np.ndarray:
    """An RGB picture, a composite of three 16-bit channels, or a gray picture, in ImageJ; shape (ny, nx[, 3])."""
    rng = np.random.default_rng(3)
    path = folder / "photo.tif"
    if kind == "rgb":
        picture = rng.integers(0, 256, (20, 30, 3)).astype(np.uint8)
        tifffile.imwrite(path, picture)
    elif kind == "composite":
        picture = rng.integers(0, 65536, (20, 30, 3)).astype(np.uint16)
        planes = np.moveaxis(picture, -1, 0)
        tifffile.imwrite(path, planes, imagej=True, metadata={"axes": "CYX", "mode": "composite"})
    else:
        picture = rng.integers(0, 256, (20, 30)).astype(np.uint8)
        tifffile.imwrite(path, picture, imagej=True)
    imagej.run_macro(f'open("{path}"); setVoxelSize(0.5, 0.5, 1, "um"); makeRectangle(2, 3, 10, 9);')
    return picture


@pytest.mark.parametrize("options", ["", "gamma=2.2", "gamma=1.8 maximum=70000"])
@pytest.mark.parametrize("kind", ["rgb", "composite", "gray"])
def test_linear_channels_agree_with_python(clean, tmp_path, kind, options):
    picture = Picture(show_colour(clean, tmp_path, kind), "photo.tif")
    keys = {k: float(v) for k, v in (pair.split("=") for pair in options.split())}
    clean.run_macro(script("Linear Channels..."), options)
    for expected in linear_channels(picture, **keys).pictures:
        np.testing.assert_allclose(open_image(expected.title), expected.data, rtol=0, atol=1e-6)
    state = clean.run_macro('getPixelSize(u, w, h); return "" + w + u + selectionType();')
    assert state == "0.5µm0"
    if kind == "gray":
        return
    bits = "8" if kind == "rgb" else "16"
    names = " ".join(f"{name}=photo-{name}" for name in ("red", "green", "blue"))
    gamma = " ".join(word for word in options.split() if word.startswith("gamma"))
    clean.run_macro(script("Linear Channels..."), f"merge {names} bits={bits} {gamma}")
    title, depth, channels = clean.run_macro(
        'getDimensions(w, h, c, z, t); return getTitle() + " " + bitDepth() + " " + c;'
    ).split()
    assert (title, depth, channels) == (
        "photo-RGB",
        "24" if bits == "8" else "16",
        "1" if bits == "8" else "3",
    )
    if bits == "8":
        clean.run_macro('run("RGB Stack");')
    back = np.moveaxis(open_image("photo-RGB"), 0, -1).astype(int)
    planes = [open_image(f"photo-{name}") for name in ("red", "green", "blue")]
    expected = encode(np.stack(planes, axis=-1), keys.get("gamma"), int(bits))
    assert np.abs(back - expected).max() <= 1
    if "maximum" not in keys:
        assert np.abs(back - picture.data).max() <= 1


def test_linear_channels_of_a_stack(clean, tmp_path):
    stack = np.random.default_rng(0).random((2, 3, 2, 20, 30)).astype(np.float32)
    tifffile.imwrite(tmp_path / "s.tif", stack, imagej=True, metadata={"axes": "TZCYX"})
    clean.run_macro(f'open("{tmp_path / "s.tif"}");')
    clean.run_macro(script("Linear Channels..."), "stack")
    np.testing.assert_allclose(
        open_image("s-linear"), decode(stack, None, None).reshape(-1, 20, 30), atol=1e-6
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("gamma=0", "gamma must be positive, not 0"),
        ("maximum=-1", "maximum must be positive"),
        ("bits=12", 'bits must be one of 8, 16, not "12"'),
        ("red=photo.tif", "red=, green= and blue= go with merge"),
        ("merge red=photo.tif", "merge needs the three channels: green=, blue= missing"),
        ("merge red=a green=a blue=a", 'there is no open image titled "a"'),
        ("merge=maybe", "merge is a flag"),
    ],
)
def test_linear_channels_refuse_with_a_sentence(clean, tmp_path, options, sentence):
    show_colour(clean, tmp_path, "rgb")
    with pytest.raises(MacroError, match=re.escape(sentence)):
        clean.run_macro(script("Linear Channels..."), options)
    assert clean.run_macro('return "" + nImages;') == "1"


# The program edgepsf called from a plain macro


@pytest.fixture
def program(tmp_path, clean):
    """The program under a path with a space and a quote; ImageJ forgets it afterwards."""
    if os.name == "nt":
        pytest.skip("the wrapper is a shell script")
    path = tmp_path / "John's programs" / "edgepsf"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m edgepsf "$@"\n')
    path.chmod(0o755)
    yield path
    clean.run_macro('call("ij.Prefs.set", "edgepsf.program", "");')


def test_psf_from_edge_by_the_program(clean, program, tmp_path):
    image, levels = edge(11, 0.01, 16)
    picture = show_edge(clean, tmp_path, image, "rectangle", SQUARE)
    expected = operations.psf_from_edge(picture, "logistic3", size=11)
    clean.run_macro(script("PSF from Edge..."), f"program=[{program}] model=logistic3 size=11 plot")
    assert clean.run_macro("return getTitle();") == "edge-PSF"
    np.testing.assert_allclose(open_image("edge-PSF"), expected.picture.data, atol=1e-7)
    row = {k: v for k, v in expected.row.items() if k not in ("model", "unit")}
    np.testing.assert_allclose(results(clean, list(row), 0), list(row.values()), rtol=1e-6)
    texts = clean.run_macro('return getResultString("model", 0) + " " + getResultString("unit", 0);')
    assert texts == "logistic3 µm"
    assert clean.run_macro('return "" + isOpen("edge-P(r)");') == "1"
    # The program is known now; of an area that is no rectangle the pixels outside are left out.
    picture = show_edge(clean, tmp_path, image, "oval", None)
    expected = operations.psf_from_edge(picture, "logistic", v1=levels[0], v2=levels[1])
    clean.run_macro(script("PSF from Edge..."), f"model=logistic v1={levels[0]} v2={levels[1]}")
    assert results(clean, ["p1", "n"], 1) == pytest.approx([expected.row["p1"], expected.row["n"]], rel=1e-6)
    assert clean.run_macro('return "" + selectionType();') == "-1"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("program=[{program}]", "PSF from Edge: no edge: the region is constant"),
        ("program=[{program}] model=nonsense", "unknown edge model"),
        ("program=[{program}] pixel=round", "pixel must be"),
        ("program=[/no/such program]", "pip install edgepsf"),
        ("v1=3", "give both plateau levels"),
        ("iterations=3", 'unknown key "iterations"'),
    ],
)
def test_psf_from_edge_tells_what_is_wrong(clean, program, tmp_path, options, sentence):
    flat = tmp_path / "flat.tif"
    tifffile.imwrite(flat, np.full((40, 50), 7, np.uint8), imagej=True)
    clean.run_macro(f'open("{flat}"); makeRectangle(3, 4, 20, 30);')
    with pytest.raises(MacroError, match=re.escape(sentence)):
        clean.run_macro(script("PSF from Edge..."), options.format(program=program))
    assert clean.run_macro('return "" + nImages + getTitle() + selectionType();') == "1flat.tif0"


# The guided script, with options


def test_guided_script_with_options(clean, tmp_path):
    image, levels = edge(11, 0.01, 32)
    picture = show_edge(clean, tmp_path, image, "rectangle", None)
    expected = chain(picture, levels, 3)
    clean.run_macro(
        script("Edge to PSF..."), f"v1={levels[0]!r} v2={levels[1]!r} degree=3 save=[{tmp_path}/a psf.tif]"
    )
    titles = clean.run_macro(
        's = ""; for (i = 1; i <= nImages; i++) { selectImage(i); s = s + getTitle() + " "; } return s;'
    )
    assert titles.split() == [
        "edge.tif",
        "edge-g",
        "edge-f",
        "edge-distance",
        "edge-profile",
        "edge-P(r)",
        "edge-PSF",
    ]
    made = tifffile.imread(tmp_path / "a psf.tif")
    np.testing.assert_allclose(made, expected["images"]["PSF"], atol=1e-6)
    with pytest.raises(MacroError, match="DeconvolutionLab2 is not installed"):
        clean.run_macro(script("Edge to PSF..."), "engine=DeconvolutionLab2")
    with pytest.raises(MacroError, match="engine must be one of"):
        clean.run_macro(script("Edge to PSF..."), "engine=native")


def test_guided_script_lowers_the_degree_only_unasked(clean, tmp_path):
    image, levels = edge(15, 0.0, 8)
    v = f"v1={levels[0]} v2={levels[1]}"
    show_edge(clean, tmp_path, image, "thin line", None)
    with pytest.raises(MacroError, match="no PSF"):
        clean.run_macro(script("Edge to PSF..."), f"{v} degree=3")
    clean.run_macro('close("*"); run("Clear Results");')
    show_edge(clean, tmp_path, image, "thin line", None)
    clean.run_macro(script("Edge to PSF..."), v)
    assert clean.run_macro("return getTitle() + nResults;") == "edge-PSF3"
