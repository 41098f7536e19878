"""The scripts of ImageJ's menu as files, and the results that they and the commands leave, beside those of Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from macros.comparison import SCRIPTS


def script(name: str) -> Path:
    """The file that ImageJ's menu shows under a command's name."""
    return SCRIPTS / (name.replace(" ", "_") + ".ijm")


def results(imagej, columns: list[str], row: int) -> list:
    """Values of the Results table; text where a column holds text."""
    names = ", ".join(f'"{c}"' for c in columns)
    answer = imagej.run_macro(
        f"c = newArray({names}); r = newArray(c.length); for (k = 0; k < c.length; k++)"
        f'{{ v = getResult(c[k], {row}); r[k] = "" + String.format("%.17g", v);'
        f' if (isNaN(v)) r[k] = getResultString(c[k], {row}); }} return String.join(r, "|");'
    )
    return [v if c == "unit" else float(v) for c, v in zip(columns, answer.split("|"), strict=True)]


def assert_close(row: dict, expected: dict, sd: dict) -> None:
    """a, b, c, p to 1e-8, the odd coefficients to 1e-5 of themselves or of their standard deviation."""
    for key, value in expected.items():
        if key in "abc":
            limit = 1e-8 * (abs(value) if key == "a" else np.hypot(expected["b"], expected["c"]))
        elif f"sd_{key}" in sd and key != "p":
            limit = 1e-5 * max(abs(value), sd[f"sd_{key}"])
        else:
            limit = {"p": 1e-8}.get(key, 1e-5) * abs(value)
        assert row[key] == pytest.approx(value, abs=limit), f"{key}: {row[key]!r}, not {value!r}"
