"""Iteration control of DeconvolutionLab2: constraint, the three ways to stop, and the caller's callback."""

from __future__ import annotations

import time

import numpy as np

CONSTRAINTS = ("no", "nonnegative", "clipped")


class Control:
    """Counts iterations and says when to stop.

    Parameters
    ----------
    image : ndarray
        The prepared image; "clipped" means its range.
    method : str
        Named to the callback.
    iterations : int
    constraint : {"no", "nonnegative", "clipped"}
    residual : float, optional
        Stop when RMS(x_k − x_k−1) ≤ residual · max(RMS(x_k−1), epsilon).
    seconds : float, optional
        Stop after the iteration in which this time has passed.
    callback : callable, optional
        Called as callback(i, n, {"method": …}) after each iteration; returning False stops.
    """

    def __init__(
        self,
        image,
        method,
        iterations,
        constraint="no",
        residual=None,
        seconds=None,
        epsilon=1e-6,
        callback=None,
    ):
        self.low, self.high = {
            "no": (None, None),
            "nonnegative": (np.float32(0), None),
            "clipped": (image.min(), image.max()),
        }[constraint]
        self.method, self.iterations, self.done, self.stopped = method, iterations, 0, False
        self.residual, self.seconds, self.epsilon, self.callback = residual, seconds, epsilon, callback
        self.previous, self.started = None, time.perf_counter()

    @property
    def running(self) -> bool:
        """Whether another iteration is to be made."""
        return not self.stopped and self.done < self.iterations

    def constrain(self, x: np.ndarray) -> np.ndarray:
        """x with the constraint applied."""
        return x if self.low is None else np.clip(x, self.low, self.high)

    def begin(self, x: np.ndarray) -> np.ndarray:
        """The start of an iteration in space, constrained."""
        x = self.constrain(x)
        self._watch(x)
        return x

    def accept(self, x: np.ndarray) -> np.ndarray:
        """Close an iteration that ended with x; returns x constrained."""
        x = self.constrain(x)
        change = self._watch(x)
        self.done += 1
        if self.residual is not None and change <= self.residual:
            self.stopped = True
        if self.seconds is not None and time.perf_counter() - self.started >= self.seconds:
            self.stopped = True
        if self.callback is not None:
            answer = self.callback(self.done, self.iterations, {"method": self.method})
            self.stopped = self.stopped or answer is False
        return x

    def _watch(self, x: np.ndarray) -> float:
        """Relative change since the last look; remembers x."""
        if self.residual is None:
            return np.inf
        before, self.previous = self.previous, x.copy()
        if before is None:
            return np.inf
        scale = max(np.sqrt(np.mean(before**2, dtype=np.float64)), self.epsilon)
        return float(np.sqrt(np.mean((x - before) ** 2, dtype=np.float64)) / scale)
