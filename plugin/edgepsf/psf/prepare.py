"""`prepare_psf`: a measured PSF made ready for deconvolution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..options.arguments import gray_values, optional, takes
from .checkin import check_in
from .prepared import PreparedPsf, wanted_of
from .protocol import Psf


@takes(image=optional(gray_values))
def prepare_psf(
    psf: Psf | npt.ArrayLike,
    image: npt.ArrayLike | None = None,
    *,
    psf_background: str | float | None = "auto",
    centre: str = "auto",
    psf_spacing: float | Sequence[float] | None = None,
    spacing: float | Sequence[float] | None = None,
) -> PreparedPsf:
    """Check a PSF, mend what can be mended, and refuse what cannot.

    `deconvolve` does the same with every kernel image, with ``psf_background=None``. A PSF from this function is not
    checked again.

    Parameters
    ----------
    psf : Psf or array_like, 2-D or 3-D
    image : array_like, optional
        The picture that is to be restored: PSF and picture that were swapped are noticed.
    psf_background : "auto", float or None
        Gray value that is no light of the PSF. "auto" takes the level at the rim of the kernel, if there is one.
        With None a level is warned of from 1 % of the light on and refused from 10 % on.
    centre : {"auto", "given", "peak", "centroid"}
        "auto" brings a PSF that is off its centre, in the order of the FFT, or of even size with its centre beside
        index n // 2, to index n // 2, unless its shape can be the reason: it stays if its peak or its centroid is
        there, and if it is a path that runs through there. "given" never moves it. "peak" and "centroid" bring the
        middle of what exceeds half of the maximum, or of all light, to n // 2, by whole pixels.
    psf_spacing, spacing : float or sequence of float, optional
        Pixel sizes of the PSF and of the picture, in one unit, in the order (z, y, x); both or none. Where they differ
        the PSF is resampled.

    Returns
    -------
    PreparedPsf
        A `KernelPsf` with `warnings`, a sentence for each thing that was mended or is doubtful, and `figures`.

    Raises
    ------
    InputError
        If the PSF is masked, has colours, holds NaN, or values below zero that are no noise, is swapped with the
        picture, lacks 10 % of its light or more, or an argument is unusable.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(-7, 8)
    >>> spot = 100 + 1000 * np.exp(-(x**2 + x[:, None] ** 2) / 8)
    >>> prepare_psf(spot).warnings
    ('the level at the rim of the PSF, 100 (47.3 % of its light), was subtracted',)
    """
    ndim = psf.ndim if hasattr(psf, "ndim") else np.ndim(psf)
    wanted = wanted_of(ndim, psf_background, centre, psf_spacing, spacing)
    ready = check_in(psf, image, wanted)
    return PreparedPsf(ready.array, ready.warnings, ready.figures)
