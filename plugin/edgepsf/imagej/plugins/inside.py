"""The plugins in the Java of an ImageJ whose window is open."""

from __future__ import annotations

import re
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ..launch import session
from .find import MARKS, PLUGINS, Place, places

_one_at_a_time = threading.Lock()  # DeconvolutionLab2 keeps its signals in a list that is not synchronised


def usable(engine: str) -> bool:
    """Whether an ImageJ with a window runs in this process and has the plugin on its class path."""
    running = session.running()
    return running is not None and not running.headless and loaded(engine)


def loaded(engine: str) -> bool:
    """Whether this process's Java can load the plugin."""
    from jpype import JClass, isJVMStarted

    if not isJVMStarted():
        return False
    return JClass("java.lang.ClassLoader").getSystemClassLoader().getResource(MARKS[engine]) is not None


def version(engine: str) -> str:
    """The plugin's version as its class tells it."""
    from jpype import JClass

    if engine == "DeconvolutionLab2":
        return str(JClass("deconvolutionlab.Constants").version)
    name = MARKS[engine].removesuffix(".class").replace("/", ".")
    constant = JClass(name).class_.getDeclaredField("version")
    constant.setAccessible(True)
    return str(constant.get(None))


def window_jars() -> list[Path]:
    """The plugins' jars for the class path of an ImageJ with a window; to be called before Java starts."""
    import jpype

    jars = [jar for place in places() for jar in place.jars if jar != place.found.get("ImageJ")]
    if jars:  # DeconvolutionLab2 leaves threads for which Java would wait at its end, for ever
        jpype.config.destroy_jvm = False
    return jars


def install_commands(running: Any) -> None:
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
    for engine in PLUGINS:
        if engine not in place.found:
            continue
        with zipfile.ZipFile(place.found[engine]) as jar:
            text = jar.read("plugins.config").decode() if "plugins.config" in jar.namelist() else ""
        out += re.findall(r'^[^#\n]+,\s*"([^"]+)"\s*,\s*(\S+)', text, re.MULTILINE)
    return out


def restore(request: dict[str, Any], images: np.ndarray, psf: np.ndarray) -> tuple[np.ndarray, float]:
    """Like `child.restore`, in this process."""
    from jpype import JClass

    from . import java_side

    with _one_at_a_time:
        try:
            done = [java_side.restore(request, image, psf) for image in images]
            return np.stack([out for out, _ in done]), sum(seconds for _, seconds in done)
        except java_side.Refused as error:
            raise InputError(str(error)) from error
        except JClass("java.lang.OutOfMemoryError") as error:
            raise InputError(
                f"{request['engine']} ran out of memory: close images, or give ImageJ more"
            ) from error
