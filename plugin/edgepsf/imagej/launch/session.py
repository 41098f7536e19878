"""The one ImageJ of this process: embedded, a Fiji's, one by Maven coordinates, or a gateway that runs already."""

from __future__ import annotations

import atexit
import time
from typing import Any

from ...errors import EngineError
from ..window import menu
from . import fiji
from .folders import check_fiji_directory
from .java import Java, check_display, load_imagej, missing_extra, start_jvm
from .running import Session
from .sources import EMBEDDED, Source, wanted
from .streams import Listener, redirect_output

__all__ = ["Session", "abort_macro", "adopt", "check_fiji_directory", "session", "start"]

_session: Session | None = None


def running() -> Session | None:
    """The running ImageJ, None where there is none."""
    return _session


def session() -> Session:
    """The running ImageJ; started without a window if there is none."""
    return _session if _session is not None else start()


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
        Which ImageJ; default what `edgepsf.imagej.sources.choose` chose, else the Fiji that EDGEPSF_FIJI names, else
        the embedded one.

    Raises
    ------
    EngineError
        No Java, no jars, no Fiji there, scyjava missing, another ImageJ running in this process, or a JVM that other
        code started without this ImageJ in it.
    """
    global _session
    if _session is not None:
        _check_same(_session, headless, source)
        return _session
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
        atexit.register(menu.await_quit, started.gateway is not None)  # before Java is shut down
    started.seconds = time.perf_counter() - begin
    _session = started
    return started


def adopt(gateway: Any) -> Session:
    """The session of an ImageJ2 that pyimagej has started: `edgepsf.imagej.register(ij)` calls it.

    Parameters
    ----------
    gateway : net.imagej.ImageJ
        What ``imagej.init()`` returned.

    Raises
    ------
    EngineError
        This is no gateway, or it has no original ImageJ in it.
    """
    global _session
    fiji.check_gateway(gateway)
    if _session is None:
        _session = _session_of(gateway, Source("endpoint", "pyimagej's gateway"), None)
    return _session


def _check_same(running: Session, headless: bool, source: Source | None) -> None:
    """Refuse a second ImageJ beside the one that runs."""
    one = "and one process has one ImageJ: start a new Python process"
    if running.headless and not headless:
        raise EngineError(
            f"ImageJ already runs without a window in this process, {one} and call start(headless=False) first."
        )
    if source is not None and source != running.source:
        raise EngineError(f"ImageJ already runs in this process ({running.source}), {one} for {source}.")


def _start_embedded(headless: bool, memory: str | None) -> Session:
    import jpype

    java = None if jpype.isJVMStarted() else start_jvm(headless, memory)
    started = Session(load_imagej(), java, _is_headless())
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
    redirect_output(heard)  # what ImageJ2 says while it starts must not reach stdout
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
