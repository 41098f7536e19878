"""Arithmetic of the comparison: PSNR by region, medians, paired ratios, exponents. Knows of no peer."""

from __future__ import annotations

import statistics

import numpy as np

from edgepsf.pictures.quality import psnr

BAND = 16  # px


def edge_band(shape: tuple[int, ...], width: int = BAND) -> np.ndarray:
    """True within `width` pixels of any border."""
    band = np.ones(shape, dtype=bool)
    band[tuple(slice(width, n - width) if n > 2 * width else slice(0, 0) for n in shape)] = False
    return band


def psnr_regions(result: np.ndarray, truth: np.ndarray, peak: float = 1.0) -> dict[str, float]:
    """PSNR in dB of the whole picture, of its interior and of its edge band.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if result.shape != truth.shape:
        raise ValueError(f"the result has shape {result.shape}, the truth {truth.shape}")
    band = edge_band(truth.shape)
    regions = {"all": None, "interior": ~band, "edge": band}
    return {name: psnr(result, truth, region, peak) for name, region in regions.items()}


def paired_ratio(ours: list[float], theirs: list[float]) -> float:
    """Median over the rounds of ours ÷ theirs: a slow spell of the machine weighs on both sides of a round."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def growth_exponent(sizes, seconds) -> float:
    """Slope of log(time) against log(size), least squares."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
