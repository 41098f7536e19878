"""Total variation to its minimum, with λ chosen by the risk of its prediction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...options import Flag
from ..memory import Size
from ..method import ITERATIONS as FIXED
from ..method import REGULARIZATION as UNITLESS
from ..method import method
from ..observation import Observation, check_light
from ..operator import Blur
from ..record import Log
from ..search import smoothest
from ..total_variation import TotalVariation, settle

MOST = 200
ITERATIONS = replace(
    FIXED, default=MOST, help="the most iterations; it stops before when the scene has settled"
)
REGULARIZATION = replace(UNITLESS, unit="gray value")
NONNEGATIVE = Flag("nonnegative", "no light below zero", rare=True)


def choose(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    regularization: float | None,
    nonnegative: bool,
) -> dict[str, Any]:
    """λ of the smallest risk (Monte-Carlo SURE), if it is not given."""
    if nonnegative:
        check_light(seen)
    given = {"iterations": iterations, "nonnegative": nonnegative}
    if regularization is None:
        regularization = smoothest(seen, blur, log, nonnegative)
        log.note(chosen_by="SURE")
    return given | {"regularization": regularization}


def memory(size: Size, *, nonnegative: bool, **others: Any) -> float:
    """The solver; with λ to be chosen two of them."""
    return 2 * (9 + 3 * size.axes + 2 * nonnegative) * size.scene


@method(ITERATIONS, REGULARIZATION, NONNEGATIVE, choose=choose, memory=memory, place=15)
def tv(
    seen: Observation, blur: Blur, log: Log, *, iterations: int, regularization: float, nonnegative: bool
) -> np.ndarray:
    """Total variation: min ½‖y − A x‖² + λ Σ |∇x| by ADMM, to the minimum.

    Parameters
    ----------
    iterations : int
        The most; it stops when a step changes the scene by less than 0.03 % of the picture's deviation.
    regularization : float
        λ in gray values.
    nonnegative : bool
        No light below zero.
    """
    if nonnegative:
        check_light(seen)
    solver = TotalVariation(seen.signal, blur, seen.valid, nonnegative)
    settle(solver, regularization, iterations, lambda i: log.iteration(i, iterations))
    log.note(regularization=float(regularization))
    return solver.finished()
