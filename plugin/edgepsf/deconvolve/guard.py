"""A guard beside a restoration: does the PSF fit the picture, and has the restoration made structure of noise?

A PSF that is too wide says that the picture can hold nothing where it does, and a restoration amplifies what is there.
The spectrum of the picture tells: it is compared with that of a scene of falling spectrum seen through the PSF, and
through the same PSF made wider and narrower. Only a minimum that can be reached downhill counts, because two sizes of
a disk can have their zeros at the same places. Afterwards, a restoration with far more variation than
Richardson–Lucy gives within 20 steps has most likely amplified noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .noise import Noise
from .observation import Observation
from .operator import Blur
from .periodogram import misfits
from .richardson_lucy import RichardsonLucy

_STEP = 1.08  # between the widths that are tried
_STEPS = 6
_FAR = 1.15  # factor of the width that is warned of
_TOO_WIDE, _TOO_NARROW = 36.0, 6.0  # gains in log-likelihood that count; see docs/deconvolution.md
VARIATION = 1.1
_REFERENCE = 20


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes
    ----------
    sentences : tuple of str
        What is doubtful, and what to do; empty where nothing is.
    width : float or None
        Factor by which the PSF had to be wider to fit the picture best; None where it cannot be told.
    variation : float or None
        Total variation of the restoration, relative to that of Richardson–Lucy with 20 steps.
    """

    sentences: tuple[str, ...]
    width: float | None
    variation: float | None

    @property
    def doubtful(self) -> bool:
        """Whether anything is."""
        return bool(self.sentences)


def check(
    seen: Observation,
    blur: Blur,
    restored: np.ndarray | None = None,
    noise: Noise | None = None,
    most: float = VARIATION,
) -> Verdict:
    """Check a PSF against a picture, and a restoration against both.

    Parameters
    ----------
    seen : Observation
    blur : Blur
    restored : ndarray, optional
        The restored picture, of the picture's shape and in the scale of the observation; not checked when not given.
    noise : Noise, optional
        The noise of the picture; named as a reason where it is correlated.
    most : float
        Largest variation, relative to that of Richardson–Lucy with 20 steps, that is not warned of. The default is for
        methods that keep variation small; a Wiener filter at its best leaves more grain than that.

    Returns
    -------
    Verdict
    """
    width = fitting_width(seen, blur)
    variation = None if restored is None else _variation_ratio(seen, blur, restored)
    sentences = [] if width is None else _on_width(width)
    if variation is not None and variation > most:
        reason = (
            "the PSF is too wide"
            if noise is None or noise.white
            else "the PSF is too wide, or the noise correlated"
        )
        sentences.append(
            f"the restored picture has {variation:.2f} times the variation that Richardson–Lucy gives, as if {reason}: "
            "look for grain and double edges, or give more regularization"
        )
    return Verdict(tuple(sentences), width, variation)


def fitting_width(seen: Observation, blur: Blur) -> float | None:
    """Factor by which the PSF had to be wider to fit the spectrum of the picture best.

    Returns
    -------
    float or None
        1 where no other width is clearly better. None where the picture has no four pieces of 64² pixels.
    """
    found = {1.0: _misfit(seen, blur, 1.0)}
    if found[1.0] is None:
        return None
    best, least = 1.0, float(found[1.0])
    for direction, enough in ((_STEP, _TOO_NARROW), (1 / _STEP, _TOO_WIDE)):
        at, low = _downhill(seen, blur, direction, float(found[1.0]))
        if found[1.0] - low > enough and low < least:
            best, least = at, low
    return best


def _downhill(seen: Observation, blur: Blur, step: float, start: float) -> tuple[float, float]:
    """The width at which the misfit rises again, and the misfit there."""
    at, low = 1.0, start
    for k in range(1, _STEPS + 1):
        value = _misfit(seen, blur, step**k)
        if value is None or value > low:
            break
        at, low = step**k, value
    return at, low


def _misfit(seen: Observation, blur: Blur, scale: float) -> float | None:
    found = misfits(seen.signal, seen.valid, blur, [scale])
    return None if found is None else next(found)


def _on_width(width: float) -> list[str]:
    if 1 / _FAR < width < _FAR:
        return []
    side, change = ("narrow", "wider") if width > 1 else ("wide", "narrower")
    by = 100 * abs(width - 1)
    return [
        f"the PSF seems too {side} for this picture: its spectrum fits a PSF that is about {by:.0f} % {change}. "
        "Measure the PSF again on this picture; check its pixel size, and that the gray values are linear light"
    ]


def _variation_ratio(seen: Observation, blur: Blur, restored: np.ndarray) -> float | None:
    """Total variation over that of Richardson–Lucy with 20 steps; None where the picture has no light."""
    if seen.level <= 0:
        return None
    offset = max(0.0, -seen.lowest)
    solver = RichardsonLucy(seen.raised(offset), blur, seen.valid, offset)
    for _ in range(_REFERENCE):
        solver.step()
    reference = _variation(blur.crop(solver.finished()), seen.valid)
    return _variation(restored, seen.valid) / reference if reference > 0 else None


def _variation(picture: np.ndarray, valid: np.ndarray | None) -> float:
    """Sum of the moduli of all differences between neighbours that count."""
    total = 0.0
    for axis in range(picture.ndim):
        change = np.abs(np.diff(picture, axis=axis))
        if valid is not None:
            after = np.take(valid, range(1, valid.shape[axis]), axis)
            change = change[after & np.take(valid, range(valid.shape[axis] - 1), axis)]
        total += float(change.sum(dtype=np.float64))
    return total
