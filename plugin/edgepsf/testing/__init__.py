"""Synthetic edges with a known truth, for tests, benchmarks and trials of one's own.

`edge_image` makes an edge; `shaded`, `with_hot_pixels`, `clipped_at` and `quantised` spoil it as cameras do.
`GaussianMixture`, `Ring` and `AiryDisk` are PSFs that no family of the library can represent.
"""

from .defects import clipped_at, quantised, shaded, with_hot_pixels
from .noise import NOISE_KINDS, add_noise, correlated_noise
from .psfs import AiryDisk, GaussianMixture, Ring
from .scenes import distance, edge_image

__all__ = [
    "NOISE_KINDS",
    "AiryDisk",
    "GaussianMixture",
    "Ring",
    "add_noise",
    "clipped_at",
    "correlated_noise",
    "distance",
    "edge_image",
    "quantised",
    "shaded",
    "with_hot_pixels",
]
