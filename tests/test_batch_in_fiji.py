"""The example script: a folder through one ImageJ, in processes of its own as a user runs it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import tifffile

import edgepsf as ep
from children import child
from edgepsf.testing import edge_image

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SCRIPT, MACRO, FUNCTION = (EXAMPLES / name for name in ("batch_in_fiji.py", "restore.ijm", "restore.py"))


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "some pictures"
    folder.mkdir()
    for i, angle in enumerate((5, 30, 80)):
        image = edge_image(ep.psf.Logistic(1.2), (96, 96), noise=0.01, angle=angle)
        tifffile.imwrite(folder / f"p{i}.tif", image.astype(np.float32), imagej=True)
    return folder


def run(*words, **env) -> tuple[int, str, str]:
    done = child(str(SCRIPT), *map(str, words), **env)
    return done.returncode, done.stdout, done.stderr


def record(folder: Path) -> list[dict[str, str]]:
    with (folder / "record.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check_both_ways(pictures, tmp_path, *source):
    """Macro and Python function over the same pictures: what they wrote, and what they returned."""
    for words, out in ((("--macro", MACRO), tmp_path / "a"), (("--python", FUNCTION), tmp_path / "b")):
        code, printed, said = run(pictures, out, *words, *source)
        assert (code, printed) == (0, "3 of 3 pictures done, 0 failed\n"), said
        assert [row["status"] for row in record(out)] == ["ok"] * 3
        assert sorted(p.name for p in out.iterdir()) == ["p0.tif", "p1.tif", "p2.tif", "record.csv"]
    for one, other in zip(record(tmp_path / "a"), record(tmp_path / "b"), strict=True):
        assert float(one["value"]) == pytest.approx(float(other["value"]), rel=1e-5)
        image = tifffile.imread(pictures / one["picture"])
        expected = ep.deconvolve(image, ep.fit_edge(image, (24, 24, 48, 48)).psf.kernel(), iterations=10)
        for folder in ("a", "b"):
            np.testing.assert_allclose(
                tifffile.imread(tmp_path / folder / one["written"]), expected, rtol=1e-4
            )


def test_macro_and_python_function(pictures, tmp_path):
    check_both_ways(pictures, tmp_path)


def test_a_macro_that_ends_its_imagej_ends_only_its_picture(pictures, tmp_path):
    macro, out = tmp_path / "ends.ijm", tmp_path / "out"
    macro.write_text(
        'run("Invert"); rename("new"); run("Duplicate...", "title=made");\n'
        'code = 0; if (indexOf(getArgument(), "p1") >= 0) code = 3;\n'
        'eval("script", "System.exit(" + code + ");"); print("went on");'
    )
    code, printed, said = run(pictures, out, "--macro", macro)
    assert (code, printed) == (1, "2 of 3 pictures done, 1 failed\n"), said
    assert [row["status"] for row in record(out)] == [
        "ok",
        "failed: the macro ended with the exit code 3",
        "ok",
    ]
    assert [row["written"] for row in record(out)] == ["p0.tif", "", "p2.tif"]
    assert "went on" not in said


def test_in_a_fiji(pictures, tmp_path, fiji):
    check_both_ways(pictures, tmp_path, "--fiji", fiji)


def test_failures_are_recorded_and_the_same_command_goes_on(pictures, tmp_path):
    tifffile.imwrite(pictures / "p1.tif", np.zeros((96, 96), np.uint8))  # no edge
    (pictures / "p3.tif").write_text("no picture")
    out = tmp_path / "out"
    code, printed, said = run(pictures, out, "--macro", MACRO)
    assert (code, printed) == (1, "2 of 4 pictures done, 2 failed\n"), said
    rows = {row["picture"]: row for row in record(out)}
    assert "PSF from Edge" in rows["p1.tif"]["status"]
    assert rows["p3.tif"]["status"] == "failed: ImageJ cannot read this file"
    assert sorted(p.name for p in out.glob("*.tif")) == ["p0.tif", "p2.tif"]
    (pictures / "p3.tif").unlink()
    (pictures / "p1.tif").write_bytes((pictures / "p0.tif").read_bytes())
    code, printed, said = run(pictures, out, "--macro", MACRO)
    assert code == 0, said
    assert said.count(" ok\n") == 1, "only the one that had failed"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--macro", "none.ijm"), 2, 'there is no file "none.ijm"'),
        (("--macro", MACRO, "--pattern", "*.png"), 2, "there is no file *.png in"),
        (("--macro", MACRO, "--fiji", "nowhere"), 4, "is not a folder, so it is no Fiji"),
        (("--python", EXAMPLES / "batch_in_fiji.py"), 2, "defines no function process(imp, session)"),
    ],
)
def test_bad_usage(pictures, tmp_path, words, code, sentence):
    found, printed, said = run(pictures, tmp_path / "out", *words)
    assert (found, printed) == (code, "")
    assert sentence in said


def test_failures_of_java_and_of_a_function(pictures, tmp_path):
    (tmp_path / "m.ijm").write_text('call("java.lang.Integer.parseInt", "zz");')
    (tmp_path / "f.py").write_text("def process(imp, session):\n    return 1 / (imp.getWidth() - 96)\n")
    for word, file, sentence in (
        ("--macro", "m.ijm", "NumberFormatException"),
        ("--python", "f.py", "ZeroDivisionError"),
    ):
        out = tmp_path / file[0]
        code, printed, said = run(pictures, out, word, tmp_path / file)
        assert (code, printed) == (1, "0 of 3 pictures done, 3 failed\n"), said
        assert all(sentence in row["status"] for row in record(out))
