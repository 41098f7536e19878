"""Kinds of options, and the parser of ImageJ option strings."""

import numpy as np
import pytest

from edgepsf.commands import COMMANDS
from edgepsf.errors import InputError
from edgepsf.options import Choice, Count, Flag, Image, Number, Text, complete, parse_options

OPTIONS = (
    Number("v1"),
    Count("size"),
    Text("title", default="none"),
    Choice("method", choices=("wiener", "richardson_lucy"), default="wiener"),
    Flag("stack"),
)
DEFAULTS = {"v1": None, "size": None, "title": "none", "method": "wiener", "stack": False}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, {}),
        ("", {}),
        ("v1=100 ", {"v1": 100.0}),
        ("v1=-1.5e-3 size=17", {"v1": -0.0015, "size": 17}),
        ("size=17.0", {"size": 17}),
        ("title=[a b]", {"title": "a b"}),
        ("title=[a]b] stack", {"title": "a]b", "stack": True}),
        ("title=[x=1 v1=2] v1=3", {"title": "x=1 v1=2", "v1": 3.0}),
        ("title=Grün-äöü", {"title": "Grün-äöü"}),
        ("stack=true", {"stack": True}),
        ("stack=false", {"stack": False}),
        ("METHOD=Richardson_Lucy", {"method": "richardson_lucy"}),
        ("v1=&a title=&t", {"v1": 0.1 + 0.2, "title": "two words"}),
        ("\tv1=1\n stack ", {"v1": 1.0, "stack": True}),
    ],
)
def test_right(text, expected):
    variables = {"a": 0.1 + 0.2, "t": "two words"}
    assert parse_options(text, OPTIONS, variables.get) == DEFAULTS | expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("v2=3", 'unknown key "v2".*did you mean v1'),
        ("v1", "needs a value"),
        ("v1=", "no value"),
        ("v1= 3", "no value"),
        ("v1=abc", "must be a number"),
        ("v1=1,5", "must be a number"),
        ("v1=1_0", "must be a number"),
        ("v1=nan", "must be a number"),
        ("size=2.5", "whole number"),
        ("size=0", "at least 1"),
        ("method=median", "must be one of"),
        ("stack=maybe", "is a flag"),
        ("v1=1 v1=2", "twice"),
        ("title=[a b", "not closed"),
        ("title=[]", "empty"),
        ("=3", "key is missing"),
        ("v1=&nope", "no variable nope"),
        ("v1 = 3", "without spaces"),
    ],
)
def test_wrong(text, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_options(text, OPTIONS, {}.get)


def test_keys_follow_imagej_conventions():
    for command in COMMANDS:
        keys = [o.key for o in command.options]
        assert len(set(keys)) == len(keys)
        for key in keys:
            assert key == key.lower()
            assert " " not in key
            # ImageJ reads the key `width` out of `psf_width=5`, so no key may be the tail of another.
            # `psf_background` is read by our own parser only, in no plain macro.
            assert not any(other.endswith("_" + key) for other in keys if other != "psf_background")
        assert command.name.endswith("...") == bool(keys) or command.name == "Edge Distance Map"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_examples_parse(command):
    values = parse_options(command.example, command.options)
    given = {part.split("=")[0] for part in command.example.split()}
    assert given <= set(values)
    assert all(values[key] is not None for key in given)


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        (Number("x"), 3, 3.0),
        (Number("x", minimum=0), np.float32(0.5), 0.5),
        (Number("x", above=0, below=2), 1.9, 1.9),
        (Count("n"), 4.0, 4),
        (Count("n"), np.int64(7), 7),
        (Flag("on"), np.bool_(True), True),
        (Choice("way", choices=("up", "down")), "up", "up"),
        (Choice("way", choices=("up", "down"), free=True), "RL 10", "RL 10"),
        (Text("name"), "a b", "a b"),
    ],
)
def test_values_from_python(option, value, expected):
    checked = option.check(value)
    assert checked == expected
    assert type(checked) is type(expected)


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        (Number("x"), "3", "x must be a number, not 3"),
        (Number("x"), None, "x must be a number, not None"),
        (Number("x"), float("nan"), "x must be a number, not nan"),
        (Number("x", minimum=0), -1, "x must be a number ≥ 0, not -1"),
        (Number("x", above=0), 0, "x must be a positive number, not 0"),
        (Number("x", above=3), 3, "x must be a number > 3, not 3"),
        (Number("x", below=3), 3, "x must be a number < 3, not 3"),
        (
            Number("step", above=0, below=2, reason="where the iteration converges"),
            2,
            "step must lie between 0 and 2, where the iteration converges, not 2",
        ),
        (Count("n"), 0, "n must be a whole number ≥ 1, not 0"),
        (Count("n"), 2.5, "n must be a whole number ≥ 1, not 2.5"),
        (Count("n"), True, "n must be a whole number ≥ 1, not True"),
        (Count("n"), float("inf"), "n must be a whole number ≥ 1, not inf"),
        (Flag("on"), 1, "on must be True or False, not 1"),
        (Choice("stop", choices=("auto",)), "no", "stop must be \"auto\", not 'no'"),
        (Choice("way", choices=("up", "down")), 3, "way must be one of up, down, not 3"),
        (Text("name"), "", "name must be a text, not ''"),
    ],
)
def test_wrong_values_from_python(option, value, sentence):
    with pytest.raises(InputError) as refused:
        option.check(value)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("titles", "entry"),
    [
        ([], ""),
        (["cells"], "cells"),
        (["cells", "other"], ""),
        (["a-PSF", "b-PSF-1", "other"], "b-PSF-1"),
        (["a-PSF2", "b"], ""),
    ],
)
def test_the_newest_kernel_is_offered(titles, entry):
    assert Image("psf", suffix="PSF").entry(titles) == entry
    assert Image("mask").entry(titles) == ""


def test_only_images_are_opened():
    assert Image("psf").opened("k.tif", str.upper) == "K.TIF"
    assert Image("psf").opened(None, str.upper) is None
    assert Text("name").opened("k.tif", str.upper) == "k.tif"


def test_values_of_no_option_are_refused():
    assert complete({"v1": 3.0}, OPTIONS) == DEFAULTS | {"v1": 3.0}
    with pytest.raises(InputError, match=r'unknown key "metod".*did you mean method.*keys are: v1, size'):
        complete({"metod": "wiener"}, OPTIONS)
