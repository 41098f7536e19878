"""Point spread functions: models, kernel image, FWHM, MTF.

Every model in `models` is found by being there: its class is a name of this package too.
"""

from .composite import Blurred, Steps, Sum
from .families import model_classes
from .free import FreePsf
from .kernel import KernelPsf
from .model import RadialModel
from .models.airy import Airy
from .models.disk import Disk
from .models.gaussian import Gaussian
from .models.logistic import Logistic, logistic_closed_form
from .models.moffat import Moffat
from .odd import OddPolynomial
from .pointspread import PointSpread, from_profile
from .prepare import prepare_psf
from .prepared import PreparedPsf
from .protocol import Psf, kernel_of
from .reading import from_json

# The imports above tell the classes to type checkers; a new file in `models` needs no line here.
globals().update(model_classes())

__all__ = [
    "Airy",
    "Blurred",
    "Disk",
    "FreePsf",
    "Gaussian",
    "KernelPsf",
    "Logistic",
    "Moffat",
    "OddPolynomial",
    "PointSpread",
    "PreparedPsf",
    "Psf",
    "RadialModel",
    "Steps",
    "Sum",
    "from_json",
    "from_profile",
    "kernel_of",
    "logistic_closed_form",
    "prepare_psf",
]
