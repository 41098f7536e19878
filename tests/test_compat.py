"""The algorithms of both plugins in numpy: a dark picture, and the sentences that refuse bad input."""

import numpy as np
import pytest

from blurred import bump
from edgepsf import InputError
from edgepsf.plugins import compat
from edgepsf.plugins.compat import deconvolutionlab2, parallel_iterative

NAN = np.full((8, 8), np.nan)
ONES, POINT = np.ones((8, 8)), np.ones((1, 1))


def test_zero_image_stays_zero():
    psf = bump((5, 5))
    for code in ("RL", "LW", "NNLS", "ISTA", "NIF"):
        np.testing.assert_array_equal(deconvolutionlab2(np.zeros((16, 16)), psf, code), 0)
    for method in compat.METHODS:
        np.testing.assert_array_equal(parallel_iterative(np.zeros((16, 16)), psf, method), 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: deconvolutionlab2(NAN, POINT, "RL"), "64 NaN or infinite"),
        (lambda: deconvolutionlab2(ONES, POINT * np.inf, "RL"), "PSF has 1 NaN"),
        (lambda: deconvolutionlab2(ONES, POINT * 0, "RL"), "sums to 0"),
        (lambda: deconvolutionlab2(ONES, np.ones((3, 3, 3)), "RL"), "2-D kernel"),
        (lambda: deconvolutionlab2(np.ones(5), POINT, "RL"), "2-D or 3-D"),
        (lambda: deconvolutionlab2(ONES + 1j, POINT, "RL"), "real numbers"),
        (lambda: deconvolutionlab2(-ONES, POINT, "RL"), "RL needs pixels ≥ 0, the smallest is -1"),
        (lambda: deconvolutionlab2(ONES, POINT, "WIF"), 'unknown algorithm "WIF"'),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", 10, 3), "RL takes iterations"),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", 0), "iterations must be a whole number ≥ 1"),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", "Haar"), "RL takes iterations"),
        (lambda: deconvolutionlab2(ONES, POINT, "LW", 10, 0), "step must be a number > 0"),
        (lambda: deconvolutionlab2(ONES, POINT, "LW", 10, np.nan), "step must be a number > 0, not nan"),
        (lambda: deconvolutionlab2(ONES, POINT, "ISTA", 5, "Daubechies"), 'unknown wavelet "Daubechies"'),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", constraint="none"), 'unknown constraint "none"'),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", epsilon=0), "epsilon must be"),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", pad=("E3", "NO")), 'unknown padding "E3"'),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", pad=("E2",)), "pad takes 2 to 4"),
        (lambda: deconvolutionlab2(ONES, POINT, "RL", apodize=("HAN", "NO")), 'unknown window "HAN"'),
        (lambda: deconvolutionlab2(ONES, POINT, "LW", 400, 1e3), "LW diverged"),
        (lambda: parallel_iterative(NAN, POINT, "CGLS"), "64 NaN or infinite"),
        (lambda: parallel_iterative(ONES, POINT * 0, "WPL"), "sums to 0"),
        (lambda: parallel_iterative(-ONES, POINT, "WPL"), "mean ≥ 0"),
        (lambda: parallel_iterative(ONES, POINT, "LSQR"), 'unknown method "LSQR"'),
        (lambda: parallel_iterative(ONES, POINT, "CGLS", gamma=1), 'unknown option "gamma" for method CGLS'),
        (lambda: parallel_iterative(ONES, POINT, "CGLS", boundary="MIRROR"), 'unknown boundary "MIRROR"'),
        (
            lambda: parallel_iterative(ONES, POINT, "CGLS", iterations=2.5),
            "iterations must be a whole number",
        ),
        (
            lambda: parallel_iterative(ONES, POINT, "HyBR", begin_reg=1),
            "begin_reg must be a whole number ≥ 2",
        ),
        (lambda: parallel_iterative(ONES, POINT, "HyBR", reorth="yes"), "reorth must be True or False"),
        (lambda: parallel_iterative(ONES, POINT, "CGLS", threshold=-2), "threshold must be a number ≥ 0"),
        (lambda: parallel_iterative(ONES, POINT, "CGLS", preconditioner_tol=3), "≥ 0 and ≤ 1"),
    ],
)
def test_bad_input_is_one_sentence(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_negative_values_of_rounding_are_zero():
    """An FFT in single precision leaves them where a picture is dark; a real negative pixel stays refused."""
    y = np.pad(ONES, 6)
    rounded = np.where(y == 0, -1e-7, y)
    assert np.array_equal(deconvolutionlab2(rounded, POINT, "RL"), deconvolutionlab2(y, POINT, "RL"))
    with pytest.raises(InputError, match="needs pixels ≥ 0"):
        deconvolutionlab2(np.where(y == 0, -1e-5, y), POINT, "RL")
