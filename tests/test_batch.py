"""Many regions at once: sets of regions from files, rows with refusals, the command line, ImageJ's overlay."""

import csv
import json
import zipfile

import numpy as np
import pytest
import tifffile
from roifile import ROI_OPTIONS, ROI_TYPE, ImagejRoi

import edgepsf as ep
from command_line import run
from conftest import show
from edgepsf.errors import InputError, MacroError
from edgepsf.measure.regions import columns_of, fit_regions, write_csv
from edgepsf.pictures.picture import Calibration, Picture
from edgepsf.pictures.rois import _selection, read_rois
from edges import EDGE

GOOD, FLAT, OUTSIDE = (30, 20, 70, 60), (100, 5, 20, 30), (500, 500, 9, 9)
CSV = "name,x,y,width,height\nleft,30,20,70,60\nflat,100,5,20,30\n,500,500,9,9\n"


@pytest.fixture
def folder(tmp_path):
    tifffile.imwrite(tmp_path / "edge.tif", EDGE, imagej=True)
    (tmp_path / "rois.csv").write_text(CSV)
    return tmp_path


def rectangle(x, y, width, height, name=""):
    return ImagejRoi(roitype=ROI_TYPE.RECT, left=x, top=y, right=x + width, bottom=y + height, name=name)


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# Sets of regions


