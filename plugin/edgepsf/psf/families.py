"""The model library: families by name, and which of them `model="auto"` tries."""

from __future__ import annotations

from ..errors import InputError
from .logistic import LogisticFamily
from .model import ShapeFamily

AUTO = ("logistic", "logistic3", "logistic5")


def family(name: str) -> ShapeFamily:
    """The family of this name: "logistic" (f = p1 d), "logistic3", "logistic5" or any odd degree."""
    if name == "logistic":
        return LogisticFamily(1)
    degree = name.removeprefix("logistic")
    if name.startswith("logistic") and degree.isdigit() and int(degree) % 2 == 1:
        return LogisticFamily(int(degree))
    raise InputError(f'unknown edge model "{name}": use auto, {", ".join(AUTO)} or another odd degree')
