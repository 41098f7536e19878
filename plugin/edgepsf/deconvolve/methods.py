"""The methods of the native engine by their names."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .direct import filled, inverse, tikhonov, wiener
from .hybrid import hybr
from .least_squares import cgls, landweber, mrnsd, nnls
from .observation import Observation, check_light, positive
from .operator import Blur
from .preconditioned import wpl
from .proximal import fista
from .record import Log
from .richardson_lucy import RichardsonLucy
from .stopping import best_iteration
from .unsharp import unsharp_mask as mask_by_gaussian


def richardson_lucy(
    seen: Observation,
    blur: Blur,
    log: Log,
    *,
    iterations: int,
    tv: float = 0.0,
    accelerate: bool = False,
    stop: str | None = None,
) -> np.ndarray:
    """Richardson–Lucy: the scene of largest Poisson likelihood, approached in some iterations.

    Parameters
    ----------
    tv : float
        Weight of the total variation, 0.002 to 0.02 for most pictures.
    accelerate : bool
        Biggs–Andrews extrapolation: about 20 iterations do what 100 do without.
    stop : {"auto"}, optional
        Choose the number of iterations from the picture: half of its photons are restored until they predict
        the other half no better; `iterations` is then the most that is tried.
    """
    check_light(seen)
    data, offset = positive(seen)
    settings = {"tv": tv, "accelerate": accelerate}
    if offset:
        log.note(offset=offset)
    if stop == "auto":

        def searching(i: int) -> bool:
            return log.iteration(i, iterations, stage="choosing the number of iterations")

        iterations = best_iteration(data, blur, iterations, seen.valid, offset, report=searching, **settings)
    solver = RichardsonLucy(data, blur, seen.valid, offset, watch=log.full, **settings)
    for i in range(iterations):
        solver.step()
        figures = {"objective": solver.objective} if solver.watch else {}
        if not log.iteration(i + 1, iterations, **figures):
            break
    return fill_unseen(solver, blur)


def fill_unseen(solver: RichardsonLucy, blur: Blur) -> np.ndarray:
    """The scene, with the nearest value in holes so large that no valid pixel looks into them."""
    scene = solver.finished()
    if solver.valid is None or solver.gain is None:
        return scene
    unseen = blur.crop(solver.gain) == 0
    if unseen.any() and not unseen.all():
        picture = blur.crop(scene)
        nearest = ndimage.distance_transform_edt(unseen, return_distances=False, return_indices=True)
        picture[...] = picture[tuple(nearest)]
    return scene


def unsharp_mask(
    seen: Observation, blur: Blur, log: Log, *, amount: float = 1.0, radius: float | None = None
) -> np.ndarray:
    """y + amount · (y − blurred y), blurred with the PSF itself or, with `radius`, with a Gaussian."""
    if radius is not None:
        return mask_by_gaussian(filled(seen), radius, amount)
    picture = filled(seen)
    blurred = blur.convolve(blur.close(picture))[blur.window]
    log.iteration(1, 1)
    return picture + np.float32(amount) * (picture - blurred)


METHODS = {
    f.__name__: f
    for f in (
        richardson_lucy,
        wiener,
        tikhonov,
        inverse,
        landweber,
        nnls,
        cgls,
        mrnsd,
        hybr,
        wpl,
        fista,
        unsharp_mask,
    )
}
