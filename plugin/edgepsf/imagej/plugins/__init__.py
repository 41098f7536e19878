"""The plugins DeconvolutionLab2 and Parallel Iterative Deconvolution as engines of `edgepsf.deconvolve`.

Without a window a plugin works in a child process; in an open ImageJ window it works in that ImageJ's Java.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...errors import InputError
from ...plugins import jobs as plugin_jobs
from ...plugins.compat.checks import number
from ...plugins.jobs import Job
from ...plugins.methods import Call, parse
from . import child, inside, requests
from .find import find_plugin

__all__ = ["restore", "run"]


def restore(
    engine: str,
    image,
    psf,
    method: str = "richardson_lucy",
    iterations: int | None = None,
    callback=None,
    *,
    boundary: str = "extended",
    axes: str | None = None,
    workers: int | None = None,
    full_output: bool = False,
    memory: str | None = None,
    timeout: float | None = None,
    **options,
) -> Any:
    """Restore a picture with a plugin; see `edgepsf.deconvolve` for the parameters and errors.

    Parameters
    ----------
    engine : {"DeconvolutionLab2", "Parallel Iterative"}
    method : str
        Our name or the plugin's own, with parameters or without: "RL 10", "TRIF 0.01", "WPL gamma=0.01".
    callback : callable, optional
        Called as callback(0, n, info) every now and then while the plugin works; returning False stops with
        an InputError, for the plugins give nothing before they are done.
    workers : int, optional
        Not used: the plugins choose their threads.
    memory : str, optional
        Largest Java heap, such as "2G".
    timeout : float
        Seconds the plugin may take, an hour by default.
    """
    timeout = number("timeout", child.TIMEOUT if timeout is None else timeout, 0, above=True)
    call = parse(engine, method, iterations, **options)

    def work(job: Job) -> tuple[np.ndarray, dict]:
        return run(job, memory, timeout, callback)

    done = plugin_jobs.restore(call, image, psf, work, boundary=boundary, axes=axes, full_output=True)
    if full_output:
        return done
    for sentence in done[1]["warnings"]:
        warnings.warn(sentence, stacklevel=4)
    return done[0]


def run(job: Job, memory: str | None = None, timeout: float = child.TIMEOUT, callback=None):
    """Let the plugin do a job: the restored images and what to note in the record.

    Raises
    ------
    InputError, EngineError
        See `child.restore`; also where the result is the input, all NaN or of another shape.
    """
    call, here = job.call, inside.usable(job.call.engine)
    if here:
        version = inside.version(call.engine)
    else:
        place = find_plugin(call.engine)
        version = place.versions[call.engine]
    request, images, psf = requests.build(job, version)
    if here:
        out, seconds = inside.restore(request, images, psf)
    else:
        out, seconds = child.restore(request, images, psf, place, memory, timeout, _waiting(call, callback))
    requests.check(out, images, psf, call)
    if callback is not None:
        callback(call.iterations, call.iterations, {"method": call.code, "stage": "restoring"})
    job.warnings.extend(requests.caveats(job))
    return out, {"engine": call.engine, "version": version, "plugin_seconds": seconds}


def _waiting(call: Call, callback):
    """What is done every now and then while a plugin works: report, and stop if the caller wants to."""

    def report() -> None:
        if callback is None:
            return
        info = {"method": call.code, "stage": f"{call.engine} works"}
        if callback(0, call.iterations, info) is False:
            raise InputError(f"{call.engine} was stopped before it was done; nothing was made")

    return report
