"""Run DeconvolutionLab2 and Parallel Iterative Deconvolution themselves: the child process of test_compat_plugins.

    python plugins_in_java.py JARS WORK

JARS: folder with the jars of both plugins and what they need. WORK: folder with cases.json, a list of
{"name", "plugin", "method", "image", "psf", "options"}, and the arrays as NAME.npy; the results are written
beside them as result-NAME.npy. DeconvolutionLab2 leaves threads behind, so the process ends with os._exit.
"""

import json
import os
import sys
from pathlib import Path

import jpype
import numpy as np

from edgepsf.imagej.launch.imagej_jars import find_jars
from edgepsf.imagej.launch.java import find_java

ITERATIVE = "edu.emory.mathcs.restoretools.iterative."
DL2 = (
    "-monitor 0 -multithreading no -verbose mute -system no -epsilon 1e-6 -norm 1 -out stack noshow nosave r"
)


def start(folder: Path) -> None:
    """JVM with ImageJ and the plugins; parallelcolt's ConcurrencyUtils must be found first."""
    java = find_java()
    jars = sorted(folder.glob("*.jar"), key=lambda jar: (not jar.name.startswith("parallelcolt"), jar.name))
    library = next(
        path for name in ("libjvm.so", "libjvm.dylib", "jvm.dll") for path in java.home.rglob(name)
    )
    path = [str(jar) for jar in [*find_jars(java), *jars]]
    jpype.startJVM(str(library), "-Djava.awt.headless=true", "-Xmx2g", classpath=path, convertStrings=True)


def floats(plane):
    return jpype.JArray(jpype.JFloat)(np.ascontiguousarray(plane, np.float32).ravel())


def deconvolutionlab2(image, psf, method, options, work):
    """Through the Java class Deconvolution; `options` is the rest of the option string."""

    def signal(array, name):
        planes = array if array.ndim == 3 else array[None]
        out = jpype.JClass("signal.RealSignal")(name, *reversed(planes.shape))
        for z, plane in enumerate(planes):
            out.setXY(z, floats(plane))
        return out

    command = f"-algorithm {method} {DL2} -path {work} {options}"
    result = jpype.JClass("deconvolution.Deconvolution")("run", command).deconvolve(
        signal(image, "y"), signal(psf, "h")
    )
    planes = [np.array(result.getXY(z)).reshape(result.ny, result.nx) for z in range(result.nz)]
    return np.array(planes).reshape(image.shape)


def image_plus(array):
    planes = array if array.ndim == 3 else array[None]
    stack = jpype.JClass("ij.ImageStack")(planes.shape[2], planes.shape[1])
    for plane in planes:
        stack.addSlice(
            "", jpype.JClass("ij.process.FloatProcessor")(planes.shape[2], planes.shape[1], floats(plane))
        )
    return jpype.JClass("ij.ImagePlus")("image", stack)


def method_options(method, o):
    """The options object of a method, from the Python names of edgepsf."""
    options = jpype.JClass(f"{ITERATIVE}{method.lower()}.{method}Options")
    clip = o.get("threshold", -1)
    if method in ("CGLS", "MRNSD"):
        tolerance = o.get("stopping_tol", -1)
        return options(tolerance == -1, float(max(tolerance, 0)), clip != -1, float(max(clip, 0)), False)
    if method == "HyBR":
        enums = "cern.colt.matrix.tdouble.algo.solver.HyBR"
        inner = jpype.JClass(enums + "InnerSolver").valueOf(o.get("inner_solver", "TIKHONOV"))
        rule = jpype.JClass(enums + "RegularizationMethod").valueOf(o.get("reg_method", "ADAPTWGCV"))
        numbers = [float(o.get("reg_param", -1)), float(o.get("omega", 0)), bool(o.get("reorth", False))]
        numbers += [o.get("begin_reg", 2), float(o.get("flat_tol", 1e-4))]
        return options(inner, rule, *numbers, False, clip != -1, float(max(clip, 0)))
    filters = [
        float(o.get(key, default)) for key, default in (("gamma", 0), ("filter_xy", 1), ("filter_z", 1))
    ]
    change = float(o.get("change_thresh_percent", 0.01))
    flags = [o.get("normalize", False), False, o.get("anti_ring", True), change, o.get("db", False)]
    return options(*filters, *flags, False, False, 0.0)


def parallel_iterative(image, psf, method, o):
    """Through the Java classes of the method."""
    rank, double = image.ndim, o.get("precision", "SINGLE") == "DOUBLE"

    def enum(kind, key, default):
        return jpype.JClass(f"{ITERATIVE}IterativeEnums${kind}Type").valueOf(o.get(key, default))

    name = f"{ITERATIVE}{method.lower()}.{method}{'Double' if double else 'Float'}IterativeDeconvolver{rank}D"
    rules = [enum("Boundary", "boundary", "REFLEXIVE"), enum("Resizing", "resizing", "AUTO")]
    rules += [
        jpype.JClass("edu.emory.mathcs.restoretools.Enums$OutputType").FLOAT,
        o.get("iterations", 5),
        False,
    ]
    kernel, before = image_plus(psf), []
    if method != "WPL":
        number = jpype.JDouble if double else jpype.JFloat
        before = [enum("Preconditioner", "preconditioner", "NONE"), number(o.get("preconditioner_tol", -1))]
        for level in range(1, rank + 1):
            kernel = jpype.JArray(jpype.JClass("ij.ImagePlus"), level)([kernel])
    solver = jpype.JClass(name)(image_plus(image), kernel, *before, *rules, method_options(method, o))
    stack = solver.deconvolve().getStack()
    planes = [np.array(stack.getProcessor(z + 1).getPixels()) for z in range(stack.getSize())]
    return np.array(planes).reshape(image.shape)


def main(folder: Path, work: Path) -> None:
    start(folder)
    for case in json.loads((work / "cases.json").read_text()):
        image, psf = (np.load(work / f"{case[key]}.npy") for key in ("image", "psf"))
        if case["plugin"] == "DeconvolutionLab2":
            result = deconvolutionlab2(image, psf, case["method"], case["options"], work)
        else:
            result = parallel_iterative(image, psf, case["method"], case["options"])
        np.save(work / f"result-{case['name']}.npy", result)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except BaseException as error:
        print(getattr(error, "stacktrace", lambda error=error: repr(error))(), file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)
