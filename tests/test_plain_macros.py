"""The chain in ImageJ macro language, in the real ImageJ, against Python."""

from __future__ import annotations

import importlib
import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile

from edgepsf import operations
from edgepsf.edge.transform import esf_from_f
from edgepsf.errors import EdgeError, EngineError, MacroError
from edgepsf.picture import Picture

MACROS = Path(__file__).resolve().parents[1] / "macros"
PLAIN, COMMANDS = MACROS / "edge_chain_plain.ijm", MACROS / "edge_chain_commands.ijm"

# (seed, noise in shares of the step, bits, region, levels given, degree)
CASES = [
    (1, 0.0, 32, False, True, 3),
    (2, 0.01, 32, True, True, 5),
    (3, 0.03, 16, False, False, 3),
    (4, 0.01, 8, True, False, 1),
    (5, 0.0, 16, True, False, 3),
    (6, 0.03, 32, True, False, 5),
    (7, 0.01, 8, False, True, 3),
    (8, 0.03, 16, True, True, 7),
    (9, 0.0, 8, False, False, 1),
    (10, 0.01, 32, False, False, 3),
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


def edge(seed: int, noise: float, bits: int, shape=(110, 140), p=None, angle=None):
    """A logistic edge at a random angle and polarity, and its levels (v1, v2), v1 on the side d > 0."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.7, 2.0) if p is None else p
    # Every third edge stands along the pixels, where many pixels lie at one distance.
    angle = (rng.uniform(-180, 180) if seed % 3 else 90.0 * (seed % 4)) if angle is None else angle
    t = np.radians(angle)
    y, x = np.mgrid[: shape[0], : shape[1]]
    cx, cy = shape[1] / 2 + rng.uniform(-5, 5), shape[0] / 2 + rng.uniform(-5, 5)
    d = (x - cx) * np.cos(t) + (y - cy) * np.sin(t)
    low, high = {8: (40, 210), 16: (3000, 41000), 32: (0.1, 0.9)}[bits]
    v1, v2 = (low, high) if seed % 2 else (high, low)
    v = v1 + (v2 - v1) * esf_from_f(p * d) + noise * (high - low) * rng.standard_normal(shape)
    if bits == 32:
        return v.astype(np.float32), (v1, v2)
    return np.clip(np.round(v), 0, 2**bits - 1).astype(np.uint8 if bits == 8 else np.uint16), (v1, v2)


def chain(image, roi, levels, degree) -> dict:
    """The same chain by the commands' Python functions, over 32-bit images as ImageJ holds them."""
    picture = Picture(image, "edge.tif", roi)
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


def numbers(line: str) -> dict[str, float]:
    return {key: float(value) for key, value in (pair.split("=") for pair in line.split())}


def write_edge(folder: Path, image) -> str:
    path = folder / "edge.tif"
    tifffile.imwrite(path, image, imagej=True)
    return str(path)


def argument(path: str, roi, levels, degree: int, out: Path | None = None) -> str:
    text = f"path=[{path}] degree={degree}"
    if levels:
        text += f" v1={levels[0]!r} v2={levels[1]!r}"
    if roi:
        text += " x={} y={} width={} height={}".format(*roi)
    return text + (f" out=[{out}]" if out else "")


@pytest.mark.parametrize("macro", [PLAIN, COMMANDS], ids=["plain", "commands"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"edge{case[0]}")
def test_chain_agrees_with_python(clean, tmp_path, macro, case):
    seed, noise, bits, region, given, degree = case
    image, levels = edge(seed, noise, bits)
    roi = (12, 7, 115, 96) if region else None
    levels = levels if given else None
    text = argument(write_edge(tmp_path, image), roi, levels, degree, tmp_path)
    try:
        expected = chain(image, roi, levels, degree)
    except EdgeError:  # noise can make an odd polynomial that is no edge: both refuse it
        with pytest.raises(MacroError, match="no PSF"):
            clean.run_macro(macro, text)
        return
    row = numbers(clean.run_macro(macro, text))
    assert list(row) == list(expected["row"])
    for key, value in expected["row"].items():
        scale = max(abs(expected["row"]["b"]), abs(expected["row"]["c"])) if key in "bc" else abs(value)
        assert row[key] == pytest.approx(value, abs=(1e-5 if key[1:].isdigit() else 1e-9) * scale), key
    for name, data in expected["images"].items():
        made = tifffile.imread(tmp_path / f"edge-{name}.tif")
        assert made.shape == data.shape
        limit = {"PSF": 1e-6, "distance": 1e-4}.get(name, 1e-5)
        np.testing.assert_allclose(made, data, rtol=0, atol=limit * np.nanmax(np.abs(data)))


def test_results_table_has_the_commands_columns(clean, tmp_path):
    image, levels = edge(12, 0.01, 32)
    clean.run_macro(PLAIN, argument(write_edge(tmp_path, image), None, levels, 3))
    expected = chain(image, None, levels, 3)
    ask = 'r = newArray({0}); for (k = 0; k < {0}; k++) r[k] = String.format("%.17g", getResult(c[k], {1})); '
    for row, name in enumerate(("plane", "profile", "psf")):
        columns = list(expected[name])
        names = ", ".join(f'"{c}"' for c in columns)
        answer = clean.run_macro(
            f"c = newArray({names}); " + ask.format(len(columns), row) + 'return String.join(r, " ");'
        )
        seen = [float(v) for v in answer.split()]
        np.testing.assert_allclose(seen, list(expected[name].values()), rtol=1e-7)


def test_notes_pass_between_plain_macro_and_commands(clean, tmp_path):
    """The images of the plain macro carry the notes that the Python commands read, to the last digit."""
    image, levels = edge(10, 0.01, 32)
    line = numbers(clean.run_macro(PLAIN, argument(write_edge(tmp_path, image), None, levels, 3)))
    note = clean.run_macro('selectWindow("edge-f"); t = Property.get("edgepsf.plane"); return t;')
    assert [float(v) for v in note.split()] == [line["a"], line["b"], line["c"]]
    clean.run_macro('selectWindow("edge-distance"); run("Fit Edge Profile...", "degree=3");')
    p1 = float(clean.run_macro('return String.format("%.17g", getResult("p1", nResults - 1));'))
    assert p1 == pytest.approx(line["p1"], rel=1e-9)


@pytest.mark.parametrize("p", [0.25, 1.2])
def test_region_of_256_is_quick(clean, tmp_path, p):
    image, _ = edge(20, 0.01, 16, (256, 256), p, 5.0)
    text = argument(write_edge(tmp_path, image), None, None, 3)
    start = time.perf_counter()
    clean.run_macro(PLAIN, text)
    # 3 s on a quiet machine is the aim; three times that bears a busy one.
    assert time.perf_counter() - start < 9


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


@pytest.mark.parametrize("case", [CASES[1], CASES[3]], ids=["given", "estimated"])
def test_menu_scripts_agree_with_python(clean, tmp_path, case):
    seed, noise, bits, _, given, degree = case
    image, levels = edge(seed, noise, bits)
    roi = (12, 7, 115, 96)
    expected = chain(image, roi, levels if given else None, degree)
    clean.run_macro(f'open("{write_edge(tmp_path, image)}"); makeRectangle{roi};')
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
        for column, value in expected[name].items():
            seen = float(clean.run_macro(f'return String.format("%.17g", getResult("{column}", {row}));'))
            scale = (
                np.hypot(expected["plane"]["b"], expected["plane"]["c"])
                if column in ("b", "c")
                else abs(value)
            )
            assert seen == pytest.approx(value, abs=1e-5 * scale), column


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
    assert names
    assert names <= set(BY_NAME)


def test_made_macros_are_up_to_date(monkeypatch):
    monkeypatch.syspath_prepend(str(MACROS))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    build = importlib.import_module("build")
    for path, text in build.outputs().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run macros/build.py"
