"""Tables in Markdown, printed row by row so that a long run shows what it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

_notes: dict[str, Counter[str]] = {}


def heading(text: str, *lines: str) -> None:
    """A section's title, and sentences below it."""
    print(f"\n## {text}\n", *lines, sep="\n", flush=True)


def head(*names: str) -> None:
    """The first two lines of a table."""
    print("\n" + _line(names))
    print(_line("---" for _ in names), flush=True)


def row(name: str, *cells: object) -> None:
    """A row; numbers with two decimals, NaN as a dash."""
    print(_line([name, *(cell(value) for value in cells)]), flush=True)


def note(sentence: str, by: str = "") -> None:
    """Keep a sentence for the end of the section, and who said it."""
    _notes.setdefault(sentence, Counter())[by] += 1


def notes() -> None:
    """Print the kept sentences, and how often each was said by whom; forget them."""
    if _notes:
        print("\nSaid, and how often:\n")
    for sentence, who in _notes.items():
        names = ", ".join(who) if len(who) <= 3 else f"{len(who)} methods"
        times = f" ({names}: {who.total()} ×)" if names else ""
        print(f"- {sentence}{times}")
    _notes.clear()


def cell(value: object) -> str:
    """Two decimals for a number; a dash where there is none."""
    if isinstance(value, float | np.floating):
        return "–" if np.isnan(value) else f"{value:.2f}"
    return str(value)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
