"""The edge spread function averaged over bins of the distance to the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .scene import ACROSS1, ACROSS2, ALONG1, ALONG2, ANGLE, CURVATURE, OFFSET, V1, V2, EdgeScene


@dataclass(frozen=True)
class Profile:
    """The ESF in bins: distance (px), value (0 at v1, 1 at v2), and number of pixels of each."""

    d: np.ndarray
    value: np.ndarray
    weight: np.ndarray

    @property
    def root(self) -> np.ndarray:
        return np.sqrt(self.weight)


def line_distance(scene: EdgeScene, parameters) -> tuple[np.ndarray, np.ndarray]:
    """Distance to the line, and position along it, of every sample."""
    cosine, sine = np.cos(parameters[ANGLE]), np.sin(parameters[ANGLE])
    along = scene.y * cosine - scene.x * sine
    d = scene.x * cosine + scene.y * sine - parameters[OFFSET] - 0.5 * parameters[CURVATURE] * along**2
    return d, along


def binned(scene: EdgeScene, parameters, bins, d, along) -> Profile:
    """The ESF averaged over bins, with gradients taken off.

    Parameters
    ----------
    scene : EdgeScene
    parameters : ndarray
        Levels and extras; see `scene`.
    bins : ndarray of int, 1-D
        Bin of each sample, from 0.
    d, along : ndarray, 1-D
        Place of each sample; see `line_distance`.
    """
    esf = np.clip((scene.values - parameters[V1]) / (parameters[V2] - parameters[V1]), 0.0, 1.0)
    smooth = np.where(d > 0, np.minimum(esf, 0.5), np.maximum(esf, 0.5))
    tilt = parameters[[ACROSS1, ALONG1]] + smooth[:, None] * (
        parameters[[ACROSS2, ALONG2]] - parameters[[ACROSS1, ALONG1]]
    )
    plain = scene.values - (tilt[:, 0] * d + tilt[:, 1] * along) / scene.reach
    values = (plain - parameters[V1]) / (parameters[V2] - parameters[V1])
    weight = np.bincount(bins, weights=scene.samples.weight)
    keep = weight > 0
    means = [np.bincount(bins, weights=scene.samples.weight * v)[keep] / weight[keep] for v in (d, values)]
    return Profile(*means, weight[keep])
