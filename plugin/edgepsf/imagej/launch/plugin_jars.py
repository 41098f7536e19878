"""The plugins on this machine: the folders with their jars, and their versions."""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import EngineError
from ...plugins import PROGRAMS
from .class_path import MARKS, fiji_jars, holders, in_order
from .folders import check_fiji_directory, is_fiji

VARIABLES = ("EDGEPSF_PLUGINS", "EDGEPSF_FIJI")
IN_USE = "the Fiji that runs here"
_VERSION_CLASS = {
    "DeconvolutionLab2": ("deconvolutionlab/Constants.class", rb"(?:\d+\.\d+\S* )?\(\d\d\.\d\d\.\d{4}\)"),
    "Parallel Iterative": (MARKS["Parallel Iterative"], rb"\x00\x04(\d\.\d\d)\x01"),
}
SOURCES = {
    "DeconvolutionLab2": "DeconvolutionLab_2.jar from https://bigwww.epfl.ch/deconvolution/deconvolutionlab2/",
    "Parallel Iterative": "Parallel_Iterative_Deconvolution from https://imagej.net/plugins/parallel-iterative-deconvolution",
}

_in_use: list[Path] = []


@dataclass(frozen=True)
class Place:
    """A folder with plugins.

    Attributes
    ----------
    source : {"EDGEPSF_PLUGINS", "EDGEPSF_FIJI", "the Fiji that runs here"}
    folder : Path
    jars : tuple of Path
        In the order for Java's class path.
    found : dict
        Jar by the plugin or library it holds (the keys of `class_path.MARKS`).
    versions : dict
        Version by plugin, as the plugin itself tells it.
    """

    source: str
    folder: Path
    jars: tuple[Path, ...]
    found: dict[str, Path]
    versions: dict[str, str] = field(default_factory=dict)

    def missing(self, engine: str) -> str:
        """Names of the libraries without which the plugin would fail; empty if it has all."""
        if engine == "DeconvolutionLab2":
            # It looks for version 3 and then computes with version 2.
            wrong = "JTransforms 3" in self.found and "JTransforms 2" not in self.found
            wrong = wrong and _uses_jtransforms_2(self.found[engine])
            return "JTransforms 2 (jtransforms-2.4.0.jar)" if wrong else ""
        needed = [name for name in ("Parallel Colt", "JTransforms 2") if name not in self.found]
        return " and ".join(needed)


def find_plugin(engine: str) -> Place:
    """The folder from which a plugin is taken.

    Parameters
    ----------
    engine : str
        One of `edgepsf.plugins.PROGRAMS`.

    Raises
    ------
    EngineError
        If the plugin is not there, or lacks a library.
    """
    looked = []
    for place in places():
        if engine in place.found:
            if lacks := place.missing(engine):
                raise EngineError(f"{engine} in {place.folder} cannot run without {lacks}: put it there")
            return place
        verb = "is" if place.source == IN_USE else "names"
        looked.append(f"{place.source} {verb} {place.folder}, which does not hold it")
    seen = "; ".join(looked) or "neither EDGEPSF_PLUGINS nor EDGEPSF_FIJI is set"
    raise EngineError(
        f'engine "{engine}" is not installed here ({seen}): put {SOURCES[engine]} with the jars it needs into a '
        f"folder and let EDGEPSF_PLUGINS name it, or let EDGEPSF_FIJI (--fiji) name a Fiji that has it; "
        f'engine="native" needs no plugin'
    )


def places() -> list[Place]:
    """The folders that the environment names, plain jars before Fiji, then the Fiji that runs in this process.

    Raises
    ------
    EngineError
        If a folder is named that is not there.
    """
    named = [place for variable in VARIABLES if (place := place_of(variable)) is not None]
    folders = {place.folder for place in named}
    return named + [_place(IN_USE, folder, fiji_jars(folder)) for folder in _in_use if folder not in folders]


def use_folder(folder: Path) -> None:
    """Look for plugins in the folder of the ImageJ2 that runs in this process, too, if it is that of a Fiji."""
    folder = folder.expanduser().resolve()
    if is_fiji(folder) and folder not in _in_use:
        _in_use.append(folder)


def place_of(variable: str) -> Place | None:
    """The folder that an environment variable names; None if it names none.

    Parameters
    ----------
    variable : {"EDGEPSF_PLUGINS", "EDGEPSF_FIJI"}

    Raises
    ------
    EngineError
        If the folder is not there, or is no Fiji.
    """
    text = os.environ.get(variable)
    if not text:
        return None
    if variable == "EDGEPSF_FIJI":
        folder = check_fiji_directory(text)
        return _place(variable, folder, fiji_jars(folder))
    folder = Path(text).expanduser().resolve()
    if not folder.is_dir():
        raise EngineError(f"EDGEPSF_PLUGINS names {folder}, which is not a folder: correct or unset it")
    return _place(variable, folder, in_order(folder.glob("*.jar")))


def window_jars() -> list[Path]:
    """The plugins' jars for the class path of an ImageJ with a window; to be called before Java starts.

    Raises
    ------
    EngineError
        If a folder is named that is not there.
    """
    return [jar for place in places() for jar in place.jars if jar != place.found.get("ImageJ")]


def _place(source: str, folder: Path, jars: list[Path]) -> Place:
    found = holders(jars)
    versions = {name: _version(name, found[name]) for name in PROGRAMS if name in found}
    return Place(source, folder, tuple(jars), found, versions)


def _uses_jtransforms_2(jar: Path) -> bool:
    """Whether the FFT classes of a DeconvolutionLab2 refer to version 2; a fork of 2.0 does not."""
    package = MARKS["JTransforms 2"].rpartition("/")[0].encode()
    with zipfile.ZipFile(jar) as file:
        return any(package in file.read(name) for name in file.namelist() if name.startswith("fft/"))


def _version(name: str, jar: Path) -> str:
    """The version constant in the plugin's class file."""
    entry, pattern = _VERSION_CLASS[name]
    with zipfile.ZipFile(jar) as file:
        found = re.search(pattern, file.read(entry) if entry in file.namelist() else b"")
    if found is None:
        return "of unknown version"
    return (found[1] if found.re.groups else found[0]).decode()
