"""Regions from a table: a CSV file with commas, semicolons or tabs, ours or a Results table of ImageJ."""

from __future__ import annotations

import csv
from pathlib import Path

from ..errors import InputError
from .picture import Calibration

_COLUMNS = ("x", "y", "width", "height")
_IMAGEJ = (
    "bx",
    "by",
    "width",
    "height",
)  # "Bounding rectangle" of ImageJ's measurements, in calibrated units
_MOST = 2**26  # bytes
_NEAR = 0.25  # px by which a rounded length may miss a whole number

Rectangle = tuple[int, int, int, int]


def read_table(path: Path, scale: Calibration | None = None) -> list[tuple[str, Rectangle]]:
    """Names and rectangles of a table, in its order.

    Parameters
    ----------
    path : Path
    scale : Calibration, optional
        Of the image; ImageJ's columns BX, BY, Width, Height are in its unit.

    Raises
    ------
    InputError
        If the file is unreadable, or has wrong columns or values.
    """
    if path.stat().st_size > _MOST:
        raise InputError(f'"{path}" is larger than any table of regions ({path.stat().st_size} bytes)')
    try:
        text = path.read_text(encoding="utf-8-sig")
        header, rows, comma = _rows(path, text)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f'"{path}" cannot be read as a CSV file: {error}') from None
    columns = _IMAGEJ if "bx" in header else _COLUMNS
    steps = scale if columns is _IMAGEJ and scale is not None and scale.calibrated else Calibration()
    return [_row(path, i, dict(zip(header, row, strict=False)), columns, steps, comma) for i, row in rows]


def _rows(path: Path, text: str) -> tuple[list[str], list[tuple[int, list[str]]], bool]:
    """Names of the columns in small letters, the rows with their numbers, and whether "1,5" may be a number."""
    lines = text.splitlines()
    if lines and lines[0].lower().startswith("sep="):
        lines = lines[1:]
    header: list[str] = []
    for delimiter in (",", ";", "\t"):
        rows = [r for r in csv.reader(lines, strict=True, delimiter=delimiter) if any(c.strip() for c in r)]
        found = [cell.strip().lower() for cell in rows[0]] if rows else []
        header = header or found
        if any(all(found.count(name) == 1 for name in columns) for columns in (_COLUMNS, _IMAGEJ)):
            return found, list(enumerate(rows[1:], 1)), delimiter != ","
    missing = [name for name in _COLUMNS if header.count(name) != 1]
    raise InputError(
        f'"{path}" needs a first line with the columns {", ".join(_COLUMNS)} (and name, if wanted), each once; '
        f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing or repeated"
    )


def _row(
    path: Path, number: int, cells: dict[str, str], columns: tuple[str, ...], scale: Calibration, comma: bool
) -> tuple[str, Rectangle]:
    values: list[int] = []
    for column, step in zip(columns, (scale.pixel_width, scale.pixel_height) * 2, strict=True):
        text = cells.get(column, "").strip()
        try:
            value = float(text.replace(",", ".") if comma else text) / step
            nearest = round(value)
        except (ValueError, OverflowError):
            value, nearest = float("nan"), 0
        if not abs(value - nearest) <= (_NEAR if scale.calibrated else 0.0):
            unit = f" of pixels in {scale.unit}" if scale.calibrated else ""
            raise InputError(
                f'"{path}", region {number}: {column} must be a whole number{unit}, not "{text}"'
            )
        values.append(nearest)
    name = cells.get("name", "").strip() or cells.get("label", "").strip()
    return name or str(number), (values[0], values[1], values[2], values[3])
