"""The curves of a measurement as numbers: edge and line spread functions, P(r), MTF, each with its band."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..pictures import writing

COLUMNS = ("curve", "x", "x_unit", "value", "low", "high")


@dataclass(frozen=True)
class Sampled:
    """A curve at given places, with its pointwise 95 % confidence band.

    Attributes
    ----------
    name : str
        "esf", "lsf", "psf" or "mtf".
    x, value, low, high : ndarray, shape (n,)
    x_unit : str
        "px" or "cycles/px".
    """

    name: str
    x: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    x_unit: str


def write_curves(path: str | os.PathLike[str], curves: Sequence[Sampled]) -> None:
    """Write curves as one CSV file, a row for each place of each curve; complete or not at all.

    Parameters
    ----------
    path : path ending in .csv
        An existing file is replaced.
    curves : sequence of Sampled
    """
    with writing.atomic_path(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for curve in curves:
            for x, value, low, high in zip(curve.x, curve.value, curve.low, curve.high, strict=True):
                numbers = (repr(float(v)) for v in (value, low, high))
                table.writerow([curve.name, repr(float(x)), curve.x_unit, *numbers])
