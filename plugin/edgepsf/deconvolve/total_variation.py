"""Total variation by the alternating direction method of multipliers (ADMM), with unknown borders and left-out pixels.

min over x: ½ Σ (y − A x)² + λ Σ |∇x|, the first sum over valid pixels. The splits are u = H x (it takes the window of
the picture out of the Fourier domain), v = ∇x, and w = x where the scene is limited. The step in x is then a division
in the Fourier domain (Almeida & Figueiredo 2013, doi:10.1109/TIP.2013.2258354; Wang et al. 2008,
doi:10.1137/080724265).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy

from . import border
from .operator import Blur
from .parallel import blockwise

# Weight of the split u = H x, beside the weight 1 of the data: less where λ is small and the border slow to settle.
_DATA, _DATA_AT, _DATA_LEAST, _DATA_MOST = 0.2, 0.03, 0.03, 0.3
_GRADIENT = 0.3  # of the picture's deviation: the gradient at which the split v = ∇x presses as hard as λ
_FEWEST, _SETTLED = 20, 3e-4
_BEGIN, _DESCENT = (
    3e-3,
    15,
)  # first λ, of the picture's deviation, and the steps in which it falls to its value
_LIMIT = 1.0  # weight of the split w = x, beside that of v = ∇x


class TotalVariation:
    """ADMM iterations for one picture; λ can change between them, and the state is kept.

    Parameters
    ----------
    data : ndarray
        Picture; its values outside `valid` do not count.
    blur : Blur
    valid : ndarray of bool, optional
    nonnegative : bool
        Limit the scene to values ≥ 0.

    Attributes
    ----------
    change : float
        RMS change of the scene in the last step, as a part of the deviation of the picture.
    """

    def __init__(
        self, data: np.ndarray, blur: Blur, valid: np.ndarray | None = None, nonnegative: bool = False
    ):
        self.blur, self.workers, kind = blur, blur.workers, blur.precision
        inside = data if valid is None else data[valid]
        self.mean = kind(inside.mean(dtype=np.float64))
        self.deviation = float(inside.std(dtype=np.float64)) or 1.0
        self.whole = valid is None and blur.domain == blur.shape
        self.limit = _Limit(blur, nonnegative)
        self.power = (blur.otf.real**2 + blur.otf.imag**2).astype(kind)
        self.laplacian = _laplacian(blur.domain).astype(kind)
        self.scene = blur.close(data if valid is None else np.where(valid, data, self.mean)).copy()
        self._data(data, valid)
        self.fields = [np.zeros(blur.domain, kind) for _ in blur.domain]
        self.duals = [np.zeros(blur.domain, kind) for _ in blur.domain]
        self.limited = self.limit.project(self.scene) if self.limit else None
        self.limit_dual = np.zeros_like(self.scene) if self.limit else None
        self.change, self._press, self._data_weight = np.inf, kind(0), kind(1)

    def _data(self, data: np.ndarray, valid: np.ndarray | None) -> None:
        """The data term: its spectrum where every pixel of the domain is seen, else picture and weights."""
        blur, kind = self.blur, self.blur.precision
        if self.whole:
            self.explained = blur.plan.forward(data) * blur.otf.conj()
            return
        self.weight, self.seen = np.zeros(blur.domain, kind), np.zeros(blur.domain, kind)
        self.weight[blur.window] = 1 if valid is None else valid
        self.seen[blur.window] = data if valid is None else np.where(valid, data, 0)
        self.model = self.scene.copy()
        self.model_dual = np.zeros(blur.domain, kind)

    def step(self, weight: float) -> None:
        """One iteration with λ = `weight`."""
        kind = self.blur.precision
        press = kind(max(weight, 1e-12) / (_GRADIENT * self.deviation))
        self._rescale(press)
        right = self._gradient_side(press)
        spectrum, predicted = self._solve(right, press)
        scene = self.blur.plan.inverse(spectrum)
        self.change = float(
            np.sqrt(blockwise(_replace, self.scene, scene, workers=self.workers) / scene.size)
        )
        self.change /= self.deviation
        if predicted is not None:
            blockwise(
                _split_model(self._data_weight),
                self.blur.plan.inverse(predicted),
                self.model,
                self.model_dual,
                self.seen,
                self.weight,
                workers=self.workers,
            )
        _gradient(self.scene, self.fields)
        blockwise(_shrink(kind(weight) / press), *self.fields, *self.duals, workers=self.workers)
        if self.limited is not None and self.limit_dual is not None:
            self.limit_dual += self.scene
            self.limited = self.limit.project(self.limit_dual)
            self.limit_dual -= self.limited

    def finished(self) -> np.ndarray:
        """The scene, within its limits; of the blur's scene shape."""
        scene = self.scene if self.limited is None else self.limited
        return scene if self.blur.scene_shape == self.blur.domain else scene[self.blur.window]

    def predicted(self) -> np.ndarray:
        """A x, of the picture's shape."""
        scene = self.scene if self.limited is None else self.limited
        return self.blur.convolve(scene)[self.blur.window]

    def _rescale(self, press: np.floating) -> None:
        """Keep the multipliers themselves where the weight of the split changes: the duals are multipliers / weight."""
        if press == self._press:
            return
        kind, before = self.blur.precision, self._data_weight
        if not self.whole:
            wanted = _DATA * float(press / _DATA_AT) ** 0.25
            self._data_weight = kind(min(max(wanted, _DATA_LEAST), _DATA_MOST))
        if self._press:
            factor = self._press / press
            for field, dual in zip(self.fields, self.duals, strict=True):
                field += dual * (1 - factor)  # fields hold v − dual
                dual *= factor
            if self.limit_dual is not None:
                self.limit_dual *= factor
            if not self.whole:
                self.model_dual *= before / self._data_weight
        self._press = press

    def _gradient_side(self, press: np.floating) -> np.ndarray:
        """press · ∇ᵀ(v − dual), and the part of the limits."""
        right = _adjoint_gradient(self.fields)
        right *= press
        if self.limited is not None and self.limit_dual is not None:
            right += press * self.blur.precision(_LIMIT) * (self.limited - self.limit_dual)
        return right

    def _solve(self, right: np.ndarray, press: np.floating) -> tuple[np.ndarray, np.ndarray | None]:
        """Spectrum of the scene, and of H x where the model is split off."""
        blur, kind = self.blur, self.blur.precision
        data = self._data_weight
        explained = self.explained if self.whole else self._explained()
        spectrum = blur.plan.forward(right)
        limit = kind(press * _LIMIT if self.limited is not None else 0)

        def divide(
            spectrum: np.ndarray, explained: np.ndarray, power: np.ndarray, laplacian: np.ndarray
        ) -> None:
            bottom = data * power + press * laplacian + limit
            spectrum += data * explained
            spectrum /= np.maximum(bottom, kind(1e-9))

        blockwise(divide, spectrum, explained, self.power, self.laplacian, workers=self.workers)
        return spectrum, None if self.whole else spectrum * blur.otf

    def _explained(self) -> np.ndarray:
        """conj(H) times the spectrum of u − dual."""
        return self.blur.plan.forward(self.model - self.model_dual) * self.blur.otf.conj()


