"""The native deconvolution engine."""

from .api import choose, deconvolve, memory_usage
from .unsharp import best_unsharp_mask, unsharp_mask

__all__ = ["best_unsharp_mask", "choose", "deconvolve", "memory_usage", "unsharp_mask"]
