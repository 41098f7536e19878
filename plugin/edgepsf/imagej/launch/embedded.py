"""The embedded ImageJ: started with jars of its own, patched for use without a window."""

from __future__ import annotations

from ...errors import EngineError
from .class_files import class_folders
from .imagej_jars import IMAGEJ_VERSION, find_jars
from .java import Java, find_java
from .jvm import launch
from .plugin_jars import places, window_jars


def start_jvm(headless: bool, memory: str | None) -> Java:
    """Start Java with the jars of the embedded ImageJ, and for a window those of the plugins, on the class path.

    Raises
    ------
    EngineError
        If there is no Java, the jars cannot be fetched, or Java does not start.
    """
    java = find_java()
    jars = find_jars(java)
    if not headless:
        folders = [folder for place in places() for folder in class_folders(place.folder)]
        jars = [*jars, *window_jars(), *folders]
    launch(java, headless, memory, jars)
    return java


def load_imagej() -> str:
    """Patch ImageJ for use without a window and load it; gives its version.

    Raises
    ------
    EngineError
        If other code has started Java without this ImageJ, or has loaded ImageJ before it was patched.
    """
    from jpype import JClass, JException

    remedy = "start ImageJ through edgepsf before any other code starts Java, in a new Python process."
    loader = JClass("java.lang.ClassLoader").getSystemClassLoader()
    for name, file in (("ImageJ", "ij/IJ.class"), ("ij1-patcher", "net/imagej/patcher/LegacyInjector.class")):
        if loader.getResource(file) is None:
            raise EngineError(f"Java was started by other code without {name} on its class path: {remedy}")
    try:
        JClass("net.imagej.patcher.LegacyInjector").preinit()
        ij = JClass("ij.IJ")
        ij.class_.getDeclaredField("_hooks")  # the patcher's mark
        version = str(JClass("ij.ImageJ").VERSION)
    except JException as error:
        raise EngineError(
            f"Java was started by other code, which loaded ImageJ before ij1-patcher could prepare it "
            f"({str(error).splitlines()[0]}): {remedy}"
        ) from error
    if version != IMAGEJ_VERSION:
        raise EngineError(f"Java was started with ImageJ {version}, edgepsf needs {IMAGEJ_VERSION}: {remedy}")
    return version
