"""Point spread functions: models, kernel image, FWHM, MTF."""

from .logistic import Logistic, logistic_closed_form
from .model import RadialModel
from .pointspread import PointSpread, from_profile

__all__ = ["Logistic", "PointSpread", "RadialModel", "from_profile", "logistic_closed_form"]
