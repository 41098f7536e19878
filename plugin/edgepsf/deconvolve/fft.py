"""Real FFTs of one shape, in single or double precision: scipy, or ducc0 where it is installed.

A backend is trusted only after it transformed a picture with a known spectrum rightly, there and back, at the very
shape and number of threads that will be used: some released libraries give wrong numbers at some shapes.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import warnings
from collections.abc import Callable
from typing import Protocol

import numpy as np
import scipy

from ..errors import EngineError, InputError

BACKENDS = ("ducc0", "scipy")
# Bytes of code and tables that come with the first transform.
_LOADED = {"ducc0": 15 << 20, "scipy": 10 << 20}
_PLACES = 4096

Precision = type[np.float32] | type[np.float64]


class Library(Protocol):
    """An FFT library at one shape; see `Plan` for its methods."""

    shape: tuple[int, ...]
    real: np.ndarray | None

    def forward(self, real: np.ndarray, conjugate: bool = False) -> np.ndarray:
        """Half spectrum, or its complex conjugate."""
        ...

    def inverse(self, spectrum: np.ndarray, conjugate: bool = False) -> np.ndarray:
        """The real array of a half spectrum."""
        ...


class _Scipy:
    """scipy.fft; every transform makes a new array."""

    def __init__(self, shape: tuple[int, ...], workers: int, precision: Precision = np.float32):
        self.shape, self.workers = shape, workers
        self.real: np.ndarray | None = np.zeros(shape, precision)

    def forward(self, real: np.ndarray, conjugate: bool = False) -> np.ndarray:
        if conjugate:
            return scipy.fft.ihfftn(real, norm="forward", workers=self.workers)
        return scipy.fft.rfftn(real, workers=self.workers)

    def inverse(self, spectrum: np.ndarray, conjugate: bool = False) -> np.ndarray:
        transform, norm = (scipy.fft.hfftn, "forward") if conjugate else (scipy.fft.irfftn, "backward")
        self.real = None  # the old one may go before the new one comes
        out = transform(spectrum, s=self.shape, norm=norm, workers=self.workers, overwrite_x=True)
        self.real = out
        return out


class _Ducc:
    """ducc0; two buffers, no array made in a transform."""

    def __init__(self, shape: tuple[int, ...], workers: int, precision: Precision = np.float32):
        import ducc0

        self.shape, self.workers, self._library = shape, workers, ducc0.fft
        self._axes = tuple(range(len(shape)))
        self.real: np.ndarray | None = np.zeros(shape, precision)
        self._spectrum = np.empty((*shape[:-1], shape[-1] // 2 + 1), np.result_type(precision, np.complex64))

    def forward(self, real: np.ndarray, conjugate: bool = False) -> np.ndarray:
        return self._library.r2c(
            real, axes=self._axes, forward=not conjugate, out=self._spectrum, nthreads=self.workers
        )

    def inverse(self, spectrum: np.ndarray, conjugate: bool = False) -> np.ndarray:
        return self._library.c2r(
            spectrum,
            axes=self._axes,
            lastsize=self.shape[-1],
            forward=conjugate,
            inorm=2,
            out=self.real,
            nthreads=self.workers,
            allow_overwriting_input=True,
        )


_MAKERS: dict[str, Callable[[tuple[int, ...], int, Precision], Library]] = {"ducc0": _Ducc, "scipy": _Scipy}


class Plan:
    """Transforms of real arrays of one shape.

    Parameters
    ----------
    shape : tuple of int
    workers : int
        Threads.
    backend : {"ducc0", "scipy"}, optional
        By default the environment variable EDGEPSF_FFT, else ducc0 where it is installed, else scipy.
    precision : float32 or float64
        Type of the real arrays.

    Attributes
    ----------
    real : ndarray
        Result of the last `inverse`. The caller may work in it, and may put another array in its place.
    backend : str
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        workers: int,
        backend: str | None = None,
        precision: Precision = np.float32,
    ):
        self.shape, self.workers = tuple(shape), workers
        self.backend = _trusted(_choose(backend), self.shape, workers, precision is np.float64)
        self._library = _MAKERS[self.backend](self.shape, workers, precision)

    @property
    def real(self) -> np.ndarray:
        """Result of the last `inverse`, of the plan's shape."""
        assert self._library.real is not None  # it is missing during an inverse transform only
        return self._library.real

    @real.setter
    def real(self, array: np.ndarray) -> None:
        self._library.real = array

    def forward(self, real: np.ndarray, conjugate: bool = False) -> np.ndarray:
        """Half spectrum Σ x exp(∓2πi kn/N), or its complex conjugate; holds until the next call."""
        return self._library.forward(real, conjugate)

    def inverse(self, spectrum: np.ndarray, conjugate: bool = False) -> np.ndarray:
        """The array whose spectrum this is; `spectrum` is overwritten, the result is in `real`."""
        return self._library.inverse(spectrum, conjugate)


