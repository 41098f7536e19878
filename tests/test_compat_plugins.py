"""edgepsf.deconvolve.compat against the two plugins themselves.

Runs when the environment variable EDGEPSF_PLUGINS names a folder of jars: DeconvolutionLab2 2.1, Parallel
Iterative Deconvolution 1.12 and the libraries they need. `pytest -s` prints the table of differences.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from blurred import beads, grids, relative
from children import child
from edgepsf.plugins.compat import deconvolutionlab2, parallel_iterative
from plugin_jars import FOLDER, needs_plugins

pytestmark = needs_plugins
SHAPES = {"a": (256, 256), "b": (255, 251), "c": (16, 64, 64), "negative": (96, 100), "decibel": (96, 100)}
USUAL = "abc"


def gaussian(shape, sigma, skew=False):
    """Gaussian with its centre at n // 2; `skew` adds a weaker one, one pixel further on every axis."""

    def one(shift):
        return np.exp(-0.5 * sum(((g - shift) / s) ** 2 for g, s in zip(grids(shape), sigma, strict=True)))

    psf = one(0) + (0.4 * one(1) if skew else 0)
    return (psf / psf.sum()).astype(np.float32)


PSFS = {
    "narrow": {2: gaussian((7, 9), (0.5, 0.6), True), 3: gaussian((3, 7, 5), (0.4, 0.5, 0.4), True)},
    "mild": {2: gaussian((15, 13), (0.8, 0.9)), 3: gaussian((5, 7, 9), (0.7, 0.8, 0.9))},
    "odd": {2: gaussian((31, 29), (2.0, 1.5)), 3: gaussian((9, 17, 15), (1.0, 2.0, 1.5))},
    "even": {2: gaussian((32, 32), (2.0, 1.5), True), 3: gaussian((8, 16, 16), (1.0, 2.0, 1.5), True)},
    "skew": {2: gaussian((31, 31), (2.0, 1.5), True), 3: gaussian((9, 17, 17), (1.0, 2.0, 1.5), True)},
    "large": {2: gaussian((300, 301), (2.0, 1.5), True), 3: gaussian((20, 80, 81), (1.0, 2.0, 1.5), True)},
}
WIDE = ("odd", "even", "skew", "large")


