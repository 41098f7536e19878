"""The observed picture, the pixels that count, and the level that is not blurred signal."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from .noise import estimate_noise, high_frequency_sd

_FAR = 0.05


@dataclass(frozen=True)
class Observation:
    """A picture ready for a deconvolution.

    Attributes
    ----------
    data : ndarray of float32
        The picture; 0 where it is not valid.
    valid : ndarray of bool, or None
        Pixels that count; None when all do.
    background : float
        Level added by camera and stray light: the model is A x + background.
    """

    data: np.ndarray
    valid: np.ndarray | None
    background: float = 0.0
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def count(self) -> int:
        """Number of valid pixels."""
        return self.data.size if self.valid is None else int(self.valid.sum())

    @cached_property
    def mean(self) -> float:
        """Mean of the valid pixels."""
        return float(self.data.sum(dtype=np.float64) / self.count)

    @property
    def level(self) -> float:
        """Mean of the valid pixels above the background."""
        return self.mean - self.background

    @cached_property
    def signal(self) -> np.ndarray:
        """Data minus background, 0 where not valid; float32, only read."""
        if not self.background:
            return self.data
        out = self.data - np.float32(self.background)
        return out if self.valid is None else np.where(self.valid, out, np.float32(0))

    @cached_property
    def noise(self) -> float:
        """Variance of the noise at the picture's mean, gray values squared."""
        return estimate_noise(self.data, self.valid).mean_square(self.mean)

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
        """The signal with an offset added, float32, not negative; a copy only where something has to change.

        A pixel that is still below zero is a defect and counts as zero.

        Raises
        ------
        InputError
            If many pixels are still below zero.
        """
        if offset == 0 and self.lowest >= 0:
            return self.signal
        self._check_far(offset)
        data = np.maximum(self.signal + np.float32(offset), 0)
        if self.valid is not None:
            data[~self.valid] = 0
        return data

    def _check_far(self, offset: float) -> None:
        """Refuse a picture of which many pixels lie below zero by more than the offset."""
        far = float(np.mean(self.signal < -offset - 1e-6 * abs(self.mean)))
        if far > _FAR:
            raise InputError(
                f"{100 * far:.3g} % of the pixels lie far below zero (down to {self.lowest:.4g}{_above(self)}), and "
                "this method counts light: give background= the gray value of no light"
            )

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
) -> Observation:
    """Leave out the pixels that are not finite, masked or saturated.

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
    data = image.astype(np.float32, copy=left_out > 0)  # else the caller's own memory: it is only read
    if left_out:
        data[bad] = 0
    return Observation(data, ~bad if left_out else None, float(background or 0.0))


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
            f"the mean of the picture lies below zero ({seen.level:.4g}{_above(seen)}), and this method allows no "
            "negative light: give background= the gray value of no light"
        )


def _above(seen: Observation) -> str:
    return f" with the background of {seen.background:g} taken off" if seen.background else ""