def fast_length(n: int) -> int:
    """The next even product of 2, 3 and 5 (on every axis: real transforms want it on the last one)."""
    n = max(n + n % 2, 2)
    while scipy.fft.next_fast_len(n, real=True) != n:
        n += 2
    return n


def loaded_bytes() -> int:
    """Memory that the chosen library takes for itself, bytes."""
    return _LOADED[_choose(None)]


def _choose(backend: str | None) -> str:
    backend = backend or os.environ.get("EDGEPSF_FFT") or None
    if backend is None:
        return "ducc0" if importlib.util.find_spec("ducc0") else "scipy"
    if backend not in BACKENDS:
        raise InputError(f'unknown FFT backend "{backend}": use one of {", ".join(BACKENDS)}')
    if backend == "ducc0" and importlib.util.find_spec("ducc0") is None:
        raise EngineError('the FFT backend "ducc0" is not installed: pip install "edgepsf[fast]"')
    return backend


@functools.lru_cache(maxsize=256)
def _trusted(backend: str, shape: tuple[int, ...], workers: int, double: bool = False) -> str:
    """The backend if it transforms right at this shape, else scipy."""
    precision = np.float64 if double else np.float32
    if transforms_right(_MAKERS[backend](shape, workers, precision), precision):
        return backend
    if backend == "scipy":
        raise EngineError(f"scipy's FFT of shape {shape} with {workers} threads gives wrong numbers here")
    warnings.warn(f"{backend} transforms the shape {shape} wrongly here: scipy takes over", stacklevel=3)
    return _trusted("scipy", shape, workers, double)


def transforms_right(library: Library, precision: Precision = np.float32) -> bool:
    """Whether a product of random vectors gets the product of their spectra, and comes back.

    Compared at some thousand places spread over the whole, and in the energy of all.
    """
    rng = np.random.default_rng(0)
    vectors = [rng.choice((-1.0, 1.0), n) for n in library.shape]
    spectra = [np.fft.fft(v) for v in vectors[:-1]] + [np.fft.rfft(vectors[-1])]
    real = functools.reduce(np.multiply.outer, [v.astype(precision) for v in vectors])
    spectrum = library.forward(real)
    places = tuple(rng.integers(len(s), size=_PLACES) for s in spectra)
    expected = functools.reduce(np.multiply, [s[i] for s, i in zip(spectra, places, strict=True)])
    if spectrum.dtype != np.result_type(precision, np.complex64) or spectrum.shape != tuple(
        len(s) for s in spectra
    ):
        return False
    # Every entry has modulus 1, so that a spectrum's root mean square is √N: rounding is a few 1e-7 of it.
    scale = np.sqrt(real.size)
    if np.abs(spectrum[places] - expected).max() > 1e-3 * scale:
        return False
    energy = np.prod([np.vdot(s, s).real for s in spectra])
    # Part by part: a single-precision sum over 1e8 entries is wrong by some 1e-3.
    if not np.isclose(sum(float(np.vdot(part, part).real) for part in spectrum), energy, rtol=1e-3):
        return False
    back = library.inverse(spectrum)
    places = tuple(rng.integers(n, size=_PLACES) for n in library.shape)
    right = back.dtype == precision and bool(np.abs(back[places] - real[places]).max() < 1e-4)
    return right and bool(np.isclose(sum(float(np.vdot(part, part)) for part in back), real.size, rtol=1e-3))