def test_csv(folder):
    assert read_rois(folder / "rois.csv") == [("left", GOOD), ("flat", FLAT), ("3", OUTSIDE)]
    (folder / "c.csv").write_text("\ufeffY, X,height,WIDTH,extra\n1,2,3.0,4,q\n\n", encoding="utf-8")
    assert read_rois(folder / "c.csv") == [("1", (2, 1, 4, 3))]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "x, y, width, height are missing"),
        ("a.csv", b"x,y,width\n1,2,3\n", "height is missing"),
        ("a.csv", b"x,x,y,width,height\n", "x is missing or repeated"),
        ("a.csv", b"1,2,3,4\n", "needs a first line"),
        ("a.csv", b"x,y,width,height\n1,2,3.5,4\n", 'region 1: width must be a whole number, not "3.5"'),
        ("a.csv", b"x,y,width,height\n1,2,3\n", 'height must be a whole number, not ""'),
        ("a.csv", b"x,y,width,height\n1,nan,3,4\n", "y must be"),
        ("a.csv", b"x,y,width,height\n1,inf,3,4\n", "y must be"),
        ("a.csv", b"x,y,width,height\n", "holds no area"),
        ("a.csv", b"\xff\xfe\x00", "cannot be read as a CSV"),
        ("a.roi", b"Iout", "selection 1 cannot be read"),
        ("a.roi", b"hello" * 40, "selection 1 cannot be read"),
        ("a.zip", b"no zip", "cannot be read as a set"),
        ("a.tif", b"no tiff", "cannot be read as a set"),
        ("a.txt", b"x", "is no set of regions"),
        ("a.roi", ImagejRoi.frompoints([[1, 2], [30, 5], [9, 30]]).tobytes(), "shape of its image"),
        ("a.roi", ImagejRoi(roitype=ROI_TYPE.LINE, left=1, top=1, right=9, bottom=9).tobytes(), "no area"),
    ],
)
def test_bad_sets(tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        read_rois(tmp_path / name)


def test_missing_and_empty_sets(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        read_rois(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="it is a folder"):
        read_rois(tmp_path)
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(InputError, match="holds no area"):
        read_rois(tmp_path / "empty.zip")
    tifffile.imwrite(tmp_path / "plain.tif", EDGE, imagej=True)
    with pytest.raises(InputError, match="no overlay and no selection"):
        read_rois(tmp_path / "plain.tif")
    spline = ImagejRoi.frompoints([[1, 2], [30, 5], [9, 30]])
    spline.options |= ROI_OPTIONS.SPLINE_FIT
    spline.tofile(str(tmp_path / "spline.roi"))
    with pytest.raises(InputError, match="is a spline"):
        read_rois(tmp_path / "spline.roi", (40, 40))


def test_roi_zip_and_overlay_of_a_file(tmp_path):
    one, two = rectangle(*GOOD, name="upper"), rectangle(-3, 4, 20, 20)
    one.tofile(str(tmp_path / "one.roi"))
    assert read_rois(tmp_path / "one.roi") == [("upper", GOOD)]
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("first.roi", one.tobytes())
        archive.writestr("0004-0007.roi", two.tobytes())
        archive.writestr("notes.txt", "not a selection")
    assert read_rois(tmp_path / "set.zip") == [("upper", GOOD), ("0004-0007", (-3, 4, 20, 20))]
    line = ImagejRoi(roitype=ROI_TYPE.LINE, left=1, top=1, right=9, bottom=9)
    ours = rectangle(1, 1, 5, 5, name="edgepsf edge")
    triangle = ImagejRoi.frompoints([[10, 10], [40, 10], [10, 40]], name="triangle")
    overlay = [each.tobytes() for each in (one, line, ours, triangle)]
    tifffile.imwrite(tmp_path / "o.tif", EDGE, imagej=True, metadata={"Overlays": overlay})
    (first, rectangular), (second, mask) = read_rois(tmp_path / "o.tif")
    assert (first, rectangular, second) == ("upper", GOOD, "triangle")
    assert mask.shape == EDGE.shape
    assert mask.sum() == pytest.approx(450, abs=20)
    tifffile.imwrite(tmp_path / "s.tif", EDGE, imagej=True, metadata={"ROI": one.tobytes()})
    assert read_rois(tmp_path / "s.tif") == [("upper", GOOD)]


# Rows


def test_one_row_a_region_whatever_happens(tmp_path):
    mask = np.hypot(*np.ogrid[-64:64, -64:64]) < 40
    nothing = np.zeros(EDGE.shape, dtype=bool)
    regions = [("flat", FLAT), ("good", GOOD), ("mask", mask), ("out", OUTSIDE), ("no pixel", nothing)]
    seen = []
    rows = fit_regions(EDGE, regions, callback=lambda *state: seen.append(state[:2]))
    assert [row["status"] for row in rows] == ["refused", "ok", "ok", "refused", "refused"]
    assert seen == [(i, 5) for i in range(1, 6)]
    assert "outside the image" in rows[3]["reason"]
    assert "empty" in rows[4]["reason"]
    assert (rows[2]["x"], rows[2]["y"], rows[2]["width"], rows[2]["height"]) == (25, 25, 79, 79)
    for row, roi in ((rows[1], GOOD), (rows[2], mask)):
        fit = ep.fit_edge(EDGE, roi)
        assert row["model"] == fit.model
        assert (row["fwhm_low"], row["fwhm_high"]) == fit.interval("fwhm")
        assert (row["mtf50"], row["offset"], row["n"]) == (fit.psf.mtf50, fit.offset, fit.n)
        assert row["warnings"] == "; ".join(fit.warnings)
        assert row["reason"] == ""
    names = columns_of(rows)
    assert names[:7] == ["name", "x", "y", "width", "height", "status", "model"]
    assert names[-2:] == ["warnings", "reason"]
    write_csv(tmp_path / "rows.csv", rows)
    read = read_csv(tmp_path / "rows.csv")
    assert list(read[0]) == names
    assert float(read[1]["fwhm"]) == rows[1]["fwhm"]
    assert read[0]["fwhm"] == ""


def test_columns_of_different_models_stay_beside_the_model():
    rows = [{"a": 1, "model": "x", "p1": 2, "n": 3}, {"a": 1, "n": 3}, {"a": 1, "model": "y", "s": 2, "n": 3}]
    assert columns_of(rows) == ["a", "model", "s", "p1", "n"]


def test_regions_with_their_own_images_and_scale():
    turned = Picture(np.ascontiguousarray(EDGE.T), "t", None, Calibration(0.1, 0.1, "µm"))
    rows = fit_regions(EDGE, [("here", GOOD), ("there", (20, 30, 60, 70), turned)], model="logistic")
    assert rows[0]["fwhm"] == pytest.approx(rows[1]["fwhm"], rel=1e-6)
    assert rows[1]["fwhm_unit"] == pytest.approx(0.1 * rows[1]["fwhm"])
    assert rows[1]["unit"] == "µm"
    assert "unit" not in rows[0]


def test_workers_give_the_same_rows():
    mask = np.hypot(*np.ogrid[-64:64, -64:64]) < 40
    regions = [("a", GOOD), ("b", mask), ("c", FLAT), ("d", OUTSIDE), ("e", None)]
    assert fit_regions(EDGE, regions, workers=2) == fit_regions(EDGE, regions)


@pytest.mark.parametrize(
    ("regions", "options", "sentence"),
    [
        ([], {}, "at least one"),
        ([("a", GOOD)], {"workers": 0}, "workers must be"),
        ([("a", GOOD)], {"model": "cauchy"}, "unknown edge model"),
        ([("a", GOOD)], {"v1": 3.0}, "neither"),
        ([("a", GOOD)], {"v1": 3.0, "v2": 3.0}, "both 3"),
        ([("a", np.zeros((3, 3), bool))], {}, 'mask of "a" has shape'),
        ([("a", 7)], {}, "no rectangle and no mask"),
        ([("a", GOOD, np.zeros((4, 4, 3)))], {}, "colour channels"),
    ],
)
def test_bad_arguments_are_refused_at_once(regions, options, sentence):
    with pytest.raises(InputError, match=sentence):
        fit_regions(EDGE, regions, **options)


def test_a_failed_write_keeps_the_old_file(tmp_path):
    (tmp_path / "rows.csv").write_text("old")
    with pytest.raises(ValueError, match="surrogates"):
        write_csv(tmp_path / "rows.csv", [{"name": "\ud800"}])
    assert [p.name for p in tmp_path.iterdir()] == ["rows.csv"]
    assert (tmp_path / "rows.csv").read_text() == "old"


# Command line


def test_command_line(folder, capsys):
    words = ("psf", "edge", folder / "edge.tif", "--rois", folder / "rois.csv", "-o", folder / "out.csv")
    code, out, err = run(capsys, *words, "--model", "logistic")
    assert code == 0
    assert "fitted  1" in out
    assert "edgepsf: 3 of 3 regions" in err
    rows = read_csv(folder / "out.csv")
    assert [row["status"] for row in rows] == ["ok", "refused", "refused"]
    assert float(rows[0]["fwhm"]) == ep.fit_edge(EDGE, GOOD, model="logistic").psf.fwhm
    assert run(capsys, *words)[0] == 2  # the file is there
    code, out, _ = run(capsys, *words, "--overwrite", "--json", "--workers", 2)
    answer = json.loads(out)
    assert (code, answer["fitted"], answer["refused"]) == (0, 1, 2)
    assert answer["rows"][0]["name"] == "left"


def test_command_line_overlay(folder, capsys):
    overlay = [rectangle(*GOOD, name="upper").tobytes()]
    tifffile.imwrite(folder / "o.tif", EDGE, imagej=True, metadata={"Overlays": overlay})
    for words in (("--rois", "overlay"), ("--overlay",), ("--rois", folder / "o.tif")):
        code, out, _ = run(capsys, "psf", "edge", folder / "o.tif", *words, "--json")
        assert code == 0
        assert json.loads(out)["rows"][0]["name"] == "upper"


def test_regions_of_other_planes_are_left_out(folder, capsys):
    stack = np.stack([EDGE, EDGE])
    here, there = rectangle(*GOOD, name="here"), rectangle(*GOOD, name="there")
    here.position, there.position = 1, 2
    overlay = {"Overlays": [here.tobytes(), there.tobytes()]}
    tifffile.imwrite(folder / "o.tif", stack, imagej=True, metadata={"axes": "ZYX", **overlay})
    code, out, err = run(capsys, "psf", "edge", folder / "o.tif", "--rois", "overlay", "--json")
    assert code == 0
    assert [row["name"] for row in json.loads(out)["rows"]] == ["here"]
    assert "1 regions of other planes" in err


def test_none_fitted_is_exit_3_with_the_rows_written(folder, capsys):
    (folder / "rois.csv").write_text("x,y,width,height\n100,5,20,30\n500,500,9,9\n")
    code, _, err = run(
        capsys, "psf", "edge", folder / "edge.tif", "--rois", folder / "rois.csv", "-o", folder / "out.csv"
    )
    assert code == 3
    assert "none of the 2 regions gave a PSF" in err
    assert len((folder / "out.csv").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--rois", "rois.csv"), "needs -o OUT.csv"),
        (("--rois", "rois.csv", "-o", "out.tif"), "must end in .csv"),
        (("--rois", "rois.csv", "-o", "no/out.csv"), "does not exist"),
        (("--rois", "rois.csv", "-o", "rois.csv"), "exists already"),
        (("--rois", "nothing.csv", "-o", "out.csv"), "there is no file"),
        (("--rois", "overlay", "-o", "out.csv"), "no overlay"),
        (("--rois", "rois.csv", "-o", "out.csv", "--roi", "1,2,3,4"), "--roi is for a single region"),
        (("--rois", "rois.csv", "-o", "out.csv", "--size", "9"), "--size is for a single"),
        (("--rois", "rois.csv", "-o", "out.csv", "--report", "a.png"), "--report is for a single"),
        (("--rois", "rois.csv", "-o", "out.csv", "--workers", "0"), "--workers must be at least 1"),
        (("--rois", "rois.csv", "-o", "out.csv", "--model", "cauchy"), "unknown edge model"),
    ],
)
def test_bad_command_lines(folder, capsys, monkeypatch, words, sentence):
    monkeypatch.chdir(folder)
    before = {p: p.read_bytes() for p in folder.iterdir()}
    code, out, err = run(capsys, "psf", "edge", "edge.tif", *words)
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert {p: p.read_bytes() for p in folder.iterdir()} == before


# ImageJ


def test_masks_are_those_of_imagej(imagej, tidy, tmp_path):
    """Selections saved by ImageJ, as we read them, against the masks that ImageJ makes of them."""
    from jpype import JArray, JByte, JClass

    from edgepsf.imagej.exchange.regions import region_of

    rng = np.random.default_rng(0)
    show(imagej, np.zeros((70, 90), np.uint8))
    made = [f"makeOval({a},{b},{c},{d});" for a, b, c, d in rng.integers(1, 45, (12, 4))]
    made += [
        f"makeEllipse({a:.2f},{b:.2f},{c:.2f},{d:.2f},0.4);" for a, b, c, d in 2 + 40 * rng.random((4, 4))
    ]
    made += [
        f"makeRotatedRectangle({a:.2f},{b:.2f},{c:.2f},{d:.2f},17);" for a, b, c, d in 70 * rng.random((6, 4))
    ]
    made += [f"makePolygon({','.join(str(v) for v in rng.integers(0, 70, 10))});" for _ in range(8)]
    made += [
        "makePolygon(3.3,4.6,40.2,9,55.9,50.1,20,33.5);",
        'makeSelection("freehand",newArray(10,40,60,20,5),newArray(3,3,40,60,20));',
        "makeRectangle(-5,60,30,20);",
        "makeRectangle(5.4,6.6,30.3,20.2);",
        'makeRectangle(5,5,30,30); setKeyDown("shift"); makeOval(30,30,30,30); setKeyDown("none");',
        'makeRectangle(5,5,40,40); setKeyDown("alt"); makeRectangle(15,15,10,10); setKeyDown("none");',
        "makeRectangle(5,6,30,20,12);",
    ]
    imagej.run_macro("".join(f"{each} Overlay.addSelection;" for each in made))
    imagej.run_macro('saveAs("tiff", getArgument());', str(tmp_path / "o.tif"))
    with tifffile.TiffFile(tmp_path / "o.tif") as file:
        blocks = file.imagej_metadata["Overlays"]
    assert len(blocks) == len(made)
    for text, block in zip(made, blocks, strict=True):
        java = JClass("ij.io.RoiDecoder").openFromByteArray(JArray(JByte)(np.frombuffer(block, np.int8)))
        expected = region_of(java, (70, 90))
        ours = _selection(ImagejRoi.frombytes(block), "x", (70, 90)).roi
        if isinstance(expected, tuple):
            assert ours == expected, text
        else:
            # Java draws the round corners of a rectangle with curves that are not quite circles.
            allowed = 4 if ",12)" in text else 0
            assert (ours ^ expected).sum() <= allowed, text
    assert len(read_rois(tmp_path / "o.tif")) == len(made)


def test_overlay_in_imagej(imagej, tidy):
    show(imagej, EDGE)
    answer = imagej.run_macro(
        "makeRectangle(30, 20, 70, 60); Roi.setName('good'); Overlay.addSelection;"
        "makeOval(25, 25, 79, 79); Overlay.addSelection;"
        "makeRectangle(100, 5, 20, 30); Roi.setName('flat'); Overlay.addSelection;"
        "makeLine(1, 1, 50, 50); Overlay.addSelection; Overlay.drawString('text', 9, 9); Overlay.show;"
        "run('Select None'); run('PSF from Edge...', 'model=logistic'); close(); selectImage('img');"
        "run('Clear Results'); n = nImages; run('PSF from Edge...', 'model=logistic overlay');"
        "return '' + nResults + ' ' + (nImages - n) + ' ' + getResultString('name', 0) + ' '"
        "+ getResultString('name', 1) + ' ' + getResultString('status', 2) + ' ' + d2s(getResult('fwhm', 0), 9)"
        "+ ' ' + d2s(getResult('fwhm', 1), 9) + ' ' + d2s(getResult('fwhm', 2), 9);".replace("'", '"')
    )
    rows, images, first, second, status, fwhm, oval, nothing = answer.split()
    assert (rows, images, first, second, status, nothing) == ("3", "0", "good", "2", "refused", "NaN")
    assert float(fwhm) == pytest.approx(ep.fit_edge(EDGE, GOOD, model="logistic").psf.fwhm, abs=1e-8)
    assert float(oval) == pytest.approx(float(fwhm), rel=0.02)


@pytest.mark.parametrize(
    ("macro", "sentence"),
    [
        ('run("PSF from Edge...", "overlay");', "holds no area"),
        ('makeLine(1,1,9,9); Overlay.addSelection; run("PSF from Edge...", "overlay");', "holds no area"),
        ('makeRectangle(100,5,20,30); Overlay.addSelection; run("PSF from Edge...", "overlay");', "none of the 1"),
        ('run("PSF from Edge...", "overlay size=9");', "leave size"),
    ],
)  # fmt: skip
def test_refusals_of_the_overlay(imagej, tidy, macro, sentence):
    show(imagej, EDGE)
    with pytest.raises(MacroError, match=sentence):
        imagej.run_macro(macro)


def test_only_the_plane_shown(imagej, tidy):
    show(imagej, np.stack([EDGE, EDGE]))
    count = imagej.run_macro(
        'setSlice(1); makeRectangle(30,20,70,60); Overlay.addSelection; Overlay.setPosition(1);'
        'makeRectangle(30,25,70,60); Overlay.addSelection; Overlay.setPosition(2); run("Select None");'
        'run("PSF from Edge...", "model=logistic overlay"); return "" + nResults;'
    )  # fmt: skip
    assert count == "1"