class _Limit:
    """Where the scene is limited: to light that is not negative, and to what the border says."""

    def __init__(self, blur: Blur, nonnegative: bool):
        self.blur, self.nonnegative = blur, nonnegative
        self.bordered = blur.boundary in ("zero", "reflect") and blur.domain != blur.shape
        if self.bordered and blur.boundary == "reflect":
            self.copies = border.fold(np.ones(blur.domain, blur.precision), blur.margins)

    def __bool__(self) -> bool:
        return self.nonnegative or self.bordered

    def project(self, scene: np.ndarray) -> np.ndarray:
        """The nearest scene within the limits, a new array."""
        out = np.maximum(scene, 0) if self.nonnegative else scene.copy()
        if not self.bordered:
            return out
        if self.blur.boundary == "reflect":
            return border.reflect(border.fold(out, self.blur.margins) / self.copies, self.blur.margins)
        inside = np.zeros_like(out)
        inside[self.blur.window] = out[self.blur.window]
        return inside


def _laplacian(shape: tuple[int, ...]) -> np.ndarray:
    """|∇|² on the grid of a half spectrum, for forward differences of a periodic array."""
    axes = [scipy.fft.fftfreq(n) for n in shape[:-1]] + [scipy.fft.rfftfreq(shape[-1])]
    parts = np.meshgrid(*(2 - 2 * np.cos(2 * np.pi * a) for a in axes), indexing="ij", sparse=True)
    return np.asarray(sum(parts))


