"""The scripts of ImageJ's menu that need no Python, in the real ImageJ, against Python."""

from __future__ import annotations

import importlib
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile
from macros.comparison import CASES, MACROS, SCRIPTS, SQUARE, chain, edge, show_edge, write_edge

from conftest import image_of
from edgepsf.commands import operations
from edgepsf.errors import MacroError
from edgepsf.pictures.picture import Picture
from macro_scripts import assert_close, results, script


@pytest.mark.parametrize("case", [CASES[1], CASES[3], CASES[15]], ids=["given", "estimated", "calibrated"])
def test_menu_scripts_agree_with_python(tidy, tmp_path, case):
    seed, noise, bits, region, _, degree, scale = case
    given = seed != 4
    image, levels = edge(seed, noise, bits, aspect=scale[1] / scale[0] if scale else 1.0)
    expected = chain(show_edge(tidy, tmp_path, image, region, scale), levels if given else None, degree)
    tidy.run_macro(script("Edge g..."), f"v1={levels[0]!r} v2={levels[1]!r}" if given else "")
    for name in ("Edge f...", "Fit Edge Plane", "Edge Distance Map"):
        tidy.run_macro(script(name))
    tidy.run_macro(script("Fit Edge Profile..."), f"degree={degree}")
    assert tidy.run_macro("return getTitle();") == "edge-distance"
    co = " ".join(f"p{k}={expected['row'][f'p{k}']!r}" for k in range(1, degree + 1, 2))
    tidy.run_macro(script("PSF from Profile..."), co)
    for name, data in expected["images"].items():
        path = tmp_path / f"script-{name}.tif"
        tidy.run_macro(f'selectImage("edge-{name}"); saveAs("Tiff", "{path}"); rename("edge-{name}");')
        np.testing.assert_allclose(tifffile.imread(path), data, rtol=0, atol=1e-5 * np.nanmax(np.abs(data)))
    for row, name in enumerate(("plane", "profile", "psf")):
        seen = dict(zip(expected[name], results(tidy, list(expected[name]), row), strict=True))
        assert seen.pop("unit", None) == expected[name].pop("unit", None)
        assert_close(seen, expected[name], expected["profile"])


@pytest.mark.parametrize("name", ["Edge g...", "Edge f...", "Fit Edge Plane", "Edge Distance Map"])
@pytest.mark.parametrize(
    ("options", "sentence"),
    [("sigma=3", 'unknown key "sigma"; the keys are'), ("", "there is no image open")],
)
def test_menu_scripts_refuse_with_a_sentence(tidy, tmp_path, name, options, sentence):
    if options:
        tidy.run_macro(f'open("{write_edge(tmp_path, edge(1, 0.0, 8)[0])}");')
    with pytest.raises(MacroError, match=re.escape(f"{name.rstrip('.')}: ")) as caught:
        tidy.run_macro(script(name), options)
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


# Stacks and plots


def test_stacks_of_g_and_f(tidy, tmp_path):
    stack = np.stack([edge(k, 0.01, 16)[0][:40, 40:100] for k in range(1, 13)]).reshape(2, 3, 2, 40, 60)
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, stack, imagej=True, metadata={"axes": "TZCYX"})
    tidy.run_macro(f'open("{path}"); Stack.setPosition(2, 3, 1);')
    tidy.run_macro(script("Edge g..."), "v1=3000 v2=41000 stack")
    tidy.run_macro(script("Edge f..."), "stack=true")
    size = tidy.run_macro(
        'getDimensions(w, h, c, z, t); return "" + w + " " + h + " " + c + " " + z + " " + t;'
    )
    assert size == "60 40 2 3 2"
    picture = Picture(stack.reshape(-1, 40, 60), "stack.tif", dimensions=(2, 3, 2))
    g = operations.edge_g(picture, 3000, 41000).picture
    np.testing.assert_allclose(image_of(tidy, "stack-g"), g.data, atol=1e-6)
    np.testing.assert_allclose(image_of(tidy, "stack-f"), operations.edge_f(g).picture.data, atol=2e-6 * 20)
    tidy.run_macro('selectImage("stack.tif");')
    tidy.run_macro(script("Edge f..."), "v1=3000 v2=41000 stack=false")
    assert image_of(tidy, "stack-f-1").shape == (40, 60)
    one = operations.edge_f(Picture(stack[0, 2, 1]), 3000, 41000).picture.data
    np.testing.assert_allclose(image_of(tidy, "stack-f-1"), one, atol=2e-6 * 20)


def test_plots_have_the_commands_values(tidy, tmp_path):
    image, levels = edge(11, 0.01, 32)
    picture = show_edge(tidy, tmp_path, image, "rectangle", None)
    tidy.run_macro(script("Edge f..."), f"v1={levels[0]!r} v2={levels[1]!r}")
    tidy.run_macro(script("Fit Edge Plane"))
    tidy.run_macro(script("Fit Edge Profile..."), "degree=3 plot")
    values = (
        't = getTitle(); Plot.getValues(x, y); s = "";'
        'for (k = 0; k < x.length; k++) s = s + " " + x[k] + " " + y[k];'
    )
    title, *rest = tidy.run_macro(values + "return t + s;").split()
    assert title == "edge-profile"
    f = operations.edge_f(picture, *levels).picture
    f.properties |= operations.edge_plane(f).properties
    graph = operations.edge_profile(f, degree=3, plot=True).graphs[0]
    seen = np.array(rest, dtype=float).reshape(-1, 2)
    np.testing.assert_allclose(seen[:, 0], graph.curves[0].x, atol=1e-3)
    np.testing.assert_allclose(np.sort(seen[:, 1]), np.sort(graph.curves[0].y), atol=1e-3)
    tidy.run_macro('close("edge-profile"); selectImage("edge-f");')
    tidy.run_macro(script("PSF from Profile..."), "p1=1.2 plot size=9")
    assert tidy.run_macro("return getTitle();") == "edge-PSF"
    title, *rest = tidy.run_macro('selectImage("edge-P(r)"); ' + values + "return t + s;").split()
    graph = operations.psf_from_profile(picture, size=9, plot=True, p1=1.2).graphs[0]
    seen = np.array(rest, dtype=float).reshape(-1, 2)
    np.testing.assert_allclose(seen, np.column_stack([graph.curves[0].x, graph.curves[0].y]), atol=1e-3)


