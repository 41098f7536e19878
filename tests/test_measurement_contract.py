"""Every kind of measurement that is there keeps the contract of a measurement; a new one is tested by being there."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from conftest import show
from edgepsf.cli import main
from edgepsf.commands import BY_CLI, BY_NAME
from edgepsf.errors import EdgeError, InputError
from edgepsf.measure.curves import write_curves
from edgepsf.measure.measurement import Measurement, headline
from edgepsf.measure.regions import fit_regions
from edgepsf.measure.registry import kind_of, kinds, measurement
from edgepsf.options import parse_options
from edgepsf.pictures.picture import Calibration, Picture
from edgepsf.pictures.region import take_region
from edgepsf.psf.protocol import Psf
from edgepsf.report.measurement_page import write_page

MARGIN = (3, 2)  # the samples are also measured inside a larger picture

every_kind = pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.name)


def sample(kind):
    return np.asarray(kind.sample(), dtype=np.float32)


def inside(kind):
    """The sample with a border around it, and its region."""
    image = sample(kind)
    x, y = MARGIN
    return np.pad(image, ((y, y), (x, x)), mode="edge"), (x, y, image.shape[1], image.shape[0])


@pytest.fixture(scope="module")
def found():
    """The measurement of the sample inside a larger picture, by kind."""
    return {kind.name: kind.measure(*inside(kind), aspect=1.0) for kind in kinds().values()}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


# The registry


def test_kinds_have_names_and_places_of_their_own():
    all_kinds = list(kinds().values())
    for attribute in ("name", "command", "cli", "place"):
        assert len({getattr(kind, attribute) for kind in all_kinds}) == len(all_kinds)
    assert [kind.place for kind in all_kinds] == sorted(kind.place for kind in all_kinds)
    assert "edge" in kinds()


def test_unknown_and_repeated_kinds_are_refused():
    with pytest.raises(InputError, match="unknown kind of measurement"):
        kind_of("nothing")
    edge = kind_of("edge")
    repeated = measurement(edge.command, cli=edge.cli, help=edge.help, place=edge.place, sample=edge.sample)
    with pytest.raises(ValueError, match="rename one"):
        repeated(edge.measure)


@every_kind
def test_options_that_no_one_declared_are_refused(kind):
    with pytest.raises(InputError, match="unknown key"):
        kind.completed({"no_such_option": 1})
    assert list(kind.completed({})) == [option.key for option in kind.options]


# The protocol


@every_kind
def test_it_is_a_measurement_of_a_psf(kind, found):
    one = found[kind.name]
    assert isinstance(one, Measurement)
    assert isinstance(one.psf, Psf)
    assert one.psf.kernel().sum() == pytest.approx(1, abs=1e-4)
    assert all(isinstance(warning, str) for warning in one.warnings)


@every_kind
def test_intervals_hold_the_values(kind, found):
    one = found[kind.name]
    names = [quantity.name for quantity in one.quantities]
    assert len(set(names)) == len(names)
    assert one.value("fwhm") == pytest.approx(one.psf.fwhm)
    for name in names:
        low, high = one.interval(name)
        assert low <= one.value(name) <= high
        wider = one.interval(name, level=0.99)
        assert wider[0] <= low
        assert high <= wider[1]
    with pytest.raises(InputError, match="no_such_figure"):
        one.value("no_such_figure")
    with pytest.raises(InputError, match="level"):
        one.interval("fwhm", level=1.0)


@every_kind
def test_curves_have_bands_around_them(kind, found, tmp_path):
    one = found[kind.name]
    for curve in one.curves():
        assert curve.x_unit in ("px", "cycles/px")
        assert len(curve.x) == len(curve.value) > 10
        assert np.all(curve.low <= curve.value + 1e-12)
        assert np.all(curve.value <= curve.high + 1e-12)
        assert np.all(np.diff(curve.x) > 0)
    value, low, high = one.mtf_at(0.1)
    assert low <= value <= high
    assert one.mtf_at(0.0)[0] == pytest.approx(1, abs=1e-6)
    path = tmp_path / "curves.csv"
    write_curves(path, one.curves())
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(curve.x) for curve in one.curves())
    assert [float(row["value"]) for row in rows[:3]] == list(one.curves()[0].value[:3])


@every_kind
def test_curves_and_mtf_leave_by_the_command_line_and_by_regions(kind, folder):
    tifffile.imwrite("a.tif", sample(kind))
    words = [*kind.cli.split(), "a.tif", "--mtf-at", "0.1"]
    assert main([*words, "--curves", "c.csv", "--json"]) == 0
    assert main([*words, "--curves", "c.csv"]) == 2  # it is there
    assert main([*words, "--curves", "missing/c.csv"]) == 2
    Path("set.csv").write_text("x,y,width,height\n0,0,{1},{0}\n".format(*sample(kind).shape))
    assert main([*words, "--rois", "set.csv", "-o", "rows.csv"]) == 0
    with open("rows.csv", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    one = kind.measure(sample(kind), None, aspect=1.0)
    assert float(row["mtf"]) == pytest.approx(one.mtf_at(0.1)[0], abs=1e-9)


@every_kind
def test_row_and_summary_are_plain(kind, found):
    one = found[kind.name]
    scaled = one.row(Calibration(0.5, 0.5, "µm"))
    row = one.row()
    assert {"fwhm", "fwhm_low", "fwhm_high"} <= set(row)
    assert (row["fwhm_low"], row["fwhm_high"]) == one.interval("fwhm")
    assert scaled["fwhm_unit"] == pytest.approx(0.5 * row["fwhm"])
    assert scaled["unit"] == "µm"
    assert "unit" not in row
    assert not set(row) & {"name", "x", "y", "width", "height", "status", "warnings", "reason"}
    for told in (row, scaled, one.summary(), one.summary(9)):
        assert json.loads(json.dumps(told)) == told
    assert f"{row['fwhm']:.4g} px" in headline(row)
    assert f"{row['fwhm']:.4g} px" in kind.headline(row)


@every_kind
def test_lines_lie_in_the_region(kind, found):
    _, (x, y, width, height) = inside(kind)
    for line in found[kind.name].lines((x, y), (height, width)).values():
        assert line.ndim == 2
        assert line.shape[1] == 2
        assert np.all((line >= [x - 0.5, y - 0.5]) & (line <= [x + width - 0.5, y + height - 0.5]))


@every_kind
def test_graphs_and_page(kind, found, tmp_path):
    image, roi = inside(kind)
    one, region = found[kind.name], take_region(image, roi)
    for graph in one.graphs("cells", region):
        assert graph.title.startswith("cells-")
        assert all(len(curve.x) == len(curve.y) for curve in graph.curves)
    page = one.page(region)
    assert page.residual.shape == region.shape
    assert 1 <= len(page.plots) <= 3
    assert set(page.line_labels) <= set(one.lines(region.origin, region.shape))
    write_page(image, one, roi, tmp_path / "page.png", title="cells")
    with Image.open(tmp_path / "page.png") as picture:
        assert np.asarray(picture.convert("L")).std() > 20


@every_kind
def test_a_place_in_the_picture_does_not_change_the_psf(kind, found):
    assert kind.measure(sample(kind), None, aspect=1.0).psf.fwhm == pytest.approx(
        found[kind.name].psf.fwhm, rel=1e-6
    )


@every_kind
@pytest.mark.parametrize("value", [0.0, 7.0])
def test_a_flat_picture_is_refused(kind, value):
    with pytest.raises(EdgeError):
        kind.measure(np.full((40, 40), value), None, aspect=1.0)


# What follows from the declaration


@every_kind
def test_regions_with_workers(kind, found):
    image, roi = inside(kind)
    whole = np.zeros(image.shape, dtype=bool)
    whole[roi[1] : roi[1] + roi[3], roi[0] : roi[0] + roi[2]] = True
    picture = Picture(image, "cells", calibration=Calibration(0.5, 0.5, "µm"))
    regions = [("good", roi), ("outside", (999, 999, 9, 9)), ("mask", whole)]
    rows = fit_regions(picture, regions, kind=kind.name, workers=2)
    assert rows == fit_regions(picture, regions, kind=kind.name)
    assert [row["status"] for row in rows] == ["ok", "refused", "ok"]
    assert rows[0]["fwhm"] == found[kind.name].row()["fwhm"]
    assert rows[0]["unit"] == "µm"
    with pytest.raises(InputError, match="unknown key"):
        fit_regions(picture, regions, kind=kind.name, no_such_option=1)


@every_kind
def test_the_command_gives_the_measurement(kind, found):
    command = BY_NAME[kind.command]
    assert command is BY_CLI[kind.cli]
    image, roi = inside(kind)
    result = command.run(Picture(image, "cells.tif", roi), {"plot": True})
    one = found[kind.name]
    assert result.row == one.row()
    assert result.picture.title == "cells-PSF"
    np.testing.assert_array_equal(result.picture.data, one.psf.kernel())
    assert [graph.title for graph in result.graphs] == [
        graph.title for graph in one.graphs("cells", take_region(image, roi))
    ]
    example = parse_options(kind.example, command.options)
    assert command.run(Picture(image, "cells.tif", roi), example).row["fwhm"] > 0


@every_kind
def test_the_reference_page_describes_the_command(kind):
    page = (Path(__file__).parents[1] / "docs" / "commands.md").read_text(encoding="utf-8")
    section = page.split(f"## {kind.command}\n")[1].split("\n## ")[0]
    assert kind.help in section
    assert all(f"`{option.key}`" in section for option in kind.options)
    assert f"edgepsf {kind.cli} edge.tif" in section


@every_kind
def test_command_line(kind, found, folder, capsys):
    image, roi = inside(kind)
    tifffile.imwrite("cells.tif", image, imagej=True)
    words = [*kind.cli.split(), "cells.tif", "--json"]
    one = ["--roi", ",".join(map(str, roi)), "-o", "psf.tif", "--report", "page.png"]
    assert main([*words, *one]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["fwhm"] == found[kind.name].row()["fwhm"]
    assert (folder / "page.png").stat().st_size > 10_000
    (folder / "rois.csv").write_text("name,x,y,width,height\n" + ",".join(map(str, ("good", *roi))) + "\n")
    assert main([*words, "--rois", "rois.csv", "-o", "rows.csv"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"][0]["fwhm"] == found[kind.name].row()["fwhm"]
    assert (folder / "rows.csv").read_text().startswith("name,x,y,width,height,status,")
    tifffile.imwrite("flat.tif", np.full((40, 40), 7, np.uint8))
    assert main([*kind.cli.split(), "flat.tif"]) == 3


@every_kind
def test_imagej(kind, found, imagej, tidy):
    image, roi = inside(kind)
    show(imagej, image)
    answer = imagej.run_macro(
        f'makeRectangle({",".join(map(str, roi))}); run("{kind.command}"); title = getTitle();'
        ' selectImage("img"); return title + " " + d2s(getResult("fwhm", nResults - 1), 9) + " " + Overlay.size;'
    )
    title, fwhm, lines = answer.split()
    one = found[kind.name]
    assert title == "img-PSF"
    assert float(fwhm) == pytest.approx(one.psf.fwhm, abs=1e-8)
    assert int(lines) == len(one.lines(roi[:2], (roi[3], roi[2])))
