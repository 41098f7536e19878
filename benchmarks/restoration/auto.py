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
    judged = [by for by in entries(settings.methods or ("auto",)) if by not in BEFORE]
    tables.heading(
        "Automatic against the blurred picture and against four methods",
        f"{len(seen)} scenes: dB, median / worst. The four are {', '.join(by.label for by in BEFORE)}; the best of "
        "them is picked with the truth.",
    )
    before: Gains = json.loads(settings.before.read_text()) if settings.before else _gains(seen, BEFORE)
    gains = before | _gains(seen, judged)
    if settings.save:
        settings.save.write_text(json.dumps(gains, indent=1))
    best = np.array([np.nanmax([before[by.label][each.name] for by in BEFORE]) for each in seen])
    names = ["all", *BLURS, *(f"sd {sd:g}" for sd in DEVIATIONS)]
    tables.head("gain over the blurred picture", *names)
    tables.row("the best of the four", *_spans(seen, best, names))
    for by in (*BEFORE, *judged):
        tables.row(by.label, *_spans(seen, _values(gains, by, seen), names))
    tables.head("gain over the best of the four", *names)
    for by in (*BEFORE, *judged):
        tables.row(by.label, *_spans(seen, _values(gains, by, seen) - best, names))
    for by in (*BEFORE, *judged):
        _worst(by, seen, _values(gains, by, seen))


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


def _worst(by: Entry, seen: list[Scene], values: np.ndarray) -> None:
    """A line: how many scenes lie below the blurred picture, and the three worst."""
    below = int((values < -0.05).sum())
    order = np.argsort(values)[:3]
    cases = "; ".join(f"{values[i]:+.2f} {seen[i].name}" for i in order)
    print(
        f"\n- {by.label}: {below} of {len(seen)} lie more than .05 dB below the blurred picture. Worst: {cases}"
    )
