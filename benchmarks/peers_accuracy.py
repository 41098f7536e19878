"""Peers on the images of benchmarks/accuracy.py; runs in an environment of its own:

    python -m venv peers && peers/bin/pip install PyAbel quickMTF matplotlib micro-ct-image-quality-toolbox
    python benchmarks/accuracy.py --seed 3 --peers peers/bin/python

`accuracy.py` calls it as `peers_accuracy.py images.npz answers.npz`. quickMTF and the micro-CT toolbox give a
slanted-edge MTF. PyAbel has no edge tool: it gets the edge binned by the distance from the line that edgepsf
found, with edgepsf's levels, and inverts the derivative of that.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from importlib.metadata import version

os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np

_RADIUS = 20.0  # px
PACKAGES = ("PyAbel", "quickMTF", "micro-ct-image-quality-toolbox")


def mtf50_of(frequency, mtf) -> float:
    """First frequency at which a sampled curve crosses ½, by linear interpolation."""
    below = np.nonzero(mtf < 0.5)[0]
    if not below.size or below[0] == 0:
        return float("nan")
    i = below[0]
    share = (mtf[i - 1] - 0.5) / (mtf[i - 1] - mtf[i])
    return float(frequency[i - 1] + share * (frequency[i] - frequency[i - 1]))


def quickmtf(image, line) -> float:
    """MTF50 of quickMTF with 4-fold oversampling, from its curve (its own figure is rounded to 0.01)."""
    from quickMTF.SFR_MTF import sfr_mtfcal

    curve, _ = sfr_mtfcal().calc_sfr(image, oversampling=4)
    return float("nan") if curve is False else mtf50_of(curve[:, 0], curve[:, 1])


def microct(image, line) -> float:
    """MTF50 of the micro-CT toolbox, told the angle that edgepsf found."""
    from microct_iq_toolbox.mtf_calculator import get_MTF

    ny, nx = image.shape
    frequency, mtf = get_MTF(image, [0, ny, 0, nx], pixel_size=1.0, edge_angle=float(line[0]))
    positive = frequency >= 0
    return mtf50_of(frequency[positive], mtf[positive] / mtf[positive][0])


def line_spread(image, line, width: float) -> np.ndarray:
    """L at the radii 0, w, 2w, …: derivative of the binned ESF, both sides averaged."""
    angle, offset, v1, v2 = line
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    d = x * np.cos(np.radians(angle)) + y * np.sin(np.radians(angle)) - offset
    n = int(_RADIUS / width)
    # Edges of the bins at whole multiples of the width plus a half: the difference of two bins lies on a multiple.
    index = np.floor(d / width).astype(int) + n + 1
    inside = (index >= 0) & (index < 2 * n + 2)
    count = np.bincount(index[inside], minlength=2 * n + 2)
    total = np.bincount(index[inside], weights=(image[inside] - v1) / (v2 - v1), minlength=2 * n + 2)
    esf = total / np.maximum(count, 1)
    filled = np.nonzero(count)[0]
    esf = np.interp(np.arange(esf.size), filled, esf[filled])
    lsf = -np.diff(esf) / width
    return 0.5 * (lsf[n:] + lsf[n::-1])


def abel_settings() -> dict:
    """Bin width (px) and inverse transform of each way in which PyAbel is tried."""
    from abel.basex import basex_transform
    from abel.dasch import three_point_transform
    from abel.daun import daun_transform
    from abel.direct import direct_transform

    def basex(reg):
        return lambda rows, w: basex_transform(rows, reg=reg, basis_dir=None, dr=w, verbose=False)

    methods = {
        "direct": lambda rows, w: direct_transform(rows, dr=w, backend="python"),
        "three_point": lambda rows, w: three_point_transform(rows, basis_dir=None, dr=w),
        "basex": basex(0.0),
        "basex reg 10": basex(10.0),
        "basex reg 100": basex(100.0),
        "daun nonneg": lambda rows, w: daun_transform(rows, reg="nonneg", degree=1, dr=w, verbose=False),
    }
    return {(name, w): method for name, method in methods.items() for w in (0.25, 0.5, 1.0)}


def abel_profiles(images, lines) -> dict[str, np.ndarray]:
    """P(r) of every image by every setting."""
    out = {}
    for (name, width), method in abel_settings().items():
        rows = np.array([line_spread(i, line, width) for i, line in zip(images, lines, strict=True)])
        out[f"abel|{name}|{width}"] = np.asarray(method(rows, width))
    return out


def rms(values) -> float:
    values = np.asarray(values, dtype=float)
    return float(np.sqrt(np.mean(values**2))) if values.size else float("nan")


def percent(value: float) -> str:
    return f"{100 * value:.2f} %"


def setting_width(key: str) -> float:
    return float(key.split("|")[2])


def setting_name(key: str) -> str:
    return f"{key.split('|')[1]}, bins {setting_width(key):g} px"


def peer_error(values) -> str:
    good = values[np.isfinite(values)]
    lost = len(values) - len(good)
    return f"{percent(rms(good))} ({100 * good.mean():+.1f})" * bool(len(good)) + (
        f"; {lost} failed" if lost else ""
    )


def abel_fwhm(profile, step: float) -> float:
    """Twice the largest radius at which P is half of its maximum, as in edgepsf."""
    r = np.linspace(0, (len(profile) - 1) * step, 20 * len(profile))
    p = np.interp(r, np.arange(len(profile)) * step, profile)
    return 2.0 * float(r[np.nonzero(p >= 0.5 * p.max())[0][-1]])


def quiet(function, image, line) -> float:
    """The answer of a peer, NaN where it fails; what it prints is dropped."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function(image, line)
        except Exception:  # a peer may fail in any way
            return float("nan")


def main() -> None:
    given = np.load(sys.argv[1])
    images, lines = given["images"], given["lines"]
    answers = {
        "quickMTF": [quiet(quickmtf, i, line) for i, line in zip(images, lines, strict=True)],
        "micro-CT": [quiet(microct, i, line) for i, line in zip(images, lines, strict=True)],
    }
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answers |= abel_profiles(images, lines)
    answers["versions"] = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    np.savez(sys.argv[2], **answers)


if __name__ == "__main__":
    main()
