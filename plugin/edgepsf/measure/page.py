"""The contents of a measurement's report page: plots with confidence bands, residuals, lines of text.

The classes here hold numbers and words only; `edgepsf.report` draws them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..pictures.graph import Curve


@dataclass(frozen=True)
class Quantity:
    """A number that a measurement gives with an interval.

    Attributes
    ----------
    name : str
        The name for `Measurement.value` and `Measurement.interval`.
    label : str
        The name as a reader knows it.
    unit : str
        Empty for gray values and numbers without a unit.
    """

    name: str
    label: str
    unit: str = ""


@dataclass(frozen=True)
class Band:
    """A confidence band around a curve.

    Attributes
    ----------
    x, low, high : ndarray, shape (n,)
    label : str
        Entry in the legend; none when empty.
    """

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray
    label: str = ""


@dataclass(frozen=True)
class Plot:
    """One plot of the page.

    Attributes
    ----------
    title, x_label, y_label : str
    curves : tuple of Curve
        Data as dots, then the fitted curve as a line.
    band : Band, optional
    mark : Curve, optional
        A dotted line at a quantity, such as half of the FWHM.
    mark_in_front : bool
        Whether the mark is drawn over the frame of the plot, too.
    x_range, y_range : (low, high), optional
        By default all that is drawn.
    """

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    band: Band | None = None
    mark: Curve | None = None
    mark_in_front: bool = False
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Page:
    """The page of one measurement.

    Attributes
    ----------
    title : str
        The heading, such as "PSF from an edge".
    region_title : str
        The heading above the region.
    residual : ndarray, shape of the region
        Image minus fit, in `residual_unit`; NaN outside the region.
    residual_unit : str
    plots : tuple of Plot
        Three fit side by side.
    aspect : float
        Height of a pixel divided by its width.
    line_labels : dict of str
        Entries in the legend for the measurement's lines, by their names.
    head, notes : tuple of str
        Lines of text above and below the table of quantities.
    """

    title: str
    region_title: str
    residual: np.ndarray
    residual_unit: str
    plots: tuple[Plot, ...]
    aspect: float = 1.0
    line_labels: dict[str, str] = field(default_factory=dict)
    head: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
