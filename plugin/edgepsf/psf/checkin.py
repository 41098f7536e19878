"""The check-in of a PSF before it is used: faults of measured kernels are mended and said, or refused.

The order of the steps: values, order of the axes, level at the rim, negative values, centre, size of the pixels, light
outside. A kernel without faults comes out as it went in, digit for digit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from ..errors import InputError
from . import centring
from .kernel import KernelPsf
from .prepared import CheckedPsf, PreparedPsf, Wanted
from .protocol import Psf
from .resampling import resampled, steps_differ
from .rim import Rim, light_outside, rim_of
from .values import check_not_swapped, real_values

WARNED, REFUSED = 0.01, 0.10  # shares of the light that a level adds, or that lies outside
_NOISE = 5.0  # standard deviations; darker is no noise
_ROUNDING = 1e-4  # of the maximum
_NEGATIVE = 0.05  # of the maximum, and of the light


def check_in(
    psf: Psf | npt.ArrayLike, image: npt.ArrayLike | None = None, wanted: Wanted | None = None
) -> CheckedPsf:
    """Check a PSF; mend what can be mended.

    Parameters
    ----------
    psf : Psf or array_like
        Kernel images and `KernelPsf` are checked whole. Of a PSF that makes its own kernel only the light outside is
        asked for; one that was checked before is taken as it is.
    image : array_like, optional
        The picture, to notice that picture and PSF are swapped.
    wanted : Wanted, optional

    Returns
    -------
    CheckedPsf

    Raises
    ------
    InputError
        If the PSF cannot be used, and cannot be mended without a word of the user.
    """
    wanted = wanted or Wanted()
    if isinstance(psf, CheckedPsf):
        return psf
    if isinstance(psf, PreparedPsf):
        return psf.checked()
    if hasattr(psf, "kernel") and not isinstance(psf, KernelPsf):
        return _made_by_itself(psf, wanted)
    given = real_values(psf.kernel() if isinstance(psf, KernelPsf) else psf, image)
    check_not_swapped(given, image)
    return _Check(given, wanted).done()


def light_lost(share: float, remedy: str, refuse: bool = True) -> list[str]:
    """The warning for a kernel that holds too little of the light of its PSF; empty where it holds enough.

    Raises
    ------
    InputError
        If it lacks 10 % or more, and is not only told about.
    """
    if share >= REFUSED and refuse:
        raise InputError(
            f"{100 * share:.3g} % of the light of the PSF lie outside its kernel, and no more than "
            f"{100 * REFUSED:g} % may: {remedy}"
        )
    if share >= WARNED:
        return [f"{100 * share:.2g} % of the light of the PSF lie outside its kernel: {remedy}"]
    return []


def _made_by_itself(psf: Any, wanted: Wanted) -> CheckedPsf:
    """The kernel of a PSF that knows what it loses."""
    lost = float(psf.crop_loss()) if hasattr(psf, "crop_loss") else 0.0
    remedy = "it is too wide for kernels of up to 255 pixels; reduce the picture first"
    kernel, figures = psf.kernel(), {"energy_outside": lost}
    if wanted.psf_spacing and wanted.spacing and steps_differ(wanted.psf_spacing, wanted.spacing):
        kernel = resampled(np.asarray(kernel, np.float64), wanted.psf_spacing, wanted.spacing)
    return CheckedPsf(kernel, tuple(light_lost(lost, remedy)), figures)


class _Check:
    """The steps of the check-in of one kernel; each mends `kernel` and adds sentences to `said`."""

    def __init__(self, given: np.ndarray, wanted: Wanted):
        self.given, self.wanted = given, wanted
        self.kernel = given.astype(np.float64)
        self.said: list[str] = []
        self.mended = False
        self.figures: dict[str, Any] = {}

    def done(self) -> CheckedPsf:
        """The kernel after all steps."""
        if self.kernel.min() == self.kernel.max() == 0:
            raise InputError("the PSF sums to 0; it must be positive")
        self._order()
        rim = self._level()
        self._negative(rim)
        self._centre(rim)
        self._pixels()
        self._outside(rim)
        array = self.kernel if self.mended else self.given
        return CheckedPsf(array, tuple(self.said), self.figures)

    def _mend(self, kernel: np.ndarray, sentence: str) -> None:
        self.kernel, self.mended = kernel, True
        self.said.append(sentence)

    def _order(self) -> None:
        """Axes in the order of the FFT."""
        if self.wanted.centre == "given":
            return
        kernel, axes = centring.in_order(self.kernel)
        if axes:
            names = ", ".join("zyx"[-kernel.ndim :][axis] for axis in axes)
            self._mend(
                kernel,
                f"the PSF is in the order of the FFT along {names}: its centre was moved to the middle",
            )

    def _level(self) -> Rim:
        """The level that the kernel stands on."""
        rim, wanted = rim_of(self.kernel), self.wanted.background
        self.figures |= {"background": rim.level, "background_share": rim.share, "noise": rim.noise}
        if isinstance(wanted, (int, float)):
            if wanted:
                self._mend(self.kernel - wanted, f"the level {wanted:g} was subtracted from the PSF")
            return rim_of(self.kernel)
        if wanted == "auto" and abs(rim.share) > 0.1 * WARNED:
            self._mend(
                self.kernel - rim.level,
                f"the level at the rim of the PSF, {rim.level:.4g} ({100 * rim.share:.3g} % of its light), was "
                "subtracted",
            )
            return Rim(0.0, rim.noise, 0.0)
        if abs(rim.share) >= REFUSED:
            raise InputError(
                f"the PSF stands on a level of {rim.level:.4g}, which is {100 * rim.share:.3g} % of its light: give "
                'psf_background="auto" to subtract the level at its rim, or the level as a number; 0 keeps it'
            )
        if abs(rim.share) >= WARNED:
            self.said.append(
                f"the PSF stands on a level of {rim.level:.4g}, which is {100 * rim.share:.2g} % of its light; "
                "psf_background=auto subtracts it"
            )
        return rim

    def _negative(self, rim: Rim) -> None:
        """Values below zero that are no noise."""
        lowest, peak = float(self.kernel.min()), float(self.kernel.max())
        if lowest >= -max(_NOISE * rim.noise, _ROUNDING * peak):
            return
        dark, total = -float(self.kernel[self.kernel < 0].sum()), float(self.kernel.sum())
        hole = (scipy.ndimage.maximum_filter(self.kernel, 3) > 0.2 * peak) & (self.kernel < -_ROUNDING * peak)
        if hole.any() or lowest < -_NEGATIVE * peak or dark > _NEGATIVE * (total + dark):
            raise InputError(
                f"the PSF has negative values (down to {lowest:.3g}, its maximum is {peak:.3g}): is it a PSF? "
                "Subtract its background, or set them to 0"
            )
        self._mend(
            np.maximum(self.kernel, 0.0),
            f"negative values of the PSF (down to {100 * lowest / peak:.2g} % of its maximum) were set to 0",
        )

    def _centre(self, rim: Rim) -> None:
        """The centre, at n // 2."""
        if self.wanted.centre == "given":
            return
        place = centring.place_of(self.kernel, rim.level)
        self.figures |= {"core": place.core.tolist(), "centroid": place.centroid.tolist()}
        if self.wanted.centre in ("peak", "centroid"):
            target = place.core if self.wanted.centre == "peak" else place.centroid
            self._move(np.rint(target).astype(int))
            return
        halves = centring.between_pixels(self.kernel)
        if halves and place.stays:
            self._half(halves)
        elif place.stays or not (place.clear or place.far):
            return
        elif place.clear:
            self._move(np.rint(place.core).astype(int))
        else:
            self.said.append(
                f"the light of the PSF is off its centre: the peak by {_pixels(place.core)}, the centroid by "
                f"{_pixels(place.centroid)} px; it was left where it is, since they contradict each other: prepare_psf "
                'takes centre="peak", "centroid" or "given"'
            )

    def _move(self, steps: np.ndarray) -> None:
        if steps.any():
            self._mend(
                centring.moved(self.kernel, steps),
                f"the PSF was off its centre by {_pixels(steps)} px ({_letters(self.kernel.ndim)}): it was moved to "
                "the middle, index n // 2",
            )

    def _half(self, axes: tuple[int, ...]) -> None:
        """A centre between two pixels."""
        kernel = centring.half_moved(self.kernel, axes)
        if kernel is not None:
            self._mend(
                kernel,
                f"the PSF has an even size {' × '.join(map(str, self.kernel.shape))} and its centre between pixels: it "
                "was moved by half a pixel to the middle of an odd size",
            )

    def _pixels(self) -> None:
        """The size of the pixels."""
        theirs, ours = self.wanted.psf_spacing, self.wanted.spacing
        if not (theirs and ours):
            return
        theirs, ours = theirs[-self.kernel.ndim :], ours[-self.kernel.ndim :]
        if steps_differ(theirs, ours):
            sizes = (" × ".join(f"{s:.4g}" for s in steps) for steps in (theirs, ours))
            sentence = "the pixels of the PSF ({}) are not those of the picture ({}): it was resampled"
            self._mend(resampled(self.kernel, theirs, ours), sentence.format(*sizes))

    def _outside(self, rim: Rim) -> None:
        """Light that the kernel has cut off."""
        lost = light_outside(self.kernel - rim.level, rim.noise)
        self.figures["energy_outside"] = lost
        self.said += light_lost(lost, "its wings are cut off at the rim; take a larger kernel")


def _pixels(steps: np.ndarray) -> str:
    return "(" + ", ".join(f"{s:+.3g}" for s in steps) + ")"


def _letters(ndim: int) -> str:
    return ", ".join("zyx"[-ndim:])
