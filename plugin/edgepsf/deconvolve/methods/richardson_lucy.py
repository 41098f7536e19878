"""Richardson–Lucy with total variation, acceleration and a choice of the number of iterations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy

from ...options import Choice, Flag, Number
from ..memory import Size
from ..method import ITERATIONS, method
from ..observation import Observation, check_light
from ..operator import Blur
from ..record import Log
from ..richardson_lucy import RichardsonLucy
from ..stopping import best_iteration

MOST_ITERATIONS = 300  # with stop="auto"
COUNT = replace(
    ITERATIONS,
    help=f"iterations, {ITERATIONS.default} when not given; with stop=auto the most that is tried, then "
    f"{MOST_ITERATIONS}",
    default=None,
)
TV = Number("tv", "weight of the total variation, such as 0.005", default=0.0, minimum=0, rare=True)
ACCELERATE = Flag("accelerate", "the same in a quarter of the iterations or less", rare=True)
STOP = Choice("stop", "auto chooses the iterations from the picture", ("auto",))
OFFSET = Number(
    "offset",
    "level added to data and model where pixels lie below zero; chosen from the picture when not given",
    unit="gray value",
    minimum=0,
    rare=True,
)


def choose(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int | None,
    stop: str | None,
    offset: float | None,
    **settings: Any,
) -> dict[str, Any]:
    """The offset, and with stop="auto" the number of iterations.

    Half of the photons are restored until they predict the other half no better; `iterations` is then the most that
    is tried.
    """
    check_light(seen)
    offset = seen.offset if offset is None else offset
    if stop is None:
        return {"iterations": iterations or ITERATIONS.default, "offset": offset, **settings}
    most, data = iterations or MOST_ITERATIONS, seen.raised(offset)
    seen.keep(raised=data)

    def report(i: int) -> bool:
        return log.iteration(i, most, stage="choosing the number of iterations")

    best = best_iteration(data, blur, most, seen.valid, offset, report=report, **settings)
    return {"iterations": best, "offset": offset, **settings}


def memory(size: Size, *, tv: float, accelerate: bool, stop: str | None, **others: Any) -> float:
    """Scene, gain and change; the gradient with total variation; two more changes with acceleration.

    The search of the number of iterations holds two pictures of half the light, and before them photon counts.
    """
    solver = (3 + (size.axes + 3 if tv else 0) + (2 if accelerate else 0)) * size.scene
    return solver if stop is None else max(solver + 2 * size.picture, 9 * size.picture - size.domain)


@method(COUNT, ACCELERATE, TV, STOP, OFFSET, choose=choose, memory=memory, place=10)
def richardson_lucy(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    offset: float,
    tv: float,
    accelerate: bool,
) -> np.ndarray:
    """Richardson–Lucy: the scene of largest Poisson likelihood, approached in some iterations.

    Parameters
    ----------
    tv : float
        Weight of the total variation, 0.002 to 0.02 for most pictures.
    accelerate : bool
        Biggs–Andrews extrapolation: 20 iterations then reach about as far as 100 without it.
    offset : float
        Level, gray values, that is added to data and model where dark pixels lie below zero.
    """
    check_light(seen)
    data = seen.take("raised")
    if data is None:
        data = seen.raised(offset)
    if offset:
        log.note(offset=offset)
    solver = RichardsonLucy(data, blur, seen.valid, offset, tv=tv, accelerate=accelerate, watch=log.full)
    for i in range(iterations):
        solver.step()
        done = i + 1, iterations
        if not (log.iteration(*done, objective=solver.objective) if solver.watch else log.iteration(*done)):
            break
    return without_holes(solver, blur)


def without_holes(solver: RichardsonLucy, blur: Blur) -> np.ndarray:
    """The scene, with the nearest value in holes so large that no valid pixel looks into them."""
    scene = solver.finished()
    if solver.valid is None or solver.gain is None:
        return scene
    unseen = blur.crop(solver.gain) == 0
    if unseen.any() and not unseen.all():
        picture = blur.crop(scene)
        nearest = scipy.ndimage.distance_transform_edt(unseen, return_distances=False, return_indices=True)
        picture[...] = picture[tuple(nearest)]
    return scene
