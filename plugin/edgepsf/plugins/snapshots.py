"""Volumes after some of the iterations, all from one run: which are due, and where they wait for their use.

A snapshot waits in a file that has no name any more, or in memory where a system has no such files: many of them
cost no memory, and none stays behind when the process ends.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..pictures.space import free_memory

MEGABYTE = 2**20
ON_DISK = os.name == "posix"  # where a file without a name can be had


@dataclass(frozen=True)
class Snapshots:
    """The wish for the volume after every so many iterations.

    Attributes
    ----------
    every : tuple of int
        Steps: (2, 5) means after iteration 2, 4, 5, 6, 8, 10 …
    keep : callable
        keep(i, volume) takes the volume after iteration i; it copies what it keeps.
    """

    every: tuple[int, ...]
    keep: Callable[[int, np.ndarray], None]

    def due(self, iteration: int) -> bool:
        """Whether the volume after an iteration is wanted."""
        return any(iteration % step == 0 for step in self.every)


def count(every: tuple[int, ...], iterations: int) -> int:
    """Number of snapshots in a run of so many iterations."""
    return len({i for step in every for i in range(step, iterations + 1, step)})


def check_space(
    every: tuple[int, ...], iterations: int, shape: tuple[int, ...], by_files: bool = False
) -> None:
    """Check that the snapshots of a run fit where they wait: on the disk for temporary files, or in memory.

    Parameters
    ----------
    every : tuple of int
    iterations : int
    shape : tuple of int
        Shape of one float32 volume.
    by_files : bool
        They come in files from another process, however they wait then.

    Raises
    ------
    InputError
        If they do not fit.
    """
    number = count(every, iterations)
    needed = number * 4 * math.prod(shape)
    places: list[tuple[int | None, str, str]] = []
    if ON_DISK or by_files:
        folder = Path(tempfile.gettempdir())
        remedy = "let the variable TMPDIR name a folder on a larger disk"
        places.append((shutil.disk_usage(folder).free, f"the disk of {folder}", remedy))
    if not ON_DISK:
        places.append((free_memory(), "the memory", "close other programs"))
    for free, place, remedy in places:
        if free is not None and needed > free:
            raise InputError(
                f"{number} snapshots need {needed / MEGABYTE:.0f} MB, and {place} has {free / MEGABYTE:.0f} MB free: "
                f"write a larger number after @, or {remedy}"
            )


def spill(volume: np.ndarray) -> np.ndarray:
    """A copy of a volume in a file without a name; its space is free again when the array is gone."""
    if not ON_DISK:
        return np.array(volume)
    with tempfile.TemporaryFile(prefix="edgepsf-") as file:
        np.ascontiguousarray(volume).tofile(
            file
        )  # written, not mapped: a full disk is an error here, no crash
        return np.memmap(file, volume.dtype, "r", shape=volume.shape)
