"""The bridge to ImageJ: `session()` gives the one running ImageJ of this process.

Importing this package starts no Java and imports neither scyjava nor JPype.
"""

from __future__ import annotations

from typing import Any

__all__ = ["session"]


def __getattr__(name: str) -> Any:
    # `session` is both a submodule and the function in it. Importing the submodule sets the package's attribute
    # to the module, which is therefore callable (see the end of session.py).
    if name == "session":
        import importlib

        return importlib.import_module("edgepsf.imagej.session")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
