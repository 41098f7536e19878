"""A PSF that has been checked, and how it is to be checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from .kernel import KernelPsf

CENTRES = ("auto", "given", "peak", "centroid")


@dataclass(frozen=True)
class Wanted:
    """How a PSF is to be checked.

    Attributes
    ----------
    background : None, "auto" or float
        Level to subtract; "auto" is the level at the rim; with None a level is warned of or refused.
    centre : {"auto", "given", "peak", "centroid"}
    psf_spacing, spacing : tuple of float, optional
        Size of a pixel of the PSF and of the picture along every axis of the PSF, in one unit.
    """

    background: str | float | None = None
    centre: str = "auto"
    psf_spacing: tuple[float, ...] | None = None
    spacing: tuple[float, ...] | None = None


@dataclass(frozen=True)
class CheckedPsf:
    """A kernel that has been checked; it serves as a PSF.

    Attributes
    ----------
    array : ndarray
        As it was given, where nothing had to be mended.
    warnings : tuple of str
        What was mended, and what is doubtful.
    figures : dict
        What was measured.
    """

    array: np.ndarray
    warnings: tuple[str, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    def kernel(self, size: int | None = None) -> np.ndarray:
        """The array."""
        return self.array


class PreparedPsf(KernelPsf):
    """A PSF that `prepare_psf` has checked: its kernel serves `deconvolve` without another check.

    Attributes
    ----------
    warnings : tuple of str
        What was mended, and what is doubtful.
    figures : dict
        Level at the rim, noise, centre, light outside, as measured.
    """

    def __init__(
        self, kernel: npt.ArrayLike, warnings: Sequence[str] = (), figures: dict[str, Any] | None = None
    ):
        super().__init__(kernel)
        self._given = np.asarray(kernel)
        self.warnings = tuple(warnings)
        self.figures = dict(figures or {})

    def checked(self) -> CheckedPsf:
        """The kernel as it was given, with all its digits."""
        return CheckedPsf(self._given, self.warnings, self.figures)

    def __repr__(self) -> str:
        told = f", {self.warnings!r}" if self.warnings else ""
        return f"PreparedPsf({self._values.tolist()}{told})"


def wanted_of(
    ndim: int,
    psf_background: str | float | None = None,
    centre: str = "auto",
    psf_spacing: float | Sequence[float] | None = None,
    spacing: float | Sequence[float] | None = None,
) -> Wanted:
    """The arguments of `prepare_psf`, checked; a text may hold the level, as on the command line.

    Parameters
    ----------
    ndim : int
        Number of axes of the PSF.
    psf_background, centre, psf_spacing, spacing
        See `edgepsf.prepare_psf`.

    Raises
    ------
    InputError
        If one of them is unusable.
    """
    if not isinstance(centre, str) or centre not in CENTRES:
        raise InputError(f"centre must be one of {', '.join(CENTRES)}, not {centre!r}")
    if (psf_spacing is None) != (spacing is None):
        raise InputError("give both psf_spacing and spacing, the pixel sizes of the PSF and of the picture")
    steps = tuple(
        _steps(name, given, ndim) for name, given in (("psf_spacing", psf_spacing), ("spacing", spacing))
    )
    return Wanted(_level(psf_background), centre, *steps)


def _level(given: str | float | None) -> str | float | None:
    """None, "auto", or a number."""
    if given is None or (isinstance(given, str) and given.lower() in ("auto", "none", "")):
        return "auto" if isinstance(given, str) and given.lower() == "auto" else None
    try:
        level = float("nan") if isinstance(given, bool) else float(given)
    except (TypeError, ValueError):
        level = float("nan")
    if not np.isfinite(level):
        raise InputError(f'psf_background must be "auto", a gray value or None, not {given!r}')
    return level


def _steps(name: str, given: float | Sequence[float] | None, ndim: int) -> tuple[float, ...] | None:
    """A positive step for every axis."""
    if given is None:
        return None
    try:
        steps = tuple(float(step) for step in np.atleast_1d(np.asarray(given, np.float64)).ravel())
    except (TypeError, ValueError):
        steps = ()
    steps = steps * ndim if len(steps) == 1 else steps
    if len(steps) != ndim or not all(np.isfinite(step) and step > 0 for step in steps):
        axes = ", ".join("zyx"[-ndim:])
        raise InputError(
            f"{name} must be a positive number, or one for each of the axes {axes}, not {given!r}"
        )
    return steps
