"""A deconvolution with everything checked: method, options, kernel, pieces of the image, blur."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..psf.checkin import check_in
from ..psf.prepared import wanted_of
from ..psf.protocol import Psf, kernel_of
from ..psf.values import axes_of
from . import memory
from .fft import Precision
from .memory import Size
from .method import ITERATIONS, Method
from .methods import METHODS
from .observation import Observation, observe
from .operator import Blur, prepare_kernel
from .pieces import Pieces, cut
from .record import Log
from .scale import precision_for, write

# Bytes for which the system is not asked: reading its files would take longer than the work on a small picture.
_ALWAYS_FREE = 64 << 20


@dataclass(frozen=True)
class Setting:
    """Options of a picture, which are the same for every method; see `edgepsf.deconvolve` for their meaning.

    Attributes
    ----------
    boundary, axes, mask, background, saturation, workers, psf_background
    """

    boundary: str = "extended"
    axes: str | None = None
    mask: npt.ArrayLike | None = None
    background: float | None = None
    saturation: float | None = None
    workers: int | None = None
    psf_background: str | float | None = None


@dataclass(frozen=True)
class Job:
    """A deconvolution that can start.

    Attributes
    ----------
    method : Method
    options : dict
        Every option that the method declares, checked.
    setting : Setting
    pieces : Pieces
    masks : callable or None
        Mask of a piece by its number.
    blur : Blur
    result : dtype
        Of the restored picture.
    warnings : tuple of str
        What was mended in the PSF, and what is doubtful.
    """

    method: Method
    options: dict[str, Any]
    setting: Setting
    pieces: Pieces
    masks: Callable[[int], np.ndarray] | None
    blur: Blur
    result: np.dtype
    warnings: tuple[str, ...] = ()

    def observe(self, index: int, log: Log) -> Observation:
        """The observation of a piece; the log notes how it is seen."""
        piece, blur, setting = self.pieces.take(index), self.blur, self.setting
        mask = None if self.masks is None else self.masks(index)
        seen = observe(piece, mask, setting.saturation, setting.background, blur.precision)
        log.exponent, log.gray = seen.exponent, log.gray | self._gray
        left_out = piece.size - seen.count
        log.note(engine="native", boundary=blur.boundary, fft=blur.plan.backend, left_out=left_out)
        return seen

    def choose(self, seen: Observation, log: Log) -> dict[str, Any]:
        """The numbers of the method for an observation; nothing is read from darkness."""
        if not seen.signal.any():
            return {name: value for name, value in self.options.items() if value is not None}
        return self._scaled(self._chosen(seen, log), seen.exponent)

    def restore(self, seen: Observation, log: Log, out: np.ndarray) -> None:
        """Write the restored piece into an array of its own shape.

        Raises
        ------
        InputError
            If a restored value is not finite.
        """
        if not seen.signal.any():  # nothing but darkness
            out[...] = 0
            return
        restored = self.method.restore(seen, self.blur, log, **self._chosen(seen, log))
        restored = self.blur.crop(restored) if restored.shape != self.blur.shape else restored
        write(restored, seen.exponent, out, self.method.name)

    @property
    def _gray(self) -> set[str]:
        """Options of the method that are gray values."""
        return {option.key for option in self.method.options if option.unit == "gray value"}

    def _chosen(self, seen: Observation, log: Log) -> dict[str, Any]:
        """The numbers of the method, in the scale of the observation."""
        options = self._scaled(self.options, -seen.exponent)
        return self.method.choose(seen, self.blur, log, **options)

    def _scaled(self, numbers: dict[str, Any], exponent: int) -> dict[str, Any]:
        """Numbers of the method, those that are gray values multiplied by 2**exponent."""
        gray = self._gray
        return {
            key: math.ldexp(value, exponent) if key in gray and value is not None else value
            for key, value in numbers.items()
        }


def prepare(
    image: npt.ArrayLike,
    psf: Psf | npt.ArrayLike,
    method: str,
    iterations: int | None,
    options: Mapping[str, Any],
    setting: Setting,
) -> Job:
    """Check everything about a deconvolution, before any work.

    Parameters
    ----------
    image, psf, method, iterations
        See `edgepsf.deconvolve`.
    options : mapping
        Options of the method.
    setting : Setting

    Raises
    ------
    InputError
        If the image, the PSF, the method or an option is unusable, or the memory does not suffice.
    """
    chosen, values = checked(method, iterations, options)
    if setting.workers is not None and (int(setting.workers) != setting.workers or setting.workers < 1):
        raise InputError(f"workers must be a whole number ≥ 1, not {setting.workers}")
    array = numbers(image)
    axes = axes_of(kernel_of(psf), array)
    pieces = cut(array, axes, setting.axes)
    ready = check_in(psf, pieces.array, wanted_of(axes, setting.psf_background))
    kernel = ready.array
    trimmed = prepare_kernel(kernel, pieces.spatial)
    masks = None if setting.mask is None else _masks(setting.mask, pieces, setting.axes)
    _check_memory(chosen, values, pieces, trimmed.shape, setting)
    precision, result = precision_for(pieces, setting.background or 0.0)
    if precision is np.float64:
        trimmed = prepare_kernel(kernel, pieces.spatial, precision)
        _check_memory(chosen, values, pieces, trimmed.shape, setting, precision)
    blur = Blur(trimmed, pieces.shape, setting.boundary, setting.workers, precision=precision)
    return Job(chosen, values, setting, pieces, masks, blur, result, ready.warnings)


def needed(
    method: Method,
    options: dict[str, Any],
    pieces: Pieces,
    kernel_shape: tuple[int, ...],
    setting: Setting,
    precision: Precision = np.float32,
) -> int:
    """Bytes that a deconvolution holds at its peak beside the image itself."""
    masked = setting.mask is not None or setting.saturation is not None
    size = Size.of(pieces.shape, kernel_shape, setting.boundary, masked, np.dtype(precision).itemsize)
    return size.total(method.memory(size, **options), pieces.array.size, setting.workers)


def _check_memory(
    method: Method,
    options: dict[str, Any],
    pieces: Pieces,
    kernel_shape: tuple[int, ...],
    setting: Setting,
    precision: Precision = np.float32,
) -> None:
    """Refuse a picture that does not fit into the free memory."""
    bytes_needed = needed(method, options, pieces, kernel_shape, setting, precision)
    if bytes_needed < _ALWAYS_FREE:
        return
    free = memory.free_memory()
    if free is None or bytes_needed <= free:
        return
    leaner = [
        other.name
        for other in METHODS.values()
        if needed(other, other.checked({}), pieces, kernel_shape, setting, precision) <= free
    ]
    raise InputError(
        f"{method.name} needs about {memory.readable(bytes_needed)} of memory for a picture of shape "
        f"{pieces.original}, and {memory.readable(free)} are free: restore it in parts, or close other programs"
        + (f", or take a method that needs less: {', '.join(leaner)}" if leaner else "")
    )


def checked(method: str, iterations: int | None, options: Mapping[str, Any]) -> tuple[Method, dict[str, Any]]:
    """A method by its name, and all of its options, checked.

    Raises
    ------
    InputError
        If the method is unknown, or an option is unknown or unusable.
    """
    if method not in METHODS:
        raise InputError(f'unknown method "{method}": use one of {", ".join(METHODS)}')
    chosen = METHODS[method]
    if any(option.key == ITERATIONS.key for option in chosen.options):
        return chosen, chosen.checked({**options, ITERATIONS.key: iterations})
    if iterations is not None:
        ITERATIONS.check(iterations)
    return chosen, chosen.checked(options)


def numbers(image: npt.ArrayLike) -> np.ndarray:
    """The image as an array of real numbers.

    Raises
    ------
    InputError
        If its values are no real numbers, or it is a masked array: its mask would be lost.
    """
    if isinstance(image, np.ma.MaskedArray) and image.mask is not np.ma.nomask:
        raise InputError("give the mask of a masked array as mask=, and its data as the image")
    array = np.asarray(image)
    if array.dtype.kind not in "buif":
        raise InputError(f"the picture must hold real numbers, not {array.dtype}")
    return array


def _masks(mask: npt.ArrayLike, pieces: Pieces, axes: str | None) -> Callable[[int], np.ndarray]:
    """The mask of each piece: a part of one as large as the picture, or one piece's for all."""
    mask = np.asarray(mask)
    if mask.shape == pieces.shape:
        return lambda index: mask
    if mask.ndim != pieces.array.ndim or mask.transpose(pieces.order).shape != pieces.array.shape:
        raise InputError(
            f"the mask has shape {mask.shape}, neither that of the picture nor that of one plane, {pieces.shape}"
        )
    return cut(mask, pieces.spatial, axes).take
