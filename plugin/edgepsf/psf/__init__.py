"""Point spread functions: models, kernel image, FWHM, MTF."""

from .model import RadialModel
from .models.airy import Airy
from .models.disk import Disk
from .models.gaussian import Gaussian
from .models.logistic import Logistic, logistic_closed_form
from .models.moffat import Moffat
from .pointspread import PointSpread, from_profile

__all__ = [
    "Airy",
    "Disk",
    "Gaussian",
    "Logistic",
    "Moffat",
    "PointSpread",
    "RadialModel",
    "from_profile",
    "logistic_closed_form",
]
