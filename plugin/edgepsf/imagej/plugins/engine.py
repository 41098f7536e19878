"""The plugins DeconvolutionLab2 and Parallel Iterative Deconvolution as engines of `edgepsf.deconvolve`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...plugins import jobs as plugin_jobs
from ...plugins.compat.checks import number
from ...plugins.jobs import Job
from ...plugins.methods import Call, parse
from ...plugins.snapshots import check_space
from ...psf.protocol import Psf
from ..launch.plugin_jars import find_plugin
from . import child, inside, requests

Callback = Callable[[int, int, dict[str, Any]], Any]


def restore(
    engine: str,
    image: np.ndarray,
    psf: Psf | npt.ArrayLike,
    method: str = "richardson_lucy",
    iterations: int | None = None,
    callback: Callback | None = None,
    *,
    boundary: str = "extended",
    axes: str | None = None,
    workers: int | None = None,
    full_output: bool = False,
    memory: str | None = None,
    timeout: float | None = None,
    **options: Any,
) -> Any:
    """Restore a picture with a plugin; see `edgepsf.deconvolve` for the parameters and errors.

    Parameters
    ----------
    engine : {"DeconvolutionLab2", "Parallel Iterative"}
    method : str
        Our name or the plugin's own, with parameters or without: "RL 10", "TRIF 0.01", "WPL gamma=0.01".
    callback : callable, optional
        Called as callback(0, n, info) every now and then while the plugin works. Where it returns False, the work
        stops with an InputError: the plugins give nothing before they are done.
    workers : int, optional
        Not used: the plugins choose the number of their threads.
    memory : str, optional
        Largest Java heap, such as "2G".
    timeout : float
        Seconds that the plugin may take, an hour by default.

    Returns
    -------
    ndarray of float32, same shape as `image`; with `full_output` also the record
    """
    timeout = number("timeout", child.TIMEOUT if timeout is None else timeout, 0, above=True)
    call = parse(engine, method, iterations, **options)

    def work(job: Job) -> tuple[np.ndarray, dict[str, Any]]:
        """Let the plugin do a job with the given limits."""
        return run(job, memory, timeout, callback)

    done = plugin_jobs.restore(call, image, psf, work, boundary=boundary, axes=axes, full_output=True)
    if full_output:
        return done
    for sentence in done[1]["warnings"]:
        warnings.warn(sentence, stacklevel=4)
    return done[0]


def run(
    job: Job, memory: str | None = None, timeout: float = child.TIMEOUT, callback: Callback | None = None
) -> tuple[np.ndarray, dict[str, Any]]:
    """Let the plugin do a job.

    Parameters
    ----------
    job : Job
    memory, timeout, callback
        As for `restore`.

    Returns
    -------
    restored : ndarray of float32, same shape as the images of the job
    notes : dict
        Entries for the record.

    Raises
    ------
    InputError, EngineError
        See `child.run_in_child`; also if the result is the input, all NaN or of another shape.
    """
    out, notes, _ = run_with_snapshots(job, memory, timeout, callback)
    return out, notes


def run_with_snapshots(
    job: Job, memory: str | None = None, timeout: float = child.TIMEOUT, callback: Callback | None = None
) -> tuple[np.ndarray, dict[str, Any], dict[int, np.ndarray]]:
    """Let the plugin do a job, and take its image after the iterations that the job's `every` asks for.

    Parameters, results and errors as of `run`, and:

    Returns
    -------
    snapshots : dict of ndarray of float32
        By iteration, in their order, each of the shape of an image of the job. The plugin's run gives the last
        iteration too, and none after it has stopped. They lie on disk until they are gone.

    Raises
    ------
    InputError
        If the snapshots do not fit on the disk.
    """
    call = job.call
    if job.every:
        check_space(job.every, call.iterations, job.images.shape[1:], not inside.usable(call.engine))
    if inside.usable(call.engine):
        version = inside.version(call.engine)
        request, images, psf = requests.build(job, version)
        out, seconds, steps = inside.run_here(request, images, psf)
    else:
        place = find_plugin(call.engine)
        version = place.versions[call.engine]
        request, images, psf = requests.build(job, version)
        waiting = _waiting(call, callback)
        out, seconds, steps = child.run_in_child(request, images, psf, place, memory, timeout, waiting)
    requests.check(out, images, psf, call)
    for step in steps.values():
        requests.check(step[None], images, psf, call)
    if callback is not None:
        callback(call.iterations, call.iterations, {"method": call.code, "stage": "restoring"})
    job.warnings.extend(requests.caveats(job))
    return out, {"engine": call.engine, "version": version, "plugin_seconds": seconds}, steps


def _waiting(call: Call, callback: Callback | None) -> Callable[[], None]:
    """The function to call while a plugin works: it reports, and stops the plugin if the caller wants that."""

    def report() -> None:
        if callback is None:
            return
        info = {"method": call.code, "stage": f"{call.engine} works"}
        if callback(0, call.iterations, info) is False:
            raise InputError(f"{call.engine} was stopped before it was done; nothing was made")

    return report
