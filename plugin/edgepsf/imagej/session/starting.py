"""The start of the one ImageJ of this process, from any of its sources, or from a gateway that runs already."""

from __future__ import annotations

import atexit
import time
from typing import Any

from ...errors import EngineError
from ..launch import embedded, fiji
from ..launch.ending import end_in_time
from ..launch.java import Java
from ..launch.jvm import check_display
from ..launch.libraries import missing_extra
from ..launch.plugin_jars import use_folder
from ..launch.sources import EMBEDDED, Source, wanted
from ..launch.streams import Listener, redirect_output
from . import current
from .quitting import await_quit
from .running import Session


def session() -> Session:
    """The running ImageJ; if there is none, one is started without a window.

    Raises
    ------
    EngineError
        If it cannot be started; see `start`.
    """
    return current.running() or start()


def abort_macro(sentence: str) -> None:
    """Stop the running macro with a sentence; see `Session.abort_macro`."""
    session().abort_macro(sentence)


def start(headless: bool = True, memory: str | None = None, source: Source | None = None) -> Session:
    """Start ImageJ in this process, or give the one that runs.

    Parameters
    ----------
    headless : bool
        Without a window; False opens ImageJ's window and needs a display.
    memory : str, optional
        The largest Java heap, such as ``"2G"``; default a quarter of the machine's memory.
    source : Source, optional
        Which ImageJ; default the choice of `edgepsf.imagej.sources.choose`, else the Fiji that EDGEPSF_FIJI names,
        else the embedded one.

    Returns
    -------
    Session

    Raises
    ------
    EngineError
        If there is no Java, no jar or no such Fiji, if scyjava is missing, if another ImageJ runs in this process, or
        if other code has started Java without this ImageJ in it.
    """
    there = current.running()
    if there is not None:
        _check_same(there, headless, source)
        return there
    begin = time.perf_counter()
    source = source or wanted()
    try:
        import jpype
        import scyjava  # noqa: F401
    except ImportError as error:
        raise missing_extra(error) from error
    check_display(headless)
    began = jpype.isJVMStarted()
    if began and (source != EMBEDDED or fiji.running_gateway()):
        raise EngineError(
            "Java already runs in this process, started by other code, and one process has one Java: pass pyimagej's "
            "gateway to edgepsf.imagej.register(ij), or start ImageJ through edgepsf first, in a new Python process."
        )
    started = (
        _start_embedded(headless, memory) if source == EMBEDDED else _start_imagej2(source, headless, memory)
    )
    if not headless:
        atexit.register(await_quit, started.gateway is not None)  # before Java is shut down
    started.seconds = time.perf_counter() - begin
    current.keep(started)
    return started


def adopt(gateway: Any) -> Session:
    """The session of an ImageJ2 that pyimagej has started: `edgepsf.imagej.register(ij)` calls it.

    Parameters
    ----------
    gateway : net.imagej.ImageJ
        The return value of ``imagej.init()``.

    Raises
    ------
    EngineError
        If this is no gateway, or it has no original ImageJ in it.
    """
    fiji.check_gateway(gateway)
    there = current.running()
    if there is None:
        there = _session_of(gateway, Source("endpoint", "pyimagej's gateway"), None)
        end_in_time()
        if (folder := fiji.base_folder(gateway)) is not None:
            use_folder(folder)
        current.keep(there)
    return there


def _check_same(there: Session, headless: bool, source: Source | None) -> None:
    """Refuse a second ImageJ beside the one that runs."""
    one = "and one process has one ImageJ: start a new Python process"
    if there.headless and not headless:
        raise EngineError(
            f"ImageJ already runs without a window in this process, {one} and call start(headless=False) first."
        )
    if source is not None and source != there.source:
        raise EngineError(f"ImageJ already runs in this process ({there.source}), {one} for {source}.")


def _start_embedded(headless: bool, memory: str | None) -> Session:
    import jpype

    java = None if jpype.isJVMStarted() else embedded.start_jvm(headless, memory)
    started = Session(embedded.load_imagej(), java, _is_headless())
    started.listen()
    if not headless:
        try:
            jpype.JClass("ij.ImageJ")()
        except jpype.JException as error:  # a DISPLAY that is not there, a Java without windows
            raise EngineError(_no_window(error)) from error
    return started


def _start_imagej2(source: Source, headless: bool, memory: str | None) -> Session:
    import jpype

    java = fiji.start_jvm(source, headless, memory)
    heard = Listener()
    redirect_output(heard)  # ImageJ2's messages while it starts must not reach stdout
    gateway = fiji.open_gateway(source, headless)
    started = _session_of(gateway, source, java)
    started.listen(heard)
    if not headless:
        try:
            fiji.show_window(gateway)
        except jpype.JException as error:
            raise EngineError(_no_window(error)) from error
    return started


def _session_of(gateway: Any, source: Source, java: Java | None) -> Session:
    from jpype import JClass

    return Session(str(JClass("ij.ImageJ").VERSION), java, _is_headless(), source, gateway)


def _is_headless() -> bool:
    from jpype import JClass

    return bool(JClass("java.awt.GraphicsEnvironment").isHeadless())


def _no_window(error: BaseException) -> str:
    return (
        f"ImageJ's window cannot open ({str(error).splitlines()[0]}): use a desktop or xvfb-run, and a "
        "Java that is not a headless one; or work without a window."
    )
