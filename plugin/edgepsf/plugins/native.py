"""`deconvolve(compat=...)`: the numbers of the plugins without the plugins."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputError
from . import jobs as plugin_jobs
from .compat import deconvolutionlab2, parallel_iterative
from .methods import Call, parse

PROGRAMS = ("DeconvolutionLab2", "Parallel Iterative")


def restore(
    compat: str, image, psf, method, iterations, callback, *, boundary, axes, workers, full_output, **options
) -> Any:
    """Restore as a plugin does; see `edgepsf.deconvolve`."""
    program = next((name for name in PROGRAMS if name.lower() == str(compat).lower()), None)
    if program is None:
        raise InputError(f'compat must be one of {", ".join(PROGRAMS)}, not "{compat}"')
    call = parse(program, method, iterations, **options)

    def run(job: plugin_jobs.Job) -> tuple[np.ndarray, dict]:
        restored = [compute(job.call, y, job.psf, workers, callback) for y in job.images]
        return np.stack(restored), {"engine": "native", "compat": program}

    return plugin_jobs.restore(call, image, psf, run, boundary=boundary, axes=axes, full_output=full_output)


def compute(call: Call, image: np.ndarray, psf: np.ndarray, workers=None, callback=None) -> np.ndarray:
    """One picture by the native code with a plugin's conventions."""
    if call.engine == "DeconvolutionLab2":
        return deconvolutionlab2(
            image,
            psf,
            call.code,
            *call.parameters.values(),
            **call.controls,
            workers=workers,
            callback=callback,
        )
    return parallel_iterative(image, psf, call.code, workers=workers, callback=callback, **call.parameters)
