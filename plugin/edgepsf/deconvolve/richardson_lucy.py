"""Richardson–Lucy: the scene of largest Poisson likelihood, approached step by step.

x ← x / Aᵀ1 · Aᵀ(y / (A x + b)), with Aᵀ1 the weight with which each scene pixel is seen (Richardson 1972,
doi:10.1364/JOSA.62.000055; Lucy 1974, doi:10.1086/111605); with total variation as in Dey et al. 2006
(doi:10.1002/jemt.20294); accelerated as in Biggs & Andrews 1997 (doi:10.1364/AO.36.001766).
"""

from __future__ import annotations

import numpy as np

from .operator import Blur
from .parallel import blockwise, dot
from .variation import variation_factor

_TINY = {np.float32: 1e-7, np.float64: 1e-16}  # of the mean, by precision
_LIMIT = np.float32(1e-12)


class RichardsonLucy:
    """The iteration, one `step` at a time.

    Parameters
    ----------
    data : ndarray
        Non-negative picture, 0 where not valid.
    blur : Blur
    valid : ndarray of bool, optional
        Pixels that count.
    background : float
        Level added to the model.
    tv : float
        Weight of the total variation; 0 without.
    accelerate : bool
        Extrapolate along the last two changes. Every step is a Richardson–Lucy step from the extrapolated
        scene; an extrapolation that lowers the likelihood is taken back.
    watch : bool
        Compute the objective at every step.

    Attributes
    ----------
    scene : ndarray, blur.scene_shape
    objective : float
        I-divergence Σ y log(y/m) − y + m of data and model m before the last step; NaN when not watched.
    """

    def __init__(
        self,
        data: np.ndarray,
        blur: Blur,
        valid: np.ndarray | None = None,
        background: float = 0.0,
        *,
        tv: float = 0.0,
        accelerate: bool = False,
        watch: bool = False,
    ):
        self.data, self.blur, self.tv = data, blur, float(tv)
        self.accelerate, self.watch = accelerate, watch or accelerate
        count = data.size if valid is None else int(valid.sum())
        mean = float(data.sum(dtype=np.float64)) / count
        self.background = blur.precision(background)
        tiny = _TINY[blur.precision]
        self.floor = blur.precision(tiny * mean + np.finfo(np.float32).tiny)
        level = max(mean - background, tiny * mean)
        self.gain = blur.gain(valid)
        self.valid = valid
        self.scene = np.full(blur.scene_shape, level, blur.precision)
        if self.gain is not None:
            self.scene[self.gain == 0] = 0  # nothing is put where no pixel looks
        self.objective = self._last = float("nan")
        self._previous: np.ndarray | None = None
        self._change: np.ndarray | None = None
        self._factor = 0.0

    def step(self) -> None:
        """One iteration."""
        start = self._extrapolated()
        predicted = self._compare(start)
        if self.accelerate and self.objective > self._last * (1 + 1e-6):
            start = self._taken_back(start)
            predicted = self._compare(start)
        self._last = self.objective
        back = self.blur.adjoint(predicted)
        if self.tv:
            factor = variation_factor(start, self.tv)
            blockwise(_scale, back, factor, workers=self.blur.workers)
        if not self.accelerate:
            blockwise(_multiply, start, back, self.gain, workers=self.blur.workers)
            return
        self._advance(start, back)

    def finished(self) -> np.ndarray:
        """The scene, nothing of it below zero."""
        return np.maximum(self.scene, 0, out=self.scene)

    def _compare(self, scene: np.ndarray) -> np.ndarray:
        """Ratio of data and model, in the blur's buffer; notes the objective."""
        model = self.blur.forward(scene)
        background, floor = self.background, self.floor

        def ratio(model: np.ndarray, data: np.ndarray, valid: np.ndarray | None) -> None:
            if background:
                model += background
            np.maximum(model, floor, out=model)
            np.divide(data, model, out=model)

        def watched(model: np.ndarray, data: np.ndarray, valid: np.ndarray | None) -> float:
            if background:
                model += background
            np.maximum(model, floor, out=model)
            fit = data / model
            # y log(y/m) − y + m = m (r log r − r + 1) with r = y/m
            term = np.log(np.maximum(fit, _LIMIT))
            term -= 1
            term *= fit
            term += 1
            term *= model
            model[...] = fit
            return float(term.sum(dtype=np.float64) if valid is None else term[valid].sum(dtype=np.float64))

        total = blockwise(
            watched if self.watch else ratio, model, self.data, self.valid, workers=self.blur.workers
        )
        if self.watch:
            self.objective = total
        return model

    def _extrapolated(self) -> np.ndarray:
        """The scene moved on along its last change; takes the place of the scene before."""
        if not self.accelerate or self._previous is None or self._factor <= 0:
            return self.scene
        factor = np.float32(self._factor)

        def move(before: np.ndarray, scene: np.ndarray) -> None:
            np.subtract(scene, before, out=before)
            before *= factor
            before += scene
            np.maximum(before, 0, out=before)

        out, self._previous = self._previous, None
        blockwise(move, out, self.scene, workers=self.blur.workers)
        return out

    def _taken_back(self, start: np.ndarray) -> np.ndarray:
        """The scene itself, after an extrapolation that made the likelihood smaller."""
        if start is not self.scene:
            self._previous = start  # only its memory is used again
        self._change = None
        return self.scene

    def _advance(self, start: np.ndarray, back: np.ndarray) -> None:
        """New scene = start · back · gain; factor of the next extrapolation from the last two changes."""
        blur, spare = self.blur, None
        if back is not blur.plan.real:
            back = back.copy()
        blockwise(_update, back, start, self.gain, workers=blur.workers)
        old = self.scene
        if start is old:
            start = self._previous if self._previous is not None else np.empty_like(old)
            blockwise(_difference, start, back, old, workers=blur.workers)
        else:
            blockwise(_difference, start, back, start, workers=blur.workers)
        change, last = start, self._change
        if last is not None:
            along = dot(change, last, blur.workers)
            length = dot(last, last, blur.workers)
            self._factor = min(max(along / length, 0.0), 1.0) if length > 0 else 0.0
            spare = last
        else:
            self._factor = 0.0
        self._previous, self.scene, self._change = old, back, change
        if back is blur.plan.real:
            blur.plan.real = spare if spare is not None else np.empty_like(back)


def _scale(back: np.ndarray, factor: np.ndarray) -> None:
    back *= factor


def _multiply(scene: np.ndarray, back: np.ndarray, gain: np.ndarray | None) -> None:
    # Rounding may leave back a little below zero, and so dark pixels of the scene; `finished` sets them to 0.
    if gain is not None:
        back *= gain
    scene *= back


def _update(back: np.ndarray, start: np.ndarray, gain: np.ndarray | None) -> None:
    np.maximum(back, 0, out=back)
    if gain is not None:
        back *= gain
    back *= start


def _difference(out: np.ndarray, one: np.ndarray, other: np.ndarray) -> None:
    np.subtract(one, other, out=out)
