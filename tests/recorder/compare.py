"""The differences of two records."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Not compared across machines: hashes, and which FFT is installed.
_LOCAL = ("sha256", "fft", "bytes")
# The sentences and help of argparse differ between versions of Python.
_ARGPARSE = ("cli/help/", "cli/usage/", "program/usage")
_NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")
_SMALL = 1e-3  # of figures below this the difference counts as of one that is as large


def read(path: str | Path) -> dict[str, Any]:
    """A record by case."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def differences(
    first: dict[str, Any], second: dict[str, Any], tolerance: float | None = None, common: bool = False
) -> list[str]:
    """Every difference as a line "case: field: A → B".

    Parameters
    ----------
    first, second : dict
        Records.
    tolerance : float, optional
        Compare figures relatively and no hashes; without it everything is compared exactly.
    common : bool
        Leave out the cases that only one of them has.
    """
    python = [each.get("_", {}).get("python") for each in (first, second)]
    out = []
    for name in sorted((first.keys() & second.keys() if common else first.keys() | second.keys()) - {"_"}):
        if tolerance is not None and python[0] != python[1] and name.startswith(_ARGPARSE):
            continue
        if name not in first or name not in second:
            out.append(f"{name}: case: {name in first} → {name in second}")
            continue
        for field, a, b in _walk(first[name], second[name], "", tolerance, _SMALL):
            out.append(f"{name}: {field}: {_short(a)} → {_short(b)}")
    return out


def _walk(a: Any, b: Any, path: str, tolerance, scale: float) -> Iterator[tuple[str, Any, Any]]:
    """The leaves at which two values differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        scale = _scale(a, scale)
        for key in sorted(a.keys() | b.keys()):
            if tolerance is not None and key in _LOCAL:
                continue
            here = f"{path}.{key}" if path else key
            if key in a and key in b:
                yield from _walk(a[key], b[key], here, tolerance, scale)
            else:
                yield here, a.get(key, "(none)"), b.get(key, "(none)")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from _walk(x, y, f"{path}[{i}]", tolerance, scale)
    elif not _same(a, b, tolerance, scale):
        yield path, a, b


def _scale(value: dict[str, Any], scale: float) -> float:
    """The size of an array's values, by which its mean counts as near to zero."""
    ends = [value.get("min"), value.get("max")]
    if "sha256" in value and all(isinstance(end, (int, float)) for end in ends):
        return max(abs(ends[0]), abs(ends[1]), 1e-30)
    return scale


def _same(a: Any, b: Any, tolerance: float | None, scale: float) -> bool:
    if tolerance is None or isinstance(a, bool) or isinstance(b, bool):
        return type(a) is type(b) and a == b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= tolerance * max(abs(a), abs(b), scale)
    if isinstance(a, str) and isinstance(b, str):
        return a == b or _same_text(a, b, tolerance)
    return a == b


def _same_text(a: str, b: str, tolerance: float) -> bool:
    """Whether texts are the same but for the last digits of long numbers in them."""
    if _NUMBER.sub("#", a) != _NUMBER.sub("#", b):
        return False
    pairs = zip(_NUMBER.findall(a), _NUMBER.findall(b), strict=True)
    return all(x == y or (len(x) > 7 and _same(float(x), float(y), tolerance, _SMALL)) for x, y in pairs)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:200] + " …"
