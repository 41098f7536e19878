"""Macros written for Parallel Iterative Deconvolution: `call("edu.emory.mathcs.….deconvolveMRNSD", ...)`.

ImageJ's macro function call() looks for a Java class. Where the plugin is not there, or ImageJ has no window for it, a
class of the same name with the same methods is made at run time (by javassist, which ImageJ's patcher brings along). It
hands its strings to the functions here. It is made before Java loads the plugin's own class, so that it counts also
where the plugin's jar is on the class path; the other classes of the plugin stay as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...errors import EdgeError, EngineError, InputError
from ...plugins import jobs as plugin_jobs
from ...plugins.compat.checks import check_psf
from ...plugins.dl2_views import typed
from ...plugins.methods import Call
from ...plugins.native import compute
from ..exchange import images, io_imagej
from ..launch.plugin_jars import find_plugin, places
from ..session.current import heed_interrupt
from ..session.made_classes import add_field, define, is_loaded, pool
from ..session.running import Session
from . import inside, pid_files, pid_values
from .engine import run
from .pid_values import ENGINE

CLASS = "edu.emory.mathcs.restoretools.iterative.ParallelIterativeDeconvolution{}D"
COMMANDS = ("2D Iterative Deconvolution...", "3D Iterative Deconvolution...")
MOST = 26  # strings and more in a call: ImageJ's own sentence answers
_made: list[str] = []  # the names of the classes, once they are there


def due(name: str, running: Session) -> bool:
    """Whether a command is one of the plugin's windows, and the plugin cannot open it here."""
    return name in COMMANDS and not inside.usable(ENGINE)


def answer_run(name: str, text: Any, running: Session) -> None:
    """Refuse a command that opens one of the plugin's windows.

    Raises
    ------
    InputError
        Always: the command takes no options, so a macro cannot use it.
    """
    dimension = name[0]
    raise InputError(
        f'"{name}" opens a window of Parallel Iterative Deconvolution and takes no options: write call("'
        f'{CLASS.format(dimension)}.deconvolveMRNSD", image, psf, result, …), or run("Deconvolve...", '
        f'"psf=… engine=[Parallel Iterative] method=[MRNSD 20]")'
    )


def make_classes(running: Session) -> None:
    """Make the classes once, unless the plugin itself can work here."""
    if _made or inside.usable(ENGINE):
        return
    from jpype import JClass

    def apply(name: Any, arguments: Any) -> str:
        """Answer a method of one of the classes."""
        return _reply(running, str(name), [str(a) for a in arguments])

    classes = pool()
    for dimension in (2, 3):
        name = CLASS.format(dimension)
        _made.append(name)
        if is_loaded(name):
            JClass("ij.IJ").log(
                f"edgepsf: the class {name} of the plugin was in use before edgepsf.imagej.register(), so the plugin "
                "itself answers its macros: call register() first, in a new Python process"
            )
        else:
            define(_class(classes, dimension), apply)


def _class(classes: Any, dimension: int) -> Any:
    """The class for javassist: that of the plugin, where there is one, with other methods for call()."""
    from jpype import JClass

    name = CLASS.format(dimension)
    made = classes.getOrNull(name)
    if made is None:
        made = classes.makeClass(name)
    for each in made.getDeclaredMethods():
        if str(each.getName()) in [f"deconvolve{method}" for method in pid_values.METHODS]:
            made.removeMethod(each)
    add_field(made)
    for method in pid_values.METHODS:
        for count in range(MOST):
            made.addMethod(JClass("javassist.CtNewMethod").make(_source(dimension, method, count), made))
    return made


def _source(dimension: int, method: str, count: int) -> str:
    """Java source of one method: it hands all its strings on.

    ImageJ looks for the method with as many strings as the macro gives. There is one for each number, so that a wrong
    number gets a sentence with the right order.
    """
    names = [f"a{i}" for i in range(count)]
    parameters = ", ".join(f"String {name}" for name in names)
    array = f"new String[] {{{', '.join(names)}}}" if names else "new String[0]"
    return (
        f"public static String deconvolve{method}({parameters}) {{ "
        f'return (String) answer.apply("{dimension} {method}", {array}); }}'
    )


