"""The result of a command: new pictures, rows of figures, lines and plots."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .graph import Graph
from .picture import Picture


@dataclass
class Result:
    """Everything that a command gives back.

    Attributes
    ----------
    pictures : list of Picture
        New 32-bit images; the last one becomes the current image.
    row : dict
        Columns for the Results table.
    rows : list of dict
        Further rows, for a command that works on many regions.
    refusal : str
        Why the command has failed after all, said when the rows have been shown.
    summary : dict
        Further figures for `--json`.
    properties : dict of str
        Notes to keep with the input image.
    lines : dict of (n, 2) arrays
        Overlay on the input image by name: polylines in pixel coordinates (x, y).
    graphs : list of Graph
    warnings : list of str
    units : dict of str
        Units of the columns of `row`, for the command line.
    """

    pictures: list[Picture] = field(default_factory=list)
    row: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    lines: dict[str, np.ndarray] = field(default_factory=dict)
    graphs: list[Graph] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    refusal: str = ""
    units: dict[str, str] = field(default_factory=dict)

    @property
    def picture(self) -> Picture | None:
        """The last new image."""
        return self.pictures[-1] if self.pictures else None
