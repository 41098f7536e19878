"""What a command gives, on the command line: image files, tables and JSON on stdout, remarks on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..pictures import files, writing
from ..pictures.picture import Picture
from ..pictures.result import Result

Row = dict[str, Any]


def remark(sentence: str) -> None:
    """Write a sentence to stderr."""
    print(f"edgepsf: {sentence}", file=sys.stderr)


def remark_first_plane(picture: Picture, values: Mapping[str, Any]) -> None:
    """Say that only the first plane of a stack is used, unless `stack` is among the values and true."""
    if picture.planes is not None and picture.plane_count > 1 and not values.get("stack"):
        hint = "; --stack takes all" if "stack" in values else ""
        remark(f"the first of {picture.plane_count} planes is used{hint}")


def check_report(text: str, overwrite: bool) -> Path:
    """Path of a report, refused before any work is done.

    Raises
    ------
    InputError
        If it does not end in .png, its folder is missing or read-only, or it exists and `overwrite` is false.
    """
    return writing.check_file(f'the report "{Path(text)}"', text, (".png",), ".png", overwrite)


def write_pictures(pictures: Sequence[Picture], output: str, overwrite: bool) -> list[str]:
    """Write images: one under the name given, several with the channel added to it.

    Returns
    -------
    list of str
        Paths of the files.

    Raises
    ------
    InputError
        A file exists and `overwrite` is false, or cannot be written.
    """
    path = Path(output)
    names = [path]
    if len(pictures) != 1:
        stem, ending = files.split_ending(path)
        names = [path.with_name(f"{stem}-{p.title.rsplit('-', 1)[-1]}{ending}") for p in pictures]
    for name, picture in zip(names, pictures, strict=True):
        files.check_output(name, overwrite, floats=False)
        files.check_kept(name, picture)
    for name, picture in zip(names, pictures, strict=True):
        files.write_picture(name, picture)
    return [str(name) for name in names]


def print_result(result: Result, as_json: bool, written: Sequence[str], extras: Mapping[str, str]) -> None:
    """Figures on stdout: one JSON object, or a line each.

    Parameters
    ----------
    result : Result
    as_json : bool
    written : sequence of str
        Image files that were written.
    extras : mapping
        Further files by what they are, such as "report".
    """
    figures = {**result.summary, **result.row} | ({"rows": result.rows} if result.rows else {})
    if as_json:
        outputs = {"output": written[0] if len(written) == 1 else list(written)} if written else {}
        print_json({**figures, "warnings": result.warnings, **outputs, **extras})
        return
    plain = {name: value for name, value in figures.items() if not isinstance(value, (dict, list))}
    for name, value in (result.row or plain).items():
        text = f"{value:.8g}" if isinstance(value, float) else str(value)
        print(f"{name:>16}  {text} {result.units.get(name, '')}".rstrip())
    if result.rows:
        _print_table(result.rows)
    for name in (*written, *extras.values()):
        print(f"{'written':>16}  {name}")


def print_rows(rows: Sequence[Row], as_json: bool, output: str | None) -> None:
    """The counts of regions on stdout; with JSON their rows too."""
    fitted = sum(row["status"] == "ok" for row in rows)
    counts = {"regions": len(rows), "fitted": fitted, "refused": len(rows) - fitted}
    if as_json:
        print_json({**counts, "rows": list(rows), **({"output": output} if output else {})})
        return
    for name, value in (*counts.items(), ("written", output)):
        print(f"{name:>16}  {value}")


def print_json(figures: Row) -> None:
    """One JSON object on stdout."""
    print(json.dumps(_finite(figures)))


def _print_table(rows: Sequence[Row]) -> None:
    """Rows as columns of text, a line for each of their figures."""
    for name in rows[0]:
        cells = (row[name] for row in rows)
        texts = ("" if v != v else f"{v:.5g}" if isinstance(v, float) else str(v) for v in cells)
        print(f"{name:>16}  " + "  ".join(f"{text:>15}" for text in texts).rstrip())


def _finite(value: Any) -> Any:
    """JSON has no NaN: such numbers become null."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
