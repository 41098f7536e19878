"""The plugins DeconvolutionLab2 and Parallel Iterative Deconvolution: run as engines, and their macros answered.

Without a window a plugin works in a child process; in an open ImageJ window it works in that ImageJ's Java.
"""

from .engine import restore, run

__all__ = ["restore", "run"]
