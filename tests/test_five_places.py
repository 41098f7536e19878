"""Macros as users of the plugins write them give the same answer in every ImageJ: pictures, names, files, values.

The places are: the embedded ImageJ without and with the plugins, a Fiji without and with the plugins inside, and a
window. In the window the plugins work themselves, where EDGEPSF_PLUGINS has them: they say what is right there. Their
figures are also written down (`public/recorded.json`), so that the embedded ImageJ alone is held to them.
"""

from __future__ import annotations

import os
import re

import pytest

from children import child
from conftest import FIJI
from public import recorded
from public.comparison import OTHER_NUMBERS, differences
from public.inputs import write_inputs
from public.places import ENDING, HERE, NAMES, Place, Visit, argument, seconds_since, visit

pytest.importorskip("scyjava", reason='needs pip install "edgepsf[imagej]"')
PLUGINS = os.environ.get("EDGEPSF_PLUGINS")
# Who answers the lines of DeconvolutionLab2 and Parallel Iterative there; in a window the plugins, which log nothing.
WORKERS = {
    "embedded": "native engine",
    "embedded with plugins": "in a process of its own",
    "Fiji": "native engine",
    "Fiji with plugins": "in a process of its own",
    "window": None,
}
PLACES = tuple(WORKERS)
AT_THE_COMMAND_LINE = (
    ("embedded", "channels_and_merge"),
    ("embedded with plugins", "call_answer"),
    ("embedded with plugins", "channels_and_merge"),
    ("Fiji", "call_answer"),
    ("Fiji", "iterative_wiener"),
    ("Fiji with plugins", "call_answer"),
    ("Fiji with plugins", "channels_and_merge"),
    ("Fiji with plugins", "iterative_wiener"),
)


def place_of(name: str, request: pytest.FixtureRequest) -> Place:
    """The place of that name; the test is skipped where it is not here."""
    if name in ("embedded with plugins", "window") and not PLUGINS:
        pytest.skip("EDGEPSF_PLUGINS does not name the folder with the jars of both plugins")
    if name == "Fiji" and FIJI is None:
        pytest.skip("EDGEPSF_FIJI names no Fiji")
    if name == "Fiji":
        return Place(fiji=FIJI)
    if name == "Fiji with plugins":
        return Place(fiji=str(request.getfixturevalue("full_fiji")))
    if name == "window":
        return Place(plugins=PLUGINS, display=request.getfixturevalue("display"))
    return Place(plugins=PLUGINS if name == "embedded with plugins" else None)


@pytest.fixture(scope="module")
def visits(request, tmp_path_factory):
    """The answers of a place: every macro runs there once."""
    kept: dict[str, Visit] = {}

    def answers(name: str) -> Visit:
        if name not in kept:
            kept[name] = visit(place_of(name, request), tmp_path_factory.mktemp("place"))
        return kept[name]

    return answers


@pytest.mark.parametrize("name", PLACES)
def test_the_answers_are_those_of_the_plugins(visits, name):
    """All macros reach their end; values, names, files and pixels are those that the plugins gave."""
    seen = visits(name)
    assert seen.code == 0, seen.told
    wrong = {macro: recorded.differences(macro, seen.answers[macro]) for macro in NAMES}
    assert {macro: told for macro, told in wrong.items() if told} == {}
    for macro in (macro for macro in NAMES if not macro.startswith("iterative_")):
        said = [line for line in seen.answers[macro].log if " answered " in line]
        assert bool(said) == (WORKERS[name] is not None), macro
        assert all(str(WORKERS[name]) in line for line in said), said
    print(f"{name}: the process ended {seen.ending:.1f} s after its last line")


@pytest.mark.parametrize("name", PLACES[:-1])
def test_every_pixel_is_that_of_the_plugins_in_a_window(visits, name):
    right, seen = visits("window"), visits(name)
    own = OTHER_NUMBERS if name in ("embedded", "Fiji") else {}
    wrong = {macro: differences(macro, seen.answers[macro], right.answers[macro]) for macro in NAMES}
    told = {macro: sentences for macro, sentences in wrong.items() if sentences and macro not in own}
    assert told == {}
    for macro in own:
        assert all("differs by" in sentence for sentence in wrong[macro]), "only the pixels may differ"


@pytest.mark.parametrize("name", PLACES)
def test_a_macro_that_ends_the_program(request, tmp_path, name):
    """Its file is there, complete, and the process ends with 0."""
    seen = visit(place_of(name, request), tmp_path, (ENDING,))
    files = seen.answers[ENDING].files
    assert seen.code == 0, seen.told
    assert sorted(files) == ["restored.tif", "size.txt"]
    assert int(files["size.txt"]) == (tmp_path / ENDING / "restored.tif").stat().st_size
    assert recorded.differences(ENDING, seen.answers[ENDING]) == []


@pytest.mark.parametrize(("name", "macro"), AT_THE_COMMAND_LINE)
def test_at_the_command_line(request, tmp_path, name, macro):
    """`edgepsf macro` prints the value, and ends after the macro's last line."""
    place = place_of(name, request)
    write_inputs(tmp_path)
    text = (HERE / f"{macro}.ijm").read_text()
    stamp = tmp_path / "stamp"
    body, count = re.subn(
        r"^return ", f'File.saveString("the last line", "{stamp}");\nreturn ', text, flags=re.M
    )
    assert count == 1
    (tmp_path / "timed.ijm").write_text(body)
    fiji = ("--fiji", place.fiji) if place.fiji else ("--imagej", "embedded")
    plugins = ("--plugins", place.plugins) if place.plugins else ()
    file = (str(tmp_path / "timed.ijm"), argument(macro, tmp_path))
    variables = {"EDGEPSF_PLUGINS": None, "EDGEPSF_FIJI": None}
    done = child("-m", "edgepsf", *fiji, "macro", *plugins, *file, **variables)
    ending = seconds_since(stamp)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{recorded.value(macro)}\n"
    print(f"{name}, {macro}: ended {ending:.1f} s after its last line")
