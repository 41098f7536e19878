"""A value of a wrong type at a public function is one sentence, and no value makes the work endless."""

from __future__ import annotations

import functools
import inspect

import numpy as np
import pytest

import edgepsf as ep
from edgepsf import psf as shapes
from edgepsf.cli import main
from edgepsf.deconvolve import choose, memory_usage
from edgepsf.options.arguments import takes
from edgepsf.testing import edge_image

EDGE = edge_image(shapes.Gaussian(1.5), shape=(40, 40), noise=0.01)
KERNEL = ep.psf.from_profile(p1=1.2).kernel(9)
# What nobody can mean, for any argument that wants something else.
WRONG = (
    3.5, "x", b"a", [1, 2], (1, 2, 3), {}, object(), 1j, np.nan, np.inf, 1e300, -1, True, None, np.ones((3, 3)),
    np.array([]), np.ma.masked_array([1.0, 2.0], [False, True]), print,
)  # fmt: skip
PICTURE = {"image": EDGE, "psf": KERNEL}
LOGIT = ep.edge.f(ep.edge.g(EDGE, 30, 100))
PLANE = ep.edge.fit_plane(LOGIT)
LINE = np.linspace(-2, 2, 50)


def compat(program, method):
    return functools.partial(ep.deconvolve, compat=program, method=method)


CALLS = {
    "deconvolve": (functools.partial(ep.deconvolve, iterations=2), PICTURE, (
        "image psf method iterations engine callback boundary axes background mask saturation workers full_output "
        "compat psf_background accelerate tv stop offset"
    )),
    "fista": (functools.partial(ep.deconvolve, method="fista"), PICTURE, "regularization penalty noise"),
    "unsharp": (functools.partial(ep.deconvolve, method="unsharp_mask"), PICTURE, "amount radius"),
    "landweber": (functools.partial(ep.deconvolve, method="landweber"), PICTURE, "step"),
    "DeconvolutionLab2": (
        compat("DeconvolutionLab2", "RL 2"), PICTURE, "image psf iterations callback boundary axes workers"),
    "Parallel Iterative": (
        compat("Parallel Iterative", "CGLS"), PICTURE, "iterations callback boundary axes workers threshold"),
    "choose": (choose, PICTURE, "image psf method iterations callback boundary axes background saturation workers"),
    "memory_usage": (
        memory_usage, {"shape": (64, 64), "psf_shape": (5, 5)}, "shape psf_shape method iterations boundary workers"),
    "prepare_psf": (ep.prepare_psf, {"psf": KERNEL}, "psf psf_background centre psf_spacing spacing"),
    "fit_edge": (ep.fit_edge, {"image": EDGE}, "image roi model pixel v1 v2 aspect"),
    "compare": (functools.partial(ep.compare_sharpening, method="wiener"), PICTURE, "image psf truth roi callback"),
    "best": (ep.best_unsharp_mask, {"image": EDGE, "truth": EDGE}, "image truth radii amounts region"),
    "mask": (ep.unsharp_mask, {"image": EDGE}, "image radius amount"),
    "from_profile": (ep.psf.from_profile, {"p1": 1.2}, "p1 p3 aspect"),
    "PointSpread": (ep.PointSpread, {"model": shapes.Gaussian(1.5)}, "model pixel aspect"),
    "KernelPsf": (shapes.KernelPsf, {"kernel": KERNEL}, "kernel"),
    "from_json": (shapes.from_json, {}, "text"),
    "kernel": (ep.PointSpread(shapes.Gaussian(1.5)).kernel, {}, "size"),
    "crop_loss": (ep.PointSpread(shapes.Gaussian(1.5)).crop_loss, {}, "size"),
    "cropped": (shapes.KernelPsf(KERNEL).kernel, {}, "size"),
    "g": (ep.edge.g, {"v": EDGE, "v1": 30.0, "v2": 100.0}, "v v1 v2"),
    "f": (ep.edge.f, {"g": EDGE}, "g"),
    "fit_plane": (ep.edge.fit_plane, {"f": LOGIT}, "f weights mask origin aspect"),
    "fit_profile": (ep.edge.fit_profile, {"d": LINE, "f": LINE}, "d f degree mask"),
    "distance_map": (ep.edge.distance_map, {"plane": PLANE, "shape": (9, 9)}, "plane shape origin"),
    **{
        cls.__name__: (
            lambda cls=cls, **given: ep.PointSpread(cls(**given)).kernel(),
            dict.fromkeys(inspect.signature(cls).parameters, 2.0),
            " ".join(inspect.signature(cls).parameters),
        )
        for cls in (shapes.Gaussian, shapes.Disk, shapes.Moffat, shapes.Airy)
    },
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "key"), [(name, key) for name, (_, _, keys) in CALLS.items() for key in keys.split()]
)
def test_a_wrong_value_is_a_sentence_or_means_something(name, key):
    """Either the call works (None and True are fine for some), or it ends in one of the package's own errors."""
    call, right, _ = CALLS[name]
    if right:
        call(**right)
    sentences = []
    for value in WRONG:
        try:
            call(**(right | {key: value}))
        except (ep.InputError, ep.EdgeError, ep.EngineError) as error:
            sentences.append(str(error))
    assert len(sentences) >= 8
    assert min(len(sentence) for sentence in sentences) > 15


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ep.fit_edge(EDGE, model=None), "model must be a text, not None"),
        (lambda: ep.deconvolve(EDGE, KERNEL, callback=3), "callback must be a function, not 3"),
        (lambda: ep.deconvolve(EDGE, KERNEL, background="dark"), "background must be a number, not 'dark'"),
        (
            lambda: ep.deconvolve(EDGE, KERNEL, iterations=1e300),
            "iterations must be at most 100000, not 1e.300",
        ),
        (
            lambda: ep.deconvolve(EDGE, KERNEL, "unsharp_mask", radius=1e5),
            "radius must be at most 500, not 100000",
        ),
        (lambda: ep.unsharp_mask(EDGE, 1e5), "radius must be at most 500 px"),
        (lambda: ep.psf.from_profile(p1=1e-160), "p1 must be a number between 1e-30 and 1e30"),
        (lambda: ep.psf.from_profile(p1=1.2).kernel(20001), "at most 2047 pixels, not 20001"),
        (
            lambda: ep.fit_edge(np.ma.masked_greater(EDGE, 90)),
            "the image is a masked array with .* masked pixels",
        ),
        (lambda: ep.edge.g(np.ma.masked_greater(EDGE, 90), 30, 100), "the v is a masked array"),
        (
            lambda: ep.compare_sharpening(np.ma.masked_greater(EDGE, 90), KERNEL),
            "the image is a masked array",
        ),
        (lambda: ep.deconvolve(EDGE, np.ma.masked_less(KERNEL, 1e-3)), "the PSF is a masked array"),
    ],
)
def test_the_sentence_says_what_and_what_was_seen(call, sentence):
    with pytest.raises(ep.InputError, match=sentence):
        call()


