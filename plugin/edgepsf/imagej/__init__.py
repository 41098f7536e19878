"""The bridge to ImageJ.

`edgepsf.imagej.session.session()` gives the one running ImageJ of this process. Importing this package,
or any module in it, starts no Java and imports neither scyjava nor JPype.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = [
    "Session",
    "abort_macro",
    "register",
    "session",
    "start",
    "to_dataset",
    "to_imageplus",
    "to_named",
    "to_numpy",
    "to_xarray",
]

_HOMES = {
    "Session": "session",
    "abort_macro": "session",
    "register": "bridge",
    "start": "session",
    "to_dataset": "convert",
    "to_imageplus": "convert",
    "to_named": "convert",
    "to_numpy": "convert",
    "to_xarray": "convert",
}


def __getattr__(name: str) -> Any:
    if name == "session":  # the module; its function of the same name starts ImageJ
        return importlib.import_module("edgepsf.imagej.session")
    if name in _HOMES:
        return getattr(importlib.import_module(f"edgepsf.imagej.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
