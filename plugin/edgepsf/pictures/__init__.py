"""Pictures: what they are, their regions, files, light and quality."""

from .graph import Curve, Graph
from .picture import Calibration, Picture, as_property
from .result import Result

__all__ = ["Calibration", "Curve", "Graph", "Picture", "Result", "as_property"]
