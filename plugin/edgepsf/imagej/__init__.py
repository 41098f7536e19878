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
    "Session": "launch.session",
    "abort_macro": "launch.session",
    "register": "bridge",
    "start": "launch.session",
    "to_dataset": "exchange.convert",
    "to_imageplus": "exchange.convert",
    "to_named": "exchange.convert",
    "to_xarray": "exchange.convert",
    "to_numpy": "exchange.images",
}


def __getattr__(name: str) -> Any:
    if name == "session":  # the module; its function of the same name starts ImageJ
        return importlib.import_module("edgepsf.imagej.launch.session")
    if name in _HOMES:
        return getattr(importlib.import_module(f"edgepsf.imagej.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
