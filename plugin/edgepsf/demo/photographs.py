"""The two photographs of the demo, from scikit-image's own data, in linear light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import EngineError
from ..pictures.light import srgb_to_linear
from ..psf import PointSpread, from_profile

TRUE_SLOPE = 0.9  # px⁻¹, of the PSF that defocuses the first photograph
FULL_WELL = 10_000  # photo-electrons at full scale: 1 % photon noise in the brightest pixels
READ_NOISE = 10  # photo-electrons, standard deviation
CAMERA_EDGE = (80, 100, 40, 40)  # the coat's shoulder against the sky
CAMERA_VIEW = (170, 110, 220, 220)  # face, camera and tripod
FLAG_EDGE = (40, 28, 26, 26)  # blue canton of the flag against the wall
FLAG_VIEW = (0, 0, 84, 110)  # its stars


@dataclass(frozen=True)
class Defocused:
    """A photograph blurred by a known PSF: truth, blurred picture and PSF."""

    truth: np.ndarray
    blurred: np.ndarray
    psf: PointSpread


def _load(name: str) -> np.ndarray:
    try:
        from skimage import data
    except ImportError as error:
        raise EngineError(
            'the demo needs scikit-image\'s photographs: pip install "edgepsf[demo]"'
        ) from error
    return srgb_to_linear(getattr(data, name)() / 255.0)


def camera(seed: int = 1) -> Defocused:
    """The cameraman (512², CC0), defocused by the PSF of a logistic edge, with photon and read noise."""
    from scipy.signal import fftconvolve

    truth = _load("camera")
    psf = from_profile(p1=TRUE_SLOPE)
    kernel = psf.kernel(41)
    blurred = fftconvolve(np.pad(truth, 20, mode="symmetric"), kernel, mode="valid")
    rng = np.random.default_rng(seed)
    electrons = rng.poisson(FULL_WELL * blurred) + READ_NOISE * rng.standard_normal(blurred.shape)
    return Defocused(truth, (electrons / FULL_WELL).astype(np.float32), psf)


def astronaut() -> np.ndarray:
    """Portrait with a really defocused background (512² RGB, NASA, public domain), linear light."""
    return _load("astronaut").astype(np.float32)
