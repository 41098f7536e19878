"""EdgeFit: the measurement that `fit_edge` returns."""

from __future__ import annotations

import json

import numpy as np

from ...pictures.graph import Graph
from ...pictures.picture import Calibration
from ...pictures.region import Region
from ...psf.graphs import psf_graph
from ..curves import Sampled
from ..measurement import Row, interval_columns
from ..page import Page, Quantity
from . import drawing
from .fitted import FittedEdge
from .page import edge_page
from .sampled import edge_curves


class EdgeFit(FittedEdge):
    """PSF of one edge with its levels, geometry and uncertainty.

    Attributes
    ----------
    psf : PointSpread
    v1, v2 : float
        Plateau levels; v1 on the side d > 0.
    normal_angle : float
        Direction of the normal towards v1, degrees (x right, y down).
    offset : float
        Signed distance of the line from pixel (0, 0) along the normal, px.
    model : str
        The family that was fitted; "free" where no family of the library fits. `psf.model` then is a composition of
        families or a `FreePsf`.
    noise : float
        Standard deviation of the residuals, in gray values.
    n : int
        Number of pixels fitted.
    curvature : float
        Curvature of the edge, px⁻¹, where the data asked for it, else 0; the line is its tangent at `center`.
    gradients : (across1, along1, across2, along2)
        Brightness gradients of the v1 and v2 plateaus across and along the edge, gray values per px; 0
        where the data did not ask for them.
    center : (x, y)
        Centre of mass of the fitted pixels, in pixel widths.
    aspect : float
        Height of a pixel divided by its width; all lengths are in pixel widths.
    warnings : list of str
    """

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """FWHM, MTF50, the parameters of the model, levels, angle and offset."""
        parameters = (Quantity(name, name) for name in self.parameters)
        line = (Quantity("v1", "v1"), Quantity("v2", "v2"), Quantity("normal_angle", "angle", "°"))
        return (
            Quantity("fwhm", "FWHM", "px"),
            Quantity("mtf50", "MTF50", "c/px"),
            *parameters,
            *line,
            Quantity("offset", "offset", "px"),
        )

    def row(self, calibration: Calibration | None = None) -> Row:
        """The figures as a table row, in px and, where there is a scale, in its unit."""
        row: Row = {"model": self.model, **self.parameters, **interval_columns(self, "fwhm", "mtf50")}
        row |= {"v1": self.v1, "v2": self.v2, "angle": self.normal_angle, "offset": self.offset}
        row |= {"noise": self.noise, "n": self.n}
        lengths = {"fwhm": 1, "fwhm_low": 1, "fwhm_high": 1, "mtf50": -1}
        return row | (calibration or Calibration()).in_units(row, lengths)

    def lines(self, origin: tuple[int, int], shape: tuple[int, int]) -> dict[str, np.ndarray]:
        """The fitted line and its band, as `Measurement.lines`."""
        return drawing.fit_lines(self, origin, shape)

    def graphs(self, title: str, region: Region) -> list[Graph]:
        """Gray values over the distance with the fitted edge, and P(r)."""
        y, x = np.nonzero(region.mask)
        d = self.distance(x + region.origin[0], y + region.origin[1])
        return [drawing.esf_graph(title, self, d, region.values[region.mask]), psf_graph(title, self.psf)]

    def curves(self) -> tuple[Sampled, ...]:
        """The gray value over the distance, LSF, P(r) and MTF with their bands."""
        return edge_curves(self)

    def mtf_at(self, frequency: float) -> tuple[float, float, float]:
        """MTF at a frequency (cycles/px), with its 95 % interval."""
        low, high = self.band("mtf", [frequency])
        return float(self.psf.mtf(frequency)), float(low[0]), float(high[0])

    def page(self, region: Region) -> Page:
        """The contents of the report page."""
        return edge_page(self, region)

    def to_json(self) -> str:
        """The summary as JSON text."""
        return json.dumps(self.summary(), indent=2)
