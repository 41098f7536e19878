"""The chain in ImageJ macro language, in the real ImageJ, against Python."""

from __future__ import annotations

import re

import numpy as np
import pytest
import tifffile
from macros.comparison import (
    CASES,
    COMMANDS,
    PLAIN,
    REGIONS,
    SQUARE,
    UM,
    argument,
    chain,
    edge,
    numbers,
    show_edge,
    write_edge,
)

from edgepsf.errors import EdgeError, MacroError
from macro_scripts import assert_close, results


@pytest.mark.parametrize("macro", [PLAIN, COMMANDS], ids=["plain", "commands"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"edge{case[0]}")
def test_chain_agrees_with_python(tidy, tmp_path, macro, case):
    seed, noise, bits, region, given, degree, scale = case
    image, levels = edge(seed, noise, bits, aspect=scale[1] / scale[0] if scale else 1.0)
    levels = levels if given else None
    picture = show_edge(tidy, tmp_path, image, region, scale)
    text = argument(levels, degree, tmp_path)
    expected = chain(picture, levels, degree)
    row = numbers(tidy.run_macro(macro, text))
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


@pytest.mark.parametrize("scale", [None, UM, SQUARE], ids=["pixels", "0.1x0.2um", "0.065um"])
@pytest.mark.parametrize("macro", [PLAIN, COMMANDS], ids=["plain", "commands"])
def test_results_table_has_the_commands_columns(tidy, tmp_path, macro, scale):
    image, levels = edge(12, 0.01, 32, aspect=scale[1] / scale[0] if scale else 1.0)
    expected = chain(show_edge(tidy, tmp_path, image, "whole", scale), levels, 3)
    tidy.run_macro(macro, argument(levels, 3))
    assert ("fwhm_unit" in expected["psf"]) == bool(scale)
    columns = set()
    for row, name in enumerate(("plane", "profile", "psf")):
        seen = dict(zip(expected[name], results(tidy, list(expected[name]), row), strict=True))
        assert seen.pop("unit", None) == expected[name].pop("unit", None)
        np.testing.assert_allclose(list(seen.values()), list(expected[name].values()), rtol=1e-7)
        columns |= {*expected[name]} | ({"unit"} if scale else set())
    headings = tidy.run_macro("return String.getResultsHeadings;").split()
    assert set(headings) - {"Label"} == columns


def test_fwhm_is_right_in_both_units(tidy, tmp_path):
    """0.2 um wide, by pixels of 0.1 x 0.2 um, at any angle."""
    for angle in (0, 35, 90):
        image, levels = edge(12, 0.0, 32, p=3.2565 / 2, angle=angle, aspect=2.0)
        show_edge(tidy, tmp_path, image, "whole", UM)
        row = numbers(tidy.run_macro(PLAIN, argument(levels, 1)))
        assert row["fwhm"] == pytest.approx(2.0, rel=1e-4)
        fwhm, mtf50, p, unit = results(tidy, ["fwhm_unit", "mtf50_unit", "p1", "unit"], 2)
        assert (fwhm, unit) == (pytest.approx(0.2, rel=1e-4), "µm")
        assert p == pytest.approx(3.2565 / 2, rel=1e-4)
        assert mtf50 > 0
        tidy.run_macro('close("*"); run("Clear Results");')


def test_notes_pass_between_plain_macro_and_commands(tidy, tmp_path):
    """The images of the plain macro carry the notes that the Python commands read, to the last digit."""
    image, levels = edge(10, 0.01, 32)
    line = numbers(tidy.run_macro(PLAIN, argument(levels, 3, path=write_edge(tmp_path, image))))
    note = tidy.run_macro('selectWindow("edge-f"); t = Property.get("edgepsf.plane"); return t;')
    assert [float(v) for v in note.split()] == [line["a"], line["b"], line["c"]]
    tidy.run_macro('selectWindow("edge-distance"); run("Fit Edge Profile...", "degree=3");')
    p1 = float(tidy.run_macro('return String.format("%.17g", getResult("p1", nResults - 1));'))
    assert p1 == pytest.approx(line["p1"], rel=1e-9)


def test_what_is_no_psf_is_refused_by_both(tidy, tmp_path):
    image, levels = edge(6, 0.03, 32)
    picture = show_edge(tidy, tmp_path, image, "rectangle", None)
    with pytest.raises(EdgeError, match="no PSF"):
        chain(picture, levels, 5)
    with pytest.raises(MacroError, match="no PSF"):
        tidy.run_macro(PLAIN, argument(levels, 5))


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
def test_bad_input_is_refused_with_a_sentence(tidy, tmp_path, text, sentence):
    path = write_edge(tmp_path, edge(1, 0.0, 8)[0])
    tifffile.imwrite(tmp_path / "flat.tif", np.full((40, 50), 7, np.uint8), imagej=True)
    with pytest.raises(MacroError, match=re.escape(sentence)):
        tidy.run_macro(PLAIN, text.format(path=path, flat=tmp_path / "flat.tif"))
