"""The contract of everything that measures a PSF: batches, reports, dialogs and the command line know only this."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..pictures.graph import Graph
from ..pictures.picture import Calibration
from ..pictures.region import Region
from ..psf.protocol import Psf
from .curves import Sampled
from .page import Page, Quantity

Row = dict[str, Any]


@runtime_checkable
class Measurement(Protocol):
    """A PSF that was read from a region of a picture, with how certain it is and how it is shown.

    All lengths are in pixel widths, and all places in whole-image pixels.
    """

    @property
    def psf(self) -> Psf:
        """The PSF."""
        ...

    @property
    def warnings(self) -> list[str]:
        """Sentences that say why the measurement is doubtful."""
        ...

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The numbers that have an interval, in the order in which they are shown; "fwhm" is among them."""
        ...

    def value(self, name: str) -> float:
        """A quantity by its name.

        Raises
        ------
        InputError
            If there is no quantity of this name.
        """
        ...

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """Confidence interval (low, high) of a quantity.

        Raises
        ------
        InputError
            If there is no quantity of this name, or the level is not between 0 and 1.
        """
        ...

    def row(self, calibration: Calibration | None = None) -> Row:
        """The measurement as a table row: numbers and words, in px and in the unit where there is a scale.

        The row has the columns of `interval_columns` for "fwhm", and "fwhm_unit" and "unit" where there is a scale.
        """
        ...

    def summary(self, size: int | None = None) -> dict[str, Any]:
        """Everything that can be written as JSON, with the figures of a kernel of the given size."""
        ...

    def lines(self, origin: tuple[int, int], shape: tuple[int, int]) -> dict[str, np.ndarray]:
        """Lines to draw into the picture, by name: polylines of shape (n, 2), x before y.

        Parameters
        ----------
        origin, shape : (x, y), (ny, nx)
            The rectangle that the lines are cut to. The borders of a band are called "band-" and "band+".
        """
        ...

    def graphs(self, title: str, region: Region) -> list[Graph]:
        """Plots of the measurement over the pixels of its region; their titles begin with `title`."""
        ...

    def curves(self) -> tuple[Sampled, ...]:
        """The curves that the measurement gives, such as "esf", "lsf", "psf", "mtf", with their 95 % bands."""
        ...

    def mtf_at(self, frequency: float) -> tuple[float, float, float]:
        """MTF at a frequency (cycles/px), with its 95 % interval (low, high)."""
        ...

    def page(self, region: Region) -> Page:
        """The contents of the report page, for the pixels of the region."""
        ...


def interval_columns(measurement: Measurement, *names: str) -> Row:
    """Quantities with their 95 % intervals as columns of a row: "fwhm", "fwhm_low", "fwhm_high" and so on."""
    row: Row = {}
    for name in names:
        low, high = measurement.interval(name)
        row |= {name: measurement.value(name), f"{name}_low": low, f"{name}_high": high}
    return row


def mtf_columns(measurement: Measurement, frequency: float | None) -> Row:
    """The MTF at a frequency (cycles/px) with its 95 % interval as columns of a row; none without a frequency."""
    if frequency is None:
        return {}
    value, low, high = measurement.mtf_at(frequency)
    return {"mtf_at": frequency, "mtf": value, "mtf_low": low, "mtf_high": high}


def units_of(measurement: Measurement, row: Row) -> dict[str, str]:
    """Units of the columns of a row, those of the quantities and of their intervals; nothing for plain numbers."""
    units = {"mtf_at": "cycles/px"}
    for quantity in measurement.quantities:
        for name in (quantity.name, quantity.label):
            units |= dict.fromkeys((name, f"{name}_low", f"{name}_high"), quantity.unit)
    scaled = {f"{name}_unit": unit.replace("px", str(row.get("unit", "px"))) for name, unit in units.items()}
    return {name: unit for name, unit in (units | scaled).items() if unit and name in row}


def headline(row: Row) -> str:
    """The most important columns of a row in one line of text, for a preview."""
    text = f"FWHM {row['fwhm']:.4g} px ({row['fwhm_low']:.4g} to {row['fwhm_high']:.4g})"
    if "fwhm_unit" in row:
        text += f" = {row['fwhm_unit']:.4g} {row['unit']}"
    patterns = {"mtf50": "MTF50 {:.4g} per px", "model": "model {}", "angle": "angle {:.2f} deg"}
    return ", ".join([text, *(pattern.format(row[key]) for key, pattern in patterns.items() if key in row)])
