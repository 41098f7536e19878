"""What every command does in every front end is still what tests/record.json says, for the quick cases of it.

A change that is meant goes into it with `make record OUT=tests/record.json ARGS="--digits 8"`.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from tests.recorder.compare import differences, read

HERE = Path(__file__).parent


def test_the_record_still_holds(tmp_path):
    words = [sys.executable, "-m", "tests.recorder", "write", str(tmp_path / "now.json"), "--fast"]
    if importlib.util.find_spec("scyjava") is None:
        words.append("--no-imagej")
    done = subprocess.run(words, cwd=HERE.parent, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stderr
    now = read(tmp_path / "now.json")
    assert len(now) > 100
    before = read(HERE / "record.json")
    assert now.keys() <= before.keys(), sorted(now.keys() - before.keys())
    assert differences(before, now, tolerance=1e-6, common=True) == []


def test_differences_are_found():
    array = {"sha256": "a", "min": -1.0, "max": 5.0, "mean": 1e-9}
    first = {"one": {"exit": 0, "files": {"x.tif": array}, "text": "FWHM 3.1415926535 px"}, "two": {}}
    second = {"one": {"exit": 0, "files": {"x.tif": {**array, "sha256": "b", "mean": 2e-9}}}, "two": {}}
    second["one"]["text"] = "FWHM 3.1415926536 px"
    assert differences(first, first) == []
    assert len(differences(first, second)) == 3
    assert differences(first, second, 1e-6) == []
    second["one"] |= {"exit": 1, "text": "FWHM 3.1415926536 mm"}
    assert [line.split(":")[1] for line in differences(first, second, 1e-6)] == [" exit", " text"]
    assert differences(first, {"one": first["one"]}) == ["two: case: True → False"]
