"""Iterative least squares: Landweber, non-negative least squares, CGLS, MRNSD.

All minimise ½‖y − A x‖² over the valid pixels and start from a flat scene; the number of iterations is the
regularisation. Scene pixels that are seen with a small weight only (beyond the border, behind masked pixels)
would hardly have moved by then: steps are scaled by 1 / Aᵀ1, which majorises AᵀA (De Pierro 1995,
doi:10.1109/42.370409) and is 1 wherever a pixel is seen whole.
"""

from __future__ import annotations

import numpy as np

from .observation import Observation, check_light
from .operator import Blur
from .parallel import blockwise
from .record import Log


def start(seen: Observation, blur: Blur) -> np.ndarray:
    """Flat scene of the picture's mean."""
    return np.full(blur.scene_shape, seen.level, np.float32)


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
        self.signal, self.valid, self.blur = seen.signal(), seen.valid, blur
        self.norm = float(np.sqrt(blockwise(_square, self.signal, workers=blur.workers))) or 1.0
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


def _square(a) -> float:
    return float(np.vdot(a, a))


def _minus(model, signal, valid) -> float:
    np.subtract(signal, model, out=model)
    if valid is not None:
        model *= valid
    return float(np.vdot(model, model))


def _dot(a: np.ndarray, b: np.ndarray, blur: Blur) -> float:
    return blockwise(lambda p, q: float(np.vdot(p, q)), a, b, workers=blur.workers)


def landweber(seen: Observation, blur: Blur, log: Log, *, iterations: int, step: float = 1.0) -> np.ndarray:
    """Landweber: x ← x + step · S² Aᵀ(y − A x); converges for 0 < step < 2 (Landweber 1951)."""
    scene, residual, weight = start(seen, blur), Residual(seen, blur), blur.gain(seen.valid)
    for i in range(iterations):
        gradient = blur.adjoint(residual(scene))
        gradient *= np.float32(step)
        if weight is not None:
            gradient *= weight
        scene += gradient
        if not log.iteration(i + 1, iterations, residual=residual.relative):
            break
    return scene


def nnls(seen: Observation, blur: Blur, log: Log, *, iterations: int) -> np.ndarray:
    """Non-negative least squares by accelerated projected gradients.

    Every iterate is projected, and Nesterov's momentum restarts where it leads uphill (O'Donoghue & Candès
    2015, doi:10.1007/s10208-013-9150-3).
    """
    check_light(seen)
    scene, residual, weight = np.maximum(start(seen, blur), 0), Residual(seen, blur), blur.gain(seen.valid)
    ahead, t, last = scene.copy(), 1.0, np.inf
    for i in range(iterations):
        new = blur.adjoint(residual(ahead))
        if weight is not None:
            new *= weight
        new += ahead
        np.maximum(new, 0, out=new)
        if residual.relative > last:
            t = 1.0
        last = residual.relative
        t_next = (1 + np.sqrt(1 + 4 * t * t)) / 2
        np.subtract(new, scene, out=ahead)
        ahead *= np.float32((t - 1) / t_next)
        ahead += new
        scene[...] = new
        t = t_next
        if not log.iteration(i + 1, iterations, residual=residual.relative):
            break
    return scene


def cgls(seen: Observation, blur: Blur, log: Log, *, iterations: int) -> np.ndarray:
    """Conjugate gradients for least squares (Björck 1996, §7.4, doi:10.1137/1.9781611971484)."""
    scene, residual, scaled = start(seen, blur), Residual(seen, blur), Scaled(seen, blur)
    rest = residual(scene).copy()
    direction = scaled.adjoint(rest)
    gamma = first = _dot(direction, direction, blur)
    for i in range(iterations):
        if gamma <= 1e-14 * first:
            break
        step = scaled.scene(direction)
        image = residual.blurred(step)
        alpha = np.float32(gamma / _dot(image, image, blur))
        image *= alpha
        rest -= image
        scene += alpha * step
        gradient = scaled.adjoint(rest)
        before, gamma = gamma, _dot(gradient, gradient, blur)
        direction *= np.float32(gamma / before)
        direction += gradient
        relative = float(np.sqrt(_dot(rest, rest, blur))) / residual.norm
        if not log.iteration(i + 1, iterations, residual=relative):
            break
    return scene


def mrnsd(seen: Observation, blur: Blur, log: Log, *, iterations: int) -> np.ndarray:
    """Modified residual-norm steepest descent: non-negative (Nagy & Strakoš 2000, doi:10.1117/12.402439)."""
    check_light(seen)
    residual, weight = Residual(seen, blur), blur.gain(seen.valid)
    scene = np.full(blur.scene_shape, max(seen.level, 1e-6 * residual.norm / seen.count**0.5), np.float32)
    rest = residual(scene).copy()
    for i in range(iterations):
        gradient = blur.adjoint(rest)
        step = scene * gradient
        if weight is not None:
            step *= weight
        slope = _dot(step, gradient, blur)
        if not slope > 0:
            break
        falling = step < 0
        bound = float((scene[falling] / -step[falling]).min()) if falling.any() else np.inf
        image = residual.blurred(step)
        alpha = np.float32(min(slope / max(_dot(image, image, blur), 1e-300), bound))
        scene += alpha * step
        np.maximum(scene, 0, out=scene)
        image *= alpha
        rest -= image
        relative = float(np.sqrt(_dot(rest, rest, blur))) / residual.norm
        if not log.iteration(i + 1, iterations, residual=relative):
            break
    return scene
