"""The plugins' Java classes, called through JPype in a JVM that has them on its class path.

The `worker` uses this module in a child process, which starts without the package (that saves a second), and the
package uses it in an open ImageJ. It therefore imports nothing of the package.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from jpype import JArray, JClass, JDouble, JException, JFloat, JProxy

_PID = "edu.emory.mathcs.restoretools."
_HYBR = "cern.colt.matrix.tdouble.algo.solver.HyBR"
MEGABYTE = 2**20
_Job = dict[str, Any]
_Keep = Callable[[int, np.ndarray], None]


class Refused(Exception):
    """The plugin cannot do the job; the message gives the reason."""


def run_plugin(
    job: _Job, image: np.ndarray, psf: np.ndarray, keep: _Keep | None = None
) -> tuple[np.ndarray, float]:
    """Let a plugin restore one image.

    Parameters
    ----------
    job : dict
        The request of `requests.build`: engine, code, and the entries that `deconvolutionlab2` or
        `parallel_iterative` below need.
    image, psf : ndarray of float32, 2-D or 3-D
    keep : callable, optional
        keep(i, volume) takes the snapshots that the job's entry "every" asks for.

    Returns
    -------
    restored : ndarray of float32, same shape as `image`
    seconds : float
        The plugin's own time, without the copies to and from Java.

    Raises
    ------
    Refused
        If memory is too small, or the plugin failed.
    """
    check_memory(job, image.shape)
    try:
        if job["engine"] == "DeconvolutionLab2":
            planes, seconds = deconvolutionlab2(job, image, psf, keep)
        else:
            planes, seconds = parallel_iterative(job, image, psf)
    except JException as error:
        raise Refused(f"{job['engine']} failed: {str(error).splitlines()[0]}") from error
    return np.stack(planes).reshape(image.shape), seconds


def check_memory(job: _Job, shape: tuple[int, ...]) -> None:
    """Check that Java's heap can hold a job.

    Raises
    ------
    Refused
        If it cannot.
    """
    of_deconvolutionlab2 = job["engine"] == "DeconvolutionLab2"
    needed = footprint(job["code"]) * 4 * int(np.prod(shape)) if of_deconvolutionlab2 else job["bytes"]
    runtime = JClass("java.lang.Runtime").getRuntime()
    largest = int(runtime.maxMemory())
    if needed > largest:
        raise Refused(
            f"{job['engine']} needs about {needed / MEGABYTE:.0f} MB for {job['code']} on shape {shape}, Java may "
            f"use {largest / MEGABYTE:.0f} MB: give it more (memory=) or take a smaller image"
        )


def footprint(code: str) -> float:
    """Number of images that an algorithm of DeconvolutionLab2 holds at a time, at least.

    Raises
    ------
    Refused
        If this DeconvolutionLab2 has no algorithm of this code.
    """
    algorithms = JClass("deconvolution.algorithm.AlgorithmList")
    known = [str(name) for each in algorithms.getAvailableAlgorithms() for name in each.getShortnames()]
    if code not in known:  # createAlgorithm would give the identity
        raise Refused(f"this DeconvolutionLab2 has no algorithm {code}: it has {', '.join(known)}")
    # The plugin counts its own signals; the FFT adds copies of image and PSF as complex numbers.
    return float(algorithms.createAlgorithm(code).getMemoryFootprintRatio()) + 8


class _Watch:
    """A monitor of DeconvolutionLab2, told after every iteration, that keeps the image where a snapshot is due.

    The plugin calls `add` in the thread of the algorithm, which waits for it: the image is whole. An error here
    would be swallowed there and give the input as the result: it stops the algorithm and waits in `error`.
    """

    def __init__(self, controller: Any, shape: tuple[int, ...], every: list[int], keep: _Keep) -> None:
        self.controller, self.shape, self.every, self.keep = controller, shape, every, keep
        self.field = controller.getClass().getDeclaredField("x")  # where the controller holds the image
        self.field.setAccessible(True)
        self.seen = 0  # the image before the first iteration is no snapshot
        self.error: BaseException | None = None

    def add(self, message: Any) -> None:
        """Hear a line of the plugin: the count of iterations stands one higher when an iteration is closed."""
        iteration = int(self.controller.getIterations()) - 1
        if self.error is not None or iteration <= self.seen:
            return
        self.seen = iteration
        if not any(iteration % step == 0 for step in self.every):
            return
        try:
            signal = self.field.get(self.controller)
            self.keep(iteration, np.stack(_planes(signal)).reshape(self.shape))
        except BaseException as error:
            self.error = error
            self.controller.abort()

    def clear(self) -> None:
        """Nothing to clear."""

    def getName(self) -> str:
        """The name that the plugin lists."""
        return "edgepsf"


def deconvolutionlab2(
    job: _Job, image: np.ndarray, psf: np.ndarray, keep: _Keep | None = None
) -> tuple[list[np.ndarray], float]:
    """Planes restored by DeconvolutionLab2 with the options of a job, and its seconds; nothing is shown or saved.

    Raises
    ------
    Refused
        If the plugin gave no result, or a snapshot could not be kept.
    """
    run = JClass("deconvolution.Deconvolution")("edgepsf", job["options"])
    y, h = _signal(image, "image"), _signal(psf, "psf")
    watch = None
    if keep is not None and job.get("every"):
        watch = _Watch(run.getController(), image.shape, job["every"], keep)
        run.getController().getMonitors().add(JProxy("deconvolutionlab.monitor.AbstractMonitor", inst=watch))
    begin = time.perf_counter()
    result = run.deconvolve(y, h)
    seconds = time.perf_counter() - begin
    collector = JClass("signal.SignalCollector")
    try:
        if watch is not None and watch.error is not None:
            raise Refused(f"a snapshot could not be kept: {watch.error}") from watch.error
        if result is None:
            raise Refused("DeconvolutionLab2 gave no result")
        return _planes(result), seconds
    finally:
        if hasattr(collector, "clear"):  # it keeps a reference to every signal
            collector.clear()


def parallel_iterative(job: _Job, image: np.ndarray, psf: np.ndarray) -> tuple[list[np.ndarray], float]:
    """Planes restored by Parallel Iterative Deconvolution with the parameters of a job, and its seconds.

    Raises
    ------
    Refused
        If the plugin gave no result.
    """
    p, code, dimension = job["parameters"], job["code"], image.ndim
    real, name = (JDouble, "Double") if p["precision"] == "DOUBLE" else (JFloat, "Float")
    kind = JClass(f"{_PID}iterative.{code.lower()}.{code}{name}IterativeDeconvolver{dimension}D")
    boundary = _constant(f"{_PID}iterative.IterativeEnums$BoundaryType", p["boundary"])
    resizing = _constant(f"{_PID}iterative.IterativeEnums$ResizingType", p["resizing"])
    output = _constant(f"{_PID}Enums$OutputType", "FLOAT")
    y, h = _imageplus(image, "image"), _imageplus(psf, "psf")
    last = (boundary, resizing, output, p["iterations"], False, _options(code, p))
    begin = time.perf_counter()
    if code == "WPL":
        solver = kind(y, h, *last)
    else:
        preconditioner = _constant(f"{_PID}iterative.IterativeEnums$PreconditionerType", p["preconditioner"])
        solver = kind(y, _nested(h, dimension), preconditioner, real(p["preconditioner_tol"]), *last)
    result = solver.deconvolve()
    seconds = time.perf_counter() - begin
    if result is None:
        raise Refused("Parallel Iterative Deconvolution gave no result")
    stack = result.getStack()
    shape = int(result.getHeight()), int(result.getWidth())
    return [_plane(stack.getPixels(z + 1), shape) for z in range(int(stack.getSize()))], seconds


def _options(code: str, p: dict[str, Any]) -> Any:
    """The options object of a method."""
    cut = (p.get("threshold", -1) >= 0, JDouble(max(p.get("threshold", -1), 0)))
    if code in ("CGLS", "MRNSD"):
        own = p["stopping_tol"]
        return JClass(f"{_PID}iterative.{code.lower()}.{code}Options")(
            own < 0, JDouble(max(own, 0)), *cut, False
        )
    if code == "HyBR":
        return JClass(f"{_PID}iterative.hybr.HyBROptions")(
            _constant(f"{_HYBR}InnerSolver", p["inner_solver"]),
            _constant(f"{_HYBR}RegularizationMethod", p["reg_method"]),
            *(JDouble(p["reg_param"]), JDouble(p["omega"]), p["reorth"], int(p["begin_reg"])),
            *(JDouble(p["flat_tol"]), False, *cut),
        )
    return JClass(f"{_PID}iterative.wpl.WPLOptions")(
        *(JDouble(p["gamma"]), JDouble(p["filter_xy"]), JDouble(p["filter_z"]), p["normalize"], False),
        *(p["anti_ring"], JDouble(p["change_thresh_percent"]), p["db"], False, False, JDouble(0)),
    )


def _constant(enum: str, name: str) -> Any:
    return JClass(enum).valueOf(name)


def _nested(psf: Any, dimension: int) -> Any:
    """The PSF as the only element of a 2-D or 3-D array of images."""
    out = psf
    for depth in range(dimension):
        array = JArray(JClass("ij.ImagePlus"), depth + 1)(1)
        array[0] = out
        out = array
    return out


def _signal(array: np.ndarray, name: str) -> Any:
    """A RealSignal with copies of the planes."""
    planes = array if array.ndim == 3 else array[None]
    signal = JClass("signal.RealSignal")(name, planes.shape[2], planes.shape[1], planes.shape[0])
    for z, plane in enumerate(planes):
        signal.setXY(z, _floats(plane))
    return signal


def _planes(signal: Any) -> list[np.ndarray]:
    """Copies of the planes of a RealSignal."""
    return [_plane(signal.getXY(z), (signal.ny, signal.nx)) for z in range(int(signal.nz))]


def _imageplus(array: np.ndarray, title: str) -> Any:
    """A 32-bit ImagePlus with copies of the planes."""
    planes = array if array.ndim == 3 else array[None]
    stack = JClass("ij.ImageStack")(planes.shape[2], planes.shape[1])
    for plane in planes:
        stack.addSlice(
            "", JClass("ij.process.FloatProcessor")(plane.shape[1], plane.shape[0], _floats(plane))
        )
    return JClass("ij.ImagePlus")(title, stack)


def _floats(plane: np.ndarray) -> Any:
    """A copy as a Java float array."""
    return JFloat[:](np.ascontiguousarray(plane, dtype=np.float32).reshape(-1))


def _plane(pixels: Any, shape: tuple[int, int]) -> np.ndarray:
    """A copy of a Java float array as an image; an array of another length means that the plugin dropped the plane."""
    ny, nx = (int(n) for n in shape)
    if len(pixels) != ny * nx:
        raise Refused(f"the plugin gave a plane of {len(pixels)} pixels instead of {ny} × {nx}")
    return np.array(memoryview(pixels), dtype=np.float32).reshape(ny, nx)
