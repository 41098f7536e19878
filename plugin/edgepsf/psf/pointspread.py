"""PointSpread: an isotropic PSF with its kernel image, FWHM, MTF and energy."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from ..errors import EdgeError, InputError
from ..options.arguments import between, real, shown
from .families import model_classes
from .kernel import check_size
from .model import RadialModel
from .models.logistic import Logistic
from .pixel import pixel_average
from .record import to_record

_NEGATIVE_LIMIT = 0.05
_KERNEL_ENERGY = 0.999
_KERNEL_MAX = 255


def check_pixel(pixel: str) -> None:
    """Refuse an unknown pixel convention."""
    if not isinstance(pixel, str) or pixel not in ("sampled", "optical"):
        raise InputError(f'pixel must be "sampled" or "optical", not "{pixel}"')


class PointSpread:
    """Isotropic point spread function of an edge model.

    Two of them are equal when model, pixel and aspect are. `repr` gives an expression that makes an equal one, `str`
    a short text for reading.

    Parameters
    ----------
    model : RadialModel
    pixel : {"sampled", "optical"}
        "sampled": the PSF holds the pixel box, as one fitted to a sampled edge does, and the kernel is its
        value at the pixel centres (integrating again would apply the box twice). "optical": the PSF is that
        of the optics alone, and the kernel is its average over each pixel, so that both are kernels for
        deconvolution on the same grid.
    aspect : float
        Height of a pixel divided by its width; radii are in pixel widths.

    Raises
    ------
    EdgeError
        If P(r) is so negative that it is no PSF.
    """

    def __init__(self, model: RadialModel, pixel: str = "sampled", aspect: float = 1.0):
        check_pixel(pixel)
        if not isinstance(model, RadialModel):
            raise InputError(
                f"model must be a model of edgepsf.psf, such as Gaussian(1.5), not {shown(model)}"
            )
        aspect = between(1e-3, 1e3)("aspect", aspect)
        if not 1e-20 < model.reach < 1e20:
            raise InputError(f"{model!r} reaches {model.reach:g} px: give parameters of the size of pixels")
        self.model = model
        self.pixel = pixel
        self.aspect = float(aspect)
        self.warnings: list[str] = []
        share = self._negative_share()
        if share > _NEGATIVE_LIMIT:
            raise EdgeError(
                f"no PSF: P(r) is negative over {100 * share:.0f} % of its energy; the profile is not that of an "
                "isotropic blur (for degree 3, p3 must not exceed p1³/12). Fit a lower degree"
            )
        if share > 1e-4:
            self.warnings.append(
                f"P(r) dips below zero over {100 * share:.2g} % of its energy; the kernel is clipped at zero there"
            )

    def __repr__(self) -> str:
        pixel = "" if self.pixel == "sampled" else f", pixel={self.pixel!r}"
        aspect = "" if self.aspect == 1.0 else f", aspect={self.aspect!r}"
        return f"PointSpread({self.model!r}{pixel}{aspect})"

    def __str__(self) -> str:
        shape = ", ".join(f"{k}={v:.5g}" for k, v in self.parameters.items())
        return f"PointSpread({self.model.name}: {shape}; FWHM {self.fwhm:.4g} px)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PointSpread):
            return False
        return (self.model, self.pixel, self.aspect) == (other.model, other.pixel, other.aspect)

    def __hash__(self) -> int:
        return hash((self.model, self.pixel, self.aspect))

    @property
    def ndim(self) -> int:
        """Number of axes of the kernel: 2."""
        return 2

    def at(self, x: float, y: float) -> PointSpread:
        """This PSF: it is the same everywhere in the picture."""
        return self

    @property
    def parameters(self) -> dict[str, float]:
        """Shape parameters of the model by name."""
        return self.model.parameters

    def radial(self, r: npt.ArrayLike) -> np.ndarray:
        """P(r) at radius r (px), px⁻²."""
        return self.model.radial(r)

    def esf(self, d: npt.ArrayLike) -> np.ndarray:
        """Edge spread function at distance d (px)."""
        return self.model.esf(d)

    def lsf(self, d: npt.ArrayLike) -> np.ndarray:
        """Line spread function at distance d (px), px⁻¹."""
        return self.model.lsf(d)

    def mtf(self, nu: npt.ArrayLike) -> np.ndarray:
        """Modulation transfer function at ν (cycles/px)."""
        return self.model.mtf(nu)

    @cached_property
    def fwhm(self) -> float:
        """Full width at half maximum of P(r), px; the LSF has another width."""
        return 2.0 * self.model.half_maximum_radius()

    @cached_property
    def mtf50(self) -> float:
        """Lowest frequency with MTF = ½, cycles/px."""
        low, high = 0.0, 1e-3
        while self.mtf(high) > 0.5:
            low, high = high, 1.25 * high
        return scipy.optimize.brentq(lambda nu: float(self.mtf(nu)) - 0.5, low, high, xtol=1e-13)

    def energy(self, r: npt.ArrayLike) -> np.ndarray:
        """Share of the energy within radius r (px), between 0 and 1."""
        return self.model.energy(r)

    def kernel(self, size: int | None = None) -> np.ndarray:
        """Kernel image for deconvolution on the same pixel grid.

        Parameters
        ----------
        size : int, optional
            Odd side length in px; by default the smallest that holds 99.9 % of the energy (at most 255). Only
            the default is not square where the pixels are not.

        Returns
        -------
        ndarray of float32, 2-D
            P at the pixel centres (or averaged over the pixels, see `pixel`), sum 1, centre at index n // 2.

        Raises
        ------
        InputError
            If the size is not an odd number ≥ 1.
        """
        if size is None:
            across = self.default_size // 2
            down = max(1, int(np.ceil(across / self.aspect)))
        else:
            check_size(size)
            across = down = int(size) // 2
        x, y = np.arange(-across, across + 1), self.aspect * np.arange(-down, down + 1)
        if self.pixel == "optical":
            values = pixel_average(self.model, x, y[:, None], self.aspect)
        else:
            values = self.model.sampled(np.hypot(y[:, None], x))
        values = np.clip(values, 0.0, None)
        return (values / values.sum()).astype(np.float32)

    @property
    def default_size(self) -> int:
        """Odd side length with 99.9 % of the energy within the centres of its outer pixels, at least 3 px.

        Heavy tails, which never end, are cut at twelve times the FWHM, and all kernels at 255 px; `crop_loss`
        tells what is lost.
        """
        r = np.linspace(0.0, min(self.model.reach, 12 * self.fwhm), 1001)
        radius = float(np.interp(_KERNEL_ENERGY, self.energy(r), r))
        return int(np.clip(2 * np.ceil(radius - 1e-9) + 1, 3, _KERNEL_MAX))

    def crop_loss(self, size: int | None = None) -> float:
        """Share of the energy that lies outside the circle inscribed in a kernel of this size."""
        size = self.default_size if size is None else between(0, 1e9)("size", size)
        return float(1.0 - self.energy(0.5 * size * min(1.0, self.aspect)))

    def summary(self, size: int | None = None) -> dict[str, Any]:
        """Model, parameters, FWHM, MTF50, conventions, and what a kernel of this size loses, as plain numbers."""
        return {
            "model": self.model.name,
            "parameters": self.parameters,
            "pixel": self.pixel,
            "fwhm_px": self.fwhm,
            "mtf50_cycles_per_px": self.mtf50,
            "kernel_size_px": self.default_size if size is None else int(size),
            "energy_outside_kernel": self.crop_loss(size),
            "warnings": list(self.warnings),
        }

    def to_json(self, size: int | None = None) -> str:
        """The summary as JSON text, which `edgepsf.psf.from_json` reads.

        Two keys come to it where they are needed to make the PSF again: "aspect" where pixels are not square, and
        "composition" where the model is composed or free.
        """
        told = self.summary(size)
        if self.aspect != 1.0:
            told["aspect"] = self.aspect
        if type(self.model) not in model_classes().values():
            record = to_record(self.model)
            told |= {} if record is None else {"composition": record}
        return json.dumps(told, indent=2)

    def _negative_share(self) -> float:
        """Energy below zero as a share of the energy above it."""
        if self.model.non_negative:
            return 0.0
        grid = np.linspace(0.0, self.model.reach, 401)
        density = grid * self.radial(grid)
        above = np.clip(density, 0, None).sum()
        return float(-np.clip(density, None, 0).sum() / above) if above > 0 else 1.0


def _coefficient(key: str, value: float) -> float:
    """A coefficient of a profile of a size that can be computed with."""
    number = real(key, value)
    if not np.isfinite(number) or (number != 0 and not 1e-30 < abs(number) < 1e30):
        raise InputError(f"{key} must be a number between 1e-30 and 1e30, or 0, not {number:g}")
    return number


def from_profile(*, aspect: float = 1.0, **coefficients: float) -> PointSpread:
    """PSF of an odd profile: `from_profile(p1=1.2)`, `from_profile(p1=1.0, p3=0.05)`.

    Parameters
    ----------
    p1, p3, p5, … : float
        Coefficients of f(d) = p1 d + p3 d³ + …; missing ones are 0.
    aspect : float
        Height of a pixel divided by its width; d is in pixel widths.

    Returns
    -------
    PointSpread

    Raises
    ------
    InputError
        If a name is not p followed by an odd number, or p1 is missing.
    EdgeError
        If f is not monotone or P(r) is not a PSF.
    """
    powers = {}
    for key, value in coefficients.items():
        if not (key[:1] == "p" and key[1:].isdecimal() and int(key[1:]) % 2 == 1):
            raise InputError(f'unknown coefficient "{key}": use p1, p3, p5, … (odd powers)')
        powers[int(key[1:])] = _coefficient(key, value)
    if "p1" not in coefficients:
        raise InputError("p1 is missing: the slope of f at the edge, px⁻¹")
    values = [powers.get(k, 0.0) for k in range(1, max(powers) + 1, 2)]
    while len(values) > 1 and values[-1] == 0.0:
        values.pop()
    return PointSpread(Logistic(*values), aspect=aspect)
