"""`compare_sharpening`: the best unsharp mask beside deconvolution, on the same picture and the same scale."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import fft
from scipy.ndimage import maximum_filter, minimum_filter

from ..deconvolve import best_unsharp_mask, deconvolve, unsharp_mask
from ..deconvolve.noise import high_frequency_sd
from ..deconvolve.operator import prepare_kernel
from ..errors import InputError
from ..pictures.quality import psnr, ssim
from ..pictures.region import gray_image, take_region

LABELS = ("blurred", "unsharp mask", "deconvolved")
_FLOOR = 1e-5  # of the picture's range: noise of a noise-free picture, which single precision rounds
CONTRASTS = (0.5, 0.2, 0.1)  # of the blurred picture, at whose frequencies the results are compared


@dataclass
class Comparison:
    """An unsharp mask beside deconvolution.

    Attributes
    ----------
    blurred, unsharp, deconvolved : ndarray of float32, shape (ny, nx)
    truth : ndarray or None
    region : bool array
        Pixels that the search and the figures are from.
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

    blurred: np.ndarray
    unsharp: np.ndarray
    deconvolved: np.ndarray
    truth: np.ndarray | None
    region: np.ndarray
    radius: float
    amount: float
    method: str
    noise: float
    rows: list[dict[str, Any]] = field(default_factory=list)
    record: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def pictures(self) -> tuple[np.ndarray, ...]:
        """Blurred, unsharp mask, deconvolved."""
        return self.blurred, self.unsharp, self.deconvolved

    @property
    def display(self) -> tuple[float, float]:
        """Gray values to show as black and white in all pictures alike: the range of the blurred one."""
        return float(self.blurred.min()), float(self.blurred.max())

    def report(self, path: str | os.PathLike, title: str = "") -> None:
        """Draw the pictures side by side, a detail, a profile and the table as one PNG."""
        from .sharpening_page import report

        report(self, path, title=title)


def compare_sharpening(
    image,
    psf,
    method: str = "richardson_lucy",
    iterations: int | None = None,
    *,
    truth=None,
    roi=None,
    callback=None,
    **options,
) -> Comparison:
    """Compare the best unsharp mask of a picture with its deconvolution.

    With a truth, the mask's radius and amount are those of least squared error against it. Without one they are
    those nearest to the Wiener restoration (regularisation by GCV), whatever the method compared: for given data the
    expected squared error is least for the picture nearest to the mean of all scenes that fit them, and the Wiener
    filter estimates that mean.

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
        Called as callback(i, n, info) over the two deconvolutions, that of the picture and that of the probe.

    Returns
    -------
    Comparison
        Its rows hold: radius, amount (of the mask); psnr (dB, peak = the truth's range) and ssim where there is a
        truth; noise_gain, the factor by which noise of the picture's own strength, added to it, comes out larger;
        residual, RMS of the result blurred again minus the picture, in noise deviations (1 fits the data);
        overshoot, the 99th percentile over the pixels of what lies beyond the picture's lowest and highest values
        within the reach of the blur, % of the picture's range; contrast_50, _20 and _10, the contrast of details
        of which the blur leaves 50, 20 and 10 % (%, NaN where the PSF leaves more up to the pixel limit).

    Raises
    ------
    InputError
        If the picture, truth, PSF, region or an option is unusable.
    """
    blurred = _plane(image, "picture")
    truth = None if truth is None else _plane(truth, "truth")
    if truth is not None and truth.shape != blurred.shape:
        raise InputError(f"the truth has shape {truth.shape}, the picture {blurred.shape}")
    region = _mask(blurred, roi)
    kernel = prepare_kernel(psf, 2)
    if blurred[region].min() == blurred[region].max():
        raise InputError(f"the picture is constant ({blurred[region][0]:g}): there is nothing to sharpen")
    noise = max(high_frequency_sd(blurred, region), _rounding(image), _FLOOR * float(np.ptp(blurred[region])))
    first, second = _halves(callback)
    restored, record = deconvolve(
        blurred, kernel, method, iterations, callback=first, full_output=True, **options
    )
    target = deconvolve(blurred, kernel, "wiener") if truth is None else truth
    unsharp, radius, amount = best_unsharp_mask(blurred, target, region=region)
    out = Comparison(blurred, unsharp, restored, truth, region, radius, amount, method, noise, record=record)
    if amount == 0:
        out.warnings.append("no unsharp mask brings this picture nearer to the scene: its amount is 0")

    def again(picture):
        # The probe sees the same restoration, not one with parameters of its own.
        kept = {k: record[k] for k in ("regularization",) if k in record}
        settings = {k: v for k, v in options.items() if k != "stop"} | kept
        return deconvolve(picture, kernel, method, record["iterations"], callback=second, **settings)

    out.rows = _rows(out, kernel, again)
    return out


def _plane(image, name: str) -> np.ndarray:
    array = gray_image(image)
    if not np.isfinite(array).all():
        raise InputError(f"the {name} has NaN or infinite pixels; replace them first")
    return array.astype(np.float32)


def _mask(image: np.ndarray, roi) -> np.ndarray:
    region = take_region(image, roi)
    (x, y), (height, width) = region.origin, region.shape
    mask = np.zeros(image.shape, dtype=bool)
    mask[y : y + height, x : x + width] = region.mask
    if mask.sum() < 64 or min(height, width) < 8:
        raise InputError(
            f"the region is too small to compare in ({width} × {height} pixels): 8 × 8 are needed"
        )
    return mask


def _rounding(image) -> float:
    """Noise of rounding to integers."""
    return 12**-0.5 if np.asarray(image).dtype.kind in "bui" else 0.0


