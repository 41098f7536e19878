"""The native deconvolution engine."""

from .api import deconvolve
from .unsharp import best_unsharp_mask, unsharp_mask

__all__ = ["best_unsharp_mask", "deconvolve", "unsharp_mask"]
