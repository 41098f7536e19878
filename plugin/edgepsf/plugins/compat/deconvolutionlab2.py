"""`deconvolutionlab2`: the algorithms of DeconvolutionLab2 by their codes and positional parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...deconvolve.wavelets import WAVELETS
from ...errors import InputError
from ...psf.protocol import Psf
from ..snapshots import Snapshots
from . import dl2_direct as direct
from . import dl2_iterative as iterative
from .checks import check_image, check_psf, choice, number, whole, without_negative
from .dl2_control import Control, Stops
from .dl2_setup import Grid, apodise, padded_shape, place_psf, window_of
from .dl2_shrinkage import Sparsity, shrinkage

_ITERATIONS, _STEP = ("iterations", 10), ("step", 1.0)
_SPARSE = (_ITERATIONS, _STEP, ("regularization", 1.0), ("scales", 3), ("wavelet", "Haar"))


@dataclass(frozen=True)
class Algorithm:
    """Name, other codes, and (parameter, default) in the plugin's order."""

    name: str
    aliases: tuple[str, ...] = ()
    parameters: tuple[tuple[str, object], ...] = ()


ALGORITHMS = {
    "RL": Algorithm("Richardson–Lucy", (), (_ITERATIONS,)),
    "RLTV": Algorithm("Richardson–Lucy with total variation", (), (_ITERATIONS, ("regularization", 1.0))),
    "LW": Algorithm("Landweber", ("LLS",), (_ITERATIONS, _STEP)),
    "NNLS": Algorithm("Non-negative least squares", ("LW+",), (_ITERATIONS, _STEP)),
    "BVLS": Algorithm("Bounded-variable least squares", ("SP",), (_ITERATIONS, _STEP)),
    "TM": Algorithm("Tikhonov–Miller", (), (_ITERATIONS, _STEP, ("regularization", 0.1))),
    "ICTM": Algorithm(
        "Iterative constrained Tikhonov–Miller", (), (_ITERATIONS, _STEP, ("regularization", 0.1))
    ),
    "VC": Algorithm("Van Cittert", (), (_ITERATIONS, _STEP)),
    "NIF": Algorithm("Naive inverse filter", ("IF",)),
    "DIV": Algorithm("Division without a floor"),
    "RIF": Algorithm("Regularised inverse filter", ("LRIF",), (("regularization", 0.1),)),
    "TRIF": Algorithm("Tikhonov regularised inverse filter", ("TR",), (("regularization", 1.0),)),
    "ISTA": Algorithm("Iterative shrinkage–thresholding", (), _SPARSE),
    "FISTA": Algorithm("Fast iterative shrinkage–thresholding", (), _SPARSE),
    "CONV": Algorithm("Convolution"),
    "SIM": Algorithm(
        "Convolution with noise", ("SIMU",), (("mean", 0.0), ("deviation", 1.0), ("poisson", 0.0))
    ),
    "I": Algorithm("Identity"),
}


def deconvolutionlab2(
    image: npt.ArrayLike,
    psf: Psf | npt.ArrayLike,
    algorithm: str,
    *parameters: float | str,
    constraint: str | None = None,
    normalize: float | None = 1.0,
    epsilon: float = 1e-6,
    residual: float | None = None,
    seconds: float | None = None,
    pad: tuple[Any, ...] = ("NO", "NO", 0, 0),
    apodize: tuple[str, str] = ("NO", "NO"),
    seed: int = 1234,
    workers: int | None = None,
    callback: Callable[..., Any] | None = None,
    as_shipped: bool = False,
    snapshots: Snapshots | None = None,
) -> np.ndarray:
    """Run an algorithm of DeconvolutionLab2 2.1 with its conventions: float32, periodic borders, start at the image.

    The numbers are the plugin's to single precision for RL, LW, TM, VC, NIF, DIV, CONV and I. These are corrected:
    NNLS, BVLS, ICTM (every iterate is projected, in the plugin only the result), RLTV (gradient of the current
    image, decreasing total variation), ISTA and FISTA (coefficients of both signs shrink; Spline3 is cubic and
    Spline5 quintic), RIF and TRIF (|H|², the same for a symmetric PSF), the Laplacian on axes of odd length,
    and an odd PSF in an even image, which the plugin moves by one pixel.

    Parameters
    ----------
    image : array_like, 2-D or 3-D (plane, row, column)
    psf : PointSpread or array_like
        Centre at index n // 2 of every axis. A smaller one is surrounded by zeros, a larger one cropped.
    algorithm : str
        A code of `ALGORITHMS` or one of its aliases, in any case.
    *parameters
        In the plugin's order; a parameter that is not given takes the plugin's default. The name of a wavelet may
        stand anywhere among them.
    constraint : {None, "no", "nonnegative", "clipped"}
        "clipped" to the range of the image. Applied in every iteration of RL, RLTV, NNLS, BVLS, ICTM, ISTA
        and FISTA, and to the result of all.
    normalize : float or None
        Sum of the PSF; None leaves it as it is.
    epsilon : float
        Guard of the divisions.
    residual, seconds : float, optional
        Stop when the relative change of an iteration is at most `residual`, or after this time.
    pad : (xy code, z code[, xy extension[, z extension]])
        Zeros around the image: NO, X2 (even), E2 (power of 2), X2X3, X2X3X5 of the length plus the extension.
    apodize : (xy code, z code)
        Windows NO, HAMMING, HANN, COS, TUKEY, WELCH on the padded image.
    seed : int
        Of the noise of SIM.
    workers : int, optional
        Threads of the FFT.
    callback : callable, optional
        callback(i, n, {"method": code}) after each iteration; returning False stops there.
    as_shipped : bool
        For comparisons with the plugin: RIF, TRIF, NNLS, BVLS, ICTM, the Laplacian and the threshold of ISTA
        and FISTA (Haar, lengths that 2^scales divides) as the plugin computes them.
    snapshots : Snapshots, optional
        Gets the result after the iterations that it wants, the last one included: the same numbers as a run of so
        many iterations.

    Returns
    -------
    ndarray of float32, same shape as `image`

    Raises
    ------
    InputError
        If the image, PSF, code or a parameter is unusable.
    """
    code = find_algorithm(algorithm)
    values = _parameters(code, parameters)
    array = check_image(image)
    kernel = check_psf(psf, array.ndim)
    if code in ("RL", "RLTV"):
        array = without_negative(array, code)
    stops = Stops.checked(constraint, epsilon, residual, seconds)
    total = None if normalize is None else number("normalize", normalize, 0, above=True)
    shape = padded_shape(array.shape, pad)
    window = window_of(array.shape, shape)
    y = np.zeros(shape, np.float32)
    y[window] = array
    y = apodise(y, apodize)
    grid = Grid(shape, full=as_shipped, workers=workers)
    control = Control(y, code, values.pop("iterations", 1), stops, callback)
    if snapshots is not None:
        control.snapshots = Snapshots(
            snapshots.every, lambda i, x: snapshots.keep(i, _finished(x[window], code))
        )
    h, start = place_psf(kernel, shape, total), whole("seed", seed, 0)
    with np.errstate(all="ignore"):
        x = _run(code, y, h, grid, control, values, start, as_shipped)
    return _finished(control.constrain(x[window]), code)


