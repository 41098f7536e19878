"""Every command that is there keeps the contract of a command; a new one is tested by being there."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest

import edgepsf as ep
from edgepsf.cli import main
from edgepsf.commands import BY_CLI, BY_NAME, COMMANDS
from edgepsf.commands.command import Command, declare, declared
from edgepsf.commands.method_options import options_of
from edgepsf.commands.shared import PLANE, PROFILE
from edgepsf.errors import InputError
from edgepsf.imagej.window.fields import help_text
from edgepsf.options import Choice, Count, Flag, Number, OutputFile, complete, parse_options
from edgepsf.pictures import Picture, Result
from edgepsf.testing import edge_image

EDGE = edge_image(ep.psf.Logistic(1.2), noise=0.01).astype(np.float32)
KERNEL = Picture(ep.psf.from_profile(p1=1.2).kernel(15), title="PSF")
# Names that the command line has for itself.
RESERVED = {"image", "output", "overwrite", "roi", "json", "report", "rois", "workers", "run", "command"}

every_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.name)
every_option = pytest.mark.parametrize(
    ("command", "option"),
    [pytest.param(c, o, id=f"{c.cli}-{o.key}") for c in COMMANDS for o in c.options],
)


def gray() -> Picture:
    return Picture(EDGE, title="cells.tif")


def logit() -> Picture:
    return Picture(ep.edge.f(ep.edge.g(EDGE, 30, 100)).astype(np.float32), title="cells-f.tif")


def run_example(command: Command) -> Result:
    """The example on a gray image; on an f image or a PSF where the command wants one."""
    values = parse_options(command.example, command.options)
    values = {o.key: o.opened(values[o.key], lambda name: KERNEL) for o in command.options}
    if command.name == "Check PSF...":
        return command.run(replace(KERNEL, title="cells.tif"), values)
    try:
        return command.run(gray(), values)
    except InputError:
        return command.run(logit(), values)


def samples(option) -> list[str]:
    """Texts that the option takes."""
    if option.words:
        return [*option.words, option.words[0].upper()]
    if option.bare:
        return ["true", "false"]
    if isinstance(option, Number):
        return ["1" if option.below is None else f"{option.below / 2:g}"]
    ending = option.ending if isinstance(option, OutputFile) else ""
    return [f"{name}{ending}" for name in ("a", "a b", "[a", "Grün-ä", "a [b] c")]


# The registry


def test_commands_have_names_and_places_of_their_own():
    for names in ([c.name for c in COMMANDS], [c.cli for c in COMMANDS], [c.place for c in COMMANDS]):
        assert len(set(names)) == len(names)
    assert tuple(BY_NAME.values()) == tuple(BY_CLI.values()) == COMMANDS == declared()
    assert [c.place for c in COMMANDS] == sorted(c.place for c in COMMANDS)


def test_a_name_is_declared_once():
    with pytest.raises(ValueError, match="two commands"):
        declare(COMMANDS[0])


# Each command


@every_command
def test_keys_belong_to_the_command_alone(command):
    keys = [option.key for option in command.options]
    assert len(set(keys)) == len(keys)
    assert not RESERVED.intersection(keys)
    named = [command.derived_as] if command.derived_as else []
    if command.regions is not None:
        named += [command.regions.overlay, *command.regions.single]
    assert set(named) <= set(keys)


@every_command
def test_function_is_typed_and_takes_just_the_options(command):
    signature = inspect.signature(command.function)
    own, *rest = signature.parameters.values()
    assert own.name == "picture"
    assert all(p.annotation is not p.empty for p in (own, *rest))
    assert signature.return_annotation == "Result"
    assert len([p for p in (own, *rest) if p.kind is not p.VAR_KEYWORD]) <= 8
    keys = {option.key for option in command.options}
    names = {p.name for p in rest if p.kind is not p.VAR_KEYWORD}
    assert names - {"report", "callback"} <= keys
    assert keys <= names or any(p.kind is p.VAR_KEYWORD for p in rest)
    assert ("report" in names) == bool(command.report)
    assert command.reports_progress == ("callback" in names)
    for option in command.options:  # Python's defaults are those of the declaration
        if option.key in names and not option.required:
            assert signature.parameters[option.key].default == option.default
    assert inspect.getdoc(command.function)


@every_command
def test_example_works_and_its_titles_lose_their_suffixes(command):
    result = run_example(command)
    assert result.pictures or result.row or result.rows
    for picture in result.pictures:
        assert picture.base == "cells"
        assert picture.title.removeprefix("cells-") in command.suffixes
    if command.preview is not None:
        assert "\n" not in command.preview.text(result.row or result.summary)


@every_command
def test_dialog_entries_belong_to_options_and_parse(command):
    options = {option.key: option for option in command.options}
    picture = gray()
    picture.properties |= {PLANE: "-30.0 1.0 0.1", PROFILE: "1.2 0.01"}
    for key, text in command.entries(picture).items():
        options[key].parse(text)
    assert set(command.hints(picture)) <= set(options)


@every_command
def test_undeclared_keys_are_refused_with_a_sentence(command, capsys):
    needed = {o.key: KERNEL for o in command.options if o.required}
    with pytest.raises(InputError, match=r'unknown key "no_such_key".*; the keys are'):
        command.run(gray(), needed | {"no_such_key": 1})
    with pytest.raises(InputError, match="unknown key"):
        parse_options("no_such_key=1", command.options)
    with pytest.raises(SystemExit) as stop:
        main([*command.cli.split(), "x.tif", "--no_such_key", "1", "-o", "out.tif"])
    assert stop.value.code == 2
    assert "no_such_key" in capsys.readouterr().err


@every_command
def test_pages_name_the_command_and_every_key(command, docs, capsys):
    section, text = docs.section(command), help_text(command)
    with pytest.raises(SystemExit):
        main([*command.cli.split(), "--help"])
    page = capsys.readouterr().out
    assert section.startswith(f"## {command.name}\n")
    for option in command.options:
        assert f"| `{option.key}` |" in section
        assert f"<b>{option.key}</b>" in text
        assert (f"--{option.key}" in page) is not option.windows
    for name in ("rois", "workers"):
        assert (f"--{name}" in page) == (command.regions is not None)
    assert ("--report" in page) == bool(command.report)
    assert ("EDGEPSF_PLUGINS" in page) == command.plugins


# Options of methods


def test_options_of_methods_become_options_of_one_command():
    weight = Number("weight", "how strong", default=2.0, minimum=0)
    flag = Flag("fast", "quicker")
    methods = {
        "one": (Count("iterations", default=20), weight, flag),
        "two": (weight, Choice("way", "of two", ("up", "down"), default="up")),
        "three": (Number("weight", "how long", unit="px"),),
    }
    weight, fast, way = options_of(methods, but=("iterations",))
    assert weight.help == "for one, two: how strong, 2 when not given; for three: how long"
    assert (weight.key, weight.default, weight.minimum) == ("weight", None, 0)
    assert (fast.help, fast.default) == ("for one: quicker", False)
    assert (way.help, way.default, way.words) == ("for two: of two, up when not given", None, ("up", "down"))


# Each option


@every_option
def test_a_text_comes_back_from_its_option_string(command, option):
    for text in samples(option):
        word = option.word(text)
        value = parse_options(word, [option])[option.key] if word else option.default
        assert value == option.parse(text)
        assert option.check(value) == value


@every_option
def test_the_default_is_a_value_and_described(command, option):
    if option.default is not None:
        assert option.check(option.default) == option.default
        assert option.required or complete({}, [option]) == {option.key: option.default}
    line = option.described()
    assert line.startswith(option.help)
    assert "\n" not in line
    assert all(word in line for word in (option.unit, *option.words))
    assert option.default in (None, False) or f"default {option.default}" in line


@every_option
def test_texts_that_cannot_stand_in_a_macro_are_refused(command, option):
    if option.kind in ("text", "image"):
        with pytest.raises(InputError, match=f"{option.key}: .* cannot be written in a macro"):
            option.word("a] b")
