"""The methods of the native engine, a file each.

Every module of this package is imported, and each method that it declares is known by its name: a new method is a new
file.
"""

import importlib
import pkgutil

from ..method import Method, declared

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

METHODS: dict[str, Method] = declared()

__all__ = ["METHODS", "Method"]