def _finished(x: np.ndarray, code: str) -> np.ndarray:
    """The part of the grid that is the result, checked."""
    out = np.ascontiguousarray(x, dtype=np.float32)
    if not np.all(np.isfinite(out)):
        raise InputError(f"{code} diverged: use a smaller step, fewer iterations or more regularisation")
    return out


def find_algorithm(code: str) -> str:
    """The code in `ALGORITHMS` that a code or alias means, whatever its case."""
    for key, entry in ALGORITHMS.items():
        if str(code).upper() in (key, *entry.aliases):
            return key
    raise InputError(f'unknown algorithm "{code}": use one of {", ".join(ALGORITHMS)}')


def _parameters(code: str, given: tuple[float | str, ...]) -> dict[str, Any]:
    """Values by name, checked, the plugin's defaults where none is given."""
    known = ALGORITHMS[code].parameters
    words = [v for v in given if isinstance(v, str)]
    numbers = [v for v in given if not isinstance(v, str)]
    names = [name for name, _ in known if name != "wavelet"]
    if len(numbers) > len(names) or len(words) > (len(known) - len(names)):
        takes = ", ".join(name for name, _ in known) or "no parameters"
        raise InputError(f"{code} takes {takes}; given were {', '.join(map(str, given))}")
    values = dict(known) | dict(zip(names, numbers, strict=False))
    if words:
        values["wavelet"] = choice("wavelet", words[0], WAVELETS)
    for name in names:
        if name in ("iterations", "scales"):
            values[name] = whole(name, values[name])
        else:
            low = -np.inf if name == "mean" else 0
            values[name] = number(name, values[name], low, above=name == "step")
    return values


def _run(
    code: str,
    y: np.ndarray,
    h: np.ndarray,
    grid: Grid,
    control: Control,
    values: dict[str, Any],
    seed: int,
    as_shipped: bool,
) -> np.ndarray:
    """Call the function of a code."""
    epsilon, bounds = control.epsilon, {"NNLS": (0, None), "ICTM": (0, None), "BVLS": (y.min(), y.max())}
    if code in ("RL", "RLTV"):
        return iterative.richardson_lucy(
            y, h, grid, control, epsilon=epsilon, tv=values.get("regularization", 0)
        )
    if code in ("LW", "NNLS", "BVLS", "TM", "ICTM"):
        return iterative.landweber(
            y, h, grid, control, bounds=bounds.get(code), as_shipped=as_shipped, **values
        )
    if code == "VC":
        return iterative.van_cittert(y, h, grid, control, **values)
    if code in ("ISTA", "FISTA"):
        sparsity = Sparsity(**values, accelerate=code == "FISTA", as_shipped=as_shipped)
        return shrinkage(y, h, grid, control, sparsity)
    if code in ("RIF", "TRIF"):
        solve = direct.regularized_inverse if code == "RIF" else direct.tikhonov_inverse
        return solve(y, h, grid, epsilon=epsilon, as_shipped=as_shipped, **values)
    if code == "NIF":
        return direct.naive_inverse(y, h, grid, epsilon=epsilon)
    if code == "SIM":
        return direct.simulation(y, h, grid, epsilon=epsilon, seed=seed, **values)
    return {"DIV": direct.division, "CONV": direct.convolution, "I": direct.identity}[code](y, h, grid)
