"""The parts of iterative least squares: start, residual, scaling.

All such methods minimise ½‖y − A x‖² over the valid pixels and start from a flat scene; the number of iterations is the
regularisation. Scene pixels that are seen with a small weight only (beyond the border, behind masked pixels)
would hardly have moved by then: steps are scaled by 1 / Aᵀ1, which majorises AᵀA (De Pierro 1995,
doi:10.1109/42.370409) and is 1 wherever a pixel is seen whole.
"""

from __future__ import annotations

import numpy as np

from .observation import Observation
from .operator import Blur
from .parallel import blockwise, dot


def start(seen: Observation, blur: Blur) -> np.ndarray:
    """Flat scene of the picture's mean."""
    return np.full(blur.scene_shape, seen.level, blur.precision)


class Scaled:
    """A · S and its adjoint, S = √(1 / Aᵀ1): Krylov methods in a variable that is seen evenly."""

    def __init__(self, seen: Observation, blur: Blur):
        weight = blur.gain(seen.valid)
        self.blur, self.root = blur, None if weight is None else np.sqrt(weight)

    def scene(self, z: np.ndarray) -> np.ndarray:
        """S z."""
        return z if self.root is None else z * self.root

    def adjoint(self, picture: np.ndarray) -> np.ndarray:
        """S Aᵀ y, a new array."""
        out = self.blur.adjoint(picture)
        return out.copy() if self.root is None else out * self.root


class Residual:
    """r = y − A x on the valid pixels, and the gradient Aᵀ r."""

    def __init__(self, seen: Observation, blur: Blur):
        self.signal, self.valid, self.blur = seen.signal, seen.valid, blur
        self.norm = float(np.sqrt(dot(self.signal, self.signal, blur.workers))) or 1.0
        self.relative = float("nan")

    def __call__(self, scene: np.ndarray) -> np.ndarray:
        """Residual, in the blur's buffer; notes its norm relative to that of the data."""
        out = self.blur.forward(scene)
        total = blockwise(_minus, out, self.signal, self.valid, workers=self.blur.workers)
        self.relative = float(np.sqrt(total)) / self.norm
        return out

    def blurred(self, direction: np.ndarray) -> np.ndarray:
        """A d on the valid pixels."""
        out = self.blur.forward(direction)
        if self.valid is not None:
            out *= self.valid
        return out


def _minus(model: np.ndarray, signal: np.ndarray, valid: np.ndarray | None) -> float:
    np.subtract(signal, model, out=model)
    if valid is not None:
        model *= valid
    return float(np.vdot(model, model))
