"""`parallel_iterative`: the methods of Parallel Iterative Deconvolution with their options."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...psf.protocol import Psf
from .checks import check_image, check_psf, choice, number, whole
from .pid_hybr import REGULARIZATIONS, SOLVERS, HybrSettings, hybr
from .pid_methods import cgls, mrnsd
from .pid_operator import BOUNDARIES, RESIZINGS, BlurMatrix, Precision, Preconditioner
from .pid_wpl import WplSettings, wpl

COMMON: dict[str, Any] = {"boundary": "REFLEXIVE", "resizing": "AUTO", "precision": "SINGLE", "iterations": 5}
_PRECONDITIONED = {"preconditioner": "NONE", "preconditioner_tol": -1.0}
_HYBR = {
    "inner_solver": "TIKHONOV",
    "reg_method": "ADAPTWGCV",
    "reg_param": -1.0,
    "omega": 0.0,
    "reorth": False,
    "begin_reg": 2,
    "flat_tol": 1e-4,
}
_WPL = {
    "gamma": 0.0,
    "filter_xy": 1.0,
    "filter_z": 1.0,
    "normalize": False,
    "anti_ring": True,
    "change_thresh_percent": 0.01,
    "db": False,
}
METHODS = {
    "CGLS": COMMON | _PRECONDITIONED | {"stopping_tol": -1.0, "threshold": 0.0},
    "MRNSD": COMMON | _PRECONDITIONED | {"stopping_tol": -1.0, "threshold": -1.0},
    "HyBR": COMMON | _PRECONDITIONED | _HYBR | {"threshold": 0.0},
    "WPL": COMMON | _WPL,
}
"""Options of each method and their defaults."""


def parallel_iterative(
    image: npt.ArrayLike,
    psf: Psf | npt.ArrayLike,
    method: str,
    *,
    workers: int | None = None,
    callback: Callable[..., Any] | None = None,
    **options: Any,
) -> np.ndarray:
    """Run a method of Parallel Iterative Deconvolution 1.12 with its conventions.

    The numbers are the plugin's with preconditioner NONE. The FFT preconditioner uses the right reciprocal, where
    the plugin's is wrong for asymmetric PSFs; MRNSD gives data with negative pixels back at their own level.

    Parameters
    ----------
    image : array_like, 2-D or 3-D (plane, row, column)
    psf : PointSpread or array_like
        Its first maximum is the origin. Divided by its sum, except by WPL without `normalize`.
    method : {"CGLS", "MRNSD", "HyBR", "WPL"}
    workers : int, optional
        Threads of the FFT.
    callback : callable, optional
        callback(i, n, {"method": method}) after each iteration; returning False stops there.
    boundary : {"REFLEXIVE", "PERIODIC", "ZERO"}
    resizing : {"AUTO", "MINIMAL", "NEXT_POWER_OF_TWO"}
    precision : {"SINGLE", "DOUBLE"}
    iterations : int
        5 by default.
    preconditioner : {"NONE", "FFT"}
        CGLS, MRNSD, HyBR; `preconditioner_tol` in 0 … 1, or −1 for automatic (GCV).
    stopping_tol : float
        CGLS, MRNSD: norm at which to stop, −1 for automatic.
    threshold : float
        CGLS, MRNSD, HyBR: smaller values of the result become 0; −1 is off.
    inner_solver, reg_method, reg_param, omega, reorth, begin_reg, flat_tol
        HyBR: see `pid_hybr.HybrSettings`. `reg_param` is used with reg_method NONE (−1 counts as 1).
    gamma, filter_xy, filter_z, normalize, anti_ring, change_thresh_percent, db
        WPL: see `pid_wpl.WplSettings`; with `db` image, PSF and result are in decibels, −90 at least.
        Of the plugin's other options, logMean only logs and detectDivergence does nothing.

    Returns
    -------
    ndarray of float32, same shape as `image`

    Raises
    ------
    InputError
        If the image, PSF, method or an option is unusable.
    """
    name = choice("method", method, METHODS)
    values = checked_options(name, options)
    array = check_image(image)
    decibel = values.pop("db", False)
    kernel = check_psf(psf, array.ndim, decibel)
    array = 10 ** (array / 10) if decibel else array
    dtype = np.float32 if values.pop("precision") == "SINGLE" else np.float64
    threshold = values.pop("threshold", -1)
    count = values["iterations"]

    def tick(i: int) -> bool:
        return callback is None or callback(i, count, {"method": name}) is not False

    if not array.any():
        return np.zeros(array.shape, np.float32)
    with np.errstate(all="ignore"):
        out = _run(name, array, kernel, values, dtype, workers, tick)
    out = 10 * np.log10(np.maximum(out, _LEAST_DECIBEL)) if decibel else out
    out = np.ascontiguousarray(out, dtype=np.float32)
    if not np.all(np.isfinite(out)):
        raise InputError(f"{name} diverged: use precision DOUBLE, fewer iterations or preconditioner NONE")
    return out if threshold == -1 else np.where(out >= threshold, out, np.float32(0))


def _run(
    name: str,
    array: np.ndarray,
    kernel: np.ndarray,
    values: dict[str, Any],
    dtype: Precision,
    workers: int | None,
    tick: Callable[[int], bool],
) -> np.ndarray:
    """Call the function of a method."""
    if name == "WPL":
        if array.mean() < 0:
            raise InputError(f"WPL needs data with a mean ≥ 0, it is {array.mean():g}: add an offset first")
        return wpl(array, kernel, WplSettings(**values), dtype=dtype, tick=tick, workers=workers)
    kind, tolerance = values.pop("preconditioner"), values.pop("preconditioner_tol")
    boundary, resizing = values.pop("boundary"), values.pop("resizing")
    matrix = BlurMatrix(kernel, array.shape, boundary, resizing, dtype, workers)
    b = array.astype(dtype)
    M = Preconditioner(matrix, b, tolerance) if kind == "FFT" else None
    if name == "HyBR":
        return hybr(b, matrix, M, HybrSettings(**values), tick)
    return (cgls if name == "CGLS" else mrnsd)(b, matrix, M, tick=tick, **values)


def checked_options(method: str, given: dict[str, Any]) -> dict[str, Any]:
    """Checked options of a method, with the plugin's default for every option that is not given.

    Raises
    ------
    InputError
        If an option is unknown, or its value unusable.
    """
    known = METHODS[method]
    for key in given:
        if key not in known:
            raise InputError(f'unknown option "{key}" for method {method}: it takes {", ".join(known)}')
    return {key: _checked(key, given.get(key, default)) for key, default in known.items()}


_CHOICES: dict[str, Iterable[str]] = {
    "boundary": BOUNDARIES,
    "resizing": RESIZINGS,
    "precision": ("SINGLE", "DOUBLE"),
    "preconditioner": ("NONE", "FFT"),
    "inner_solver": SOLVERS,
    "reg_method": REGULARIZATIONS,
}
_LEAST_DECIBEL = 1e-9  # −90 dB
_FLAGS = ("reorth", "normalize", "anti_ring", "db")


def _checked(key: str, value: Any) -> Any:
    if key in _CHOICES:
        return choice(key, value, _CHOICES[key])
    if key in _FLAGS:
        if not isinstance(value, (bool, np.bool_)):
            raise InputError(f"{key} must be True or False, not {value!r}")
        return bool(value)
    if key in ("iterations", "begin_reg"):
        return whole(key, value, 1 if key == "iterations" else 2)
    if key in ("preconditioner_tol", "stopping_tol", "threshold", "reg_param"):
        if np.ndim(value) == 0 and value == -1:
            return 1.0 if key == "reg_param" else -1.0
        return number(key, value, 0, np.inf if key in ("threshold", "stopping_tol") else 1)
    return number(key, value, 0)
