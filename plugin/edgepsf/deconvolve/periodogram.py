"""The noise in the spectrum of a blurred picture: what stands where the blur lets nothing through.

The mean spectrum of many pieces of the picture (Welch 1967, doi:10.1109/TAU.1967.1161901) is compared with a model of
two parts: |H|² · A / f^p, a scene of falling spectrum seen through the blur, and the noise, whose spectrum may fall
with the frequency too. The parts are told apart by the likelihood of a spectrum (Whittle 1953,
doi:10.1007/BF02590998). Frequencies at which |H|² is small but which are not the highest, such as the rings of zeros of
a defocus, show the strength of noise that lacks high frequencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from .operator import Blur

SIDE = 64  # of a piece
_MOST = 64  # pieces: more make the estimate no better than the model is
_OF_ALL = 2  # only every second frequency is compared
_LOWEST = 2.5 / SIDE  # cycles per pixel, below which the window mixes everything
_SEEN = 4.0  # times the scene's power: noise of this power is seen
_BOUNDS = [(-60.0, 60.0), (0.6, 3.5), (-60.0, 20.0)]
_FALL = [(0.0, 40.0), (0.0, 200.0)]
_CORRELATED = 1.8  # times its mean: the least power at frequency 0 for which noise counts as correlated
_STEEPEST = 35.0  # fall of correlated noise; what falls faster is structure
_CERTAIN = 100.0  # gain in log-likelihood
_VISIBLE = 0.1  # least share of the frequencies at which such noise must show
_STARTS = (6.0, 14.0, 22.0)  # falls of the noise from which the fit begins


@dataclass(frozen=True)
class Reading:
    """Noise and scene as one model of a spectrum tells them.

    Attributes
    ----------
    variance : float
        Variance of the noise, gray values squared.
    fall : (float, float)
        (b, c) of the noise's spectrum exp(−b (fx² + fy²) − c (fx⁴ + fy⁴)); (0, 0) where it is flat.
    seen : float
        Share of the frequencies at which the noise is much stronger than the scene.
    scene : (float, float)
        A and p / 2 of the scene's power A / f^p.
    """

    variance: float
    fall: tuple[float, float]
    seen: float
    scene: tuple[float, float]


@dataclass(frozen=True)
class Spectrum:
    """What a fit found: with noise of a flat spectrum, with noise whose spectrum may fall.

    Attributes
    ----------
    white, falling : Reading
    better : float
        Gain in log-likelihood by letting the spectrum fall.
    """

    white: Reading
    falling: Reading
    better: float

    @property
    def correlated(self) -> bool:
        """Whether the noise surely lacks high frequencies, and is no structure."""
        return (
            mean_fall(self.falling.fall) ** -2 > _CORRELATED
            and self.falling.fall[0] < _STEEPEST
            and self.better > _CERTAIN
            and self.falling.seen > _VISIBLE
        )

    @property
    def reading(self) -> Reading:
        """The model that holds."""
        return self.falling if self.correlated else self.white


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
    fit = _fit(power, transfer(blur))
    flat = fit.white()
    free = fit.falling(flat)
    better = (fit.cost(flat)[0] - fit.cost(free)[0]) * _OF_ALL * max(pieces / 2, 1.0)
    return Spectrum(fit.reading(flat), fit.reading(free), float(better))


def misfits(
    image: np.ndarray, valid: np.ndarray | None, blur: Blur, scales: Iterable[float]
) -> Iterator[float] | None:
    """How badly the blur explains a picture's spectrum if it is wider by a factor, for each factor.

    Parameters
    ----------
    image, valid, blur
        As for `fit_spectrum`.
    scales : iterable of float
        Factors of the width; 1 is the blur itself.

    Returns
    -------
    iterator of float, or None where the picture is too small
        Minus the log-likelihood of the best model, for one piece.
    """
    found = _welch(image, valid)
    if found is None:
        return None

    def each() -> Iterator[float]:
        for scale in scales:
            fit = _fit(found[0], transfer(blur, scale))
            yield _OF_ALL * fit.cost(fit.falling(fit.white()))[0]

    return each()


def _fit(power: np.ndarray, passed: np.ndarray) -> _Fit:
    vertical, across = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    square, fourth = vertical**2 + across**2, vertical**4 + across**4
    # Under the window neighbours are alike: every second frequency, as on a chessboard, tells as much.
    use = (square > _LOWEST**2) & (np.indices(square.shape).sum(0) % 2 == 0)
    return _Fit(power[use], passed[use], square[use], fourth[use])


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


def transfer(blur: Blur, scale: float = 1.0) -> np.ndarray:
    """|H|² of a blur on the half spectrum of a piece, smoothed as the window smooths a spectrum.

    Parameters
    ----------
    blur : Blur
        In 3-D, its |H|² at frequency 0 of the first axis.
    scale : float
        Factor by which the PSF is made wider; H(f) becomes H(scale · f).
    """
    otf = blur.otf[(0,) * (blur.otf.ndim - 2)].astype(np.complex128)
    rows, columns = blur.domain[-2:]
    fine = np.abs(otf) ** 2
    frequency = np.fft.fftfreq(SIDE)
    vertical, across = np.meshgrid(frequency * scale, frequency * scale, indexing="ij")
    # The half spectrum holds H at (fy, |fx|); H at (fy, −fx) is that at (−fy, fx). Beyond Nyquist H stays as there.
    vertical = np.clip(np.where(across < 0, -vertical, vertical), -0.5, 0.5) * rows
    across = np.clip(np.abs(across), 0, 0.5) * columns
    power = scipy.ndimage.map_coordinates(
        np.concatenate([fine, fine[:1]]), [vertical % rows, np.minimum(across, fine.shape[1] - 1)], order=1
    )
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

    def reading(self, t: np.ndarray) -> Reading:
        """What a model says."""
        scene, noise = self.parts(t)
        fall = float(t[3]), float(t[4])
        variance = float(np.exp(t[2])) * mean_fall(fall) ** 2 * self.scale
        seen = float(np.mean(noise > _SEEN * scene))
        return Reading(variance, fall, seen, (float(np.exp(t[0])) * self.scale, float(t[1])))

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
