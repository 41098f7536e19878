"""The observed picture, the pixels that count, and the level that is not blurred signal."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from .fft import Precision
from .noise import Noise, estimate_noise, high_frequency_sd
from .operator import Blur
from .scale import exponent_of, is_wide, scaled

_FAR = 0.05


@dataclass(frozen=True)
class Observation:
    """A picture ready for a deconvolution.

    Attributes
    ----------
    signal : ndarray of float32 or float64
        The picture without its background, divided by the scale; 0 where it is not valid; only read.
    valid : ndarray of bool, or None
        Pixels that count; None when all do.
    background : float
        Level added by camera and stray light, gray values: the model is A x + background.
    exponent : int
        The scale is 2**exponent gray values.
    """

    signal: np.ndarray
    valid: np.ndarray | None
    background: float = 0.0
    exponent: int = 0
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _measured: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def count(self) -> int:
        """Number of valid pixels."""
        return self.signal.size if self.valid is None else int(self.valid.sum())

    @cached_property
    def level(self) -> float:
        """Mean of the valid pixels of the signal."""
        return float(self.signal.sum(dtype=np.float64) / self.count)

    @cached_property
    def noise(self) -> float:
        """Variance of the noise at the mean of the signal, as second differences tell it."""
        return estimate_noise(self.signal, self.valid).mean_square(self.level)

    def noise_through(self, blur: Blur) -> Noise:
        """The noise as it is told when the blur is known; measured once for a blur."""
        if self._measured.get("blur") is not blur:
            self._measured.update(blur=blur, noise=estimate_noise(self.signal, self.valid, blur=blur))
        return self._measured["noise"]

    @cached_property
    def lowest(self) -> float:
        """Smallest pixel of the signal."""
        return float(self.signal.min())

    @cached_property
    def offset(self) -> float:
        """Constant to add to signal and model for a Poisson likelihood, which knows no negative data.

        A background is subtracted: an offset of the camera has no photons of its own, and as part of the model it
        would only slow the iterations down. Where dark pixels then lie below zero, the same constant is added to
        data and model: the scene and its flux stay the same, which clipping at zero would not give. The constant
        reaches down to five standard deviations of the noise.

        Raises
        ------
        InputError
            If many pixels lie farther below zero.
        """
        if self.lowest >= 0:
            return 0.0
        offset = min(-self.lowest, 5 * high_frequency_sd(self.signal, self.valid))
        self._check_far(offset)
        return offset

    def raised(self, offset: float) -> np.ndarray:
        """The signal with an offset added, not negative; a copy only where something has to change.

        A pixel that is still below zero is a defect and counts as zero.

        Raises
        ------
        InputError
            If many pixels are still below zero.
        """
        if offset == 0 and self.lowest >= 0:
            return self.signal
        self._check_far(offset)
        data = np.maximum(self.signal + self.signal.dtype.type(offset), 0)
        if self.valid is not None:
            data[~self.valid] = 0
        return data

    def _check_far(self, offset: float) -> None:
        """Refuse a picture of which many pixels lie below zero by more than the offset."""
        far = float(np.mean(self.signal < -offset - 1e-6 * abs(self.level)))
        if far > _FAR:
            raise InputError(
                f"{100 * far:.3g} % of the pixels lie far below zero (down to "
                f"{self.gray(self.lowest):.4g}{_above(self)}), and this method counts light: give background= the gray "
                "value of no light"
            )

    def gray(self, value: float) -> float:
        """A value of the signal in gray values."""
        return math.ldexp(value, self.exponent)

    def keep(self, **computed: Any) -> None:
        """Keep arrays that a choice computed for the restoration of the same picture that follows it."""
        self._kept.update(computed)

    def take(self, name: str) -> Any:
        """A kept array, which is then no longer kept; None where there is none."""
        return self._kept.pop(name, None)


def observe(
    image: np.ndarray,
    mask: npt.ArrayLike | None = None,
    saturation: float | None = None,
    background: float | None = None,
    precision: Precision = np.float32,
) -> Observation:
    """Leave out the pixels that are not finite, masked or saturated; take off the background; scale the rest.

    Parameters
    ----------
    image : ndarray
        Real numbers.
    mask : array_like of bool, optional
        True where a pixel is to be left out (as in `numpy.ma`); same shape as the image.
    saturation : float, optional
        Gray value from which on a pixel counts as saturated and is left out.
    background : float, optional
        Level that is not blurred signal; 0 when not given.
    precision : float32 or float64
        Type of the signal.

    Raises
    ------
    InputError
        If the mask or a level is unusable, or no pixel is left.
    """
    bad = np.isfinite(image)
    np.logical_not(bad, out=bad)
    if mask is not None:
        bad |= _masked(mask, image.shape)
    if saturation is not None:
        if not np.isfinite(saturation):
            raise InputError(f"saturation must be a gray value, not {saturation}")
        with np.errstate(invalid="ignore"):
            bad |= image >= saturation
    if background is not None and not np.isfinite(background):
        raise InputError(f"background must be a gray value, not {background}")
    left_out = int(bad.sum())
    if left_out == image.size:
        raise InputError("no pixel is left: every one is NaN, infinite, masked or saturated")
    signal, exponent = _signal(image, bad if left_out else None, float(background or 0.0), precision)
    return Observation(signal, ~bad if left_out else None, float(background or 0.0), exponent)


def _signal(
    image: np.ndarray, bad: np.ndarray | None, background: float, precision: Precision
) -> tuple[np.ndarray, int]:
    """The scaled signal, and the exponent of its scale; may be the caller's own memory."""
    kind = np.dtype(np.float64 if is_wide(image.dtype) else precision)
    data = image.astype(kind, copy=bad is not None)
    if background:
        data = data - np.asarray(background, kind)
    if bad is not None:
        data[bad] = 0
    exponent = exponent_of(data)
    return scaled(data, -exponent).astype(precision, copy=False), exponent


def _masked(mask: npt.ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """The mask as an array of bool, checked."""
    mask = np.asarray(mask)
    if mask.shape != shape:
        raise InputError(f"the mask has shape {mask.shape}, the picture {shape}")
    if mask.dtype.kind not in "bui":
        raise InputError(f"the mask must hold True where a pixel is left out, not {mask.dtype}")
    return mask.astype(bool)


def check_light(seen: Observation) -> None:
    """Refuse a picture without light for a method that allows no negative light.

    Raises
    ------
    InputError
        If the mean lies below zero.
    """
    if seen.level < 0:
        raise InputError(
            f"the mean of the picture lies below zero ({seen.gray(seen.level):.4g}{_above(seen)}), and this method "
            "allows no negative light: give background= the gray value of no light"
        )


def _above(seen: Observation) -> str:
    return f" with the background of {seen.background:g} taken off" if seen.background else ""
