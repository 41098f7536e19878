"""How the answers of two places differ, said in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np

from blurred import relative

from .places import Answer

LIMIT = 1e-5  # relative RMS
# Where rounding is amplified.
LIMITS = {("several_algorithms", "method1"): 2e-4}  # the inverse filter NIF
# Macros whose numbers are others without the plugin, by a documented defect of the plugin.
OTHER_NUMBERS = {
    "variation_stack": "RLTV: the plugin never writes the last differences of a picture, so it loses light"
}


def limit(name: str, title: str) -> float:
    """The largest relative RMS difference of a picture."""
    return LIMITS.get((name, title), LIMIT)


def differences(name: str, a: Answer, b: Answer) -> list[str]:
    """What differs between two answers to one macro; empty where they are the same."""
    if a.stopped or b.stopped:
        return [f"stopped: {a.stopped} | {b.stopped}"]
    out = [] if a.value == b.value else [f"returned {a.value!r}, {b.value!r}"]
    if set(a.images) != set(b.images):
        out.append(f"images {sorted(a.images)}, {sorted(b.images)}")
    if set(a.files) != set(b.files):
        out.append(f"files {sorted(a.files)}, {sorted(b.files)}")
    for title in sorted(set(a.images) & set(b.images)):
        out += _image(name, title, a.images[title], b.images[title])
    for file in sorted(set(a.files) & set(b.files)):
        out += _file(name, file, a.files[file], b.files[file])
    return out


def _image(name: str, title: str, a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    """The differences of two open images."""
    out = [f'"{title}" has {key} {a[key]}, {b[key]}' for key in ("bits", "size", "scale") if a[key] != b[key]]
    return out + _pixels(name, title, a["pixels"], b["pixels"], a["bits"] < 32)


def _file(name: str, file: str, a: Any, b: Any) -> list[str]:
    """The differences of two files."""
    if isinstance(a, str):
        return [] if a == b else [f"{file}: {a!r}, {b!r}"]
    x, y = a["pixels"], b["pixels"]
    out = [] if a["notes"] == b["notes"] else [f"{file} has notes {a['notes']}, {b['notes']}"]
    if x.dtype != y.dtype:
        out.append(f"{file} is {x.dtype}, {y.dtype}")
    return out + _pixels(name, file, x, y, x.dtype.kind in "ui")


def _pixels(name: str, title: str, x: np.ndarray, y: np.ndarray, counts: bool) -> list[str]:
    """The difference of pixels; whole gray values may be rounded to the neighbour, in one pixel of 100."""
    if x.shape != y.shape:
        return [f'"{title}" has shape {x.shape}, {y.shape}']
    if counts:
        apart = np.abs(x.astype(float) - y.astype(float))
        good = apart.max() <= 1 and np.mean(apart > 0) <= 0.01
        return [] if good else [f'"{title}" differs by up to {apart.max():g} in {np.mean(apart > 0):.2%}']
    apart = relative(x, y)
    return [] if apart <= limit(name, title) else [f'"{title}" differs by {apart:.1e}']
