"""The structure of the package: arrows point one way, and everything is small, typed and explained."""

from __future__ import annotations

import statistics
import subprocess
import sys

from tests import house


def test_no_file_imports_from_a_row_below_it():
    assert house.upward(house.imports()) == []


def test_no_imports_in_a_circle():
    assert house.circles(house.imports()) == []


def test_every_file_stands_in_a_row():
    assert all(house.row(module)[0] < len(house.ROWS) for module in house.modules())


def test_modules_are_short():
    lines = list(house.module_lines().values())
    assert statistics.median(lines) <= 118
    assert house.percentile(lines, 0.9) <= 241
    assert max(lines) <= 400


def test_functions_are_short():
    lines = [house.function_lines(node) for _, node in house.functions()]
    assert house.percentile(lines, 0.9) <= 19
    assert max(lines) <= 60


def test_only_facades_take_many_parameters():
    assert house.wide() == []
    names = {name for name, _ in house.functions()}
    assert names >= house.FACADES


def test_public_arguments_are_typed():
    assert house.untyped() == []


def test_public_names_are_explained():
    public = [name for name, _ in house.functions() if house.public(name) and "__" not in name]
    assert len(house.undocumented()) <= 0.05 * len(public)


def test_the_measure_sees_an_arrow_that_points_upward():
    graph = {"psf.model": {"errors"}, "errors": {"psf.model"}}
    assert house.upward(graph) == ["errors → psf.model"]
    assert house.circles(graph) == [["errors", "psf.model"]]


def test_import_loads_no_part_of_scipy_and_no_java():
    """Parts of scipy cost more than the package itself; they are loaded when they are used."""
    code = "import sys, edgepsf; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    parts = (
        "scipy.fft",
        "scipy.special",
        "scipy.ndimage",
        "scipy.optimize",
        "scipy.signal",
        "scipy.interpolate",
    )
    assert not {*parts, "jpype", "scyjava", "imagej", "matplotlib"} & set(loaded)
