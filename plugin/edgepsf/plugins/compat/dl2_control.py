"""Iteration control of DeconvolutionLab2: constraint, the three ways to stop, and the caller's callback."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..snapshots import Snapshots
from .checks import choice, number

CONSTRAINTS = ("no", "nonnegative", "clipped")


@dataclass(frozen=True)
class Stops:
    """Constraint, guard of the divisions, and the two ways to stop before the last iteration.

    Attributes
    ----------
    constraint : {"no", "nonnegative", "clipped"}
    epsilon : float
        Smallest number by which is divided.
    residual : float, optional
        Stop when RMS(x_k − x_k−1) ≤ residual · max(RMS(x_k−1), epsilon).
    seconds : float, optional
        Stop after the iteration in which this time has passed.
    """

    constraint: str = "no"
    epsilon: float = 1e-6
    residual: float | None = None
    seconds: float | None = None

    @classmethod
    def checked(cls, constraint: Any, epsilon: Any, residual: Any, seconds: Any) -> Stops:
        """The stops from a caller's values.

        Raises
        ------
        InputError
            If a value is none that the plugin takes.
        """
        return cls(
            "no" if constraint is None else choice("constraint", constraint, CONSTRAINTS),
            residual=None if residual is None else number("residual", residual, 0),
            seconds=None if seconds is None else number("seconds", seconds, 0),
            epsilon=number("epsilon", epsilon, 0, above=True),
        )


class Control:
    """Counts iterations and says when to stop.

    Parameters
    ----------
    image : ndarray
        The prepared image; "clipped" means its range.
    method : str
        Named to the callback.
    iterations : int
    stops : Stops
    callback : callable, optional
        Called as callback(i, n, {"method": …}) after each iteration; returning False stops.
    snapshots : Snapshots, optional
        Gets the constrained x after the iterations that it wants.
    """

    def __init__(
        self,
        image: np.ndarray,
        method: str,
        iterations: int,
        stops: Stops,
        callback: Callable[..., Any] | None = None,
        snapshots: Snapshots | None = None,
    ):
        self.low, self.high = {
            "no": (None, None),
            "nonnegative": (np.float32(0), None),
            "clipped": (image.min(), image.max()),
        }[stops.constraint]
        self.method, self.iterations, self.done, self.stopped = method, iterations, 0, False
        self.residual, self.seconds, self.epsilon = stops.residual, stops.seconds, stops.epsilon
        self.callback, self.started = callback, time.perf_counter()
        self.snapshots = snapshots
        self.previous: np.ndarray | None = None

    @property
    def running(self) -> bool:
        """Whether to make another iteration."""
        return not self.stopped and self.done < self.iterations

    @property
    def wants_next(self) -> bool:
        """Whether x has to be at hand after the next iteration."""
        due = self.snapshots is not None and self.snapshots.due(self.done + 1)
        return due or self.residual is not None

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
        if self.snapshots is not None and self.snapshots.due(self.done):
            self.snapshots.keep(self.done, x)
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
