"""A quick look at a large region: one model on a part of its pixels tells that there is no edge at all."""

from __future__ import annotations

import numpy as np

from ...psf.families import library
from .candidate import Bic
from .checks import check_contrast
from .residuals import Residuals
from .samples import Samples
from .scene import Scene
from .views import Views

_MANY = 12_000  # samples; fewer are fitted at once
_PART = 4_000
_EXPLAINED = 0.6  # of the variance that is left: no edge is that faint among so many pixels


def check_many(views: Views) -> None:
    """Refuse a large region without an edge by one fit on a part of its pixels, before every model is fitted to all.

    Raises
    ------
    EdgeError
    """
    samples = views.thinned.samples
    if len(samples.x) <= _MANY or views.start.half:
        return
    part = np.arange(0, len(samples.x), len(samples.x) // _PART)
    few = Samples(samples.x[part], samples.y[part], samples.values[part], samples.weight[part], len(part))
    trial = views.fit(Scene(few, views.thinned.reach), library()["gaussian"])
    model = few.values + trial.solution.residual / few.root
    explained = ((model - model.mean()) ** 2).sum() / max(trial.cost, 1e-300)
    if explained < _EXPLAINED:
        check_contrast(trial, Residuals.of(views, trial), views.start, Bic(views.floor, 1e9))
