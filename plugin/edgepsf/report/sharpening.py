"""`compare_sharpening`: the best unsharp mask beside deconvolution, on the same picture and the same scale."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..deconvolve import best_unsharp_mask, deconvolve, unsharp_mask
from ..deconvolve.noise import high_frequency_sd
from ..deconvolve.operator import prepare_kernel
from ..errors import InputError
from ..options.arguments import function, gray_values, optional, takes, text
from ..pictures.quality import psnr, ssim
from ..pictures.region import gray_image, take_region
from ..psf.checkin import check_in
from ..psf.prepared import PreparedPsf, wanted_of
from ..psf.protocol import Psf
from .compared import LABELS, ComparedPictures
from .sharpening_page import write_page
from .sharpness import sharpness

_FLOOR = 1e-5  # of the picture's range: noise of a noise-free picture, which single precision rounds
_NONE = {"radius": float("nan"), "amount": float("nan")}  # of a picture that is no unsharp mask

Callback = Callable[[int, int, dict[str, Any]], Any]
Again = Callable[[np.ndarray], np.ndarray]


class Comparison(ComparedPictures):
    """An unsharp mask beside deconvolution.

    Attributes
    ----------
    blurred, unsharp, deconvolved : ndarray of float32, shape (ny, nx)
    truth : ndarray or None
    region : bool array, shape (ny, nx)
        Pixels that the search used and that the figures describe.
    radius, amount : float
        Of the unsharp mask (px, no unit).
    method : str
        Of the deconvolution.
    noise : float
        Standard deviation of the noise of the blurred picture, gray values.
    rows : list of dict
        The table, one row each for blurred, unsharp mask and deconvolved; see `compare_sharpening`.
    record : dict
        Of the deconvolution: iterations, regularization, seconds.
    warnings : list of str
    """

    def report(self, path: str | os.PathLike[str], title: str = "", light: bool = False) -> None:
        """Draw the pictures side by side, a detail, a profile and the table as one PNG.

        Parameters
        ----------
        path : path of the PNG
        title : str
            Added to the heading, such as the name of the image.
        light : bool
            Whether the pictures are linear light made from encoded ones; they are drawn with the sRGB curve then.
        """
        write_page(self, path, title=title, light=light)


@takes(image=gray_values, method=text, callback=optional(function), truth=optional(gray_values))
def compare_sharpening(
    image: npt.ArrayLike,
    psf: Psf | npt.ArrayLike,
    method: str = "richardson_lucy",
    iterations: int | None = None,
    *,
    truth: npt.ArrayLike | None = None,
    roi: Any = None,
    callback: Callback | None = None,
    **options: Any,
) -> Comparison:
    """Compare the best unsharp mask of a picture with its deconvolution.

    With a truth, the search finds the radius and amount of the least squared error against it. Without a truth, it
    finds the mask nearest to the Wiener restoration (regularisation from the data), for every method: the expected
    squared error is least for the picture nearest to the mean of all scenes that fit the data, and the Wiener filter
    estimates this mean.

    Parameters
    ----------
    image : array_like, shape (ny, nx)
        Blurred picture in linear light, finite.
    psf : PointSpread or array_like
    method, iterations, **options
        As in `deconvolve`.
    truth : array_like, shape (ny, nx), optional
    roi : None, (x, y, width, height) or mask
        Where the mask is searched and the figures are taken; the whole picture by default.
    callback : callable, optional
        Called as callback(i, n, info) over the two deconvolutions, of the picture and of the probe.

    Returns
    -------
    Comparison
        Its rows hold: radius, amount (of the mask); psnr (dB, peak = the truth's range) and ssim where there is a
        truth; noise_gain, the factor by which noise of the picture's own strength, added to it, comes out larger;
        residual, RMS of the result blurred again minus the picture, in noise deviations (1 fits the data);
        overshoot, the 99th percentile over the pixels of the excess beyond the picture's lowest and highest values
        within the reach of the blur, % of the picture's range; contrast_50, _20 and _10, the contrast of details
        of which the blur leaves 50, 20 and 10 % (%, NaN where the PSF leaves more up to the pixel limit).

    Raises
    ------
    InputError
        If the picture, truth, PSF, region or an option is unusable.
    """
    blurred = _plane(image, "picture")
    known = None if truth is None else _plane(truth, "truth")
    if known is not None and known.shape != blurred.shape:
        raise InputError(f"the truth has shape {known.shape}, the picture {blurred.shape}")
    region = _mask(blurred, roi)
    ready = check_in(psf, blurred, wanted_of(2, options.pop("psf_background", None)))
    kernel = prepare_kernel(ready.array, 2)
    checked = PreparedPsf(kernel)
    if blurred[region].min() == blurred[region].max():
        raise InputError(f"the picture is constant ({blurred[region][0]:g}): there is nothing to sharpen")
    noise = max(high_frequency_sd(blurred, region), _rounding(image), _FLOOR * float(np.ptp(blurred[region])))
    first, second = _halves(callback)
    restored, record = deconvolve(
        blurred, checked, method, iterations, callback=first, full_output=True, **options
    )
    target = deconvolve(blurred, checked, "wiener") if known is None else known
    unsharp, radius, amount = best_unsharp_mask(blurred, target, region=region)
    out = Comparison(blurred, unsharp, restored, known, region, radius, amount, method, noise, record=record)
    out.warnings += ready.warnings
    if amount == 0:
        out.warnings.append("no unsharp mask brings this picture nearer to the scene: its amount is 0")

    def again(picture: np.ndarray) -> np.ndarray:
        """The same restoration for the probe, not one with parameters of its own."""
        kept = {k: record[k] for k in ("regularization",) if k in record}
        settings = {k: v for k, v in options.items() if k != "stop"} | kept
        return deconvolve(picture, checked, method, record["iterations"], callback=second, **settings)

    out.rows = _rows(out, kernel, again)
    return out


def _plane(image: npt.ArrayLike, name: str) -> np.ndarray:
    array = gray_image(image)
    if not np.isfinite(array).all():
        raise InputError(f"the {name} has NaN or infinite pixels; replace them first")
    return array.astype(np.float32)


def _mask(image: np.ndarray, roi: Any) -> np.ndarray:
    region = take_region(image, roi)
    (x, y), (height, width) = region.origin, region.shape
    mask = np.zeros(image.shape, dtype=bool)
    mask[y : y + height, x : x + width] = region.mask
    if mask.sum() < 64 or min(height, width) < 8:
        raise InputError(
            f"the region is too small to compare in ({width} × {height} pixels): 8 × 8 are needed"
        )
    return mask


def _rounding(image: npt.ArrayLike) -> float:
    """Noise of rounding to integers."""
    return 12**-0.5 if np.asarray(image).dtype.kind in "bui" else 0.0


def _halves(callback: Callback | None) -> tuple[Callback | None, Callback | None]:
    """Two callbacks that count as one run of twice the length."""
    if callback is None:
        return None, None
    return (
        lambda i, n, info: callback(i, 2 * n, info),
        lambda i, n, info: callback(n + i, 2 * n, info),
    )


def _rows(compared: ComparedPictures, kernel: np.ndarray, again: Again) -> list[dict[str, Any]]:
    """The table; `again` deconvolves another picture in the same way."""
    probe = _probe(compared)
    probed = compared.blurred + probe
    changed = (probed, unsharp_mask(probed, compared.radius, compared.amount), again(probed))
    chosen = {"radius": compared.radius, "amount": compared.amount}
    rows = []
    for label, picture, moved in zip(LABELS, compared.pictures, changed, strict=True):
        row: dict[str, Any] = {"image": label, "method": compared.method if label == "deconvolved" else ""}
        row |= chosen if label == "unsharp mask" else _NONE
        if compared.truth is not None:
            row["psnr"] = psnr(picture, compared.truth, compared.region)
            row["ssim"] = ssim(picture, compared.truth, compared.region)
        row["noise_gain"] = float(np.std((moved - picture)[compared.region]) / np.std(probe[compared.region]))
        rows.append(row | sharpness(picture, compared, kernel))
    return rows


def _probe(compared: ComparedPictures) -> np.ndarray:
    """White noise of the picture's own strength."""
    white = np.random.default_rng(0).standard_normal(compared.blurred.shape)
    return (compared.noise * white).astype(np.float32)
