"""The parser of ImageJ option strings."""

import pytest

from edgepsf.commands import COMMANDS
from edgepsf.errors import InputError
from edgepsf.options import Choice, Count, Flag, Number, Text, parse_options

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
            assert not any(other.endswith("_" + key) for other in keys)
        assert command.name.endswith("...") == bool(keys) or command.name == "Edge Distance Map"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
def test_examples_parse(command):
    values = parse_options(command.example, command.options)
    given = {part.split("=")[0] for part in command.example.split()}
    assert given <= set(values)
    assert all(values[key] is not None for key in given)
