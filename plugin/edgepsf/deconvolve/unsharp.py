"""The unsharp mask and the search for its best radius and amount, to compare deconvolution with."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import scipy

from ..errors import InputError
from ..options.arguments import between, gray_values, optional, real, takes

LARGEST = 500.0  # px, radius of a Gaussian; the work grows with it
_RADII = (0.5, 12.0)  # px, searched by default
_GRID = 12
_TOLERANCE = 0.01  # of the logarithm of the radius


@takes(image=gray_values, radius=real, amount=real)
def unsharp_mask(image: npt.ArrayLike, radius: float = 2.0, amount: float = 1.0) -> np.ndarray:
    """Picture + amount · (picture − its Gaussian blur), float32.

    Parameters
    ----------
    image : array_like
    radius : float
        Standard deviation of the Gaussian, px.
    amount : float
        0 leaves the picture as it is.

    Raises
    ------
    InputError
        If the radius is not positive, or the amount negative.
    """
    if radius > LARGEST:
        raise InputError(f"radius must be at most {LARGEST:g} px, not {radius:g}")
    if not (np.isfinite(radius) and radius > 0) or not (np.isfinite(amount) and amount >= 0):
        raise InputError(f"radius must be > 0 and amount ≥ 0, not radius={radius}, amount={amount}")
    return sharpened(np.asarray(image, dtype=np.float32), radius, amount)


def sharpened(image: np.ndarray, radius: float, amount: float) -> np.ndarray:
    """The same for an array of float32 or float64, in its own precision."""
    return image + np.float32(amount) * _detail(image, radius)


@takes(
    image=gray_values,
    truth=gray_values,
    radii=optional(gray_values),
    amounts=optional(gray_values),
    region=optional(gray_values),
)
def best_unsharp_mask(
    image: npt.ArrayLike,
    truth: npt.ArrayLike,
    radii: Iterable[float] | None = None,
    amounts: Iterable[float] | None = None,
    region: np.ndarray | None = None,
) -> tuple[np.ndarray, float, float]:
    """The unsharp mask of lowest squared error against a known truth, or against an estimate of it.

    For data y the expected squared error of any picture x is ‖x − E[truth | y]‖² plus a constant. Where the truth
    is unknown, an estimate of its mean given the data, such as a Wiener restoration, finds the same mask.

    Parameters
    ----------
    image, truth : array_like, same shape
    radii, amounts : iterable of float, optional
        Values searched. By default 12 radii from 0.5 to 12 px, refined around the best one to 1 %; for each
        radius the best amount is the least-squares solution (at least 0), unless `amounts` are given.
    region : bool array of that shape, optional
        Pixels that count; all by default.

    Returns
    -------
    image, radius, amount
        The whole picture sharpened. Amount 0: no unsharp mask comes nearer than the picture itself.

    Raises
    ------
    InputError
        If the shapes differ, or the region has no pixel.
    """
    search = _Search(np.asarray(image, np.float32), np.asarray(truth, np.float32), amounts, region)
    grid = np.geomspace(*_RADII, _GRID) if radii is None else _searched("radii", radii, 1e-3, LARGEST)
    tries = [search.best(radius) for radius in grid]
    if radii is None:
        i = int(np.argmin([error for error, _, _ in tries]))
        bounds = np.log([grid[max(i - 1, 0)], grid[min(i + 1, _GRID - 1)]])
        found = scipy.optimize.minimize_scalar(
            lambda log: search.best(np.exp(log))[0],
            bounds=bounds,
            method="bounded",
            options={"xatol": _TOLERANCE},
        )
        tries.append(search.best(float(np.exp(found.x))))
    _, radius, amount = min(tries)
    return unsharp_mask(image, radius, amount), radius, amount


def _searched(name: str, values: Iterable[float], low: float, high: float) -> list[float]:
    """Values to try, checked."""
    out = [between(low, high)(name, value) for value in np.atleast_1d(np.asarray(values)).ravel()]
    if not out:
        raise InputError(f"{name} is empty: give at least one value")
    return out


def _detail(image: np.ndarray, radius: float) -> np.ndarray:
    return image - scipy.ndimage.gaussian_filter(image, radius, mode="reflect")


class _Search:
    """Squared error of unsharp masks of one picture against one target."""

    def __init__(
        self,
        image: np.ndarray,
        target: np.ndarray,
        amounts: Iterable[float] | None,
        region: np.ndarray | None,
    ):
        if image.shape != target.shape:
            raise InputError(f"the picture has shape {image.shape}, the truth {target.shape}")
        region = np.ones(image.shape, dtype=bool) if region is None else np.asarray(region, dtype=bool)
        if region.shape != image.shape or not region.any():
            raise InputError(f"the region must be a mask of shape {image.shape} with pixels in it")
        self.image, self.region = image, region
        self.missing = (target - image)[region].astype(np.float64)
        self.amounts = None if amounts is None else _searched("amounts", amounts, 0, 1e6)

    def best(self, radius: float) -> tuple[float, float, float]:
        """(mean squared error, radius, amount) of the best amount at this radius."""
        detail = _detail(self.image, radius)[self.region].astype(np.float64)
        square, cross = detail @ detail, detail @ self.missing
        amounts = self.amounts or [max(cross / square, 0.0) if square > 0 else 0.0]
        # ‖a·detail − missing‖² without another pass over the pixels
        gain, amount = min((a * (a * square - 2.0 * cross), a) for a in amounts)
        return (float(self.missing @ self.missing + gain) / self.missing.size, float(radius), float(amount))
