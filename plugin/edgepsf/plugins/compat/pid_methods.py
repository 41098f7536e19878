"""CGLS and MRNSD of Parallel Iterative Deconvolution, both started at the blurred image.

CGLS: conjugate gradients on the normal equations (Björck 1996). MRNSD: modified residual norm steepest
descent, non-negative (Nagy & Strakoš 2000, doi:10.1117/12.402439).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .pid_operator import BlurMatrix, Preconditioner, dot, norm


def cgls(
    b: np.ndarray,
    A: BlurMatrix,
    M: Preconditioner | None,
    *,
    iterations: int,
    stopping_tol: float,
    tick: Callable[[int], bool],
) -> np.ndarray:
    """min |b − A x|, at most `iterations` steps; stops when |A's| ≤ stopping_tol (−1: √eps · |A'b|).

    `tick(i)` is called after each iteration and stops there by returning False.
    """
    tolerance = _tolerance(stopping_tol, b, A)
    x = b.copy()
    s = b - A(b)
    r = A.transpose(s)
    p: np.ndarray | None = None
    old = 0.0
    for i in range(iterations):
        if norm(r) <= tolerance:
            break
        r = r if M is None else M.transpose(r)
        gamma = dot(r, r)
        p = r if p is None else r + A.dtype(gamma / old) * p
        direction = p if M is None else M(p)
        q = A(direction)
        alpha = A.dtype(gamma / dot(q, q))
        x += alpha * direction
        s -= alpha * q
        r, old = A.transpose(s), gamma
        if not tick(i + 1):
            break
    return x


def mrnsd(
    b: np.ndarray,
    A: BlurMatrix,
    M: Preconditioner | None,
    *,
    iterations: int,
    stopping_tol: float,
    tick: Callable[[int], bool],
) -> np.ndarray:
    """Steepest descent on |b − A x| in x = e^z, with the step cut at the first pixel that reaches 0.

    Data with negative pixels are raised to √eps for the run and lowered again afterwards; the plugin does not
    lower them. The pixel that cuts a step becomes 0 and cuts no other step; in the plugin rounding decides that.
    Stops when √(Σ x r²), preconditioned |r|, ≤ stopping_tol (−1: √eps · |A'b|).
    """
    low = float(b.min())
    raised = A.dtype(np.sqrt(np.finfo(A.dtype).eps) - low) if low < 0 else A.dtype(0)
    x = b + raised
    tolerance = _tolerance(stopping_tol, x, A)
    r = -_back(x - A(x), A, M)
    for i in range(iterations):
        gamma = float(np.sum(x * r * r, dtype=np.float64))
        if (np.sqrt(gamma) if M is None else norm(r)) <= tolerance:
            break
        s = -x * r
        u = A(s) if M is None else M(A(s))
        limit = np.divide(-x, s, out=np.full_like(x, np.inf), where=s < 0)
        alpha = A.dtype(min(gamma / dot(u, u), limit.min()))
        x = np.where(limit <= alpha, 0, np.maximum(x + alpha * s, 0))
        r += alpha * A.transpose(u if M is None else M.transpose(u))
        if not tick(i + 1):
            break
    return x - raised


def _back(residual: np.ndarray, A: BlurMatrix, M: Preconditioner | None) -> np.ndarray:
    """A' s, preconditioned A' M' M s."""
    return A.transpose(residual if M is None else M.transpose(M(residual)))


def _tolerance(stopping_tol: float, b: np.ndarray, A: BlurMatrix) -> float:
    if stopping_tol != -1:
        return stopping_tol
    return float(np.sqrt(np.finfo(A.dtype).eps)) * norm(A.transpose(b))
