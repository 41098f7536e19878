"""500 option strings through ImageJ's own run(): each one right, or refused with a sentence."""

import random
from dataclasses import replace

import pytest

from edgepsf.errors import MacroError
from edgepsf.imagej import bridge
from edgepsf.options import Choice, Count, Flag, Number, Text
from edgepsf.pictures.result import Result

OPTIONS = (
    Number("v1"),
    Number("v2"),
    Count("degree", default=5),
    Text("title", default="none"),
    Choice("method", choices=("wiener", "richardson_lucy"), default="wiener"),
    Flag("stack"),
    Flag("plot"),
)
DEFAULTS = {o.key: o.default for o in OPTIONS}
TITLES = [
    "a",
    "a b",
    "Grün ß é",
    "x=1",
    "v1=3 v2=4",
    "a]b",
    "[a",
    "C:/Bilder/Kante 1.tif",
    "-psf",
    "µm (2)",
    "'q'",
]
NUMBERS = ["100", "-3", "0.065", "1e-3", "-2.5E+2", "007", ".5", "+4"]


@pytest.fixture(scope="module")
def run():
    """Runs an option string in ImageJ; gives the parsed values or the sentence."""
    running = bridge.register()
    seen = []

    def record(picture, **values):
        seen.append(values)
        return Result()

    probe = replace(bridge.BY_NAME["Edge g..."], function=record, options=OPTIONS, image="optional")
    original = bridge.BY_NAME["Edge g..."]
    bridge.BY_NAME["Edge g..."] = probe

    def call(text, variables=""):
        seen.clear()
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        try:
            assert running.run_macro(f'{variables} run("Edge g...", "{quoted}"); return "end";') == "end"
        except MacroError as stop:
            assert not seen
            return str(stop)
        return seen[0]

    yield call
    bridge.BY_NAME["Edge g..."] = original


def part(rng, key, variables):
    """One correct "key=value" and the value it means."""
    if key in ("v1", "v2"):
        text = rng.choice(NUMBERS)
        value = float(text)
        if rng.random() < 0.3:
            variables[f"n_{key}"] = repr(value)
            return f"{key}=&n_{key}", value
        return f"{key}={text}", value
    if key == "degree":
        value = rng.randrange(1, 20, 2)
        return f"degree={value}", value
    if key == "title":
        value = rng.choice(TITLES)
        if rng.random() < 0.3:
            variables["t"] = f'"{value}"'
            return "title=&t", value
        plain = not any(c in value for c in " [")
        return (f"title={value}" if plain and rng.random() < 0.5 else f"title=[{value}]"), value
    if key == "method":
        value = rng.choice(["wiener", "richardson_lucy"])
        return f"method={rng.choice([value, value.upper(), f'[{value}]'])}", value
    value = rng.random() < 0.7
    return (rng.choice([key, f"{key}=true"]) if value else f"{key}=false"), value


WRONG = [
    ("v3=4", "unknown key"),
    ("titel=[a b]", "did you mean title"),
    ("V 1=3", "unknown key"),
    ("ü=3", "unknown key"),
    ("v1=12px", "must be a number"),
    ("v1=1,5", "must be a number"),
    ("v1=[]", "must be a number"),
    ("v1=NaN", "must be a number"),
    ("v2=Infinity", "must be a number"),
    ("v1=&missing", "no variable missing"),
    ("v1=&word", "must be a number"),
    ("degree=2.5", "whole number"),
    ("degree=0", "at least 1"),
    ("method=median", "must be one of"),
    ("method=[wiener ]", "must be one of"),
    ("stack=ja", "is a flag"),
    ("title=[a b", "not closed"),
    ("title=", "no value"),
    ("v1", "needs a value"),
    ("v2= 5", "no value"),
    ("=5", "key is missing"),
    ("degree=3 degree=3", "twice"),
    ("stack stack=true", "twice"),
]


@pytest.mark.parametrize("block", range(10))
def test_fifty_strings(run, block):
    rng = random.Random(block)
    for _ in range(50):
        variables = {"word": '"abc"'}
        keys = rng.sample(list(DEFAULTS), rng.randint(0, 5))
        parts = [part(rng, key, variables) for key in keys]
        expected = DEFAULTS | {key: value for key, (_, value) in zip(keys, parts, strict=True)}
        words = [text for text, _ in parts]
        sentence = None
        if rng.random() < 0.5:
            wrong, sentence = rng.choice(WRONG)
            key = wrong.split("=")[0].split()[0].lower() if wrong[0] != "=" else ""
            words = [w for w in words if w.split("=")[0] != key]
            words.insert(rng.randint(0, len(words)), wrong)
            if "[a b" in wrong and "]" not in wrong:
                words = [w for w in words if w != wrong and "]" not in w] + [wrong]
        text = rng.choice([" ", "  "]).join(words)
        answer = run(text, "".join(f"{name} = {value};" for name, value in variables.items()))
        if sentence is None:
            assert answer == expected, text
        else:
            assert isinstance(answer, str), text
            assert sentence in answer, text
