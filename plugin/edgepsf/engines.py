"""The ImageJ plugins as engines of `deconvolve`; what runs them is only imported when one is asked for."""

from __future__ import annotations

import functools

from .deconvolve.engines import register
from .errors import EngineError

PLUGINS = ("DeconvolutionLab2", "Parallel Iterative")


def _restore(engine: str, *arguments, **options):
    try:
        from .imagej import engines
    except ImportError as error:
        raise EngineError(
            f'engine "{engine}" needs ImageJ, and {error.name or error} is not installed: '
            f'pip install "edgepsf[imagej]"'
        ) from error
    return engines.restore(engine, *arguments, **options)


for _name in PLUGINS:
    register(_name, functools.partial(_restore, _name))
