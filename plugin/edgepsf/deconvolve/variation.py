"""Total variation: its gradient for Richardson–Lucy, and its proximal map."""

from __future__ import annotations

import numpy as np


def differences(image: np.ndarray) -> list[np.ndarray]:
    """Forward differences along every axis, 0 at the last pixel."""
    out = []
    for axis in range(image.ndim):
        d = np.zeros_like(image)
        inner = [slice(None)] * image.ndim
        inner[axis] = slice(0, -1)
        d[tuple(inner)] = np.diff(image, axis=axis)
        out.append(d)
    return out


def divergence(fields: list[np.ndarray]) -> np.ndarray:
    """Minus the adjoint of `differences`."""
    total = np.zeros_like(fields[0])
    for axis, field in enumerate(fields):
        first, inner, before = ([slice(None)] * field.ndim for _ in range(3))
        first[axis], inner[axis], before[axis] = slice(0, 1), slice(1, -1), slice(0, -2)
        last, beyond = list(first), list(first)
        last[axis], beyond[axis] = slice(-1, None), slice(-2, -1)
        if field.shape[axis] < 2:
            continue
        total[tuple(first)] += field[tuple(first)]
        total[tuple(inner)] += field[tuple(inner)] - field[tuple(before)]
        total[tuple(last)] -= field[tuple(beyond)]
    return total


def variation_factor(scene: np.ndarray, weight: float) -> np.ndarray:
    """1 / (1 − weight · div(∇x / |∇x|)), by which a Richardson–Lucy step is multiplied.

    |∇x| is smoothed by 1e-3 of the mean brightness, where a flat region has no direction. For weights so
    large that the denominator would come near zero it is kept above 0.2.
    """
    gradient = differences(scene)
    small = np.float32(1e-3 * abs(float(scene.mean())) + 1e-30)
    length = np.sqrt(sum(g * g for g in gradient) + small * small)
    for g in gradient:
        g /= length
    denominator = 1 - np.float32(weight) * divergence(gradient)
    return 1 / np.maximum(denominator, np.float32(0.2))


def denoise(
    image: np.ndarray,
    weight: float,
    iterations: int = 20,
    dual: list[np.ndarray] | None = None,
    lower: float | None = None,
) -> tuple[np.ndarray, list[np.ndarray] | None]:
    """argmin ½‖x − image‖² + weight · TV(x), with x ≥ lower where given, by accelerated projection of the dual.

    Beck & Teboulle 2009, doi:10.1109/TIP.2009.2028250.

    Parameters
    ----------
    image : ndarray of float32
    weight : float
    iterations : int
    dual : list of ndarray, optional
        Dual fields of an earlier call, to start from.
    lower : float, optional
        Bound.

    Returns
    -------
    x : ndarray, dual : list of ndarray
        The dual fields are those given where the weight is 0.
    """
    if weight <= 0:
        return (image if lower is None else np.maximum(image, lower)), dual
    dual = [np.zeros_like(image) for _ in range(image.ndim)] if dual is None else dual
    ahead, t = dual, 1.0
    step = np.float32(1.0 / (4 * image.ndim * weight))

    def primal(fields: list[np.ndarray]) -> np.ndarray:
        x = image + np.float32(weight) * divergence(fields)
        return x if lower is None else np.maximum(x, np.float32(lower))

    for _ in range(iterations):
        moved = differences(primal(ahead))
        new: list[np.ndarray] = [p + step * d for p, d in zip(ahead, moved, strict=True)]
        length = np.maximum(np.sqrt(sum(p * p for p in new)), 1)
        new = [p / length for p in new]
        t_next = (1 + np.sqrt(1 + 4 * t * t)) / 2
        ahead = [p + np.float32((t - 1) / t_next) * (p - q) for p, q in zip(new, dual, strict=True)]
        dual, t = new, t_next
    return primal(dual), dual
