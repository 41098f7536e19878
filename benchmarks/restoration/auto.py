"""`auto` against the blurred picture, and against the best of four methods picked with the truth.

Twelve photographs × Gaussian 2 px, disk 3 px, motion 7 px × five deviations of the noise, unknown borders. The four are
RL with 20 iterations, RL with stop=auto, Wiener, and FISTA with 60 iterations; `--save FILE.json` keeps their figures,
and `--before FILE.json` takes those of an earlier version instead. `--methods` judges other methods in the same way.
"""

from __future__ import annotations

import json
from itertools import islice

import numpy as np

from . import tables
from .judge import BEFORE, Entry, entries, restore
from .pictures import photographs
from .scenes import BLURS, DEVIATIONS, Scene, grid
from .settings import Settings

Gains = dict[str, dict[str, float]]  # by label, by scene


def scenes(settings: Settings) -> list[Scene]:
    """All scenes of all seeds; two tiny ones with `quick`."""
    found = photographs(settings.photographs)
    made = (scene for seed in settings.seeds for scene in grid(found, seed, 72 if settings.quick else 200))
    return list(islice(made, 2 if settings.quick else None))


def run(settings: Settings) -> None:
    """The gain over the blurred picture, and over the best of the four."""
    seen = scenes(settings)
    judged = entries(settings.methods or ("auto",))
    if settings.before:
        before: Gains = json.loads(settings.before.read_text())
    else:
        before, judged = _gains(seen, BEFORE), [by for by in judged if by not in BEFORE]
    tables.heading(
        "Automatic against the blurred picture and against four methods",
        f"{len(seen)} scenes: dB, median / worst. The four are {', '.join(by.label for by in BEFORE)}"
        f"{' of an earlier version' * bool(settings.before)}; the best of them is picked with the truth.",
    )
    now = _gains(seen, judged)
    if settings.save:
        settings.save.write_text(json.dumps(now if settings.before else before | now, indent=1))
    suffix = ", before" if settings.before else ""
    rows = {by.label + suffix: _values(before, by, seen) for by in BEFORE}
    rows |= {by.label: _values(now, by, seen) for by in judged}
    _report(seen, rows, np.nanmax([_values(before, by, seen) for by in BEFORE], axis=0))


def _report(seen: list[Scene], rows: dict[str, np.ndarray], best: np.ndarray) -> None:
    names = ["all", *BLURS, *(f"sd {sd:g}" for sd in DEVIATIONS)]
    tables.head("gain over the blurred picture", *names)
    tables.row("the best of the four", *_spans(seen, best, names))
    for label, values in rows.items():
        tables.row(label, *_spans(seen, values, names))
    tables.head("gain over the best of the four", *names)
    for label, values in rows.items():
        tables.row(label, *_spans(seen, values - best, names))
    for label, values in rows.items():
        _worst(label, seen, values)


def _gains(seen: list[Scene], judged: tuple[Entry, ...] | list[Entry]) -> Gains:
    return {by.label: {each.name: restore(each, by).gain for each in seen} for by in judged}


def _values(gains: Gains, by: Entry, seen: list[Scene]) -> np.ndarray:
    return np.array([gains[by.label][each.name] for each in seen])


def _spans(seen: list[Scene], values: np.ndarray, names: list[str]) -> list[str]:
    """Median / worst of all, of every blur, of every deviation of the noise."""
    spans = []
    for name in names:
        chosen = np.array([name == "all" or f", {name}," in f", {each.name}," for each in seen])
        some = values[chosen]
        spans.append(f"{np.median(some):+.2f} / {some.min():+.2f}" if some.size else "–")
    return spans


def _worst(label: str, seen: list[Scene], values: np.ndarray) -> None:
    """A line: how many scenes lie below the blurred picture, and the three worst."""
    below = int((values < -0.05).sum())
    order = np.argsort(values)[:3]
    cases = "; ".join(f"{values[i]:+.2f} {seen[i].name}" for i in order)
    print(
        f"\n- {label}: {below} of {len(seen)} lie more than .05 dB below the blurred picture. Worst: {cases}"
    )
