"""The jars of the embedded ImageJ: from the cache of an earlier start, else fetched once from Maven Central."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from ...errors import EngineError
from .java import Java
from .libraries import missing_extra, quiet, reason

IMAGEJ_VERSION = "1.54p"
ENDPOINTS = (f"net.imagej:ij:{IMAGEJ_VERSION}", "net.imagej:ij1-patcher:2.0.0")
# The jars that these endpoints resolve to; a folder that lacks one of these names is not a usable cache.
JAR_NAMES = (f"ij-{IMAGEJ_VERSION}", "ij1-patcher-2.0.0", "javassist-", "classgraph-")


def jar_folder() -> Path:
    """The folder in which jgo keeps the resolved jars of ImageJ (it need not exist yet)."""
    return Path.home() / ".jgo" / "envs" / "net" / "imagej" / "ij"


def cached_jars() -> list[Path]:
    """ImageJ's jars from the cache of an earlier start; empty when one is missing or damaged."""
    for folder in sorted(jar_folder().glob("*")):
        jars = sorted([*folder.glob("modules/*.jar"), *folder.glob("jars/*.jar")])
        # Exactly these: a resolution for another program may hold more jars, or another ImageJ beside it.
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
        If jgo is not installed, or the jars cannot be fetched.
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


def _complete(jars: list[Path]) -> bool:
    """Whether all of ImageJ is there and no file is cut short by a broken download."""
    named = all(any(jar.name.startswith(name) for jar in jars) for name in JAR_NAMES)
    return named and all(zipfile.is_zipfile(jar) for jar in jars)


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
