"""Plots as numbers and words; the windows of ImageJ and the reports draw them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Curve:
    """One curve of a plot: dots, or a line."""

    x: np.ndarray
    y: np.ndarray
    label: str
    dots: bool = False


@dataclass(frozen=True)
class Graph:
    """A plot; its first curve is the one that `Plot.getValues` gives."""

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
