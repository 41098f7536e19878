"""The scene that lies between the data and an estimate: min ‖W½(y − A x)‖² + ε ‖x − z‖².

The normal equations are solved by conjugate gradients. Their preconditioner, the same problem on a periodic scene seen
whole, is a division of spectra; it is exact for a periodic picture, and elsewhere a few iterations serve.
"""

from __future__ import annotations

import numpy as np

from ..operator import Blur
from ..parallel import dot

_MOST = 8
_EXACT = 5e-3  # of the first residual


class DataStep:
    """The solver for one picture.

    Parameters
    ----------
    data : ndarray
        The picture, 0 where not valid.
    blur : Blur
    weight : ndarray, optional
        Weight of every pixel: 0 where it is not valid, about 1 in the mean elsewhere; None for 1 everywhere.
    """

    def __init__(self, data: np.ndarray, blur: Blur, weight: np.ndarray | None = None):
        self.data, self.blur, self.weight = data, blur, weight
        self.power = blur.otf.real**2 + blur.otf.imag**2

    def __call__(self, estimate: np.ndarray, epsilon: float) -> np.ndarray:
        """The scene for an estimate z and an ε.

        Parameters
        ----------
        estimate : ndarray, blur.scene_shape
        epsilon : float
            Weight of the estimate against the data.
        """
        weight = self.blur.precision(epsilon)
        scene = estimate.copy()
        residual = self._back(self.data - self.blur.forward(scene))
        size = limit = 0.0
        direction = np.zeros_like(scene)
        for _ in range(_MOST):
            ready = self._preconditioned(residual, weight)
            before, size = size, dot(residual, ready)
            limit = limit or _EXACT**2 * size
            if size <= limit or not size > 0:
                break
            direction = ready + (direction * self.blur.precision(size / before) if before else 0)
            moved = self._back(self.blur.forward(direction)) + weight * direction
            step = self.blur.precision(size / dot(direction, moved))
            scene += step * direction
            residual -= step * moved
        return scene

    def _back(self, picture: np.ndarray) -> np.ndarray:
        """Aᵀ W of a picture, a new array."""
        return self.blur.adjoint(picture if self.weight is None else picture * self.weight).copy()

    def _preconditioned(self, residual: np.ndarray, epsilon: np.floating) -> np.ndarray:
        """The residual divided by |H|² + ε, a new array."""
        blur = self.blur
        whole = residual if residual.shape == blur.domain else blur.embed(residual)
        out = blur.filter(whole, 1 / (self.power + epsilon))
        return (out if residual.shape == blur.domain else out[blur.window]).copy()
