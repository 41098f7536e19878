"""HyBR of Parallel Iterative Deconvolution: hybrid bidiagonalisation regularisation.

Golub–Kahan bidiagonalisation of A, and on the small projected problem Tikhonov with its parameter chosen by
(weighted) generalised cross-validation, GCV (Chung, Nagy & O'Leary 2008, ETNA 28:149–167).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from .pid_operator import BlurMatrix, Preconditioner, dot, norm

SOLVERS = ("TIKHONOV", "NONE")
REGULARIZATIONS = ("GCV", "WGCV", "ADAPTWGCV", "NONE")


class Bidiagonalisation:
    """Columns of U and V and the lower bidiagonal C with A V = U C, one column more at each `extend`.

    Without `reorth` only the last vector of U is kept.
    """

    def __init__(self, b: np.ndarray, A: BlurMatrix, M: Preconditioner | None, reorth: bool):
        self.A, self.M, self.reorth = A, M, reorth
        u = b if M is None else M(b)
        self.beta = norm(u)
        self.U: list[np.ndarray] = [u / A.dtype(self.beta)]
        self.V: list[np.ndarray] = []
        self.diagonal: list[float] = []
        self.lower: list[float] = []

    def extend(self) -> None:
        """One more step."""
        u = self.U[-1]
        v = self.A.transpose(u if self.M is None else self.M.transpose(u))
        if self.V:
            v = v - self.A.dtype(self.lower[-1]) * self.V[-1]
        v = self._normalised(v, self.V, self.diagonal)
        u_next = self.A(v) if self.M is None else self.M(self.A(v))
        u_next = u_next - self.A.dtype(self.diagonal[-1]) * u
        u_next = self._normalised(u_next, self.U, self.lower)
        self.V.append(v)
        self.U = [*self.U, u_next] if self.reorth else [u_next]

    def _normalised(self, vector: np.ndarray, basis: list[np.ndarray], lengths: list[float]) -> np.ndarray:
        """Vector divided by its length, which is appended to `lengths`; orthogonal to the basis if asked."""
        if self.reorth:
            for other in basis:
                vector = vector - self.A.dtype(dot(other, vector)) * other
        lengths.append(norm(vector))
        return vector / self.A.dtype(lengths[-1] or 1.0)

    def matrix(self) -> np.ndarray:
        """C, (k + 1) × k."""
        k = len(self.diagonal)
        C = np.zeros((k + 1, k))
        C[np.arange(k), np.arange(k)] = self.diagonal
        C[np.arange(1, k + 1), np.arange(k)] = self.lower
        return C

    def combine(self, f: np.ndarray) -> np.ndarray:
        """V f."""
        out = np.zeros_like(self.V[0])
        for weight, v in zip(f, self.V, strict=True):
            out += self.A.dtype(weight) * v
        return out


@dataclass(frozen=True)
class HybrSettings:
    """Options of HyBR.

    Attributes
    ----------
    iterations : int
        At most.
    inner_solver : {"TIKHONOV", "NONE"}
        Of the projected problem; NONE is least squares.
    reg_method : {"GCV", "WGCV", "ADAPTWGCV", "NONE"}
        Choice of Tikhonov's parameter; NONE takes `reg_param`.
    reg_param : float
    omega : float
        Weight of WGCV.
    reorth : bool
        Keep the basis orthogonal.
    begin_reg : int
        Iteration with which the regularisation begins.
    flat_tol : float
        Relative change of the GCV curve below which it is flat.
    """

    iterations: int
    inner_solver: str
    reg_method: str
    reg_param: float
    omega: float
    reorth: bool
    begin_reg: int
    flat_tol: float


def hybr(
    b: np.ndarray,
    A: BlurMatrix,
    M: Preconditioner | None,
    settings: HybrSettings,
    tick: Callable[[int], bool],
) -> np.ndarray:
    """Iterate until the GCV curve is flat, its minimum is not beaten within 4 iterations, or the end.

    Least squares before iteration `begin_reg` − 1, then `inner_solver`. The GCV stop takes the square of the
    PSF's second length (columns in 2-D, rows in 3-D) for the number of unknowns, as the plugin does.
    `tick(i)` is called after each iteration and stops there by returning False.
    """
    small = Bidiagonalisation(b, A, M, settings.reorth)
    inner = _Inner(settings, A.psf.shape[1] ** 2)
    small.extend()
    f = np.linalg.lstsq(small.matrix(), np.array([small.beta, 0.0]), rcond=None)[0]
    for k in range(1, settings.iterations + 1):
        if small.lower[-1] <= 10 * np.finfo(A.dtype).eps * small.diagonal[0]:
            break  # the basis holds the solution already
        small.extend()
        f, last = inner.solve(k, small.matrix(), small.beta)
        if last or not tick(k):
            break
    return small.combine(np.pad(f, (0, len(small.V) - len(f))))


class _Inner:
    """Solution of the projected problem at each iteration."""

    def __init__(self, settings: HybrSettings, unknowns: int):
        self.settings, self.unknowns = settings, unknowns
        self.curve = GcvCurve(settings.begin_reg, settings.flat_tol, settings.iterations)
        self.omegas = [0.0] * (settings.begin_reg - 2)

    def solve(self, k: int, C: np.ndarray, beta: float) -> tuple[np.ndarray, bool]:
        """Coefficients at iteration k, and whether they are the last ones."""
        settings = self.settings
        right = np.zeros(k + 2)
        right[0] = beta
        if settings.inner_solver == "NONE" or k < settings.begin_reg - 1:
            return np.linalg.lstsq(C, right, rcond=None)[0], False
        U, s, Vt = np.linalg.svd(C)
        data = U.T @ right
        alpha = _parameter(settings.reg_method, settings.reg_param, self._omega(data, s), data, s)
        f = Vt.T @ (s * data[:-1] / (s**2 + alpha**2))
        verdict = self.curve.add(k, _stop_value(alpha, U[0], s, beta, self.unknowns), f)
        if verdict == "minimum":
            return self.curve.saved, True
        return f, verdict == "flat"

    def _omega(self, data: np.ndarray, s: np.ndarray) -> float:
        """Weight of the GCV function at this iteration."""
        if self.settings.reg_method == "ADAPTWGCV":
            self.omegas.append(min(1.0, _optimal_omega(data, s)))
            return float(np.mean(self.omegas))
        return 1.0 if self.settings.reg_method == "GCV" else self.settings.omega


class GcvCurve:
    """The GCV values so far, and whether they say to stop."""

    def __init__(self, begin_reg: int, flat_tol: float, iterations: int):
        self.values = [0.0] * (begin_reg - 2)
        self.first, self.flat_tol, self.last = begin_reg - 2, flat_tol, iterations
        self.warned, self.saved_at, self.saved = False, 0, np.zeros(0)

    def add(self, k: int, value: float, f: np.ndarray) -> str | None:
        """Take the value of iteration k and its solution; gives "flat", "minimum" (use `saved`) or None."""
        self.values.append(value)
        if k < 2:
            return None
        now, before = self.values[k - 1], self.values[k - 2]
        if abs(now - before) / self.values[self.first] < self.flat_tol:
            return "flat"
        if self.warned and len(self.values) > self.saved_at + 3:
            if all(self.values[self.saved_at - 1] <= v for v in self.values[self.saved_at :]):
                return "minimum"
            self.warned, self.saved_at = False, self.last
        elif not self.warned and before < now:
            self.warned, self.saved_at, self.saved = True, k, f
        return None


def _parameter(method: str, given: float, omega: float, data: np.ndarray, s: np.ndarray) -> float:
    """Tikhonov parameter α: given, or at the minimum of the weighted GCV function on [0, 1]."""
    if method == "NONE":
        return given

    def gcv(alpha: float) -> float:
        filtered = 1 / (s**2 + alpha**2)
        rest = np.sum((alpha**2 * filtered * data[:-1]) ** 2) + data[-1] ** 2
        return len(s) * rest / (np.sum((1 - omega) * s**2 * filtered + alpha**2 * filtered) + 1) ** 2

    return float(
        scipy.optimize.minimize_scalar(gcv, bounds=(0, 1), method="bounded", options={"xatol": 1e-4}).x
    )


def _optimal_omega(data: np.ndarray, s: np.ndarray) -> float:
    """The weight for which α = the smallest singular value would be the minimum of the weighted GCV."""
    alpha2 = s[-1] ** 2
    t = 1 / (s**2 + alpha2)
    head, rest = data[:-1], data[-1] ** 2
    top = len(data) * alpha2 * np.sum(t**3 * (s * head) ** 2)
    spread = np.sum(t * s**2) * alpha2 * np.sum(t**3 * (s * head) ** 2)
    return float(top / (spread + np.sum((s * t) ** 2) * (np.sum((alpha2 * t * head) ** 2) + rest)))


def _stop_value(alpha: float, first_row: np.ndarray, s: np.ndarray, beta: float, unknowns: int) -> float:
    """GCV of the whole problem as the plugin reckons it, from the first row of U."""
    k = len(s)
    t = 1 / (s**2 + alpha**2)
    top = beta**2 * (np.sum((alpha**2 * t * first_row[:k]) ** 2) + first_row[k] ** 2) / unknowns
    return top / ((unknowns - np.sum(t * s**2)) / unknowns) ** 2
