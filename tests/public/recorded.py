"""The answers of the plugins themselves in a window, written down: names, sizes, scales, and figures of the pixels.

    python -m public.recorded PLUGINS DISPLAY    (in tests/) writes recorded.json anew

The pixels of a picture are kept as their root mean square, and as sums with random signs: a picture that differs by
noise of RMS e moves such a sum by about e times the root of the number of pixels.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from .comparison import OTHER_NUMBERS, limit
from .places import ENDING, NAMES, Answer, Place, visit

FILE = Path(__file__).with_name("recorded.json")
SUMS = 4
SIGMAS = 5.0  # a sum of independent differences stays within


def value(name: str) -> str:
    """The value that a macro returns."""
    return str(_recorded()[name]["value"])


def differences(name: str, answer: Answer) -> list[str]:
    """How an answer differs from the recorded one; empty where it is the same."""
    if answer.stopped:
        return [f"stopped: {answer.stopped}"]
    wanted, seen = _recorded()[name], described(answer)
    keys = ("value", "names") if name == ENDING else ("value", "names", "texts")
    out = [f"{key}: {seen[key]!r}, not {wanted[key]!r}" for key in keys if seen[key] != wanted[key]]
    for title in sorted(set(seen["pictures"]) & set(wanted["pictures"])):
        out += _compared(name, title, seen["pictures"][title], wanted["pictures"][title])
    return out


def described(answer: Answer) -> dict[str, Any]:
    """An answer as it is recorded."""
    texts = {name: content for name, content in answer.files.items() if isinstance(content, str)}
    pictures = {f'"{title}"': _picture(image) for title, image in answer.images.items()}
    pictures |= {name: _picture(file) for name, file in answer.files.items() if name not in texts}
    return {"value": answer.value, "names": [sorted(answer.images), sorted(answer.files)], "texts": texts,
            "pictures": pictures}  # fmt: skip


def _picture(image: dict[str, Any]) -> dict[str, Any]:
    """Everything but the pixels, and their figures."""
    pixels = image["pixels"].astype(float)
    signs = np.random.default_rng(pixels.size).choice([-1.0, 1.0], (SUMS, pixels.size))
    kept = {key: part for key, part in image.items() if key not in ("pixels", "title")}
    figures = [np.sqrt(np.mean(pixels**2)), *(signs @ pixels.ravel())]
    return kept | {"type": str(image["pixels"].dtype), "shape": list(pixels.shape), "figures": figures}


def _compared(name: str, title: str, seen: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """The differences of one picture."""
    out = [
        f"{title} has {k} {seen[k]!r}, not {wanted[k]!r}"
        for k in wanted
        if k != "figures" and seen[k] != wanted[k]
    ]
    if out or name in OTHER_NUMBERS:
        return out
    a, b = np.array(seen["figures"]), np.array(wanted["figures"])
    count = float(np.prod(wanted["shape"]))
    counts = wanted.get("bits", 32) < 32 or wanted["type"].startswith("uint")
    rms = 0.1 if counts else limit(name, title.strip('"')) * b[0]  # whole gray values: one of 100 is rounded
    allowed = rms * np.array([1.0, *[SIGMAS * np.sqrt(count)] * SUMS])
    return [] if np.all(np.abs(a - b) <= allowed) else [f"{title} differs: {a}, not {b}"]


def _recorded() -> dict[str, Any]:
    return json.loads(FILE.read_text())  # type: ignore[no-any-return]


def write(plugins: str, display: str) -> None:
    """Record the answers of the plugins in a window."""
    place = Place(plugins=plugins, display=display)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        answers = visit(place, Path(one)).answers | visit(place, Path(other), (ENDING,)).answers
        told = {name: described(answers[name]) for name in (*NAMES, ENDING)}
    FILE.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    write(*sys.argv[1:])
