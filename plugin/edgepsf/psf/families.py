"""Families of edge models by name; every module in `models` is found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ..errors import InputError
from . import models
from .model import ShapeFamily
from .models.logistic import LogisticFamily


@cache
def library() -> dict[str, ShapeFamily]:
    """All families by name; `model="auto"` tries each."""
    found = {}
    for module in pkgutil.iter_modules(models.__path__):
        for each in getattr(importlib.import_module(f"{models.__name__}.{module.name}"), "FAMILIES", ()):
            found[each.name] = each
    return found


def family(name: str) -> ShapeFamily:
    """The family of this name; "logistic7" and higher odd degrees are made on request.

    Raises
    ------
    InputError
        If there is none.
    """
    if name in library():
        return library()[name]
    degree = name.removeprefix("logistic")
    if name.startswith("logistic") and degree.isdecimal() and int(degree) % 2 == 1:
        return LogisticFamily(int(degree))
    known = ", ".join(sorted(library()))
    raise InputError(
        f'unknown edge model "{name}": use auto, free, {known}, or logistic with another odd degree'
    )
