"""The plugins in the Java of an ImageJ whose window is open."""

from __future__ import annotations

import re
import threading
import zipfile
from typing import Any

import numpy as np

from ...errors import InputError
from ...plugins import PROGRAMS
from ...plugins.snapshots import spill
from ..launch.class_path import MARKS
from ..launch.plugin_jars import Place, places
from ..session import current
from ..session.running import Session

_one_at_a_time = threading.Lock()  # DeconvolutionLab2 keeps its signals in a list that is not synchronised


def usable(engine: str) -> bool:
    """Whether an ImageJ with a window runs in this process and has the plugin on its class path."""
    running = current.running()
    return running is not None and not running.headless and loaded(engine)


def loaded(engine: str) -> bool:
    """Whether the Java of this process can load the plugin; `engine` is one of `edgepsf.plugins.PROGRAMS`."""
    from jpype import JClass, isJVMStarted

    if not isJVMStarted():
        return False
    return JClass("java.lang.ClassLoader").getSystemClassLoader().getResource(MARKS[engine]) is not None


def version(engine: str) -> str:
    """The version that the plugin's class tells."""
    from jpype import JClass

    if engine == "DeconvolutionLab2":
        return str(JClass("deconvolutionlab.Constants").version)
    name = MARKS[engine].removesuffix(".class").replace("/", ".")
    constant = JClass(name).class_.getDeclaredField("version")
    constant.setAccessible(True)
    return str(constant.get(None))


def list_commands(running: Session) -> None:
    """Let `run("...")` find the commands of plugins on the class path; ImageJ itself only looks into its folder."""
    from jpype import JClass

    if running.headless:
        return
    commands = JClass("ij.Menus").getCommands()
    for place in places():
        for name, command in _declared(place):
            commands.putIfAbsent(name, command)


def _declared(place: Place) -> list[tuple[str, str]]:
    """(command, class) from the plugins.config of the plugins' jars."""
    out = []
    for engine in PROGRAMS:
        if engine not in place.found:
            continue
        with zipfile.ZipFile(place.found[engine]) as jar:
            text = jar.read("plugins.config").decode() if "plugins.config" in jar.namelist() else ""
        out += re.findall(r'^[^#\n]+,\s*"([^"]+)"\s*,\s*(\S+)', text, re.MULTILINE)
    return out


def run_here(
    request: dict[str, Any], images: np.ndarray, psf: np.ndarray
) -> tuple[np.ndarray, float, dict[int, np.ndarray]]:
    """Let a plugin restore images in this process; arguments and result as for `child.run_in_child`.

    Raises
    ------
    InputError
        If the plugin refused or failed, or ran out of memory.
    """
    from jpype import JClass

    from . import java_side

    steps: dict[int, np.ndarray] = {}

    def keep(iteration: int, volume: np.ndarray) -> None:
        """Put a snapshot on disk."""
        steps[iteration] = spill(volume)

    with _one_at_a_time:
        try:
            done = [java_side.run_plugin(request, image, psf, keep) for image in images]
            return np.stack([out for out, _ in done]), sum(seconds for _, seconds in done), steps
        except java_side.Refused as error:
            raise InputError(str(error)) from error
        except JClass("java.lang.OutOfMemoryError") as error:
            raise InputError(
                f"{request['engine']} ran out of memory: close images, or give ImageJ more"
            ) from error
