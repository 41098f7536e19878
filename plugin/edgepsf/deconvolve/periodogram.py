"""The noise in the spectrum of a blurred picture: what stands where the blur lets nothing through.

The mean spectrum of many pieces of the picture (Welch 1967, doi:10.1109/TAU.1967.1161901) is compared with a model of
two parts: |H|² · A / f^p, a scene of falling spectrum seen through the blur, and the noise, whose spectrum may fall
with the frequency too. The parts are told apart by the likelihood of a spectrum (Whittle 1953,
doi:10.1007/BF02590998). Frequencies at which |H|² is small but which are not the highest, such as the rings of zeros of
a defocus, show the strength of noise that lacks high frequencies.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from .operator import Blur

SIDE = 64  # of a piece
_MOST = 96  # pieces: more make the estimate no better than the model is
_LOWEST = 2.5 / SIDE  # cycles per pixel, below which the window mixes everything
_SEEN = 4.0  # times the scene's power: noise of this power is seen
_BOUNDS = [(-60.0, 60.0), (0.6, 3.5), (-60.0, 20.0)]
_FALL = [(0.0, 40.0), (0.0, 200.0)]
_STARTS = (6.0, 14.0, 22.0)  # falls of the noise from which the fit begins


@dataclass(frozen=True)
class Spectrum:
    """What a fit found.

    Attributes
    ----------
    white : float
        Variance of the noise if its spectrum is flat, gray values squared.
    falling : float
        Variance if it may fall.
    fall : (float, float)
        (b, c) of the falling spectrum exp(−b (fx² + fy²) − c (fx⁴ + fy⁴)).
    seen, seen_falling : float
        Share of the frequencies at which the noise is much stronger than the scene, by either fit.
    better : float
        Gain in log-likelihood by letting the spectrum fall.
    """

    white: float
    falling: float
    fall: tuple[float, float]
    seen: float
    seen_falling: float
    better: float


def fall_of(frequency: np.ndarray, fall: tuple[float, float]) -> np.ndarray:
    """Power of falling noise along one axis, relative to that at frequency 0; cycles per pixel."""
    square = frequency**2
    return np.exp(-fall[0] * square - fall[1] * square**2)


def mean_fall(fall: tuple[float, float]) -> float:
    """Mean power of falling noise over all frequencies of one axis, relative to that at frequency 0."""
    return float(fall_of(np.linspace(-0.5, 0.5, 257)[1:] - 0.5 / 256, fall).mean())


def fit_spectrum(image: np.ndarray, valid: np.ndarray | None, blur: Blur) -> Spectrum | None:
    """Noise and scene in the spectrum of a picture.

    Parameters
    ----------
    image : ndarray, 2-D or 3-D
        Planes are taken one by one.
    valid : ndarray of bool, optional
        Pieces with a pixel that does not count are left out.
    blur : Blur

    Returns
    -------
    Spectrum, or None where fewer than four pieces of 64² pixels are whole.
    """
    found = _welch(image, valid)
    if found is None:
        return None
    power, pieces = found
    vertical, across = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    square, fourth = vertical**2 + across**2, vertical**4 + across**4
    use = square > _LOWEST**2
    fit = _Fit(power[use], _transfer(blur)[use], square[use], fourth[use])
    flat = fit.white()
    free = fit.falling(flat)
    b, c = float(free[3]), float(free[4])
    falling = np.exp(free[2]) * mean_fall((b, c)) ** 2
    better = (fit.cost(flat)[0] - fit.cost(free)[0]) * max(pieces / 2, 1.0)
    return Spectrum(
        float(np.exp(flat[2])) * fit.scale,
        float(falling) * fit.scale,
        (b, c),
        fit.seen(flat),
        fit.seen(free),
        float(better),
    )


def _welch(image: np.ndarray, valid: np.ndarray | None) -> tuple[np.ndarray, int] | None:
    """Mean power of pieces under a Hann window, half spectrum; white noise has its variance at every frequency."""
    if min(image.shape[-2:]) < SIDE:
        return None
    places = [
        (*plane, slice(row, row + SIDE), slice(column, column + SIDE))
        for plane in np.ndindex(image.shape[:-2])
        for row in range(0, image.shape[-2] - SIDE + 1, SIDE // 2)
        for column in range(0, image.shape[-1] - SIDE + 1, SIDE // 2)
    ]
    if valid is not None:
        places = [place for place in places if valid[place].all()]
    if len(places) < 4:
        return None
    if len(places) > _MOST:
        places = [places[i] for i in np.linspace(0, len(places) - 1, _MOST).astype(int)]
    window = scipy.signal.get_window("hann", SIDE)
    window = np.outer(window, window)
    window /= np.sqrt((window**2).sum())
    total = np.zeros((SIDE, SIDE // 2 + 1))
    for place in places:
        piece = image[place].astype(np.float64)
        total += np.abs(scipy.fft.rfft2((piece - piece.mean()) * window)) ** 2
    return total / len(places), len(places)


def _transfer(blur: Blur) -> np.ndarray:
    """|H|² on the grid of a piece, smoothed as the window smooths a spectrum."""
    otf = blur.otf[(0,) * (blur.otf.ndim - 2)]
    rows, columns = blur.domain[-2:]
    row = np.rint(np.fft.fftfreq(SIDE) * rows).astype(int) % rows
    column = np.rint(np.abs(np.fft.fftfreq(SIDE)) * columns).astype(int).clip(0, columns // 2)
    power = np.abs(otf[row[:, None], column[None]].astype(np.complex128)) ** 2
    # The half spectrum holds H at (fy, |fx|); H at (fy, −fx) is that at (−fy, fx).
    mirrored = np.abs(otf[(-row % rows)[:, None], column[None]].astype(np.complex128)) ** 2
    power = np.where(np.fft.fftfreq(SIDE)[None] < 0, mirrored, power)
    for axis in (0, 1):
        power = (4 * power + np.roll(power, 1, axis) + np.roll(power, -1, axis)) / 6
    return power[:, : SIDE // 2 + 1]


class _Fit:
    """The model θ = (log A, p / 2, log N, b, c) of a spectrum, and its likelihood."""

    def __init__(self, power: np.ndarray, transfer: np.ndarray, square: np.ndarray, fourth: np.ndarray):
        self.scale = float(power.mean()) or 1.0
        self.power = power / self.scale
        self.transfer, self.log, self.square, self.fourth = transfer, np.log(square), square, fourth

    def parts(self, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Power of the scene seen through the blur, and of the noise."""
        scene = np.exp(np.clip(t[0] - t[1] * self.log, -80, 80)) * self.transfer
        return scene, np.exp(np.clip(t[2] - t[3] * self.square - t[4] * self.fourth, -80, 80))

    def cost(self, t: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the log-likelihood for one piece, and its gradient."""
        scene, noise = self.parts(t)
        model = scene + noise
        ratio = self.power / model
        by_scene, by_noise = (1 - ratio) * scene / model, (1 - ratio) * noise / model
        slope = (by_scene, -by_scene * self.log, by_noise, -by_noise * self.square, -by_noise * self.fourth)
        return float((np.log(model) + ratio).sum()), np.array([part.sum() for part in slope])

    def white(self) -> np.ndarray:
        """The best model with noise of a flat spectrum."""
        low = np.argsort(self.transfer)[: max(20, self.transfer.size // 50)]
        level = np.log(np.median(self.power[low]) + 1e-30)
        return self._best(np.array([self._scene(1.3), 1.3, level, 0, 0]), [(0.0, 0.0), (0.0, 0.0)])

    def falling(self, flat: np.ndarray) -> np.ndarray:
        """The best model with noise that may fall."""
        middle = (self.square > 0.09) & (self.square < 0.16)
        level = np.quantile(self.power[middle], 0.2) + 1e-30
        tried = [flat]
        for b in _STARTS:
            begin = np.array([self._scene(1.3), 1.3, np.log(level) + 0.12 * b, b, 0])
            tried.append(self._best(begin, _FALL))
        return min(tried, key=lambda t: self.cost(t)[0])

    def seen(self, t: np.ndarray) -> float:
        """Share of the frequencies at which the noise is much stronger than the scene."""
        scene, noise = self.parts(t)
        return float(np.mean(noise > _SEEN * scene))

    def _scene(self, slope: float) -> float:
        """log A from the frequencies that pass best."""
        best = np.argsort(-self.transfer)[: max(20, self.transfer.size // 20)]
        return float(np.log(np.median((self.power * np.exp(slope * self.log) / self.transfer)[best]) + 1e-30))

    def _best(self, start: np.ndarray, fall: list[tuple[float, float]]) -> np.ndarray:
        options = {"ftol": 1e-11, "gtol": 1e-6, "maxiter": 200}
        found = scipy.optimize.minimize(
            self.cost, start, jac=True, method="L-BFGS-B", bounds=_BOUNDS + fall, options=options
        )
        return found.x