def _reply(running: Session, name: str, arguments: list[str]) -> str:
    """Answer one call; any failure stops the macro with a sentence."""
    dimension, method = name.split()
    try:
        return answer_call(int(dimension), method, arguments)
    except (InputError, EdgeError, EngineError) as error:
        sentence = f"Parallel Iterative Deconvolution: {error}"
    except KeyboardInterrupt:
        sentence = "Parallel Iterative Deconvolution: interrupted"
    except BaseException as error:
        sentence = f"Parallel Iterative Deconvolution failed: {type(error).__name__}: {error}"
    running.abort_macro(sentence)
    return sentence


def answer_call(dimension: int, method: str, arguments: list[str]) -> str:
    """Do the work of one call.

    Parameters
    ----------
    dimension : {2, 3}
    method : {"CGLS", "MRNSD", "HyBR", "WPL"}
    arguments : list of str
        Paths of image, PSF and result, then the values in the order of `pid_values.ORDER`.

    Returns
    -------
    str
        The path of the result, as the macro gave it: the file may have `.tif` in addition.

    Raises
    ------
    InputError
        If the number of strings, a value, an image or the place of the result is unusable.
    """
    from jpype import JClass

    call, output = pid_values.read(method, pid_values.named(dimension, method, arguments))
    image_path, psf_path, out_path = arguments[:3]
    target = pid_files.target_of(out_path)
    source, image = _open(image_path, dimension)
    _, psf = _open(psf_path, dimension)
    plugin_jobs.checked(image, method)
    restored, engine = _restore(call, image, psf)
    kinds = {"SAME_AS_SOURCE": {8: "byte", 16: "short"}.get(int(source.getBitDepth()), "float")}
    kind = (kinds | {"BYTE": "byte", "SHORT": "short", "FLOAT": "float"})[output]
    imp = images.to_imageplus(typed(restored, kind), target.stem)
    io_imagej.copy_scale(source, imp)
    pid_files.save(imp, target)
    who = f"{ENGINE} in a process of its own" if engine else "native engine"
    JClass("ij.IJ").log(f"edgepsf: {who} answered Parallel Iterative Deconvolution ({method})")
    return out_path


def _restore(call: Call, image: np.ndarray, psf: np.ndarray) -> tuple[np.ndarray, bool]:
    """The plugin's result where it is installed, else the native engine's; and whether it is the plugin's."""
    from jpype import JClass

    if any(ENGINE in place.found for place in places()):
        find_plugin(ENGINE)
        exact = call.parameters["precision"] == "DOUBLE" or call.code in ("CGLS", "MRNSD")
        if exact:
            window = tuple(slice(0, n) for n in image.shape)
            job = plugin_jobs.Job(
                call, image[None], check_psf(psf, image.ndim).astype(np.float32), window, []
            )
            return run(job, callback=heed_interrupt)[0][0], True
        JClass("ij.IJ").log(
            f"edgepsf: {call.code} of {ENGINE} is inexact in SINGLE, so the native engine computes it; write DOUBLE "
            "for the plugin itself"
        )
    return compute(call, image, psf, callback=heed_interrupt), False


def _open(path: str, dimension: int) -> tuple[Any, np.ndarray]:
    """An image of 2 or 3 dimensions from a file."""
    file = Path(path)
    if not file.is_file():
        raise InputError(f'there is no file "{path}"')
    imp = io_imagej.open_image(file)
    if int(imp.getBitDepth()) == 24:
        raise InputError(f'"{path}" is an RGB image; work on one channel in linear light')
    planes = io_imagej.volume(imp)
    if (len(planes) > 1) != (dimension == 3):
        raise InputError(
            f'"{path}" has {len(planes)} planes: it needs ParallelIterativeDeconvolution{5 - dimension}D'
        )
    return imp, planes if dimension == 3 else planes[0]
