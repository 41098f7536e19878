"""Restores scenes by methods that are given by name, and judges the result by the truth."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from benchmarks.quality import METHODS as KNOWN

import edgepsf as ep
from edgepsf.deconvolve.methods import METHODS
from edgepsf.errors import EngineError, InputError

from . import tables
from .scenes import Scene

RL = "richardson_lucy"
COMING = ("tv", "collaborative", "richardson_lucy_collaborative", "auto")


class Restorer(Protocol):
    """A method of this engine, or a peer: it has a label, and restores a scene with a PSF."""

    @property
    def label(self) -> str:
        """As in the tables."""

    def __call__(self, scene: Scene, psf: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """The restored picture, and the warnings in words."""


@dataclass(frozen=True)
class Entry:
    """A method of this engine and its options; all other numbers it chooses itself."""

    method: str
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def label(self) -> str:
        """The method's name, and its options."""
        return " ".join([self.method, *(f"{key}={value}" for key, value in self.options)])

    def __call__(self, scene: Scene, psf: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """On one thread."""
        shared: dict[str, Any] = {"boundary": scene.boundary, "workers": 1, "full_output": True}
        out, record = ep.deconvolve(scene.image, psf, self.method, **shared, **dict(self.options))
        return out, list(record["warnings"])


@dataclass(frozen=True)
class Outcome:
    """What came of one restoration: the picture, dB, CPU seconds, warnings; a refusal in words."""

    picture: np.ndarray
    psnr: float
    gain: float
    seconds: float
    said: list[str]
    refused: str = ""


RL20, RL_AUTO = Entry(RL, (("iterations", 20),)), Entry(RL, (("stop", "auto"),))
BEFORE = (RL20, RL_AUTO, Entry("wiener"), Entry("fista", (("iterations", 60),)))


def entries(wanted: Sequence[str] = ()) -> list[Entry]:
    """The methods of benchmarks/quality.py and every other that is registered; or those of them that are wanted.

    A method that is wanted, or known to come, and is not registered is left out with a line.

    Parameters
    ----------
    wanted : sequence of str
        Names of methods, or labels such as "fista iterations=60".
    """
    known = [RL20, *(Entry(name, tuple(options.items())) for name, options in KNOWN[1:])]
    listed = {entry.method for entry in known}
    known += [Entry(name) for name in METHODS if name not in listed]
    for name in wanted or COMING:
        if not any(name in (entry.method, entry.label) for entry in known):
            tables.note(f"{name}: no such method is registered; it is left out")
    return [entry for entry in known if not wanted or entry.method in wanted or entry.label in wanted]


def few(wanted: Sequence[str] = ()) -> list[Entry]:
    """Those that are wanted; else the four of `BEFORE` and every method that benchmarks/quality.py does not list."""
    listed = {name for name, _ in KNOWN}
    return [e for e in entries(wanted) if wanted or e in BEFORE or e.method not in listed]


def restore(scene: Scene, by: Restorer, psf: np.ndarray | None = None) -> Outcome:
    """The outcome of one method on one scene; with another PSF than the true one where it is given."""
    begin = time.process_time()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            out, said = by(scene, scene.psf if psf is None else psf)
        except (InputError, EngineError) as error:
            tables.note(f"refused: {error}", by.label)
            return Outcome(scene.image, np.nan, np.nan, np.nan, [], str(error))
    seconds = time.process_time() - begin
    reached = scene.score(out)
    said += [str(each.message) for each in caught]
    for sentence in said:
        tables.note(f"warned: {sentence}", by.label)
    return Outcome(out, reached, reached - scene.blurred, seconds, said)


@cache
def unit_of_time(shape: tuple[int, ...], side: int) -> float:
    """CPU seconds of 20 Richardson–Lucy iterations for a picture and a PSF of this size; the median of five."""
    rng = np.random.default_rng(0)
    psf = np.ones((side,) * len(shape))
    scene = Scene("", rng.random(shape, dtype=np.float32), psf / psf.sum(), np.zeros(shape))
    return float(np.median([restore(scene, RL20).seconds for _ in range(5)]))


def relative_time(outcome: Outcome, scene: Scene) -> float:
    """CPU time of a restoration in units of 20 Richardson–Lucy iterations, which are measured in this process."""
    return outcome.seconds / unit_of_time(scene.image.shape, max(scene.psf.shape))
