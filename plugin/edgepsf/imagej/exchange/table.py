"""ImageJ's Results table: rows with significant digits, and a window wide enough for its columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_DIGITS, _FEWER = 6, 4  # significant digits of the largest and the smallest number of a column
_LEAST, _MOST = 1e-4, 1e9  # beyond these a column is written with powers of ten
_MARGIN, _CELL = 50, 15  # px beside the columns (frame, scroll bar) and beside the text of a cell
_ROWS = 30  # rows that a column's width is taken from


def add_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to ImageJ's Results table, and show it.

    Parameters
    ----------
    rows : sequence of mapping
        Texts and numbers by the name of their column. The table keeps numbers in double precision; the columns show
        as many digits as their numbers need.
    """
    from jpype import JClass, JDouble, JString

    table = JClass("ij.measure.ResultsTable").getResultsTable()
    columns, window = int(table.getLastColumn()), _window()
    whole: dict[str, bool] = {}
    for row in rows:
        table.incrementCounter()
        for column, value in row.items():
            if isinstance(value, str):
                table.addValue(JString(column), JString(value))
            else:
                table.addValue(JString(column), JDouble(float(value)))
                whole[column] = isinstance(value, int) and whole.get(column, True)
    for column, is_whole in whole.items():
        index = table.getColumnIndex(column)
        table.setDecimalPlaces(index, 0 if is_whole else decimals(np.array(table.getColumnAsDoubles(index))))
    table.show("Results")
    if window is None or int(table.getLastColumn()) > columns:
        _widen(_window())


def decimals(numbers: np.ndarray) -> int:
    """Decimals for a column of numbers; as ImageJ takes them, negative for powers of ten.

    Parameters
    ----------
    numbers : ndarray, shape (n,)
        The numbers of the column; those that are not finite and zeros do not count.
    """
    sizes = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)])
    if not sizes.size:
        return 0
    least, most = float(sizes.min()), float(sizes.max())
    if least < _LEAST or most >= _MOST:
        return 1 - _DIGITS
    needed = (_DIGITS - 1 - math.floor(math.log10(most)), _FEWER - 1 - math.floor(math.log10(least)))
    return max(*needed, 0)


def _window() -> Any:
    """The window of the table; None where there is none."""
    from jpype import JClass

    return JClass("ij.WindowManager").getWindow("Results")


def _widen(window: Any) -> None:
    """Make a window as wide as its columns need and the screen has; never narrower than it is."""
    from jpype import JClass

    if window is None:
        return
    panel = window.getTextPanel()
    font = panel.getFontMetrics(panel.getFont())
    lines = [str(panel.getColumnHeadings())]
    lines += [str(panel.getLine(i)) for i in range(min(int(panel.getLineCount()), _ROWS))]
    needed = _MARGIN + sum(
        max(int(font.stringWidth(cell)) for cell in column) + _CELL for column in _columns(lines)
    )
    screen = JClass("ij.gui.GUI").getMaxWindowBounds(window)
    place = window.getBounds()
    width = min(needed, int(screen.width))
    if width > int(place.width):
        left = max(int(screen.x), min(int(place.x), int(screen.x) + int(screen.width) - width))
        window.setBounds(left, int(place.y), width, int(place.height))
        window.validate()


def _columns(lines: list[str]) -> list[list[str]]:
    """Cells of lines with tabs, by column."""
    cells = [line.split("\t") for line in lines]
    return [[row[i] for row in cells if i < len(row)] for i in range(max(map(len, cells)))]
