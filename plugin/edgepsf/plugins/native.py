"""`deconvolve(compat=...)`: the numbers of the plugins without the plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..psf.protocol import Psf
from . import jobs as plugin_jobs
from .compat import deconvolutionlab2, parallel_iterative
from .methods import Call, parse
from .snapshots import Snapshots


def restore(
    program: str,
    image: np.ndarray,
    psf: Psf | npt.ArrayLike,
    method: str,
    iterations: int | None = None,
    callback: Callable[..., Any] | None = None,
    *,
    workers: int | None = None,
    **options: Any,
) -> Any:
    """Restore as a plugin does; see `edgepsf.deconvolve` for the parameters and errors.

    Parameters
    ----------
    program : str
        One of `edgepsf.plugins.PROGRAMS`.
    **options
        `boundary`, `axes` and `full_output`, and the parameters of the plugin's method by name.

    Returns
    -------
    ndarray of float32, same shape as `image`; with `full_output` also the record
    """
    layout = {key: options.pop(key) for key in ("boundary", "axes", "full_output")}
    call = parse(program, method, iterations, **options)

    def run(job: plugin_jobs.Job) -> tuple[np.ndarray, dict[str, Any]]:
        restored = [compute(job.call, y, job.psf, workers, callback) for y in job.images]
        return np.stack(restored), {"engine": "native", "compat": program}

    return plugin_jobs.restore(call, image, psf, run, **layout)


def compute(
    call: Call,
    image: np.ndarray,
    psf: np.ndarray,
    workers: int | None = None,
    callback: Callable[..., Any] | None = None,
    snapshots: Snapshots | None = None,
) -> np.ndarray:
    """One picture by the native code with a plugin's conventions, float32.

    Parameters
    ----------
    call : Call
        Method and parameters.
    image, psf : ndarray
        As `edgepsf.plugins.jobs.prepare` gives them.
    workers : int, optional
        Threads of the FFT.
    callback : callable, optional
        callback(i, n, info) after each iteration; returning False stops there.
    snapshots : Snapshots, optional
        Gets the result after the iterations that it wants; for DeconvolutionLab2 only.
    """
    if call.engine == "DeconvolutionLab2":
        return deconvolutionlab2(
            image,
            psf,
            call.code,
            *call.parameters.values(),
            **call.controls,
            workers=workers,
            callback=callback,
            snapshots=snapshots,
        )
    return parallel_iterative(image, psf, call.code, workers=workers, callback=callback, **call.parameters)
