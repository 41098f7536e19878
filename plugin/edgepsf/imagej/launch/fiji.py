"""ImageJ2 through pyimagej: a user's own Fiji, Maven coordinates, or a gateway that other code has started."""

from __future__ import annotations

import importlib
import re
import sys
import time
from pathlib import Path
from typing import Any

from ...errors import EngineError
from .broken_jars import damaged, imglyb_of, mention, with_damaged
from .class_files import class_folders
from .class_path import fiji_jars
from .folders import check_fiji_directory
from .java import Java, find_java
from .jvm import launch
from .libraries import missing_extra, quiet, reason
from .plugin_jars import use_folder
from .sources import Source

_NOTHING: Any = object()


def start_jvm(source: Source, headless: bool, memory: str | None) -> Java:
    """Start Java with an ImageJ2 on its class path.

    Raises
    ------
    EngineError
        If the folder is no Fiji, there is no Java, or the jars cannot be fetched.
    """
    import scyjava.config as config
    from jpype import isJVMStarted

    folder = check_fiji_directory(source.value) if source.kind == "directory" else None
    if folder is not None:
        check_imagej2(folder)
    java = find_java(folder)
    import_pyimagej()
    if folder is None:
        managed = ["net.imagej:imagej-legacy:MANAGED", "org.scijava:scijava-config:MANAGED"]
        launch(java, headless, memory, endpoints=[*source.value.split("+"), *managed, *config.endpoints])
        return java
    use_folder(folder)
    options = [f"-Dimagej.dir={folder}", f"-Dplugins.dir={folder / 'plugins'}"]
    jars = fiji_jars(folder)
    broken = damaged(jars)
    # Importing pyimagej has added the coordinates of imglyb, which most Fijis have among their jars.
    imglyb = [] if imglyb_of(folder, broken) else config.endpoints[:]
    try:
        launch(
            java, headless, memory, jars=[*jars, *class_folders(folder)], endpoints=imglyb, options=options
        )
    except EngineError as error:
        if imglyb and not isJVMStarted():
            raise EngineError(
                f"{folder} has no jars/imglib2-imglyb-….jar, which Python needs, and it could not be fetched "
                f"({reason(error.__cause__ or error)}): copy that jar into jars/, or start once with a network "
                "connection."
            ) from error
        raise with_damaged(error, broken) from error
    return java


def check_imagej2(folder: Path) -> None:
    """Check that a folder with jars/ and plugins/ holds ImageJ2.

    Raises
    ------
    EngineError
        If it does not.
    """
    if next(folder.glob("jars/imagej-[0-9]*.jar"), None) is None:
        raise EngineError(
            f"{folder} holds no ImageJ2 (no jars/imagej-….jar), so it cannot be started from Python: give the folder "
            "of a complete Fiji, or leave it out to use the ImageJ that comes with edgepsf."
        )


def import_pyimagej() -> Any:
    """The package pyimagej.

    Raises
    ------
    EngineError
        If it is not installed.
    """
    try:
        with quiet():
            return importlib.import_module("imagej")
    except ImportError as error:
        raise missing_extra(error) from error


def open_gateway(source: Source, headless: bool) -> Any:
    """The gateway net.imagej.ImageJ, in the Java that `start_jvm` has started.

    Raises
    ------
    EngineError
        If ImageJ2 or the original ImageJ in it does not start.
    """
    imagej = import_pyimagej()
    broken = damaged(fiji_jars(check_fiji_directory(source.value))) if source.kind == "directory" else []
    try:
        with quiet():
            gateway = imagej.init(source.value, mode="headless" if headless else "interactive")
    except Exception as error:  # Java's exceptions and pyimagej's own
        failed = EngineError(
            f"ImageJ2 of {source} does not start ({reason(error)}): try it by itself, and update it (Help > Update...)."
        )
        raise with_damaged(failed, broken) from error
    if not gateway:
        raise EngineError(f"{source} has no ImageJ2 in it: give a complete Fiji.")
    check_gateway(gateway)
    mention(broken)
    return gateway


def check_gateway(gateway: Any) -> None:
    """Check that this is a gateway of ImageJ2 with a working original ImageJ.

    Raises
    ------
    EngineError
        If it is none, or its original ImageJ is missing, too old or not active.
    """
    from jpype import JClass, isJVMStarted

    with quiet():  # pyimagej warns that it is headless
        legacy = getattr(gateway, "legacy", _NOTHING) if isJVMStarted() else _NOTHING
    if legacy is _NOTHING:
        raise EngineError(
            f"{type(gateway).__name__} is no ImageJ2 gateway: pass what imagej.init() returns, or nothing."
        )
    if legacy is None or not legacy.isActive():
        raise EngineError(
            "this ImageJ2 runs without the original ImageJ (add_legacy=False, or a second imagej.init() in one "
            "process): start it once, with add_legacy=True, in a new Python process."
        )
    try:
        # The fields by which a macro is stopped with a sentence.
        for name, owner in (("instance", "ij.macro.Interpreter"), ("macroInterpreter", "ij.IJ")):
            JClass(owner).class_.getDeclaredField(name)
    except Exception as error:
        raise EngineError(
            f"ImageJ {JClass('ij.ImageJ').VERSION} is not one that edgepsf can work with: update it to 1.54f or later."
        ) from error


def base_folder(gateway: Any) -> Path | None:
    """The folder of the ImageJ2 behind a gateway; None where it does not know one."""
    from jpype import JClass

    named = JClass("java.lang.System").getProperty("imagej.dir")
    if named is not None:
        return Path(str(named))
    base = gateway.app().getApp().getBaseDirectory()
    return None if base is None else Path(str(base))


def show_window(gateway: Any) -> None:
    """Open the window of ImageJ2, and wait until it is there.

    Raises
    ------
    EngineError
        If it is not there after 60 s.
    """
    from jpype import JClass

    gateway.ui().showUI()
    for _ in range(600):
        window = JClass("ij.IJ").getInstance()
        if window is not None and window.isShowing():
            return
        time.sleep(0.1)
    raise EngineError("ImageJ2's window did not open within 60 s: try Fiji by itself.")


def running_gateway() -> bool:
    """Whether other code runs an ImageJ2 in this process."""
    return "imagej" in sys.modules and _has_class("net.imagej.ImageJ")


def _has_class(name: str) -> bool:
    from jpype import JClass

    file = re.sub(r"\.", "/", name) + ".class"
    return JClass("java.lang.ClassLoader").getSystemClassLoader().getResource(file) is not None