def _halves(callback):
    """Two callbacks that count as one run of twice the length."""
    if callback is None:
        return None, None
    return (
        lambda i, n, info: callback(i, 2 * n, info),
        lambda i, n, info: callback(n + i, 2 * n, info),
    )


def _rows(compared: Comparison, kernel: np.ndarray, again) -> list[dict[str, Any]]:
    """The table; `again` deconvolves another picture in the same way."""
    region, blurred = compared.region, compared.blurred
    probe = _probe(compared)
    changed = (
        blurred + probe,
        unsharp_mask(blurred + probe, compared.radius, compared.amount),
        again(blurred + probe),
    )
    inner = _interior(region, kernel)
    rows = []
    for label, picture, moved in zip(LABELS, compared.pictures, changed, strict=True):
        masked = label == "unsharp mask"
        row = {"image": label, "method": compared.method if label == "deconvolved" else ""}
        row |= (
            {"radius": compared.radius, "amount": compared.amount} if masked else _empty("radius", "amount")
        )
        if compared.truth is not None:
            row["psnr"] = psnr(picture, compared.truth, region)
            row["ssim"] = ssim(picture, compared.truth, region)
        row["noise_gain"] = float(np.std((moved - picture)[region]) / np.std(probe[region]))
        row["residual"] = _residual(picture, blurred, kernel, inner) / compared.noise
        row["overshoot"] = overshoot(picture, blurred, kernel, region)
        rows.append(row | contrasts(picture, blurred, kernel, region))
    return rows


def _empty(*names: str) -> dict[str, float]:
    return dict.fromkeys(names, float("nan"))


def _probe(compared: Comparison) -> np.ndarray:
    """White noise of the picture's own strength."""
    white = np.random.default_rng(0).standard_normal(compared.blurred.shape)
    return (compared.noise * white).astype(np.float32)


def _interior(region: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Pixels of the region that nothing beyond the picture's border reaches; all if there are none."""
    inside = np.zeros_like(region)
    ky, kx = (k // 2 for k in kernel.shape)
    inside[ky : max(inside.shape[0] - ky, ky), kx : max(inside.shape[1] - kx, kx)] = True
    return region & inside if (region & inside).any() else region


def overshoot(picture, blurred, kernel, region) -> float:
    """99th percentile of what lies beyond the blurred picture's values within the reach of the blur, % of its range."""
    low, high = (each(blurred, size=_reach(kernel)) for each in (minimum_filter, maximum_filter))
    excess = np.maximum(np.maximum(picture - high, low - picture), 0)[region]
    return float(100 * np.percentile(excess, 99) / np.ptp(blurred[region]))


def _reach(kernel: np.ndarray) -> int:
    """Odd width of the square that holds 90 % of the PSF."""
    y, x = np.indices(kernel.shape)
    distance = np.maximum(abs(y - kernel.shape[0] // 2), abs(x - kernel.shape[1] // 2))
    energy = np.cumsum(np.bincount(distance.ravel(), kernel.ravel()))
    return 2 * int(np.searchsorted(energy, 0.9)) + 1


def _residual(picture, blurred, kernel, inner) -> float:
    """RMS of the picture blurred again minus the data."""
    from scipy.signal import fftconvolve  # slow to import

    margins = [((k - 1) // 2, k // 2) for k in kernel.shape]  # the kernel's centre is at k // 2
    again = fftconvolve(np.pad(picture.astype(np.float64), margins, mode="symmetric"), kernel, mode="valid")
    return float(np.sqrt(np.mean((again - blurred)[inner] ** 2)))


def contrasts(picture, blurred, kernel, region) -> dict[str, float]:
    """Contrast (%) of a result at the frequencies where the PSF leaves 50, 20 and 10 %.

    The contrast that the blur leaves, times the gain of the result over the blurred picture: the regression of
    their spectra in a ring of frequencies, under a Hann window over the region's bounding box.
    """
    rows, columns = (np.nonzero(region.any(axis=axis))[0] for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    window = np.outer(*(np.hanning(s.stop - s.start + 2)[1:-1] for s in box)) * region[box]
    before, after = (_spectrum(each[box], window) for each in (blurred, picture))
    nu = np.hypot(*np.meshgrid(*(fft.fftfreq(n) for n in window.shape), indexing="ij"))
    half = max(0.01, 1.0 / min(window.shape))
    out = {}
    for level in CONTRASTS:
        ring = np.abs(nu - mtf_frequency(kernel, level)) <= half
        power = float((np.abs(before[ring]) ** 2).sum())
        gain = (after[ring] * before[ring].conj()).real.sum() / power if power > 0 else np.nan
        out[f"contrast_{100 * level:.0f}"] = float(100 * level * gain)
    return out


def _spectrum(image: np.ndarray, window: np.ndarray) -> np.ndarray:
    mean = (image * window).sum() / window.sum()
    return fft.fft2((image.astype(np.float64) - mean) * window)


def mtf_frequency(kernel: np.ndarray, level: float) -> float:
    """Lowest frequency (cycles/px) at which the MTF, averaged over all directions, falls to a level; NaN if none."""
    size = max(512, 2 * max(kernel.shape))
    mtf = np.abs(fft.fft2(kernel, (size, size)))
    nu = np.hypot(*np.meshgrid(fft.fftfreq(size), fft.fftfreq(size), indexing="ij"))
    ring = np.rint(nu * size).astype(int).ravel()
    count = np.bincount(ring)
    mean, at = (np.bincount(ring, each.ravel()) / count for each in (mtf, nu))
    below = np.nonzero(mean[: size // 2 + 1] <= level)[0]
    if not below.size or below[0] == 0:
        return float("nan")
    i = below[0]
    return float(np.interp(level, mean[[i, i - 1]], at[[i, i - 1]]))
