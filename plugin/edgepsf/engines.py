"""The ImageJ plugins as engines of `deconvolve`; what runs them is only imported when one is asked for."""

from __future__ import annotations

import functools

from .deconvolve.engines import register

PLUGINS = ("DeconvolutionLab2", "Parallel Iterative")


def _restore(engine: str, *arguments, **options):
    from .imagej import plugins as engines

    return engines.restore(engine, *arguments, **options)


for _name in PLUGINS:
    register(_name, functools.partial(_restore, _name))
