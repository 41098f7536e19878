"""The edge spread function averaged over bins of the distance to the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .scene import Scene
from .slots import slots


@dataclass(frozen=True)
class Profile:
    """The ESF in bins.

    Attributes
    ----------
    d : ndarray, shape (bins,)
        Mean distance to the line, px.
    value : ndarray, shape (bins,)
        Mean ESF: 0 at v1, 1 at v2.
    weight : ndarray, shape (bins,)
        Number of pixels.
    """

    d: np.ndarray
    value: np.ndarray
    weight: np.ndarray

    @property
    def root(self) -> np.ndarray:
        """Square root of the weights."""
        return np.sqrt(self.weight)


def line_distance(scene: Scene, parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance to the line, and position along it, of every sample, px.

    Parameters
    ----------
    scene : Scene
    parameters : ndarray, shape (9,) or longer
        In the order of `slots`; only line and curvature count.
    """
    x, y, parts = scene.samples.x, scene.samples.y, slots(parameters)
    angle, offset = parts.line
    cosine, sine = np.cos(angle), np.sin(angle)
    along = y * cosine - x * sine
    d = x * cosine + y * sine - offset - 0.5 * parts.extras[0] * along**2
    return d, along


def binned(
    scene: Scene, parameters: np.ndarray, bins: np.ndarray, d: np.ndarray, along: np.ndarray
) -> Profile:
    """The ESF averaged over bins, with the gradients taken off.

    Parameters
    ----------
    scene : Scene
    parameters : ndarray, shape (9,) or longer
        In the order of `slots`; levels and extras count.
    bins : ndarray of int, shape (samples,)
        Bin of each sample, from 0.
    d, along : ndarray, shape (samples,)
        Place of each sample; see `line_distance`.
    """
    parts, samples = slots(parameters), scene.samples
    v1, v2 = parts.levels
    dark, bright = parts.extras[1:3], parts.extras[3:5]
    esf = np.clip((samples.values - v1) / (v2 - v1), 0.0, 1.0)
    smooth = np.where(d > 0, np.minimum(esf, 0.5), np.maximum(esf, 0.5))
    tilt = dark + smooth[:, None] * (bright - dark)
    plain = samples.values - (tilt[:, 0] * d + tilt[:, 1] * along) / scene.reach
    values = (plain - v1) / (v2 - v1)
    weight = np.bincount(bins, weights=samples.weight)
    keep = weight > 0
    distance, value = (
        np.bincount(bins, weights=samples.weight * v)[keep] / weight[keep] for v in (d, values)
    )
    return Profile(distance, value, weight[keep])
