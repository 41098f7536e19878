"""edgepsf: point spread functions read from edges, and deconvolution with them.

`fit_edge` reads a PSF from a contrast edge, `deconvolve` restores a picture with it, `compare_sharpening` sets the
best unsharp mask beside that; `edgepsf.edge` and
`edgepsf.psf` hold the single steps, `edgepsf.imagej` the bridge to ImageJ (imported only when used).
"""

from . import engines, former, psf
from .deconvolve import best_unsharp_mask, deconvolve, unsharp_mask
from .errors import EdgeError, EngineError, InputError, MacroError
from .measure import edge
from .measure.edge.fit import fit_edge
from .measure.edge.result import EdgeFit
from .psf.pointspread import PointSpread
from .psf.prepare import prepare_psf
from .psf.prepared import PreparedPsf
from .report.sharpening import compare_sharpening

__version__ = "0.1.0"

former.install()

__all__ = [
    "EdgeError",
    "EdgeFit",
    "EngineError",
    "InputError",
    "MacroError",
    "PointSpread",
    "PreparedPsf",
    "best_unsharp_mask",
    "compare_sharpening",
    "deconvolve",
    "edge",
    "engines",
    "fit_edge",
    "prepare_psf",
    "psf",
    "unsharp_mask",
]