def test_a_masked_array_without_masked_pixels_is_fitted():
    assert ep.fit_edge(np.ma.masked_array(EDGE)).psf == ep.fit_edge(EDGE).psf


@pytest.mark.parametrize(
    "words",
    [
        "deconvolve y.tif --psf h.tif --iterations 1e300 -o x.tif",
        "deconvolve y.tif --psf h.tif --method unsharp_mask --radius 1e5 -o x.tif",
        "psf profile --p1 1e-160 -o x.tif",
        "psf profile --p1 1.2 --size 20001 -o x.tif",
        "psf edge y.tif --size 20001 -o x.tif",
        "psf check h.tif --psf_background much -o x.tif",
    ],
)
def test_numbers_beyond_reason_on_the_command_line(words, tmp_path, monkeypatch, capsys):
    import tifffile

    monkeypatch.chdir(tmp_path)
    tifffile.imwrite("y.tif", EDGE.astype(np.float32))
    tifffile.imwrite("h.tif", KERNEL)
    assert main(words.split()) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "x.tif").exists()


def test_takes_keeps_the_signature_and_pythons_own_errors():
    @takes(a=lambda name, value: value + 1)
    def function(a, b=2):
        return a, b

    assert str(inspect.signature(function)) == "(a, b=2)"
    assert function(1) == (2, 2)
    assert function(a=1, b=3) == (2, 3)
    with pytest.raises(TypeError, match="missing 1 required"):
        function()
    with pytest.raises(TypeError, match="unexpected keyword"):
        function(1, c=3)
    with pytest.raises(ValueError, match="has no arguments c"):
        takes(c=print)(function)