def on_grid(psf, shape):
    """The PSF in zeros of this shape (or its middle), index n // 2 staying the centre: what the plugin must get."""
    out = np.zeros(shape, np.float32)
    offset = [n // 2 - k // 2 for n, k in zip(shape, psf.shape, strict=True)]
    for index in np.ndindex(psf.shape):
        at = tuple(i + o for i, o in zip(index, offset, strict=True))
        if all(0 <= i < n for i, n in zip(at, shape, strict=True)):
            out[at] = psf[index]
    return out


def blurred(shape, psf):
    """Beads and a block, blurred with periodic borders, noise of 1, ≥ 0.1."""
    rng = np.random.default_rng(1)
    x = beads(shape, 10.0, 60, rng)
    y = np.fft.ifftn(np.fft.fftn(x) * np.fft.fftn(np.fft.ifftshift(on_grid(psf, shape)))).real
    return np.maximum(y + rng.normal(0, 1, shape), 0.1).astype(np.float32)


def image_for(shape, psf):
    """The blurred picture; with negative pixels, or in decibels, for the shapes of these names."""
    image = blurred(SHAPES[shape], psf)
    if shape == "decibel":
        return 10 * np.log10(image + 10)
    return image - 20 if shape == "negative" else image


def psf_for(shape, name):
    """The PSF of that name for the shape."""
    psf = PSFS[name][len(SHAPES[shape])]
    return 10 * np.log10(100 * psf + 0.001) if shape == "decibel" else psf


DL2_RIGHT = [
    ("RL", (10,)),
    ("LW", (10, 1.0)),
    ("TM", (10, 1.0, 0.0001)),
    ("VC", (10, 0.5)),
    ("CONV", ()),
    ("I", ()),
]
DL2_SHIPPED = [
    ("NNLS", (10, 1.0)),
    ("BVLS", (10, 1.5)),
    ("TM", (10, 1.0, 0.0001)),
    ("ICTM", (10, 1.0, 0.0001)),
    ("RIF", (0.01,)),
    ("TRIF", (0.01,)),
]
HYBR = [
    {},
    {"reg_method": "GCV"},
    {"reg_method": "WGCV", "omega": 0.5},
    {"reg_method": "NONE", "reg_param": 0.05},
    {"inner_solver": "NONE"},
    {"begin_reg": 4},
    {"reorth": True},
    {"flat_tol": 0.05, "iterations": 20},
    {"iterations": 40, "flat_tol": 0},
]
WPL = [
    {},
    {"gamma": 0.01},
    {"normalize": True},
    {"filter_xy": 2.0, "filter_z": 2.0},
    {"anti_ring": False},
    {"iterations": 100},
]


def dl2_cases():
    """(plugin, shape, psf, code, parameters, option string, keywords, tolerance)."""
    for shape in USUAL:
        for psf in WIDE:
            for code, values in DL2_RIGHT:
                if not (code == "TM" and shape == "b"):
                    yield shape, psf, code, values, "", {}, 1e-5
            yield shape, psf, "NIF", (), "", {}, 1e-3
            for code, values in DL2_SHIPPED:
                yield shape, psf, code, values, "", {"as_shipped": True}, 1e-5
        yield shape, "odd", "RIF", (0.01,), "", {"as_shipped": shape == "b"}, 1e-5
        yield shape, "odd", "TRIF", (0.01,), "", {}, 1e-5
        yield shape, "skew", "SIM", (3, 2, 0), "", {}, None
        yield shape, "skew", "SIM", (0, 0, 0.5), "", {}, None
        yield shape, "narrow", "DIV", (), "", {}, 1e-5
        for word in ("nonnegative", "clipped"):
            for code in ("RL", "LW"):
                yield shape, "skew", code, (10,), f"-constraint {word}", {"constraint": word}, 1e-5
        yield shape, "skew", "RL", (200,), "-residu 0.02", {"residual": 0.02}, 1e-5
        yield shape, "skew", "LW", (200, 1.0), "-residu 0.02", {"residual": 0.02}, 1e-5
        for window in ("HAMMING", "HANN", "COS", "TUKEY", "WELCH"):
            z = window if shape == "c" else "NO"
            yield shape, "skew", "RL", (5,), f"-apo {window} {z}", {"apodize": (window, z)}, 1e-5
    for shape in "ac":
        for code in ("ISTA", "FISTA"):
            yield shape, "skew", code, (10, 1.0, 0.5, 3, "Haar"), "", {"as_shipped": True}, 1e-5
    yield "b", "large", "RL", (10,), "-pad E2 NO", {"pad": ("E2", "NO", 2)}, 1e-5
    yield "b", "large", "LW", (10,), "-pad NO NO 7 0", {"pad": ("NO", "NO", 7, 0)}, 1e-5
    yield "c", "large", "RL", (10,), "-pad NO NO 6 5", {"pad": ("NO", "NO", 6, 5)}, 1e-5


def pid_cases():
    for shape in USUAL:
        for psf in WIDE:
            for boundary in ("REFLEXIVE", "PERIODIC", "ZERO"):
                for method in ("CGLS", "MRNSD", "WPL"):
                    if (method, shape) == ("WPL", "c") and psf != "even":
                        continue  # the plugin fails on an odd work width
                    yield shape, psf, method, {"boundary": boundary, "precision": "DOUBLE"}, 1e-7
                    # 557 = 256 + 301 is prime: the plugin's own float FFT is that much off
                    single = 1e-4 if (shape, psf) == ("a", "large") else 1e-5
                    yield shape, psf, method, {"boundary": boundary}, single
        for resizing in ("MINIMAL", "NEXT_POWER_OF_TWO"):
            for method in ("CGLS", "WPL"):
                yield shape, "even", method, {"resizing": resizing, "iterations": 10}, 1e-5
        for options in HYBR:
            yield shape, "skew", "HyBR", {"precision": "DOUBLE", "iterations": 10} | options, 1e-5
        for options in WPL:
            yield shape, "even", "WPL", {"precision": "DOUBLE", "iterations": 10} | options, 1e-5
        for method in ("CGLS", "MRNSD", "HyBR"):
            fft = {"precision": "DOUBLE", "preconditioner": "FFT", "preconditioner_tol": 0.1}
            yield shape, "odd", method, fft, 1e-5
            # rounding decides which of four frequencies of one |H| is the last one inverted
            yield shape, "mild", method, fft | {"preconditioner_tol": -1}, 3e-2
        yield shape, "skew", "HyBR", {"iterations": 10}, 2e-4
        yield shape, "skew", "CGLS", {"threshold": 5, "stopping_tol": 40, "iterations": 50}, 1e-5
    for precision, tolerance in (("SINGLE", 1e-5), ("DOUBLE", 1e-7)):
        yield "negative", "skew", "MRNSD", {"precision": precision}, tolerance
        yield "negative", "skew", "CGLS", {"precision": precision}, tolerance
    yield "decibel", "skew", "WPL", {"precision": "DOUBLE", "db": True}, 1e-7


CASES = [("DeconvolutionLab2", *c) for c in dl2_cases()] + [("Parallel Iterative", *c) for c in pid_cases()]


def name_of(number, case):
    return "-".join([str(number), *map(str, case[1:4])])


@pytest.fixture(scope="module")
def java_results(tmp_path_factory):
    """The plugins' results of all cases, from one child process."""
    work = tmp_path_factory.mktemp("plugins")
    jobs = []
    for number, (plugin, shape, psf, method, *rest) in enumerate(CASES):
        image, kernel = f"image-{shape}-{psf}", f"psf-{shape}-{psf}"
        if not (work / f"{image}.npy").exists():
            source = psf_for(shape, psf)
            crop = psf == "large" and shape != "b"  # on odd axes the plugin crops one pixel off
            np.save(work / f"{image}.npy", image_for(shape, PSFS[psf][source.ndim]))
            np.save(work / f"{kernel}-grid.npy", source if crop else on_grid(source, SHAPES[shape]))
            np.save(work / f"{kernel}.npy", source)
        if plugin == "DeconvolutionLab2":
            options = rest[1]
            kernel += "" if "-pad" in options else "-grid"
            method = " ".join(map(str, [method, *rest[0]]))
        else:
            options = rest[0]
        jobs.append(
            {
                "name": str(number),
                "plugin": plugin,
                "method": method,
                "image": image,
                "psf": kernel,
                "options": options,
            }
        )
    (work / "cases.json").write_text(json.dumps(jobs))
    script = Path(__file__).with_name("plugins_in_java.py")
    done = child(str(script), FOLDER, str(work))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return work


def same_statistics(got, wanted, blurred):
    """Mean and variance of the noise agree within five standard errors."""
    ours, theirs = (x.astype(float) - blurred for x in (got, wanted))
    error = 5 * theirs.std() * np.sqrt(2 / theirs.size)
    assert ours.mean() == pytest.approx(theirs.mean(), abs=error)
    spread = [(n - n.mean()) ** 2 for n in (ours, theirs)]
    error = 5 * spread[1].std() * np.sqrt(2 / theirs.size)
    assert spread[0].mean() == pytest.approx(spread[1].mean(), abs=error)
    assert relative(got, wanted) > 1e-3


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[name_of(i, c) for i, c in enumerate(CASES)]
)
def test_equals_the_plugin(java_results, number, case):
    plugin, shape, psf, method, *rest = case
    image = np.load(java_results / f"image-{shape}-{psf}.npy")
    wanted = np.load(java_results / f"result-{number}.npy")
    source = psf_for(shape, psf)
    if plugin == "DeconvolutionLab2":
        parameters, _, keywords, tolerance = rest
        got = deconvolutionlab2(image, source, method, *parameters, **keywords)
        if method == "SIM":
            same_statistics(got, wanted, deconvolutionlab2(image, source, "CONV"))
            return
    else:
        parameters, tolerance = rest
        got = parallel_iterative(
            image, source, method, **({"threshold": -1} if method != "WPL" else {}) | parameters
        )
    if shape == "negative" and method == "MRNSD":  # the plugin keeps the offset it works with
        eps = np.finfo({"SINGLE": "f4", "DOUBLE": "f8"}[parameters["precision"]]).eps
        got = got - image.min() + np.sqrt(eps)
    if shape == "decibel":  # the plugin turns negative decibels into 0
        got = np.maximum(got, 0)
    difference = relative(got, wanted)
    print(f"\n{plugin:18s} {SHAPES[shape]!s:14s} {psf:6s} {method:6s} {difference:.1e}  {rest[:-1]}", end="")
    assert np.ptp(wanted) > 0
    assert difference < tolerance
