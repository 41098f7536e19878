"""The values of a kernel image, and whether it is one: arrays that cannot be a PSF are refused."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import InputError

_BROAD, _SMALL = (
    0.2,
    0.1,
)  # share of the pixels that light fills: more than a PSF does, less than a picture does


def real_values(psf: npt.ArrayLike, image: npt.ArrayLike | None = None) -> np.ndarray:
    """The kernel as an array of finite real numbers.

    Raises
    ------
    InputError
        If it is a masked array, a colour picture, holds no real numbers, or NaN or infinite values.
    """
    if isinstance(psf, np.ma.MaskedArray) and np.ma.is_masked(psf):
        count = int(np.ma.count_masked(psf))
        raise InputError(
            f"the PSF is a masked array with {count} masked pixels, and a PSF has no holes: fill them first, with "
            "psf.filled(0) or the values of their neighbours"
        )
    array = np.asarray(psf)
    if array.dtype.kind not in "buif":
        raise InputError(f"the PSF must hold real numbers, not {array.dtype}")
    if array.ndim not in (2, 3) or array.size == 0:
        raise InputError(
            f"the PSF has shape {array.shape}, a 2-D or 3-D one is needed, a 2-D kernel for a plane"
        )
    array = _one_channel(array, image)
    bad = array.size - int(np.count_nonzero(np.isfinite(array)))
    if bad:
        raise InputError(
            f"the PSF holds NaN or infinite values ({bad} of {array.size} pixels): replace them by the values of their "
            "neighbours, or cut a part without them"
        )
    return array


def axes_of(psf: npt.ArrayLike, image: npt.ArrayLike | None = None) -> int:
    """Number of axes of a kernel image; a gray picture saved as RGB has two.

    Raises
    ------
    InputError
        If it is a colour picture.
    """
    array = np.asarray(psf)
    return (_one_channel(array, image) if array.dtype.kind in "buif" else array).ndim


def _one_channel(array: np.ndarray, image: npt.ArrayLike | None) -> np.ndarray:
    """A colour picture of equal channels as one; other colours are refused."""
    flat = image is not None and np.ndim(image) == 2
    colour = array.ndim == 3 and array.shape[-1] in (3, 4) and min(array.shape[:2]) >= 8
    if not colour or not (flat or array.dtype.kind == "u"):
        return array
    if all(np.array_equal(array[..., 0], array[..., i]) for i in (1, 2)):
        return array[..., 0]
    raise InputError(
        f"the PSF has colour channels (shape {array.shape}): give the one that belongs to the picture, such as "
        "psf[..., 1]; each channel has a PSF of its own"
    )


def check_not_swapped(psf: np.ndarray, image: npt.ArrayLike | None) -> None:
    """Refuse a PSF that is a picture where the picture is a PSF.

    Raises
    ------
    InputError
        If the PSF is at least as large as the picture, light fills it as it fills a picture, and the light of the
        picture is one small spot.
    """
    shape = np.shape(image) if image is not None else ()
    if len(shape) < psf.ndim or any(k < n for k, n in zip(psf.shape, shape[-psf.ndim :], strict=True)):
        return
    array = np.asarray(image)
    picture = array[(0,) * (array.ndim - psf.ndim)] if array.ndim > psf.ndim else array
    if picture.dtype.kind not in "buif" or picture.size == 0:
        return
    if _filled(psf) > _BROAD and _filled(picture) < _SMALL and picture.size > 8:
        raise InputError(
            f"the PSF (shape {psf.shape}) looks like a picture, and the picture (shape {shape}) like a PSF: are they "
            "swapped?"
        )


def _filled(array: np.ndarray) -> float:
    """Share of the pixels that the light above the median fills, (Σ v)² / (n Σ v²); 1 for a flat array."""
    values = np.nan_to_num(array.astype(np.float64), posinf=0, neginf=0)
    largest = float(np.abs(values).max())
    values = np.maximum(values / (largest or 1.0), 0.0)
    values = np.maximum(values - np.quantile(values, 0.1), 0.0)
    total, power = float(values.sum()), float((values**2).sum())
    return total**2 / (values.size * power) if power > 0 else 1.0
