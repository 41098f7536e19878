"""Families of edge models by name; every module in `models` is found by being there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from ..errors import InputError
from . import models
from .model import RadialModel, ShapeFamily


@cache
def library() -> dict[str, ShapeFamily]:
    """All families by name; `model="auto"` tries each."""
    found = {}
    for module in pkgutil.iter_modules(models.__path__):
        for each in getattr(importlib.import_module(f"{models.__name__}.{module.name}"), "FAMILIES", ()):
            found[each.name] = each
    return found


def names() -> list[str]:
    """Names of all families, in the order of lists for reading."""
    return [each.name for each in sorted(library().values(), key=lambda f: (f.rank, f.name))]


def model_help() -> str:
    """The values of `model=`, for the help text of commands: "auto, gaussian, … or free"."""
    return f"{', '.join(['auto', *names()])} or free"


def model_classes() -> dict[str, type[RadialModel]]:
    """The classes of the models of all families by their name."""
    return {each.model_class.__name__: each.model_class for each in library().values()}


def family(name: str) -> ShapeFamily:
    """The family of this name; "logistic7" and higher odd degrees are made on request.

    Raises
    ------
    InputError
        If there is none.
    """
    if name in library():
        return library()[name]
    for each in library().values():
        relative = each.relative(name)
        if relative is not None:
            return relative
    known = ", ".join(["auto", "free", *sorted(library())])
    others = "".join(
        f", or {each}" for each in dict.fromkeys(f.relatives for f in library().values()) if each
    )
    raise InputError(f'unknown edge model "{name}": use {known}{others}')
