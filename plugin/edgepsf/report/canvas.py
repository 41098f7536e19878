"""An empty figure, and writing it as a PNG."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..pictures import writing

if TYPE_CHECKING:  # slow to import
    from matplotlib.figure import Figure


def new_figure(width: float, height: float) -> Figure:
    """An empty white figure of a size in inches; it needs no display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def write_png(figure: Figure, path: str | os.PathLike[str], dpi: int) -> None:
    """Write a figure as a PNG, complete or not at all."""
    with writing.atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=dpi, format="png")
