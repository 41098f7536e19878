"""The one running ImageJ of this process: its start, and the macros and images in it."""

from ..launch.folders import check_fiji_directory
from .running import Session
from .starting import abort_macro, adopt, session, start

__all__ = ["Session", "abort_macro", "adopt", "check_fiji_directory", "session", "start"]
