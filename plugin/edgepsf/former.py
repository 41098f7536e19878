"""Former names of modules: `edgepsf.io` is `edgepsf.pictures.files` today, and both can be imported.

A module imported under a former name is the module itself, not a copy. The table is read from the top: the first
prefix that fits counts.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

NAMES = {
    "edgepsf.batch": "edgepsf.measure.regions",
    "edgepsf.color": "edgepsf.pictures.light",
    "edgepsf.compare": "edgepsf.commands.compare_sharpening",
    "edgepsf.deconvolve.compat": "edgepsf.plugins.compat",
    "edgepsf.deconvolve.compatible": "edgepsf.plugins.native",
    "edgepsf.deconvolve.plugin_jobs": "edgepsf.plugins.jobs",
    "edgepsf.deconvolve.plugin_methods": "edgepsf.plugins.methods",
    "edgepsf.drawing": "edgepsf.measure.edge.drawing",
    "edgepsf.edge": "edgepsf.measure.edge",
    "edgepsf.imagej.calls": "edgepsf.imagej.exchange.calls",
    "edgepsf.imagej.commandline": "edgepsf.cli.fiji",
    "edgepsf.imagej.dialogs": "edgepsf.imagej.window.dialogs",
    "edgepsf.imagej.engines.calls": "edgepsf.imagej.plugins.pid_macros",
    "edgepsf.imagej.engines.dl2_command": "edgepsf.plugins.dl2_command",
    "edgepsf.imagej.engines.dl2_options": "edgepsf.plugins.dl2_options",
    "edgepsf.imagej.engines.dl2_views": "edgepsf.plugins.dl2_views",
    "edgepsf.imagej.engines.dropin": "edgepsf.imagej.plugins.dl2_macros",
    "edgepsf.imagej.engines.find": "edgepsf.imagej.launch.plugin_jars",
    "edgepsf.imagej.engines": "edgepsf.imagej.plugins",
    "edgepsf.imagej.fields": "edgepsf.imagej.window.fields",
    "edgepsf.imagej.fiji": "edgepsf.imagej.launch.fiji",
    "edgepsf.imagej.folders": "edgepsf.imagej.launch.folders",
    "edgepsf.imagej.images": "edgepsf.imagej.exchange.images",
    "edgepsf.imagej.interpreter": "edgepsf.imagej.session.interpreter",
    "edgepsf.imagej.io_imagej": "edgepsf.imagej.exchange.io_imagej",
    "edgepsf.imagej.java": "edgepsf.imagej.launch.java",
    "edgepsf.imagej.menu": "edgepsf.imagej.window.menu",
    "edgepsf.imagej.named": "edgepsf.imagej.exchange.named",
    "edgepsf.imagej.preview": "edgepsf.imagej.window.preview",
    "edgepsf.imagej.progress": "edgepsf.imagej.window.progress",
    "edgepsf.imagej.regions": "edgepsf.imagej.exchange.regions",
    "edgepsf.imagej.results": "edgepsf.imagej.exchange.results",
    "edgepsf.imagej.running": "edgepsf.imagej.session.running",
    "edgepsf.imagej.site": "edgepsf.imagej.install.site",
    "edgepsf.imagej.sources": "edgepsf.imagej.launch.sources",
    "edgepsf.imagej.streams": "edgepsf.imagej.launch.streams",
    "edgepsf.imagej.windows": "edgepsf.imagej.exchange.windows",
    "edgepsf.io": "edgepsf.pictures.files",
    "edgepsf.linear": "edgepsf.commands.linear",
    "edgepsf.operations": "edgepsf.commands.operations",
    "edgepsf.picture": "edgepsf.pictures",
    "edgepsf.quality": "edgepsf.pictures.quality",
    "edgepsf.region": "edgepsf.pictures.region",
    "edgepsf.rois": "edgepsf.pictures.rois",
    "edgepsf.sharpening": "edgepsf.report.sharpening",
    "edgepsf.sharpening_report": "edgepsf.report.sharpening_page",
}


def present_name(name: str) -> str | None:
    """The name that a module of a former name has today; None for a name that never changed."""
    for former, present in NAMES.items():
        if name == former or name.startswith(former + "."):
            return present + name[len(former) :]
    return None


class _Present(Loader):
    """Gives the module of today; the import system must not change what it says of itself."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


class _Finder(MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        present = present_name(name) if name.startswith("edgepsf.") else None
        if present is None or importlib.util.find_spec(present) is None:
            return None
        return ModuleSpec(name, _Present(present))


def install() -> None:
    """Let former names be imported, once."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        # First, or the folder of a package under its former name would be read a second time.
        sys.meta_path.insert(0, _Finder())
