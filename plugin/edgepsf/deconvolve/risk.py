"""How far a restoration's prediction lies from the noise-free picture, told without the truth.

Stein's unbiased risk estimate, with its divergence read from one random probe (Monte-Carlo SURE; Ramani, Blu & Unser
2008, doi:10.1109/TIP.2008.2001404). The probe is drawn from the noise itself: E[bᵀ J b] = tr(Σ J) for b ~ N(0, Σ), so
that photon noise and noise that is correlated from pixel to pixel need no formula of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import Noise

# The probe is this part of the noise: small beside what the picture holds, large beside the rounding of float32.
_PART = 0.1


@dataclass(frozen=True)
class Probe:
    """A picture, the same with a little more noise, and what is needed to compare two predictions.

    Attributes
    ----------
    data, moved : ndarray
        The picture, and the picture plus a part of the probe.
    probe : ndarray
        Drawn from the noise; 0 where a pixel is not valid.
    variance : float
        Sum of the noise's variance over the valid pixels.
    valid : ndarray of bool, or None
    """

    data: np.ndarray
    moved: np.ndarray
    probe: np.ndarray
    variance: float
    valid: np.ndarray | None

    def risk(self, predicted: np.ndarray, after: np.ndarray) -> float:
        """Estimate of ‖prediction − noise-free picture‖², summed over the valid pixels.

        Parameters
        ----------
        predicted, after : ndarray
            Prediction A x̂ from `data`, and from `moved`, by the same method with the same numbers.

        Returns
        -------
        float
            Gray values squared. It can lie below zero; differences between methods are what counts.
        """
        misfit, followed = self.parts(predicted, after)
        return misfit - self.variance + 2 * followed

    def parts(self, predicted: np.ndarray, after: np.ndarray) -> tuple[float, float]:
        """‖prediction − picture‖², and tr(Σ J): the part of the noise's variance that the prediction follows."""
        misfit = (predicted - self.data).astype(np.float64)
        if self.valid is not None:
            misfit = misfit[self.valid]
        change = np.vdot(self.probe.astype(np.float64), (after - predicted).astype(np.float64))
        return float(np.vdot(misfit, misfit)), float(change / _PART)


def probe(
    data: np.ndarray,
    noise: Noise,
    valid: np.ndarray | None = None,
    level: np.ndarray | None = None,
    seed: int = 0,
) -> Probe:
    """A probe of a picture.

    Parameters
    ----------
    data : ndarray
    noise : Noise
    valid : ndarray of bool, optional
        Pixels that count.
    level : ndarray, optional
        A smooth estimate of the noise-free picture, for noise that depends on it; the picture itself when not given.
    seed : int
        The same probe for the same seed: what is compared must share it.
    """
    level = data if level is None else level
    b = noise.draw(level, np.random.default_rng(seed))
    variance = noise.variance(level)
    if valid is not None:
        b[~valid], variance[~valid] = 0, 0
    return Probe(data, data + data.dtype.type(_PART) * b, b, float(variance.sum(dtype=np.float64)), valid)
