"""The pictures and figures of a comparison of an unsharp mask with deconvolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

LABELS = ("blurred", "unsharp mask", "deconvolved")


@dataclass
class ComparedPictures:
    """A picture sharpened in two ways, with the figures of both; `Comparison` describes the attributes."""

    blurred: np.ndarray
    unsharp: np.ndarray
    deconvolved: np.ndarray
    truth: np.ndarray | None
    region: np.ndarray
    radius: float
    amount: float
    method: str
    noise: float
    rows: list[dict[str, Any]] = field(default_factory=list)
    record: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def pictures(self) -> tuple[np.ndarray, ...]:
        """Blurred, unsharp mask, deconvolved."""
        return self.blurred, self.unsharp, self.deconvolved

    @property
    def display(self) -> tuple[float, float]:
        """Gray values to show as black and white in all pictures alike: the range of the blurred one."""
        return float(self.blurred.min()), float(self.blurred.max())