# The program edgepsf called from a plain macro


@pytest.fixture
def program(tmp_path, tidy):
    """The program under a path with a space and a quote; ImageJ forgets it afterwards."""
    if os.name == "nt":
        pytest.skip("the wrapper is a shell script")
    path = tmp_path / "John's programs" / "edgepsf"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m edgepsf "$@"\n')
    path.chmod(0o755)
    yield path
    tidy.run_macro('call("ij.Prefs.set", "edgepsf.program", "");')


def test_psf_from_edge_by_the_program(tidy, program, tmp_path):
    image, levels = edge(11, 0.01, 16)
    picture = show_edge(tidy, tmp_path, image, "rectangle", SQUARE)
    expected = operations.psf_from_edge(picture, "logistic3", size=11)
    tidy.run_macro(script("PSF from Edge..."), f"program=[{program}] model=logistic3 size=11 plot")
    assert tidy.run_macro("return getTitle();") == "edge-PSF"
    np.testing.assert_allclose(image_of(tidy, "edge-PSF"), expected.picture.data, atol=1e-7)
    row = {k: v for k, v in expected.row.items() if k not in ("model", "unit")}
    np.testing.assert_allclose(results(tidy, list(row), 0), list(row.values()), rtol=1e-6)
    texts = tidy.run_macro('return getResultString("model", 0) + " " + getResultString("unit", 0);')
    assert texts == "logistic3 µm"
    assert tidy.run_macro('return "" + isOpen("edge-P(r)");') == "1"
    # The program is known now; of an area that is no rectangle the pixels outside are left out.
    picture = show_edge(tidy, tmp_path, image, "oval", None)
    expected = operations.psf_from_edge(picture, "logistic", v1=levels[0], v2=levels[1])
    tidy.run_macro(script("PSF from Edge..."), f"model=logistic v1={levels[0]} v2={levels[1]}")
    assert results(tidy, ["p1", "n"], 1) == pytest.approx([expected.row["p1"], expected.row["n"]], rel=1e-6)
    assert tidy.run_macro('return "" + selectionType();') == "-1"


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
def test_psf_from_edge_tells_what_is_wrong(tidy, program, tmp_path, options, sentence):
    flat = tmp_path / "flat.tif"
    tifffile.imwrite(flat, np.full((40, 50), 7, np.uint8), imagej=True)
    tidy.run_macro(f'open("{flat}"); makeRectangle(3, 4, 20, 30);')
    with pytest.raises(MacroError, match=re.escape(sentence)):
        tidy.run_macro(script("PSF from Edge..."), options.format(program=program))
    assert tidy.run_macro('return "" + nImages + getTitle() + selectionType();') == "1flat.tif0"


# The guided script, with options


def test_guided_script_with_options(tidy, tmp_path):
    image, levels = edge(11, 0.01, 32)
    picture = show_edge(tidy, tmp_path, image, "rectangle", None)
    expected = chain(picture, levels, 3)
    tidy.run_macro(
        script("Edge to PSF..."), f"v1={levels[0]!r} v2={levels[1]!r} degree=3 save=[{tmp_path}/a psf.tif]"
    )
    titles = tidy.run_macro(
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
        tidy.run_macro(script("Edge to PSF..."), "engine=DeconvolutionLab2")
    with pytest.raises(MacroError, match="engine must be one of"):
        tidy.run_macro(script("Edge to PSF..."), "engine=native")


def test_guided_script_saves_beside_imagej_where_the_name_has_no_folder(tidy, tmp_path):
    image, levels = edge(11, 0.01, 32)
    keys = f"v1={levels[0]!r} v2={levels[1]!r} degree=3"
    show_edge(tidy, tmp_path, image, "rectangle", None)
    with pytest.raises(MacroError, match=r'there is no folder ".*nowhere.*" to write to'):
        tidy.run_macro(script("Edge to PSF..."), f"{keys} save=[{tmp_path}/nowhere/psf.tif]")
    tidy.run_macro('close("*"); run("Clear Results");')
    show_edge(tidy, tmp_path, image, "rectangle", None)
    from jpype import JClass

    made = Path(str(JClass("java.lang.System").getProperty("user.dir")), f"{tmp_path.name}.tif")
    try:
        tidy.run_macro(script("Edge to PSF..."), f"{keys} save={made.name}")
        assert tifffile.imread(made).sum() == pytest.approx(1, abs=1e-5)
    finally:
        made.unlink(missing_ok=True)


def test_guided_script_lowers_the_degree_only_unasked(tidy, tmp_path):
    image, levels = edge(15, 0.0, 8)
    v = f"v1={levels[0]} v2={levels[1]}"
    show_edge(tidy, tmp_path, image, "thin line", None)
    with pytest.raises(MacroError, match="no PSF"):
        tidy.run_macro(script("Edge to PSF..."), f"{v} degree=3")
    tidy.run_macro('close("*"); run("Clear Results");')
    show_edge(tidy, tmp_path, image, "thin line", None)
    tidy.run_macro(script("Edge to PSF..."), v)
    assert tidy.run_macro("return getTitle() + nResults;") == "edge-PSF3"