def _gradient(scene: np.ndarray, out: list[np.ndarray]) -> None:
    """Forward differences along every axis of a periodic array, written into `out`."""
    for axis, field in enumerate(out):
        ahead, last = [slice(None)] * scene.ndim, [slice(None)] * scene.ndim
        here, first = list(ahead), list(ahead)
        ahead[axis], here[axis], last[axis], first[axis] = (
            slice(1, None),
            slice(None, -1),
            slice(-1, None),
            slice(0, 1),
        )
        np.subtract(scene[tuple(ahead)], scene[tuple(here)], out=field[tuple(here)])
        np.subtract(scene[tuple(first)], scene[tuple(last)], out=field[tuple(last)])


def _adjoint_gradient(fields: list[np.ndarray]) -> np.ndarray:
    """∇ᵀ of fields, a new array."""
    total = np.zeros_like(fields[0])
    for axis, field in enumerate(fields):
        total -= field
        behind, later = [slice(None)] * field.ndim, [slice(None)] * field.ndim
        last, first = list(behind), list(behind)
        behind[axis], later[axis], last[axis], first[axis] = (
            slice(None, -1),
            slice(1, None),
            slice(-1, None),
            slice(0, 1),
        )
        total[tuple(later)] += field[tuple(behind)]
        total[tuple(first)] += field[tuple(last)]
    return total


def _shrink(by: np.floating) -> Callable[..., None]:
    """Shorten ∇x + dual by a length; leaves v − dual in the fields, and the new duals."""

    def shrink(*arrays: np.ndarray) -> None:
        n = len(arrays) // 2
        fields, duals = arrays[:n], arrays[n:]
        for field, dual in zip(fields, duals, strict=True):
            dual += field
        length = np.sqrt(sum(dual * dual for dual in duals))
        kept = np.maximum(1 - by / np.maximum(length, by * length.dtype.type(1e-3)), 0)
        for field, dual in zip(fields, duals, strict=True):
            np.multiply(dual, kept, out=field)  # v
            dual -= field
            field -= dual

    return shrink


def _split_model(by: np.floating) -> Callable[..., None]:
    """The model nearest to the data and to H x + dual, and the new dual."""

    def split(
        predicted: np.ndarray, model: np.ndarray, dual: np.ndarray, seen: np.ndarray, weight: np.ndarray
    ) -> None:
        dual += predicted
        np.multiply(dual, by, out=model)
        model += weight * seen
        model /= weight + by
        dual -= model

    return split


def _replace(old: np.ndarray, new: np.ndarray) -> float:
    """Put the new scene into the old array; the squared change."""
    old -= new
    total = float(np.vdot(old, old))
    old[...] = new
    return total


def settle(solver: TotalVariation, weight: float, most: int, report: Callable[[int], bool]) -> None:
    """Iterate until the scene hardly changes, `report` says False, or the most iterations are done.

    A small λ is come down to from above: with it alone, the first steps would fill the unknown border with noise.
    """
    high = max(_BEGIN * solver.deviation / weight, 1.0) if weight > 0 else 1.0
    for i in range(1, most + 1):
        solver.step(weight * max(high ** (1 - i / min(_DESCENT, most)), 1.0))
        if not report(i) or (i >= _FEWEST and solver.change < _SETTLED):
            break
