"""The two ImageJ plugins as engines of `deconvolve`, and their numbers; their code is only imported when it is used."""

from __future__ import annotations

import functools
from typing import Any

from .deconvolve.engines import register
from .plugins import PROGRAMS


def _plugin(program: str, *arguments: Any, **options: Any) -> Any:
    from .imagej.plugins import restore

    return restore(program, *arguments, **options)


def _numbers(program: str, *arguments: Any, **options: Any) -> Any:
    from .plugins.native import restore

    return restore(program, *arguments, **options)


for _name in PROGRAMS:
    register(_name, functools.partial(_plugin, _name), functools.partial(_numbers, _name))
