"""Units of length and of time: their names in files, and how many of one make another."""

from __future__ import annotations

_METRES = {
    "Å": 1e-10,
    "nm": 1e-9,
    "µm": 1e-6,
    "mm": 1e-3,
    "cm": 1e-2,
    "m": 1.0,
    "km": 1e3,
    "inch": 0.0254,
}
_SECONDS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_ALIASES = {
    "um": "µm",
    "μm": "µm",  # Greek letter mu
    "micron": "µm",
    "microns": "µm",
    "micrometer": "µm",
    "micrometre": "µm",
    "angstrom": "Å",
    "in": "inch",
    "inches": "inch",
    "nanometer": "nm",
    "millimeter": "mm",
    "meter": "m",
    "metre": "m",
    "second": "s",
    "seconds": "s",
    "us": "µs",
    "μs": "µs",
    "minute": "min",
    "minutes": "min",
    "hour": "h",
    "hours": "h",
}


def known(unit: str) -> str:
    """The usual name of a unit; names that are not known stay as they are."""
    text = unit.strip().replace("\\u00B5", "µ").replace("\\u00b5", "µ")
    return _ALIASES.get(text, _ALIASES.get(text.lower(), text))


def ratio(unit: str, into: str) -> float | None:
    """How many of the second unit are one of the first; None where one is not known, or both are of other kinds."""
    first, second = known(unit), known(into)
    if first == second:
        return 1.0
    for table in (_METRES, _SECONDS):
        if first in table and second in table:
            return table[first] / table[second]
    return None


def is_length(unit: str) -> bool:
    """Whether a unit is a known one of length."""
    return known(unit) in _METRES
