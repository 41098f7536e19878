"""Every deconvolution method that is there keeps the contract of a method; a new one is tested by being there."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

import edgepsf as ep
from blurred import blobs, gaussian, photograph
from edgepsf.deconvolve import choose, memory, memory_usage
from edgepsf.deconvolve.fft import Plan
from edgepsf.deconvolve.method import ITERATIONS, as_given, method
from edgepsf.deconvolve.methods import METHODS
from edgepsf.options import Choice, Flag, Number, Option
from edgepsf.plugins import PROGRAMS
from edgepsf.plugins.methods import NATIVE_ONLY

PAGE = (Path(__file__).parent.parent / "docs" / "deconvolution.md").read_text(encoding="utf-8")
MODULES = Path(inspect.unwrap(ep.deconvolve).__code__.co_filename).parent / "methods"


PICTURE, KERNEL = blobs(noise=1.0), gaussian((9, 8)) * np.linspace(0.5, 1.5, 8)
VOLUME, KERNEL_3D = blobs((9, 20, 19), 1.0), gaussian((3, 5, 4))
DEFECT = {"saturation": 60.0, "background": 5.0, "boundary": "reflect"}


def sample(option: Option):
    """A value that the option takes and that is not its default."""
    if isinstance(option, Flag):
        return not option.default
    if isinstance(option, Number):
        return 3 if option.kind == "integer" else 0.5
    return option.words[-1] if option.words else option.default


def wrong(option: Option) -> list:
    """Values that no option of this kind takes."""
    if isinstance(option, Number):
        beyond = [option.minimum - 1] if option.minimum is not None else [option.above]
        return [np.nan, "many", [1, 2], *beyond]
    return (
        ["yes", 1] if isinstance(option, Flag) else ["no such word", 3] if isinstance(option, Choice) else [3]
    )


every_method = pytest.mark.parametrize("name", METHODS)
every_option = pytest.mark.parametrize(
    ("name", "option"),
    [pytest.param(m.name, o, id=f"{m.name}-{o.key}") for m in METHODS.values() for o in m.options],
)
every_call = pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param(m.name, options, id=f"{m.name}-{'-'.join(options) or 'default'}")
        for m in METHODS.values()
        for options in ({}, *({o.key: sample(o)} for o in m.options))
    ],
)


# The registry


def test_each_file_declares_its_methods_and_their_places_differ():
    files = {path.stem for path in MODULES.glob("*.py")} - {"__init__"}
    assert files == {each.restore.__module__.rpartition(".")[2] for each in METHODS.values()}
    places = [each.place for each in METHODS.values()]
    assert places == sorted(set(places))


def test_a_name_is_declared_once():
    def wiener(seen, blur, log):
        """Another one."""

    with pytest.raises(ValueError, match="declared twice"):
        method(memory=lambda size: 0)(wiener)


def test_options_that_only_native_methods_have_follow_from_the_declarations():
    assert NATIVE_ONLY[:3] == ("mask", "background", "saturation")
    assert {"accelerate", "stop", "penalty", "amount", "radius", "noise", "offset"} <= set(NATIVE_ONLY)
    assert {"iterations", "regularization", "step", "tv", "boundary"}.isdisjoint(NATIVE_ONLY)
    for program, plugin_method in zip(PROGRAMS, ("RL 3", "CGLS 3"), strict=True):
        for key in NATIVE_ONLY:
            with pytest.raises(ep.InputError, match=f"{key} is an option of the native methods"):
                ep.deconvolve(PICTURE, KERNEL, plugin_method, compat=program, **{key: 1.0})


# Each method


@every_method
def test_method_is_explained(name):
    made = METHODS[name]
    assert made.help.endswith((".", ":", ",")) or len(made.help) > 30
    assert f"| `{name}` |" in PAGE
    keys = [option.key for option in made.options]
    assert len(set(keys)) == len(keys)
    for option in made.options:
        assert option.help
        assert f"`{option.key}" in PAGE


@every_option
def test_option_is_checked(name, option):
    if option.default is not None:
        assert option.check(option.default) == option.default
    for value in wrong(option):
        for call in (ep.deconvolve, choose):
            with pytest.raises(ep.InputError, match=option.key):
                call(PICTURE, KERNEL, name, **{option.key: value})
        if not isinstance(value, str) or option.words:
            with pytest.raises(ep.InputError, match=option.key):
                memory_usage(PICTURE.shape, KERNEL.shape, name, **{option.key: value})


@every_method
def test_an_option_that_no_one_declared_is_refused(name):
    sentence = f'unknown option "zz" for method "{name}": it takes '
    for call in (ep.deconvolve, choose):
        with pytest.raises(ep.InputError, match=sentence):
            call(PICTURE, KERNEL, name, zz=1)
    with pytest.raises(ep.InputError, match=sentence):
        memory_usage(PICTURE.shape, KERNEL.shape, name, zz=1)


@every_method
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_shape_dtype_and_flux(name, dtype):
    for image, kernel in ((PICTURE.astype(dtype), KERNEL), (VOLUME.astype(dtype), KERNEL_3D)):
        out = ep.deconvolve(image, kernel, name)
        assert out.shape == image.shape
        assert out.dtype == np.float32
        assert out.mean() == pytest.approx(image.mean(), rel=0.03)


@pytest.mark.parametrize(
    "name", [m.name for m in METHODS.values() if ITERATIONS.key in [o.key for o in m.options]]
)
def test_callback_hears_and_stops(name):
    heard = []
    _, record = ep.deconvolve(
        PICTURE, KERNEL, name, 5, callback=lambda *words: heard.append(words) or False, full_output=True
    )
    (i, n, info) = heard[-1]
    assert (len(heard), i) == (1, 1)
    assert n == 5 or info["stage"] != "restoring"  # a method may report what it does before its iterations
    assert info["method"] == name
    assert record["iterations"] <= 1


# Choosing apart from restoring


@every_call
def test_the_chosen_numbers_restore_the_same_picture(name, options):
    for image, kernel, common in (
        (PICTURE, KERNEL, {}),
        (PICTURE - 3, KERNEL, DEFECT),
        (VOLUME, KERNEL_3D, {}),
    ):
        chosen = choose(image, kernel, name, **options, **common)
        declared = {option.key for option in METHODS[name].options}
        assert set(chosen) <= declared | {"background", "saturation", "boundary"}
        assert None not in chosen.values()
        expected = ep.deconvolve(image, kernel, name, **options, **common)
        for numbers in (chosen, json.loads(json.dumps(chosen))):
            np.testing.assert_array_equal(ep.deconvolve(image, kernel, name, **numbers), expected)
        assert choose(image, kernel, name, **chosen) == chosen


@every_method
def test_nothing_is_chosen_twice(name, monkeypatch):
    """Restoring at once takes no transform more than choosing and restoring apart."""
    count = []
    forward = Plan.forward
    monkeypatch.setattr(Plan, "forward", lambda *words: count.append(1) or forward(*words))

    def transforms(call, **options):
        count.clear()
        call(PICTURE, KERNEL, name, **options)
        return len(count)

    with_choice, chosen = transforms(ep.deconvolve), choose(PICTURE, KERNEL, name)
    operator = 1  # the spectrum of the kernel
    choosing, restoring = transforms(choose) - operator, transforms(ep.deconvolve, **chosen)
    assert with_choice <= restoring + choosing
    if name in ("wiener", "tikhonov", "inverse"):
        assert with_choice == restoring == 1 + operator


def test_tiles_agree_where_they_share_one_choice():
    kernel = gaussian((17, 17), 2.0)
    image = photograph(kernel / kernel.sum(), 2000, size=384, corner=(0, 0))[0]
    whole, numbers = ep.deconvolve(image, kernel, "wiener"), choose(image, kernel, "wiener")
    far = {"shared": 0.0, "own": 0.0}
    for corner in ((0, 0), (0, 256), (128, 128), (256, 128)):
        tile = tuple(slice(max(start - 32, 0), start + 160) for start in corner)
        middle = tuple(slice(start + 16, start + 112) for start in corner)
        inside = tuple(slice(m.start - t.start, m.stop - t.start) for m, t in zip(middle, tile, strict=True))
        for kind, options in (("shared", numbers), ("own", {})):
            restored = ep.deconvolve(image[tile], kernel, "wiener", **options)
            error = np.sqrt(np.mean((restored[inside] - whole[middle]) ** 2))
            far[kind] = max(far[kind], float(error / np.ptp(whole)))
    assert far["shared"] < 1e-4
    assert far["own"] > 0.01


def test_numbers_are_chosen_from_one_plane():
    stack = np.stack([PICTURE] * 3)
    with pytest.raises(ep.InputError, match="not from 3: choose from one of them"):
        choose(stack, KERNEL, "wiener", axes="zyx")
    assert choose(stack[:1], KERNEL, "wiener", axes="zyx") == choose(PICTURE, KERNEL, "wiener")


def test_darkness_gives_no_numbers():
    for name in METHODS:
        numbers = choose(np.zeros((20, 21)), KERNEL, name)
        assert not ep.deconvolve(np.zeros((20, 21)), KERNEL, name, **numbers).any()


def test_a_method_that_reads_nothing_chooses_what_is_given():
    assert as_given(None, None, None, amount=2.0, radius=None) == {"amount": 2.0}


# Memory


@every_method
def test_memory_grows_with_the_picture(name):
    small, large = (memory_usage((n, n), (15, 15), name, workers=1) for n in (500, 2000))
    assert small < large < 16 * small
    stack = memory_usage((8, 500, 500), (15, 15), name, workers=1, axes="zyx")
    assert small < stack < small + 1.1 * 8 * 4 * 500**2


@every_method
def test_a_picture_that_cannot_fit_is_refused_before_any_work(name, monkeypatch):
    monkeypatch.setattr(Plan, "__init__", lambda *words: pytest.fail("the work has begun"))
    monkeypatch.setattr(memory, "free_memory", lambda: 24_000_000_000)
    huge = np.broadcast_to(np.float32(1), (1_000_000, 1_000_000))
    with pytest.raises(ep.InputError) as refused:
        ep.deconvolve(huge, KERNEL, name)
    assert re.match(
        rf"{name} needs about [\d.]+ TB of memory for a picture of shape \(1000000, 1000000\), and 24 GB are free: "
        "restore it in parts",
        str(refused.value),
    )


def test_memory_is_compared_with_what_is_free(monkeypatch):
    large = np.broadcast_to(np.float32(1), (2000, 2000))
    monkeypatch.setattr(memory, "free_memory", lambda: 1000)
    with pytest.raises(
        ep.InputError, match=r"and 1 kB are free: restore it in parts, or close other programs$"
    ):
        ep.deconvolve(large, KERNEL)
    lean = memory_usage(large.shape, KERNEL.shape, "wiener")
    monkeypatch.setattr(memory, "free_memory", lambda: lean)
    with pytest.raises(ep.InputError, match=r"or take a method that needs less: .*wiener.*inverse"):
        ep.deconvolve(large, KERNEL, "hybr")


def test_memory_that_is_not_known_is_not_compared(monkeypatch):
    class BegunError(Exception):
        """The work has begun."""

    def begin(*words):
        raise BegunError

    monkeypatch.setattr(Plan, "__init__", begin)
    monkeypatch.setattr(memory, "free_memory", lambda: None)
    with pytest.raises(BegunError):
        ep.deconvolve(np.broadcast_to(np.float32(1), (2000, 2000)), KERNEL)


def test_the_system_is_not_asked_for_a_small_picture(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: pytest.fail("asked"))
    assert ep.deconvolve(PICTURE, KERNEL, iterations=1).shape == PICTURE.shape
