"""The macros that need no Python: installed into a Fiji or ImageJ, or put onto an update site."""

from .folder import MANIFEST, Change, install, macro_files, uninstall

__all__ = ["MANIFEST", "Change", "install", "macro_files", "uninstall"]
